"""Errors as answers: a status, a code and one sentence. What nobody foresaw becomes an error id, never a traceback."""

import secrets
import traceback
from collections.abc import Mapping

import aiohttp_jinja2
import jinja2
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.web.body import answer
from bot.web.shapes import ErrorBody, ErrorOut
from core.errors import (
    Busy,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    OverBudget,
    SignedOut,
    TooLarge,
    Unsupported,
    UserError,
)
from storage.errors import Forgotten, StorageBusy, StoreAway

STATUS: Mapping[type[UserError], int] = {
    Invalid: 400,
    SignedOut: 401,
    OverBudget: 402,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    TooLarge: 413,
    Unsupported: 415,
    Busy: 503,
}
EXTRA: Mapping[int, Mapping[str, str]] = {401: {"WWW-Authenticate": 'Bearer realm="Easel"'}, 503: {"Retry-After": "5"}}
TITLES: Mapping[int, str] = {
    400: "That did not work",
    401: "Please sign in",
    402: "The budget is spent",
    403: "Not from here",
    404: "Nothing here",
    405: "Not this way",
    409: "Not now",
    410: "Not any more",
    413: "Too large",
    415: "Not this kind",
    500: "Something went wrong",
    503: "One moment, please",
}
OF_THE_SERVER: Mapping[int, tuple[str, str]] = {
    400: ("invalid", "This request is malformed."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("too_large", "This request is larger than 1 MB."),
    417: ("invalid", "This expectation cannot be met."),
}
_log = structlog.get_logger(__name__)


@web.middleware
async def telling_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The boundary of a request: the one place that catches everything."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _of_the_server(request, error)
    except Exception as error:
        if request.writer.output_size > 0 or request.transport is None:
            return _broken_off(request, error)
        return _told(request, error)


def _told(request: web.Request, error: Exception) -> web.Response:
    match error:
        case UserError():
            return tell(request, status_of(error), error.code, error.message)
        case StorageBusy():
            return tell(request, 503, "busy", "Easel cannot store anything right now; please try again shortly.")
        case StoreAway():
            return tell(request, 503, "busy", "The stored files cannot be reached right now; please try again shortly.")
        case Forgotten():
            return tell(request, 404, NotFound.code, NotFound().message)
        case web.RequestPayloadError() | HttpProcessingError():
            return tell(request, 400, *OF_THE_SERVER[400])
        case _:
            return _unforeseen(request, error)


def _broken_off(request: web.Request, error: Exception) -> web.Response:
    """Half an answer is out already, or nobody listens any more: to end the connection is the only honest end."""
    if request.transport is not None and not isinstance(error, ConnectionError):
        _log_unforeseen(request, error)
        request.transport.abort()
    return web.Response(status=500)


def status_of(error: UserError) -> int:
    """The HTTP status of an error raised on purpose."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def tell(request: web.Request, status: int, code: str, message: str) -> web.Response:
    """The answer to programs, or a calm page where a person looks."""
    page = _page(request, status, message) if _is_reader(request) else None
    response = page or answer(ErrorOut(error=ErrorBody(code=code, message=message)), status)
    response.headers.update(EXTRA.get(status, {}))
    return response


def _of_the_server(request: web.Request, error: web.HTTPException) -> web.Response:
    code, message = OF_THE_SERVER.get(error.status, ("error", error.reason))
    response = tell(request, error.status, code, message)
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _unforeseen(request: web.Request, error: Exception) -> web.Response:
    error_id = _log_unforeseen(request, error)
    return tell(request, 500, "internal", f"Something went wrong inside Easel: error id {error_id}.")


def _log_unforeseen(request: web.Request, error: Exception) -> str:
    """Types and places only: the words of an exception may hold a prompt, a path or a signed address."""
    error_id = secrets.token_hex(4)
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    _log.error("request failed", error_id=error_id, route=route_of(request), error=type(error).__name__, at=frames[-8:])
    return error_id


def route_of(request: web.Request) -> str:
    """The address's template, never the address: ids and search words stay out of logs and metrics."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unmatched"


def _is_reader(request: web.Request) -> bool:
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith(("/api/", "/generate"))


def _page(request: web.Request, status: int, message: str) -> web.Response:
    title = TITLES.get(status, "That did not work")
    try:
        template = aiohttp_jinja2.get_env(request.app).get_template("error.html")
    except jinja2.TemplateNotFound:
        return web.Response(text=f"{title}\n\n{message}\n", status=status)
    return web.Response(
        text=template.render(status=status, title=title, message=message), status=status, content_type="text/html"
    )
