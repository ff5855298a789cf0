"""Pictures as the wire brings them: parsed at the door, and what they cost."""

import base64
import binascii
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from core.agent.catalogue import Model


class Details(BaseModel):
    """Which kinds of tokens went in."""

    text_tokens: int = Field(default=0, ge=0)
    image_tokens: int = Field(default=0, ge=0)


class Usage(BaseModel):
    """What was counted."""

    input_tokens: int = Field(default=0, ge=0)
    input_tokens_details: Details | None = None
    output_tokens: int = Field(default=0, ge=0)


class Picture(BaseModel):
    """One picture, here or linked."""

    b64_json: str | None = None
    url: str | None = None


class PicturesAnswer(BaseModel):
    """The body of an answer to generate and edit."""

    data: list[Picture] = Field(min_length=1)
    usage: Any = None


class PictureEvent(BaseModel):
    """One event of a stream: `….partial_image` or `….completed`, whose picture and usage stand beside the type."""

    type: str = ""
    b64_json: str | None = None
    usage: Any = None


def decoded(text: str) -> bytes:
    """Base64, strictly.

    Raises:
        ValueError: it is damaged.
    """
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("damaged base64") from error


def cost_micros(model: Model, raw: Any) -> int:
    """Micro-dollars by the tokens that were counted; the highest price of a call where none or no token price is."""
    usage = _usage(raw)
    if usage is None or not model.price.out:
        return model.price_micros()
    details = usage.input_tokens_details or Details(text_tokens=usage.input_tokens)
    return model.price.tokens_micros(
        text_in=details.text_tokens, image_in=details.image_tokens, out=usage.output_tokens
    )


def _usage(raw: Any) -> Usage | None:
    """A bill that cannot be read must not cost the picture."""
    try:
        usage = Usage.model_validate(raw)
    except ValidationError:
        return None
    return usage if usage.output_tokens else None
