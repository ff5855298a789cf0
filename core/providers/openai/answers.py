"""What a failed call means for the person and for the money. The one place where errors of this provider are read.

Another model may be asked only where this one surely did not run: it could not be reached, or it said no (4xx). A
timeout, a dropped connection, a 5xx or an answer that cannot be read may have been charged, and nobody can say.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
import httpx2
import structlog
from openai import APIConnectionError, APIError, APIStatusError, OpenAIError

from core.providers.base import Failed, Refused
from core.trust.categories import sentence_for

log = structlog.get_logger()

UNCERTAIN = "uncertain"
AGAIN_S = 5.0
"""Where a 429 does not say when."""
_MODERATION_CODES = {
    "moderation_blocked",
    "content_policy_violation",
    "content_filter",
    "responsible_ai_policy_violation",
}
_MODERATION_WORDS = re.compile(r"safety system|content policy|content filter|usage polic", re.IGNORECASE)
_VIOLATIONS = re.compile(r"safety_violations=\[([\w/, -]+)\]")
_NO_MONEY = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_MAYBE_RAN = {408, 499}
"""Of the 4xx, those that a proxy sends when the work took too long."""
_CALL_ERRORS = (OpenAIError, httpx2.HTTPError, httpx2.StreamError, aiohttp.ClientError, OSError, ValueError)


class NotMade(Exception):
    """An order ended without a file; the outcome says how."""

    def __init__(self, outcome: Refused | Failed) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


@contextmanager
def answering() -> Iterator[None]:
    """Turn whatever a paid call raises into its outcome."""
    try:
        yield
    except _CALL_ERRORS as error:
        raise NotMade(outcome(error)) from error


def outcome(error: Exception) -> Refused | Failed:
    """What an exception of the SDK, or of what lies below it, means."""
    if isinstance(error, APIStatusError):
        headers = error.response.headers
        return for_status(error.status_code, code=_code(error), text=error.message, headers=headers)
    if isinstance(error, APIError) and not isinstance(error, APIConnectionError) and error.body:
        return for_event(_code(error), error.message)
    if isinstance(error, FileNotFoundError):  # raised while the request was put together
        return Failed("The file it should start from is missing.", "input_gone")
    if never_sent(error):
        log.warning("service_unreachable", error=type(error).__name__)
        return Failed("The service could not be reached.", "unreachable", elsewhere=True)
    how = "unreadable" if isinstance(error, ValueError) else "late" if _is_late(error) else "dropped"
    log.warning("answer_lost", how=how, error=type(_causes(error)[-1]).__name__)
    return lost(how)


def for_status(
    status: int, *, code: str = "", text: str = "", headers: Mapping[str, str] | None = None
) -> Refused | Failed:
    """What an HTTP status other than success means."""
    headers = headers or {}
    log.warning("call_refused", status=status, code=code[:60], request=headers.get("x-request-id", "")[:60])
    if status in (400, 403, 422) and is_moderation(code, text):
        return _refused(text)
    if code in _NO_MONEY or status == 402:
        return Failed("The account for this service has no money left.", "no_credit", elsewhere=True)
    if status == 429:
        again_s = _retry_after_s(headers)
        return Failed("The service is too busy just now.", "busy", elsewhere=True, again_s=again_s)
    if status >= 500 or status in _MAYBE_RAN:
        return lost("broken")
    sentence, name = _SAID_NO.get(status, (_NOT_TAKEN, "rejected"))
    return Failed(sentence, name, elsewhere=True)


def for_event(code: str, text: str) -> Refused | Failed:
    """What an error inside a running answer means: by then the work had begun."""
    return _refused(text) if is_moderation(code, text) else lost("broken")


def lost(how: str) -> Failed:
    """It may have run and may be charged, and the result is not here."""
    return Failed(f"{_LOST[how]} {_PERHAPS}", UNCERTAIN, perhaps_paid=True)


def never_sent(error: BaseException) -> bool:
    """Whether the connection was never made: refused, no such name, no TLS. httpx's own names for it mislead here:
    its aiohttp transport calls a refused and a dropped connection the same, so the cause is looked at."""
    kinds = aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _is_late(error: BaseException) -> bool:
    return any(isinstance(cause, TimeoutError) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """The error, what it was raised from, and so on down to where it began."""
    causes = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    return causes


def _code(error: APIError) -> str:
    return error.code or error.type or ""


def is_moderation(code: str, text: str) -> bool:
    """Whether a service says no for what was asked, rather than for how."""
    return code in _MODERATION_CODES or bool(_MODERATION_WORDS.search(text))


def _refused(text: str) -> Refused:
    found = _VIOLATIONS.search(text)
    categories = [each.strip() for each in found[1].split(",")] if found else []
    return Refused(f"The service will not make this. {sentence_for(categories)}")


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds from `retry-after-ms` or `Retry-After`, which is a number or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "")
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return AGAIN_S


_PERHAPS = "It may have been charged, so Easel does not ask again by itself."
_NOT_TAKEN = "This model could not take the request as it is. Nothing was charged."
_SAID_NO = {
    401: ("The key for this service is not valid; whoever runs Easel can set another.", "no_access"),
    403: ("The account for this service may not use this model.", "no_access"),
    404: ("The service does not have this model any more.", "no_model"),
}
_LOST = {
    "late": "The service did not answer in time.",
    "dropped": "The connection to the service broke before the result was here.",
    "broken": "The service broke down while it worked on this.",
    "unreadable": "The service sent something that cannot be read.",
    "empty": "The service sent an empty result.",
    "unfetched": "The service linked the result, and it could not be downloaded.",
    "unsaved": "The result could not be saved here.",
}
