"""What Replicate says no with: problem details, as its HTTP API documents and its clients parse (RFC 7807).

Sources: replicate.com/docs/reference/http#errors, replicate.com/docs/topics/predictions/rate-limits,
`ReplicateError.from_response` in the vendor's client. Wordings of 401, 402 and 404 are second hand.
"""

from typing import Any

from tests.fakes.replicate.wire.behaviour import Behaviour, answers
from tests.fakes.replicate.wire.host import Refusal


def problem(status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "detail": detail, "status": status, **more}


def unauthenticated_body() -> dict[str, Any]:
    return problem(401, "Unauthenticated", "You did not pass a valid authentication token")


def unauthenticated() -> Refusal:
    return Refusal(401, unauthenticated_body())


def not_found() -> Refusal:
    return Refusal(404, problem(404, "Not found", "The requested resource could not be found."))


def unknown(status: int) -> Refusal:
    """A path or a method that the API does not have."""
    return not_found() if status == 404 else Refusal(status, problem(status, "Error", f"HTTP {status}"))


def invalid_version() -> Refusal:
    detail = "The specified version does not exist (or perhaps you don't have permission to use it?)"
    return Refusal(422, problem(422, "Invalid version or not permitted", detail))


def invalid_input(fields: list[dict[str, str]]) -> Refusal:
    """`fields` are {type, field, description}, one for each complaint."""
    detail = "".join(f"- {field['field']}: {field['description']}\n" for field in fields)
    return Refusal(422, problem(422, "Input validation failed", detail, invalid_fields=fields))


def missing(name: str) -> Refusal:
    return invalid_input([{"type": "required", "field": name, "description": f"{name} is required"}])


def bad_request(detail: str) -> Refusal:
    return Refusal(400, problem(400, "Bad request", detail))


def throttled_body(resets_s: int, *, low_credit: bool = False) -> dict[str, Any]:
    why = (
        " Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests"
        " while you have less than $5.0 in credit."
        if low_credit
        else ""
    )
    detail = f"Request was throttled.{why} Your rate limit resets in ~{resets_s}s."
    return {"detail": detail, "status": 429, "retry_after": resets_s}


def too_many(resets_s: int, *, low_credit: bool = False) -> Refusal:
    return Refusal(429, throttled_body(resets_s, low_credit=low_credit), {"Retry-After": str(resets_s)})


# --- the same, to be scripted -------------------------------------------------------------------------------------


def throttled(resets_s: int = 30, *, retry_after: bool = True) -> Behaviour:
    body = throttled_body(resets_s)
    return answers(429, body, Retry_After=str(resets_s)) if retry_after else answers(429, body)


def server_error(status: int = 500, *, accepted: bool = False) -> Behaviour:
    """With `accepted` the prediction runs and bills although its creator reads a 5xx."""
    body = problem(status, "Internal server error", "Something went wrong. Please try again.")
    return answers(status, body, accepted=accepted)


def unauthorised() -> Behaviour:
    return answers(401, unauthenticated_body())


def no_credit() -> Behaviour:
    detail = (
        "You have insufficient credit to run this model."
        " Go to https://replicate.com/account/billing#billing to purchase credit."
    )
    return answers(402, problem(402, "Insufficient credit", detail))
