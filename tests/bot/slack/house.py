"""A whole Easel in a strict Slack: people type, press and read; nothing inside is reached into."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from bot.app import App, running
from bot.settings import Settings
from bot.slack.manifest import manifest, scopes
from core.agent.catalogue import Model
from core.agent.messages import Planner
from core.providers.base import Provider
from storage.tables import Asset, Creation
from tests.bot.house import served, web_of
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, models
from tests.fakes.slack import Channel, Message, Person, SlackServer, View, Workspace
from tests.furnished import furnish

TRANSPORTS = ("socket", "http")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackHouse:
    """Easel and the Slack around it. `url` is Easel's own web."""

    app: App
    server: SlackServer
    planner: ScriptedPlanner
    provider: ScriptedProvider
    url: str

    @property
    def workspace(self) -> Workspace:
        return self.server.workspace("T1")

    @property
    def ada(self) -> Person:
        return self.workspace.person("ada")

    @property
    def bob(self) -> Person:
        return self.workspace.person("bob")

    # --- what stands in Slack -------------------------------------------------------------------------------------

    def messages(self, channel: str | Channel = "general") -> list[Message]:
        return self.server.messages(channel)

    def results(self, channel: str | Channel = "general") -> list[Message]:
        """Messages with the buttons of a result."""
        return [each for each in self.messages(channel) if "easel_refine" in ids(each)]

    async def result(self, channel: str | Channel = "general", nth: int = 1) -> Message:
        """The nth result, once it stands there."""
        found = await self.server.until(lambda: len(self.results(channel)) >= nth and self.results(channel), 15)
        return found[nth - 1]

    async def whispered(self, person: Person, part: str) -> Message:
        """What a person alone was told."""

        def found() -> Message | None:
            return next((each for each in person.ephemerals if part in read(each)), None)

        return await self.server.until(found)

    async def modal(self, person: Person, title: str = "") -> View:
        def found() -> View | None:
            return person.modal if person.modal and title in person.modal.content["title"]["text"] else None

        return await self.server.until(found)

    # --- what stands in the rows ----------------------------------------------------------------------------------

    async def creations(self) -> list[Creation]:
        query = select(Creation).order_by(col(Creation.created_at))
        return await self.app.database.read(lambda session: list(session.exec(query)))

    async def assets(self) -> list[Asset]:
        query = select(Asset).where(Asset.kind != "upload").order_by(col(Asset.seq))
        return await self.app.database.read(lambda session: list(session.exec(query)))

    async def until_made(self, count: int) -> list[Asset]:
        """So many results, wherever they stand."""
        return await self._until(self.assets, count)

    async def until_asked(self, count: int) -> list[Creation]:
        return await self._until(self.creations, count)

    async def _until(self, read_rows: Any, count: int) -> Any:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(15):
                while len(found := await read_rows()) < count:
                    await asyncio.sleep(0.02)
                return found
        stand = [(each.prompt, each.action, each.state, each.error_code) for each in await self.creations()]
        raise AssertionError(
            f"{len(found)} of {count}; {stand}; told: {[read(each) for each in self.server.ephemerals]}"
        )

    async def rows(self, work: Any) -> Any:
        def inside(session: Session) -> Any:
            return work(session)

        return await self.app.database.read(inside)


def blocks_of(shown: Message | View) -> list[Any]:
    """What a reader sees, also of a message that is still being streamed."""
    return shown.blocks if isinstance(shown, View) else list(shown.described().get("blocks", []))


def ids(shown: Message | View) -> list[str]:
    """The action ids that stand on a message or a view."""
    return [
        str(element["action_id"])
        for block in blocks_of(shown)
        for element in [*_elements(block), *(each for card in block.get("elements", []) for each in _elements(card))]
        if isinstance(element, dict) and "action_id" in element
    ]


def _elements(block: Any) -> Sequence[Any]:
    if not isinstance(block, dict):
        return ()
    single = [block[name] for name in ("accessory", "element") if name in block]
    actions = block.get("actions", []) if block.get("type") == "card" else []
    return [*(block.get("elements") or []), *single, *actions]


def read(shown: Any) -> str:
    """Every word on a message or a view."""
    if isinstance(shown, Message):
        return f"{shown.text} {read(blocks_of(shown))}"
    if isinstance(shown, View):
        return read(shown.content)
    if isinstance(shown, Mapping):
        return " ".join(read(each) for name, each in shown.items() if name not in ("type", "block_id", "action_id"))
    if isinstance(shown, list | tuple):
        return " ".join(map(read, shown))
    return str(shown) if isinstance(shown, str) else ""


def slack_settings(server: SlackServer, folder: Path, transport: str, **more: Any) -> Settings:
    workspace = server.workspace("T1", scopes=scopes())
    secret = (
        {"SLACK_APP_TOKEN": workspace.app_token}
        if transport == "socket"
        else {"SLACK_SIGNING_SECRET": workspace.signing_secret}
    )
    facts = {
        "EASEL_DATA_DIR": folder / "data",
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_API_BASE_URL": server.api_url,
        **secret,
        **more,
    }
    return Settings(_env_file=None, **{name: value for name, value in facts.items() if value is not None})


def declared(server: SlackServer) -> None:
    """The app as its manifest declares it, no more."""
    made = manifest()
    server.app.commands = frozenset(each["command"] for each in made["features"]["slash_commands"])
    server.app.events = frozenset(made["settings"]["event_subscriptions"]["bot_events"])


@asynccontextmanager
async def slack_house(
    folder: Path,
    *,
    transport: str = "socket",
    planner: Planner | None = None,
    provider: Provider | None = None,
    worker: bool = True,
    server: SlackServer | None = None,
    catalogue: tuple[Model, ...] | None = None,
    **more: Any,
) -> AsyncIterator[SlackHouse]:
    """Open Slack, then Easel in it, listening by a socket or by signed HTTP."""
    async with AsyncExitStack() as stack:
        slack = server or await stack.enter_async_context(SlackServer(processing_s=0.02))
        slack.limits.enabled = False
        declared(slack)
        planned = planner or ScriptedPlanner(calls(picture()))
        made = provider or ScriptedProvider()
        app = await stack.enter_async_context(
            running(
                furnish(slack_settings(slack, folder, transport, **more)),
                worker=worker,
                listen=True,
                planner=planned,
                providers={made.name: made},
                models=catalogue or models(),
            )
        )
        await app.surfaces_open.wait()
        url = await stack.enter_async_context(served(replace(web_of(app), slack=app.surfaces["slack"].http)))
        await _heard(slack, transport, url)
        yield SlackHouse(app=app, server=slack, planner=planned, provider=made, url=url)


async def _heard(slack: SlackServer, transport: str, url: str) -> None:
    for name in ("ada", "bob"):
        slack.workspace("T1").person(name)
    if transport == "http":
        await slack.deliver_to(f"{url}/slack/events")
    else:
        slack.deliver_by_socket()
        await slack.until(lambda: slack.sockets.open)
