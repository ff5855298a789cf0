"""What goes over REST: each request and answer as a model, the source of the checks and of `/openapi.json` alike."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.creation.view import AssetView, CreationView, ErrorView, StepView
from core.providers.base import Kind
from core.wishes import Action, Options
from storage.finding import PAGE_MAX
from storage.tables import CreationState, StepState

Made = Literal[Kind.IMAGE, Kind.VIDEO, Kind.SPEECH]
Inputs = Annotated[list[str], Field(max_length=100, description="Ids of assets to work from.")]


def _at_most(value: Any) -> Any:
    """More than a page can hold is simply a full page."""
    return min(int(value), PAGE_MAX) if isinstance(value, str) and value.isdecimal() else value


PageSize = Annotated[int, BeforeValidator(_at_most)]


class In(BaseModel):
    """The base of requests: a field that nobody knows is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """The base of answers: every field is always there."""

    model_config = ConfigDict(frozen=True)


# --- requests ----------------------------------------------------------------------------------------------------


class CreationIn(In):
    """What to make. With `action`, name the one asset in `inputs`; `prompt` may then be left out."""

    prompt: str = Field(default="", description="Up to 10,000 characters.")
    kind: Made | None = None
    thread: str | None = Field(default=None, max_length=1_000, description="Go on in this thread.")
    inputs: Inputs = []
    action: Action | None = None
    options: Options = Options()


class MessageIn(In):
    """A reply in a thread: the next version of what was made there."""

    text: str = Field(description="Up to 10,000 characters.")
    inputs: Inputs = []


class GenerateIn(In):
    """A wish whose answer is waited for."""

    prompt: str = Field(description="Up to 10,000 characters.")
    max_steps: int | None = Field(default=None, ge=1, le=100)


class AssetChange(In):
    """What may be changed of an asset; a field left out stays as it is."""

    favourite: bool | None = None
    alt_text: str | None = Field(default=None, max_length=2_000)


class AssetQuery(In):
    """What to look for in the gallery."""

    q: str = Field(
        default="",
        max_length=1_000,
        description='Words of what was typed, sent, answered or tagged, by their beginnings; `"side by side"`, '
        "`-without`, and `kind: made: model: provider: aspect: is: rated: tag: in: on: after: before: thread: by:`.",
    )
    kind: Kind | None = Field(default=None, description="Uploads are listed only when asked for.")
    favourite: bool | None = None
    limit: PageSize = Field(default=40, ge=1, description=f"Assets of one page; at most {PAGE_MAX}.")
    before: str | None = Field(default=None, max_length=500, description="The `next` of the page before.")


class FileQuery(In):
    """How a file is wanted."""

    download: bool = Field(default=False, description="As a download under a friendly name, not to be shown in place.")


class PreviewQuery(In):
    """Which rough picture is meant; the newest is given in any case."""

    at: str = Field(default="", max_length=20)


class UploadIn(In):
    """A multipart form with exactly one file; its field may have any name."""

    file: bytes


# --- answers -----------------------------------------------------------------------------------------------------


class ErrorBody(Out):
    """A stable code for programs and one sentence for people."""

    code: str
    message: str


class ErrorOut(Out):
    """Every answer that is no success."""

    error: ErrorBody


class StepOut(Out):
    """One tool call."""

    index: int
    tool: str
    title: str
    status: StepState
    provider: str | None
    model: str | None
    detail: str
    progress: float | None = Field(description="0 to 1, where the provider tells.")
    preview_url: str | None = Field(description="A rough picture of what is being made.")
    error_code: str | None
    cost_usd: float


class AssetOut(Out):
    """One picture, video or narration, or an uploaded picture."""

    id: str
    kind: Kind
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    duration_s: float | None
    url: str
    thumbnail_url: str | None
    page_url: str
    prompt: str = Field(description="What was sent to the model, whole.")
    asked: str = Field(description="The person's own words.")
    alt_text: str
    tool: str
    provider: str | None
    model: str | None
    seed: int | None
    version: str
    parent_id: str | None
    creation_id: str | None
    favourite: bool
    visibility: str
    tags: tuple[str, ...]
    rating: int = Field(description="What the asker thinks of it: 1, -1, or 0 for nothing.")
    mine: bool
    author: str = Field(description="What its owner is called, where that is not the asker.")
    credit: str = Field(description="What the person is called whose shared asset it was made from; or empty.")
    safety: str = Field(
        description="Empty, `spoiler` (show it behind a click) or `withheld` (its bytes are not given)."
    )
    cost_usd: float
    created_at: datetime


