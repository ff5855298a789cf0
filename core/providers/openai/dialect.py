"""What a compatible server does not know: fields that it refused are left out, and it is asked again."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import structlog
from openai import APIStatusError

from core.providers.openai.answers import is_moderation

log = structlog.get_logger()
T = TypeVar("T")

DROPS = 6
"""How many fields one request may lose."""
_REFUSALS = {400, 422}
STREAMING = ("stream", "partial_images")
"""Neither is of use without the other."""
_NOTICED = {
    "size": "the shape of the picture",
    "quality": "the quality",
    "background": "a transparent background",
    "voice": "the voice",
    "instructions": "how it should sound",
}
"""Fields whose loss a person sees or hears."""

Fields = Mapping[str, Any]


class Dialect:
    """Remembers, for one server, which optional fields each model refused."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._unknown: dict[str, frozenset[str]] = {}

    async def ask(self, model: str, fields: Fields, call: Callable[[Fields], Awaitable[T]]) -> T:
        """Call with as many of the optional fields as the server takes. A 400 surely did not run, so it costs nothing.

        Raises:
            APIStatusError: it refuses something else. OpenAI itself refuses none of these: there it is an error.
        """
        for _ in range(DROPS):
            sent = self._known(model, fields)
            try:
                return await call(sent)
            except APIStatusError as error:
                refused = None if self._strict else _refused(error, sent)
                if refused is None:
                    raise
            self._forget(model, refused)
        return await call(self._known(model, fields))

    def notes(self, model: str, fields: Fields) -> tuple[str, ...]:
        """What was left out, where a person would notice."""
        left_out = self._unknown.get(model, frozenset()) & fields.keys()
        return tuple(
            f"This server does not know “{name}”, so {what} is its own choice."
            for name, what in _NOTICED.items()
            if name in left_out
        )

    def _known(self, model: str, fields: Fields) -> Fields:
        unknown = self._unknown.get(model, frozenset())
        return {name: value for name, value in fields.items() if name not in unknown}

    def _forget(self, model: str, field: str) -> None:
        log.info("field_not_known", model=model, field=field)
        gone = STREAMING if field in STREAMING else (field,)
        self._unknown[model] = self._unknown.get(model, frozenset()).union(gone)


def _refused(error: APIStatusError, sent: Fields) -> str | None:
    """The optional field that a refusal names: in `param`, else as a word of its text."""
    if error.status_code not in _REFUSALS or is_moderation(error.code or "", error.message):
        return None
    if error.param in sent:
        return error.param
    return next((name for name in sent if re.search(rf"\b{name}\b", f"{error.message} {error.body}")), None)
