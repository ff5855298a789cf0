"""Easel's outbound half in front of a strict Slack: whole houses that write, and single views to look at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session

from bot.settings import Settings
from bot.slack.adapter import SlackAdapter
from bot.slack.clients import Clients
from bot.slack.places import thread, to_open
from core.agent.messages import Planner
from core.creation.view import AssetView, CreationView, ErrorView, StepView
from core.providers.base import Provider
from storage import people, posts
from storage.tables import CreationState, Post, PostState, StepState
from tests.fakes.house import House, opened
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import MANIFEST_SCOPES
from tests.fakes.slack.person import Person
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel

SCOPES = MANIFEST_SCOPES | {"chat:write.public", "channels:read", "groups:read", "users:read"}
TEAM = "T1"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A house, its adapter, and the Slack that it writes to. `ada` asks."""

    house: House
    slack: SlackServer
    adapter: SlackAdapter
    clients: Clients
    ada: Person
    ada_id: str

    def channel(self, name: str = "general", **more: Any) -> Channel:
        return self.slack.workspace(TEAM).channel(name, **more)

    async def ask(self, prompt: str = "a lighthouse", *, channel: str = "", **more: Any) -> CreationView:
        """A wish as the listener records it: its thread is still to be opened."""
        home = to_open(TEAM, channel or self.channel().id, more.pop("event", f"e:{prompt}"))
        return await self.house.ask(prompt, by=self.ada_id, surface="slack", thread=home, **more)

    async def shown(self, view: CreationView, within_s: float = 20) -> CreationView:
        """The creation's end, once its thread shows all of it."""
        ended = await self.house.end(view, by=self.ada_id, within_s=within_s)
        await self.slack.until(lambda: self._shows(ended), within_s)
        async with asyncio.timeout(within_s):
            while not await self.house.read(lambda session: _noted(session, ended.id)):
                await asyncio.sleep(0.02)
        return ended

    def _shows(self, ended: CreationView) -> bool:
        values = {each["value"] for message in self.all() for each in buttons(message)}
        over = not any(each["action_id"] == "easel_cancel" for each in buttons(self.status) or [{"action_id": ""}])
        return over and all(asset.id in values for asset in ended.assets)

    def all(self) -> list[Message]:
        channels = self.slack.workspace(TEAM).channels
        return [message for channel in list(channels) for message in self.slack.messages(channels[channel])]

    @property
    def roots(self) -> list[Message]:
        return [one for one in self.all() if one.by_bot and one.root_ts == one.ts]

    @property
    def statuses(self) -> list[Message]:
        written = [one for one in self.all() if one.by_bot and one.root_ts != one.ts and one.subtype != "file_share"]
        return [one for one in written if not any(each["action_id"] == "easel_refine" for each in buttons(one))]

    @property
    def status(self) -> Message:
        found = self.statuses
        assert len(found) <= 1, "two status messages"
        return found[0] if found else Message(team=TEAM, channel="", ts="", user="")

    @property
    def results(self) -> list[Message]:
        return [one for one in self.all() if any(each["action_id"] == "easel_refine" for each in buttons(one))]

    @property
    def attached(self) -> list[Message]:
        return [one for one in self.all() if one.by_bot and one.subtype == "file_share" and one.files]

    def posts_of(self, *methods: str) -> int:
        return len([one for one in self.slack.requests.to(*methods) if one.ok])


def _noted(session: Session, creation_id: str) -> bool:
    return all(post.state == PostState.SENT for post in posts.of(session, creation_id))


