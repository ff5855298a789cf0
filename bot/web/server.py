"""The web application, put together."""

import asyncio

from aiohttp import web

from bot.web import openapi, shared, signin
from bot.web.api import ROUTES
from bot.web.assets import CURSORS
from bot.web.context import WEB, Web
from bot.web.errors import telling_errors
from bot.web.guard import guarding
from bot.web.headers import add_headers, learn_object_origin
from bot.web.health import measuring
from bot.web.keys import Cursors
from bot.web.pages import add_pages
from bot.web.streams import CLOSING, close_streams
from bot.web.uploads import upload_pool
from core.errors import NotFound

BODY_MAX = 1024 * 1024
"""Of JSON and forms; uploads are streamed and have their own cap."""


def make_web(context: Web) -> web.Application:
    """Everything that Easel answers over HTTP. Run it without an access log: addresses hold sign-in codes."""
    app = web.Application(middlewares=[measuring, telling_errors, guarding], client_max_size=BODY_MAX)
    app[WEB] = context
    app[CURSORS] = Cursors(context.secret_key)
    app[CLOSING] = asyncio.Event()
    app[openapi.DOCUMENT] = openapi.document(ROUTES)
    app.on_response_prepare.append(shared.unlisted)
    app.on_response_prepare.append(add_headers)
    app.on_startup.append(learn_object_origin)
    app.on_shutdown.append(close_streams)
    app.cleanup_ctx.append(upload_pool)
    _add_routes(app)
    return app


def _add_routes(app: web.Application) -> None:
    app.add_routes([found for route in ROUTES if (found := route.definition())])
    app.add_routes([web.get("/openapi.json", openapi.openapi), *signin.ROUTES, *shared.ROUTES])
    app.router.add_route("*", "/slack/{what:events|install|oauth_redirect}", slack)
    add_pages(app)


async def slack(request: web.Request) -> web.StreamResponse:
    """Hand a request of Slack's on; it is signed, and looked at there."""
    answer = request.app[WEB].slack
    if answer is None:
        raise NotFound
    return await answer(request)
