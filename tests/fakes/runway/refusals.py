"""What Runway says no with: `error`, and for a body the list of `issues` that its validator (zod) found.

Sources: docs.dev.runwayml.com/errors/errors and /errors/troubleshooting; the shapes of `issues`, of the answer for a
deleted task and of the one for missing credits as published captures of the live API show them (August 2026). The
wordings of 401, 429 and of a wrong version are unconfirmed.
"""

from typing import Any

from tests.fakes.replicate.wire.behaviour import Behaviour, answers
from tests.fakes.replicate.wire.host import Refusal

DOCS = "https://docs.dev.runwayml.com/api"
Issue = dict[str, Any]
Path = list[str | int]


def said(error: str, **more: Any) -> dict[str, Any]:
    return {"error": error, **more, "docUrl": DOCS}


def invalid(issues: list[Issue]) -> Refusal:
    return Refusal(400, said("Validation of body failed", issues=issues))


def bad_request(error: str) -> Refusal:
    return Refusal(400, said(error))


def unauthenticated() -> Refusal:
    return Refusal(401, {"error": "Unauthorized"})


def no_task() -> Refusal:
    return Refusal(404, {"error": "Could not find Task"})


def unknown(status: int) -> Refusal:
    """A path or a method that the API does not have."""
    return Refusal(status, {"error": "Not found" if status == 404 else f"HTTP {status}"})


def daily_limit() -> Refusal:
    return Refusal(429, {"error": "You have reached your daily task limit."})


def poor() -> Refusal:
    return bad_request("You do not have enough credits to run this task.")


def issue(code: str, path: Path, message: str, **more: Any) -> Issue:
    return {**more, "code": code, "path": path, "message": message}


def asset_issue(path: Path, message: str) -> Issue:
    return issue("custom", path, f"Invalid asset. {message}")


# --- the same, to be scripted -------------------------------------------------------------------------------------


def throttled(retry_after_s: int | None = None) -> Behaviour:
    body = {"error": "Too many requests"}
    return answers(429, body) if retry_after_s is None else answers(429, body, Retry_After=str(retry_after_s))


def quota() -> Behaviour:
    return answers(429, {"error": "You have reached your daily task limit."})


def server_error(status: int = 500, *, accepted: bool = False) -> Behaviour:
    """With `accepted` the task runs and costs although its creator reads a 5xx."""
    return answers(status, {"error": "Internal server error"}, accepted=accepted)


def unauthorised() -> Behaviour:
    return answers(401, {"error": "Unauthorized"})


def no_credit() -> Behaviour:
    return answers(400, said("You do not have enough credits to run this task."))
