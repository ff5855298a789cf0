"""Every way in which a language model's server fails, as one of Easel's own errors with a sentence for the person."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil

import structlog
from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from httpx2 import ConnectError, ConnectTimeout, PoolTimeout
from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from core.errors import EaselError, PlannerBusy, ProviderError, Unanswered, UserError

LONGEST_WAIT_S = 20.0
"""Nobody waits longer for a plan; a server that wants more is given up."""

_OPERATOR = "Whoever runs Easel must"
KEY = f"The language model's provider refused Easel's key. {_OPERATOR} check OPENAI_API_KEY."
CREDIT = f"The account that pays for the language model has no credit left. {_OPERATOR} top it up."
NO_MODEL = f"The provider has no language model {{model}} (any more). {_OPERATOR} set EASEL_AGENT_MODEL to another."
NO_TOOLS = f"The language model {{model}} cannot call tools. {_OPERATOR} set EASEL_AGENT_MODEL to another."
USE_RESPONSES = f"{{model}} calls tools by the Responses API only. {_OPERATOR} set EASEL_AGENT_API=responses."
NO_API = (
    f"The language model's server does not know the API that it was asked by. {_OPERATOR} check OPENAI_BASE_URL, and "
    "set EASEL_AGENT_API=chat for most servers of one's own."
)
REJECTED = f"The language model's server does not take Easel's question. {_OPERATOR} look for the reason in the log."
REFUSED = "The language model declined to work on this. Please ask for something else, or in other words."
TOO_LONG = (
    "This conversation is too long for the language model. Please begin a new one, with the last result attached."
)
CUT_OFF = "That was too much for one answer of the language model. Please ask for fewer things at once."
BUSY = "The language model could not be reached. Please try again in a minute."
WAIT = "The language model is overloaded and asks to wait for {minutes} min. Please try again then."
SILENT = "The language model gave no answer. Please try again."

_REFUSALS = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "moderation_blocked",
        "invalid_prompt",
        "bio_policy",
        "cyber_policy_violation",
        "misalignment_policy_violation",
        "image_content_policy_violation",
    }
)
_LENGTHS = ("context_length", "context length", "context size", "context window", "exceed_context")
_TOOL_LESS = ("does not support tools", "does not support function", "tools are not supported", "tool use is not")
_PASSING = frozenset({408, 409, 425})
_UNPAID = frozenset({408, 409, 425, 429})
log = structlog.get_logger()


def translated(error: Exception, model: str) -> EaselError:
    """The error to raise for whatever a call ended in."""
    if isinstance(error, APIStatusError):
        return _status(error, model)
    if isinstance(error, APIConnectionError):
        return _connection(error)
    if isinstance(error, APIError):
        return reported(error.code, error.message)
    # A total timeout, or an answer that is no JSON: the work was done, or goes on.
    return PlannerBusy(BUSY, perhaps_paid=True)


def reported(code: str | None, message: str) -> EaselError:
    """A failure told inside a stream, where the server has already begun to work."""
    if code in _REFUSALS:
        return refusal()
    if _is_too_long(code, message):
        return UserError(TOO_LONG, "too_long")
    return PlannerBusy(BUSY, perhaps_paid=True)


def refusal(cost_micros: int = 0) -> Unanswered:
    """The model declined."""
    return Unanswered(REFUSED, "refused", cost_micros)


def cut_off(cost_micros: int) -> Unanswered:
    """The answer hit its limit before anything in it was whole."""
    return Unanswered(CUT_OFF, "cut_off", cost_micros)


def silent(cost_micros: int) -> PlannerBusy:
    """An answer without words and calls where one was needed: asked again, models usually find some."""
    return PlannerBusy(SILENT, perhaps_paid=True, cost_micros=cost_micros)


def broken_off() -> PlannerBusy:
    """A stream that ended without saying so."""
    return PlannerBusy(BUSY, perhaps_paid=True)


def _connection(error: APIConnectionError) -> PlannerBusy:
    unsent = _never_sent(error)
    log.info("planner_unreachable", timeout=isinstance(error, APITimeoutError), unsent=unsent)
    return PlannerBusy(BUSY, perhaps_paid=not unsent)


def _never_sent(error: BaseException) -> bool:
    """Whether no connection came about. The SDK's aiohttp transport calls a refused and a dropped one alike
    (`ConnectTimeout`; openai 3.54.0), so where aiohttp's own error is the cause, that one tells.
    """
    causes = list(_causes(error))
    if any(isinstance(cause, ClientError) for cause in causes):
        return any(isinstance(cause, ClientConnectorError | ConnectionTimeoutError) for cause in causes)
    return any(isinstance(cause, ConnectError | ConnectTimeout | PoolTimeout) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _status(error: APIStatusError, model: str) -> EaselError:
    # The server's own message may quote the conversation, so it is not logged.
    log.warning(
        "planner_refused",
        status=error.status_code,
        code=error.code,
        param=error.param,
        type=error.type,
        request_id=error.request_id,
    )
    if error.code in _REFUSALS:
        return refusal()
    if error.status_code == 413 or _is_too_long(error.code, error.message):
        return UserError(TOO_LONG, "too_long")
    if error.status_code == 429 and "insufficient_quota" in f"{error.code} {error.message}":
        return ProviderError(CREDIT, "no_credit")
    if error.status_code >= 500 or error.status_code == 429 or error.status_code in _PASSING:
        return _wait(error)
    return _configuration(error, model)


def _configuration(error: APIStatusError, model: str) -> ProviderError:
    """What only whoever runs Easel can heal."""
    sentence, code = _cause(error.status_code, error.param, f"{error.code} {error.message}".lower())
    return ProviderError(sentence.format(model=model), code)


def _cause(status: int, param: str | None, text: str) -> tuple[str, str]:
    match status:
        case 401 | 403:
            return KEY, "key_refused"
        case 402:
            return CREDIT, "no_credit"
        case 404:
            return (NO_MODEL, "no_planner_model") if "model" in text else (NO_API, "wrong_api")
    if "v1/responses" in text or param == "reasoning_effort":
        return USE_RESPONSES, "wrong_api"
    return (NO_TOOLS, "no_tools") if any(words in text for words in _TOOL_LESS) else (REJECTED, "planner_rejected")


def _wait(error: APIStatusError) -> EaselError:
    again_s = retry_after_s(error)
    if again_s > LONGEST_WAIT_S:
        return ProviderError(WAIT.format(minutes=ceil(again_s / 60)), "planner_busy")
    return PlannerBusy(BUSY, again_s=again_s, perhaps_paid=error.status_code not in _UNPAID)


def retry_after_s(error: APIStatusError) -> float:
    """Seconds that the server wants to be left alone; 0 where it says nothing that can be read."""
    headers = error.response.headers
    if (exact := _number(headers.get("retry-after-ms"))) is not None:
        return exact / 1_000
    said = headers.get("retry-after", "")
    if (seconds := _number(said)) is not None:
        return seconds
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _number(text: str | None) -> float | None:
    try:
        return min(max(0.0, float(text or "")), 86_400.0)
    except ValueError:
        return None


def _is_too_long(code: str | None, message: str) -> bool:
    text = f"{code} {message}".lower()
    return any(words in text for words in _LENGTHS)
