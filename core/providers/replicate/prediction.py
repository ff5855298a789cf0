"""A prediction as Replicate tells it, parsed at the door (replicate.com/docs/topics/predictions/lifecycle)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.providers.base import Kind

STARTING = "starting"
_PERCENT = re.compile(r"^\s*(\d{1,3})%\s*\|", re.MULTILINE)
_OF_KIND = {
    Kind.IMAGE: ("images", "image"),
    Kind.VIDEO: ("videos", "video"),
    Kind.SPEECH: ("audio", "speech"),
}
_OF_ANY = ("output", "outputs", "files", "file", "urls", "url")


class Unreadable(ValueError):
    """An answer that is no prediction. It never leaves this package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """How one stands. `status` may be a word that nobody told us of."""

    id: str
    status: str
    output: Any = None
    error: str = ""
    ran: bool = False
    """It had a machine: then a cancelled one is billed."""
    progress: float | None = None
    """0..1, where the model prints it."""


def read(body: Any) -> Prediction:
    """The prediction in an answer.

    Raises:
        Unreadable: there is none.
    """
    try:
        prediction_id, status = body["id"], body["status"]
    except (LookupError, TypeError) as error:
        raise Unreadable from error
    if not (isinstance(prediction_id, str) and prediction_id and isinstance(status, str)):
        raise Unreadable
    return Prediction(
        id=prediction_id,
        status=status,
        output=body.get("output"),
        error=str(body.get("error") or ""),
        ran=bool(body.get("started_at") or (body.get("metrics") or {}).get("predict_time")),
        progress=_progress(body.get("logs")),
    )


def links(output: Any, kind: Kind) -> tuple[str, ...]:
    """The links in an output, each once: it may be one, a list, or a dict that names them; or hold none."""
    return tuple(dict.fromkeys(_links(output, kind)))


def _links(output: Any, kind: Kind) -> Iterator[str]:
    if isinstance(output, str) and output.startswith(("https://", "http://")):
        yield output
    elif isinstance(output, list):
        for each in output:
            yield from _links(each, kind)
    elif isinstance(output, dict):
        yield from _links(_named(output, kind), kind)


def _named(output: dict[str, Any], kind: Kind) -> Any:
    """What a dict holds under the first name that means results of this kind, else under any: a video may come with
    its poster beside it."""
    names = (*_OF_KIND.get(kind, ()), *_OF_ANY)
    return next((output[name] for name in names if output.get(name)), list(output.values()))


def _progress(logs: Any) -> float | None:
    """The last bar that the model printed."""
    found = _PERCENT.findall(logs) if isinstance(logs, str) else []
    return min(int(found[-1]), 100) / 100 if found else None
