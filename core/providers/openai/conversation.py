"""The events of the Realtime API that Easel listens to, parsed at the door, and what their errors mean."""

from pydantic import BaseModel, Field

from core.agent.catalogue import Model
from core.providers.base import Failed, Refused
from core.providers.openai.answers import for_event, for_status

_STATUS = {"model_not_found": 404, "invalid_api_key": 401, "rate_limit_exceeded": 429, "insufficient_quota": 429}
"""The HTTP status that stands for the same; the rest are 400."""


class Error(BaseModel):
    """Why something was not done."""

    type: str | None = None
    code: str | None = None
    message: str | None = None

    def outcome(self, *, asked: bool) -> Refused | Failed:
        """What it means. Until a response was asked for, and where the asking itself was wrong, nothing ran."""
        code, text = self.code or self.type or "", self.message or ""
        if code in _STATUS or not asked or self.type == "invalid_request_error":
            return for_status(_STATUS.get(code, 400), code=code, text=text)
        return for_event(code, text)


class Details(BaseModel):
    """How a response ended."""

    reason: str | None = None
    error: Error | None = None


class Usage(BaseModel):
    """What was counted."""

    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)


class Response(BaseModel):
    """A response at its end."""

    status: str = ""
    status_details: Details | None = None
    usage: Usage | None = None

    def failure(self) -> Refused | Failed | None:
        """Why it is not what was asked for; None where it is."""
        if self.status == "completed":
            return None
        details = self.status_details or Details()
        if details.error:
            return details.error.outcome(asked=True)
        return for_event(details.reason or "", "")

    def cost_micros(self, model: Model, characters: int) -> int:
        """Micro-dollars by what was counted, every token that came out at the price of sound; else the highest."""
        if self.usage is None or not self.usage.output_tokens:
            return model.price_micros(characters=characters)
        return model.price.tokens_micros(text_in=self.usage.input_tokens, out=self.usage.output_tokens)


class Event(BaseModel):
    """One message of the server."""

    type: str = ""
    delta: str = ""
    transcript: str = ""
    response: Response | None = None
    error: Error | None = None