@dataclass(frozen=True, slots=True)
class Outbound:
    """A surface that only writes; the house closes it when its engine has come to rest."""

    adapter: SlackAdapter

    async def run(self) -> None:
        await asyncio.Event().wait()

    def not_ready(self) -> list[str]:
        return []

    async def http(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound

    async def close(self) -> None:
        await self.adapter.close()


@asynccontextmanager
async def stage(
    settings: Settings,
    *,
    slack: SlackServer | None = None,
    planner: Planner | None = None,
    provider: Provider | None = None,
    scopes: frozenset[str] = SCOPES,
    **more: Any,
) -> AsyncIterator[Stage]:
    """A house with a worker. An own `slack` outlives it."""
    if slack is None:
        async with (
            SlackServer() as own,
            stage(settings, slack=own, planner=planner, provider=provider, scopes=scopes, **more) as built,
        ):
            yield built
        return
    workspace = slack.workspace(TEAM, scopes=scopes)
    ada = workspace.person("ada")
    told = told_of(settings, slack)
    clients = Clients(told)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(clients.close)
        house = await closing.enter_async_context(opened(settings, planner=planner, provider=provider, **more))
        app = house.app
        adapter = SlackAdapter(clients, app.database, app.pool)
        app.delivery.adapters["slack"] = adapter
        app.surfaces["slack"] = Outbound(adapter)
        ada_id = await app.database.write(lambda session: people.user_of(session, "slack", TEAM, ada.id, "Ada").id)
        yield Stage(house=house, slack=slack, adapter=adapter, clients=clients, ada=ada, ada_id=ada_id)


def told_of(settings: Settings, slack: SlackServer) -> Settings:
    """The settings of an operator who set Slack up."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        EASEL_DATA_DIR=settings.data_dir,
        SLACK_API_BASE_URL=slack.api_url,
        SLACK_BOT_TOKEN=slack.workspace(TEAM).bot_token,
    )


def buttons(message: Message) -> list[dict[str, Any]]:
    """Every button of a message, in order."""
    blocks = message.described().get("blocks", [])
    rows = [block for block in blocks if block["type"] in ("actions", "section")]
    elements = [each for row in rows for each in row.get("elements") or [row.get("accessory")] if each]
    return [{"value": "", **each} for each in elements if each.get("action_id") and each["type"] == "button"]


def labels(message: Message) -> list[str]:
    return [each["text"]["text"] for each in buttons(message)]


def plan_of(message: Message) -> dict[str, Any]:
    (plan,) = [block for block in message.described()["blocks"] if block["type"] == "plan"]
    return plan


async def validated(slack: SlackServer, blocks: list[dict[str, Any]]) -> None:
    """Raises what Slack finds wrong with a message's blocks."""
    client = AsyncWebClient(slack.workspace(TEAM).bot_token, base_url=slack.api_url)
    await client.api_call("blocks.validate", json={"blocks": blocks})  # the SDK's own method uses the address line


# --- views ------------------------------------------------------------------------------------------------------------


def step(index: int = 0, state: StepState = StepState.PENDING, **more: Any) -> StepView:
    facts: dict[str, Any] = {
        "id": f"{index:032x}",
        "index": index,
        "tool": "generate_image",
        "title": f"Picture: number {index}",
        "state": state,
        "provider": None,
        "model": None,
        "detail": "",
        "progress": None,
        "preview": None,
        "error_code": None,
        "cost_usd": 0.0,
    }
    return StepView(**(facts | more))


def asset(index: int = 0, **more: Any) -> AssetView:
    facts: dict[str, Any] = {
        "id": f"{index + 4096:032x}",
        "kind": "image",
        "tool": "generate_image",
        "media_type": "image/png",
        "size_bytes": 1000,
        "width": 1536,
        "height": 1024,
        "duration_s": None,
        "asked": "a lighthouse",
        "prompt": "a lighthouse at dusk, wide, warm light",
        "alt_text": "A lighthouse",
        "provider": "fake",
        "model": "FLUX 1.1",
        "seed": 7,
        "version": f"v1{'bcdefghijk'[index - 1] if index else ''}",
        "parent_id": None,
        "creation_id": "c" * 32,
        "favourite": False,
        "visibility": "private",
        "safety": "",
        "cost_usd": 0.04,
        "created_at": AT,
        "has_thumbnail": True,
    }
    return AssetView(**(facts | more))


def view(state: CreationState = CreationState.RUNNING, **more: Any) -> CreationView:
    facts: dict[str, Any] = {
        "id": "c" * 32,
        "thread": str(thread(TEAM, "C1", "1.1")),
        "title": "a lighthouse",
        "state": state,
        "revision": 3,
        "prompt": "a lighthouse",
        "action": None,
        "inputs": (),
        "reply": "",
        "steps": (),
        "assets": (),
        "cost_usd": 0.0,
        "estimate_usd": 0.0,
        "max_usd": 0.0,
        "queue_place": None,
        "eta_s": None,
        "error": None,
        "created_at": AT,
        "finished_at": AT + timedelta(seconds=12) if state.final else None,
    }
    return CreationView(**(facts | more))


def failed(words: str = "The picture could not be made.") -> ErrorView:
    return ErrorView("failed", words)


def post_of(role: str, place: str, **more: Any) -> Post:
    return Post(creation_id="c" * 32, user_id="u" * 32, role=role, thread=place, **more)
