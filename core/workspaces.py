"""What a workspace's own people decided for it: models, places, money, what may be shown."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.providers.base import Kind

Usd = float | None


class WorkspaceRules(BaseModel):
    """The settings of one Discord guild or Slack team. Unset means: as the operator set up the house."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    image_model: str | None = Field(default=None, max_length=120)
    video_model: str | None = Field(default=None, max_length=120)
    speech_model: str | None = Field(default=None, max_length=120)
    channels: tuple[str, ...] = ()
    """Where Easel may be asked; empty: everywhere."""
    roles: tuple[str, ...] = ()
    """Whose members may ask; empty: everybody."""
    user_day_usd: Usd = Field(default=None, ge=0, le=1_000_000)
    month_usd: Usd = Field(default=None, ge=0, le=1_000_000)
    outputs: Literal["off", "spoiler", "withhold"] | None = None
    """What becomes of finished pictures that the safety check flags."""
    replies: bool = True
    """Plain replies in a thread of Easel's count as refinements."""

    def for_creation(self) -> dict[str, Any]:
        """What a creation takes along: the rules as they stood when it was asked for."""
        models = {Kind.IMAGE: self.image_model, Kind.VIDEO: self.video_model, Kind.SPEECH: self.speech_model}
        facts = {
            "models": {kind.value: model for kind, model in models.items() if model},
            "user_day_usd": self.user_day_usd,
            "month_usd": self.month_usd,
            "outputs": self.outputs,
        }
        return {name: value for name, value in facts.items() if value not in (None, {})}
