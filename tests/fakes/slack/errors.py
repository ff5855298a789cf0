"""How Slack says no: status 200 (429 for haste) and `{"ok": false, "error": …}`."""

from typing import Any

from aiohttp import web

from tests.fakes.slack.kit.shape import Findings


class Refused(Exception):
    """An error by its name, with whatever Slack adds to it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error} | self.more


class TooFast(Exception):
    """A rate limit: HTTP 429 with Retry-After (docs.slack.dev/apis/web-api/rate-limits)."""

    def __init__(self, after_s: int) -> None:
        super().__init__(f"again after {after_s} s")
        self.after_s = after_s

    def response(self) -> web.Response:
        body = {"ok": False, "error": "ratelimited"}
        return web.json_response(body, status=429, headers={"Retry-After": str(self.after_s)})


def invalid(*messages: str) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in messages]})


def demand(found: Findings, error: str = "invalid_blocks") -> None:
    """Raises what a check found; views answer `invalid_arguments`, messages `invalid_blocks`."""
    if found.issues:
        lines = [issue.line() for issue in found.issues]
        raise Refused(found.error or error, errors=lines, response_metadata={"messages": lines})
