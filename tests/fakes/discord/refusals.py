"""What Discord says no with: a status, a code and a sentence, and for forms a tree of complaints.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json and /reference#error-messages.
"""

from collections.abc import Sequence
from typing import Any

from tests.fakes.replicate.wire.behaviour import Behaviour, answers

SENTENCES = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has hit the maximum number of follow up messages"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (403, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50159: (400, "Voice messages do not support additional content."),
    50160: (400, "Voice messages must have a single audio attachment."),
    50161: (400, "Voice messages must have supporting metadata."),
    50162: (403, "Voice messages cannot be edited."),
    160002: (403, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
}
Path = Sequence[str | int]


class Refusal(Exception):
    """A request that is not done."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status}: {body}")
        self.status, self.body, self.headers = status, body, headers or {}


def refused(code: int) -> Refusal:
    status, message = SENTENCES[code]
    return Refusal(status, {"message": message, "code": code})


def invalid(path: Path, code: str, message: str) -> Refusal:
    """50035, with the complaint at its place in the body."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for step in reversed(path):
        errors = {str(step): errors}
    return Refusal(400, {"message": "Invalid Form Body", "code": 50035, "errors": errors})


def too_long(path: Path, limit: int) -> Refusal:
    return invalid(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def unauthorised() -> Refusal:
    return Refusal(401, {"message": "401: Unauthorized", "code": 0})


def unknown_route(status: int) -> Refusal:
    return Refusal(
        status, {"message": f"{status}: {'Not Found' if status == 404 else 'Method Not Allowed'}", "code": 0}
    )


# --- the same, to be scripted -------------------------------------------------------------------------------------


def refuses(code: int, *, accepted: bool = False) -> Behaviour:
    """The next request is answered with this code; with `accepted` it was done all the same."""
    status, message = SENTENCES[code]
    return answers(status, {"message": message, "code": code}, accepted=accepted)


def breaks(status: int = 500, *, accepted: bool = False) -> Behaviour:
    return answers(status, {"message": f"{status}: Internal Server Error", "code": 0}, accepted=accepted)


def throttles(retry_after_s: float = 0.2, *, everywhere: bool = False) -> Behaviour:
    """429 as Discord's own limiter writes it; with `everywhere` the whole app must wait."""
    body = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": everywhere}
    scope = "global" if everywhere else "user"
    headers = {"Retry_After": str(retry_after_s), "Via": "1.1 google", "X_RateLimit_Scope": scope}
    if everywhere:
        headers["X_RateLimit_Global"] = "true"
    return answers(429, body, accepted=False, **headers)


def blocks() -> Behaviour:
    """429 from the wall before Discord: no JSON, no `Via`. Whoever gets it is banned for a while."""
    return answers(429, "error code: 1015")
