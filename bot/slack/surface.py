"""Slack in the house: what writes, what listens, and the ways by which it comes in."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

import structlog
from aiohttp import TraceConfig, web
from slack_bolt.async_app import AsyncApp
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import App
from bot.slack.adapter import SlackAdapter
from bot.slack.boundary import Boundary
from bot.slack.clients import Clients
from bot.slack.desk import Desk
from bot.slack.gallery import Gallery
from bot.slack.home import Home
from bot.slack.http import Door
from bot.slack.installations import Installations, ManyWorkspaces, OneWorkspace
from bot.slack.listeners import actions, commands, events, leaving, modals, shortcuts
from bot.slack.oauth import flow, quiet, stores
from bot.slack.pages import Pages
from bot.slack.rooms import Rooms
from bot.slack.settings import Settings
from bot.slack.socket import Socket
from bot.slack.whispers import Whispers
from bot.watch.chats import count_requests

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class SlackSurface:
    """Built from the settings; opens no connection before it is used."""

    adapter: SlackAdapter
    clients: Clients
    boundary: Boundary
    door: Door
    socket: Socket | None
    one: OneWorkspace | None
    engine: AsyncEngine | None
    learning: bool = False
    """Slack is being asked who Easel is there."""

    async def run(self) -> None:
        """Listen by a socket where there is a token for it; HTTP deliveries come by the web."""
        if self.one:
            self.learning = True
            await self.one.learn()
            self.learning = False
        await (self.socket.run() if self.socket else asyncio.Event().wait())

    def not_ready(self) -> list[str]:
        """Why nothing can come in now."""
        if self.learning:
            return ["Slack has not answered yet"]
        return self.socket.not_ready() if self.socket else []

    async def http(self, request: web.Request) -> web.StreamResponse:
        """Answer what Slack sends, or a browser that installs Easel."""
        return await self.door.answer(request)

    async def close(self) -> None:
        """Let what was begun end, then let go."""
        await self.boundary.close()
        await self.adapter.close()
        await self.clients.close()
        if self.engine:
            await self.engine.dispose()


async def build(app: App) -> SlackSurface:
    """Put Slack's part together."""
    settings = app.settings
    engine = installations = pages = one = None
    trace = count_requests("slack", app.watch, TraceConfig())
    client_id, client_secret = settings.slack_client_id, settings.slack_client_secret
    if client_id and client_secret:
        engine, installations, states = await stores(app.database.url, client_id, app.secret_key)
        clients = Clients(settings, installations.token, trace=trace)
        secret = client_secret.get_secret_value()
        pages = flow(clients, client_id, secret, settings.public_url, installations, states)
        authorize: ManyWorkspaces | OneWorkspace = ManyWorkspaces(installations)
    else:
        clients = Clients(settings, trace=trace)
        token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
        authorize = one = OneWorkspace(clients.made(token))
    signing = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None
    bolt = AsyncApp(
        logger=quiet(),
        name="easel",
        signing_secret=signing or "",
        client=clients.made(None),
        authorize=cast(Any, authorize),  # the SDK takes its own class too, its annotation does not
        oauth_flow=pages,
        process_before_response=True,
    )
    boundary = _listening(app, bolt, clients, installations)
    app_token = settings.slack_app_token
    if not signing and not app_token:
        log.warning("slack_cannot_be_heard", hint="Set SLACK_APP_TOKEN or SLACK_SIGNING_SECRET.")
    return SlackSurface(
        adapter=SlackAdapter(clients, app.database, app.pool),
        clients=clients,
        boundary=boundary,
        door=Door(bolt, signing, pages),
        socket=Socket(bolt, clients, app_token.get_secret_value(), app.machines.leader("slack")) if app_token else None,
        one=one,
        engine=engine,
    )


def _listening(app: App, bolt: AsyncApp, clients: Clients, installations: Installations | None) -> Boundary:
    rooms = Rooms(clients)
    whispers = Whispers(clients, rooms)
    boundary = Boundary(whispers)
    desk = Desk(app=app, clients=clients, rooms=rooms, whispers=whispers, boundary=boundary)
    home, gallery, settings, pages = Home(desk), Gallery(desk), Settings(desk), Pages(desk)
    bolt.error(boundary.failed)
    commands.register(bolt, desk, gallery, settings, pages)
    events.register(bolt, desk, home)
    actions.register(bolt, desk, home, gallery, pages)
    modals.register(bolt, desk, settings, pages)
    shortcuts.register(bolt, desk, pages)
    leaving.register(bolt, app.chats, installations)
    return boundary
