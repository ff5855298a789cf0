"""The tools a planner may call: their names, what they promise, and their arguments as pydantic models."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.providers.base import Kind, Tool

Aspect = Literal["1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9", "9:21"]
ASPECTS: tuple[str, ...] = ("1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9", "9:21")
Style = Literal["photoreal", "artistic", "illustration", "anime", "3d", "minimal", "sketch"]
STYLES: tuple[str, ...] = ("photoreal", "artistic", "illustration", "anime", "3d", "minimal", "sketch")

Prompt = Annotated[str, Field(min_length=1, max_length=10_000, description="The whole description of what to make.")]
AssetRef = Annotated[
    str,
    Field(
        pattern=r"^(call:\d{1,2}|[0-9a-f]{32})$",
        description="An asset id from this conversation, or call:N for the result of call N (from 0) of this answer.",
    ),
]
Duration = Annotated[float, Field(ge=1, le=60, description="Seconds.")]


class Arguments(BaseModel):
    """The base of every tool's arguments: unknown fields are an error that the planner is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GenerateImage(Arguments):
    """Make a new picture."""

    prompt: Prompt
    aspect: Aspect | None = None
    style: Style | None = None
    transparent: bool | None = Field(default=None, description="Without a background, for logos and stickers.")
    alt_text: str | None = Field(default=None, max_length=500)


class EditImage(Arguments):
    """Change an existing picture and keep its composition, or combine several."""

    image: AssetRef
    more_images: Annotated[list[AssetRef], Field(max_length=15, description="Pictures to take things from.")] | None = (
        None
    )
    mask: AssetRef | None = Field(default=None, description="A picture that is white where the change may happen.")
    prompt: Prompt
    instruction: Annotated[str, Field(min_length=1, max_length=2_000, description="Only what changes.")]
    aspect: Aspect | None = None
    style: Style | None = None
    alt_text: str | None = Field(default=None, max_length=500)


class Vary(Arguments):
    """Make another version of a picture or of a video; with a prompt, one that follows it."""

    image: AssetRef
    prompt: Prompt | None = None
    aspect: Aspect | None = None


class Upscale(Arguments):
    """Make a picture or a video larger, with the same content."""

    asset: AssetRef


class GenerateVideo(Arguments):
    """Make a new video, from words alone or from a first frame."""

    prompt: Prompt
    duration_s: Duration | None = None
    aspect: Aspect | None = None
    first_frame: AssetRef | None = None
    style: Style | None = None
    alt_text: str | None = Field(default=None, max_length=500)


class Animate(Arguments):
    """Bring an existing picture to life as a video."""

    image: AssetRef
    prompt: Prompt | None = None
    duration_s: Duration | None = None


class Extend(Arguments):
    """Make an existing video longer."""

    video: AssetRef
    prompt: Prompt | None = None
    duration_s: Duration | None = Field(default=None, description="Seconds to add.")


class GenerateSpeech(Arguments):
    """Speak a text aloud."""

    text: Annotated[str, Field(min_length=1, max_length=10_000, description="Exactly the words to be spoken.")]
    voice: str | None = Field(default=None, max_length=60)
    instructions: str | None = Field(default=None, max_length=1_000, description="How to speak: tone, pace, mood.")


AnyArguments = GenerateImage | EditImage | Vary | Upscale | GenerateVideo | Animate | Extend | GenerateSpeech


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One tool as a planner sees it."""

    name: Tool
    arguments: type[AnyArguments]
    makes: Kind
    """`upscale` makes what it was given; this is its commonest result."""
    refs: tuple[str, ...] = ()
    """Argument fields that hold an `AssetRef`, with the role that the referenced asset plays."""

    @property
    def description(self) -> str:
        """One sentence for the planner."""
        return (self.arguments.__doc__ or "").strip()


TOOLS: dict[Tool, ToolSpec] = {
    spec.name: spec
    for spec in (
        ToolSpec(Tool.GENERATE_IMAGE, GenerateImage, Kind.IMAGE),
        ToolSpec(Tool.EDIT_IMAGE, EditImage, Kind.IMAGE, ("image", "more_images", "mask")),
        ToolSpec(Tool.VARY, Vary, Kind.IMAGE, ("image",)),
        ToolSpec(Tool.UPSCALE, Upscale, Kind.IMAGE, ("asset",)),
        ToolSpec(Tool.GENERATE_VIDEO, GenerateVideo, Kind.VIDEO, ("first_frame",)),
        ToolSpec(Tool.ANIMATE, Animate, Kind.VIDEO, ("image",)),
        ToolSpec(Tool.EXTEND, Extend, Kind.VIDEO, ("video",)),
        ToolSpec(Tool.GENERATE_SPEECH, GenerateSpeech, Kind.SPEECH),
    )
}
