"""Discord as a surface: the adapter that writes, and the connection by which people's wishes come in."""

from typing import TYPE_CHECKING

from aiohttp import web
from discord import VoiceClient
from discord.gateway import DiscordWebSocket
from yarl import URL

from bot.discord.adapter import DiscordAdapter
from bot.discord.connection import Connection
from bot.discord.desk import Desk
from bot.discord.rest import TOGETHER, Rest, use_api
from bot.watch.chats import count_requests

if TYPE_CHECKING:
    from bot.app import App


class DiscordSurface:
    """Built once for the process."""

    def __init__(self, desk: Desk, connection: Connection) -> None:
        self._desk, self._connection = desk, connection

    @property
    def adapter(self) -> DiscordAdapter:
        """Writes by ids alone."""
        return self._desk.adapter

    async def run(self) -> None:
        """Listen until cancelled."""
        await self._connection.run()

    def not_ready(self) -> list[str]:
        """Why nothing can come in now."""
        return self._connection.not_ready()

    async def http(self, request: web.Request) -> web.StreamResponse:
        """Discord calls by the gateway."""
        raise web.HTTPNotFound

    async def close(self) -> None:
        """Let go of every connection."""
        await self._desk.close()
        await self._desk.adapter.close()


async def build(app: "App") -> DiscordSurface:
    """Made of the settings alone: nothing is asked of Discord yet."""
    settings = app.settings
    assert settings.discord_token
    token = settings.discord_token.get_secret_value()
    use_api(settings.discord_api_base_url)
    if settings.discord_gateway_url:
        # an unsharded client asks nobody where the gateway is: discord.py has its address in this class attribute
        DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.discord_gateway_url)
    VoiceClient.warn_nacl = VoiceClient.warn_dave = False  # nobody wants to hear at each start what calls would need
    rest = Rest(token, app.machines.shared("discord", TOGETHER))
    count_requests("discord", app.watch, rest.allowance)
    adapter = DiscordAdapter(rest, links=app.links, pool=app.pool, api_base_url=settings.discord_api_base_url)
    desk = Desk(app=app, rest=rest, adapter=adapter)
    return DiscordSurface(desk, Connection(desk, token, app.machines.leader("discord")))
