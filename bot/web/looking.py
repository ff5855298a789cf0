"""Who looks: one's own things are found at once, those of one's workspaces by a second look."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from aiohttp import web

from bot.web.context import USER, WEB
from core.errors import NotFound
from core.gallery.membership import Viewer

T = TypeVar("T")


async def viewer(request: web.Request) -> Viewer:
    """The person who asks, and the workspaces that they are known to be in."""
    return await request.app[WEB].kept.membership.viewer(request[USER])


async def looking(request: web.Request, look: Callable[[Sequence[str]], Awaitable[T]]) -> T:
    """Look among one's own things first, as that is nearly always enough, and then in one's workspaces.

    Raises:
        NotFound: neither here nor there.
    """
    try:
        return await look(())
    except NotFound:
        workspaces = (await viewer(request)).workspaces
        if not workspaces:
            raise
    return await look(workspaces)