class CreationOut(Out):
    """One request and all that it made so far."""

    id: str
    thread: str
    title: str
    status: CreationState
    revision: int
    prompt: str
    action: str | None
    inputs: tuple[str, ...]
    reply: str
    steps: list[StepOut]
    assets: list[AssetOut]
    cost_usd: float
    estimate_usd: float
    max_usd: float
    queue_place: int | None
    eta_s: float | None
    error: ErrorBody | None
    created_at: datetime
    finished_at: datetime | None


class AssetPage(Out):
    """Assets, the newest first. Ask again with `before` set to `next` until it is null."""

    assets: list[AssetOut]
    next: str | None


class GeneratedAsset(AssetOut):
    """An asset, its kind also under the name `type`."""

    type: Kind


class GenerateOut(Out):
    """How it ended."""

    response: str
    assets: list[GeneratedAsset]
    id: str
    thread: str
    status: CreationState
    cost_usd: float
    error: ErrorBody | None


class UsageOut(Out):
    """What a person's work cost, by UTC day and month."""

    day: date
    today_usd: float
    month: str
    month_usd: float
    total_usd: float


class ReadyOut(Out):
    """Whether work can be taken now, and if not, why."""

    status: Literal["ready", "not_ready"]
    reasons: list[str]


# --- views to answers --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses. `base` is the public URL, or the scheme and host that a request came by."""

    base: str

    def url(self, asset_id: str) -> str:
        """The asset's bytes."""
        return f"{self.base}/api/v1/assets/{asset_id}/content"

    def thumbnail(self, asset_id: str) -> str:
        """A small picture of it."""
        return f"{self.base}/api/v1/assets/{asset_id}/thumbnail"

    def preview(self, step_id: str, name: str) -> str:
        """A step's newest rough picture; the name keeps browsers from showing an older one."""
        return f"{self.base}/api/v1/steps/{step_id}/preview?at={name}"

    def page(self, asset_id: str) -> str:
        """Its lasting page."""
        return f"{self.base}/a/{asset_id}"


def creation_out(view: CreationView, links: Links) -> CreationOut:
    """A creation's view as its JSON."""
    own = {
        "status": view.state,
        "steps": [step_out(step, links) for step in view.steps],
        "assets": [asset_out(asset, links) for asset in view.assets],
        "error": _error_body(view.error),
    }
    return CreationOut(**same(view, CreationOut) | own)


def step_out(view: StepView, links: Links) -> StepOut:
    """A step's view as its JSON."""
    preview_url = links.preview(view.id, view.preview) if view.preview else None
    return StepOut(**same(view, StepOut), status=view.state, preview_url=preview_url)


def asset_out(view: AssetView, links: Links) -> AssetOut:
    """An asset's view as its JSON."""
    return AssetOut(**_asset_fields(view, links))


def generate_out(view: CreationView, links: Links) -> GenerateOut:
    """A finished creation as the answer of `/generate`. Where there is no reply, the error's sentence stands in."""
    return GenerateOut(
        response=view.reply or (view.error.message if view.error else ""),
        assets=[GeneratedAsset(**_asset_fields(asset, links), type=Kind(asset.kind)) for asset in view.assets],
        id=view.id,
        thread=view.thread,
        status=view.state,
        cost_usd=view.cost_usd,
        error=_error_body(view.error),
    )


def _asset_fields(view: AssetView, links: Links) -> dict[str, Any]:
    return same(view, AssetOut) | {
        "bytes": view.size_bytes,
        "url": links.url(view.id),
        "thumbnail_url": links.thumbnail(view.id),
        "page_url": links.page(view.id),
    }


def same(view: object, model: type[Out]) -> dict[str, Any]:
    """What view and answer call by the same name; pydantic refuses to build an answer that lacks anything."""
    return {name: getattr(view, name) for name in model.model_fields if hasattr(view, name)}


def _error_body(error: ErrorView | None) -> ErrorBody | None:
    return ErrorBody(code=error.code, message=error.message) if error else None
