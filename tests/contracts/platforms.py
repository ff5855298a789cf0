"""The chat platforms that adapters are held against, each seen in the same few words: roots, statuses, results."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.discord import places as discord_places
from bot.settings import Settings
from core.chat import Adapter, ThreadRef
from core.native.pool import NativePool
from tests.bot.discord import outbound as discord_side
from tests.bot.slack import outbound as slack_side
from tests.fakes import discord
from tests.fakes.adapter import MemoryChat, Posted
from tests.fakes.house import House
from tests.fakes.house import opened as opened_house
from tests.fakes.slack import faults

CONTAINER = 17


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as a person sees it."""

    text: str
    files: int


class Platform(Protocol):
    """One platform, and the faults that every one of them can have."""

    name: str
    adapter: Adapter
    account: str

    def new_thread(self, event: str) -> ThreadRef: ...

    def roots(self) -> list[Seen]: ...

    def statuses(self) -> list[Seen]: ...

    def results(self) -> list[Seen]: ...

    def pings(self) -> int: ...

    def lose(self, role: str) -> None:
        """The next message of this role is written, and its answer never comes."""

    def throttle(self) -> None:
        """Some edits are answered with 429 from now on."""

    def vanish(self, thread: ThreadRef) -> None:
        """The place is gone for Easel."""


@dataclass(slots=True)
class Memory:
    """The platform in memory that other tests use: it must keep the same promises."""

    name = "chat"
    account = ""
    adapter: MemoryChat = field(default_factory=MemoryChat)

    def new_thread(self, event: str) -> ThreadRef:
        return ThreadRef.to_open("chat", "W1", "C1", event)

    def roots(self) -> list[Seen]:
        return self._seen(lambda each: each.role == "root")

    def statuses(self) -> list[Seen]:
        return self._seen(lambda each: each.role == "status")

    def results(self) -> list[Seen]:
        return self._seen(lambda each: bool(each.files))

    def pings(self) -> int:
        return 0

    def lose(self, role: str) -> None:
        lost: list[str] = []
        self.adapter.lose = lambda post: post.role.startswith(role) and not lost and not lost.append(post.id)  # type: ignore[func-returns-value]

    def throttle(self) -> None:
        edits = iter(range(100_000))
        self.adapter.refuse = lambda method: method == "edit" and next(edits) % 2 == 0

    def vanish(self, thread: ThreadRef) -> None:
        self.adapter.gone.add(thread.channel)

    def _seen(self, wanted: Callable[[Posted], bool]) -> list[Seen]:
        there = [each for each in self.adapter.messages.values() if not each.deleted and wanted(each)]
        return [Seen(str(each.shows.state), len(each.files)) for each in there]


@dataclass(slots=True)
class Discord:
    """discord.py against the strict local Discord."""

    scene: discord_side.Scene
    name: str = "discord"

    @property
    def adapter(self) -> Adapter:
        return self.scene.adapter

    @property
    def account(self) -> str:
        return str(self.scene.ada.id)

    def new_thread(self, event: str) -> ThreadRef:
        number = 1_000 + sum(event.encode())
        return discord_places.to_open(int(self.scene.guild.id), int(self.scene.channel.id), number)

    def roots(self) -> list[Seen]:
        return [Seen(one.text, len(one.files)) for one in self.scene.discord.messages(self.scene.channel)]

    def statuses(self) -> list[Seen]:
        return [Seen(one.text, 0) for one in self._written() if _boxed(one)]

    def results(self) -> list[Seen]:
        return [Seen(one.text, len(one.files)) for one in self._written() if not _boxed(one)]

    def pings(self) -> int:
        return len(self.scene.discord.bot_pings)

    def lose(self, role: str) -> None:
        gaps = {"root": 0, "status": 1, "result": 2}[role]
        self.scene.discord.script("send", *[discord.fine() for _ in range(gaps)], discord.drops())

    def throttle(self) -> None:
        for _ in range(6):
            self.scene.discord.script("edit", discord.throttles(0.05), discord.fine())

    def vanish(self, thread: ThreadRef) -> None:
        self.scene.discord.delete(self.scene.channel)

    def _written(self) -> list[discord.Message]:
        threads = self.scene.discord.threads(self.scene.channel)
        return [one for thread in threads for one in self.scene.discord.messages(thread) if one.text]


def _boxed(message: discord.Message) -> bool:
    """A status stands in a container; a result shows itself."""
    return bool(message.components) and message.components[0]["type"] == CONTAINER


@dataclass(slots=True)
class Slack:
    """slack_sdk against the strict local Slack."""

    stage: slack_side.Stage
    name: str = "slack"

    @property
    def adapter(self) -> Adapter:
        return self.stage.adapter

    @property
    def account(self) -> str:
        return self.stage.ada.id

    def new_thread(self, event: str) -> ThreadRef:
        return slack_side.to_open(slack_side.TEAM, self.stage.channel().id, event)

    def roots(self) -> list[Seen]:
        return [Seen(one.text, 0) for one in self.stage.roots]

    def statuses(self) -> list[Seen]:
        return [Seen(one.text, 0) for one in self.stage.statuses]

    def results(self) -> list[Seen]:
        files = sum(len(one.files) for one in self.stage.attached)
        return [Seen(one.text, files) for one in self.stage.results]

    def pings(self) -> int:
        return len(self.stage.slack.pings)

    def lose(self, role: str) -> None:
        method, gaps = {"root": ("chat.postMessage", 0), "status": ("chat.startStream", 0)}.get(
            role, ("chat.postMessage", 1)
        )
        self.stage.slack.fail(method, *[faults.fine() for _ in range(gaps)], faults.lose_answer())

    def throttle(self) -> None:
        self.stage.slack.limits.every("chat.update", 2)

    def vanish(self, thread: ThreadRef) -> None:
        self.stage.slack.always("chat.postMessage", faults.error("channel_not_found"))
        self.stage.slack.always("chat.startStream", faults.error("channel_not_found"))


@dataclass(frozen=True, slots=True)
class Stage:
    """A whole Easel that writes to one platform, and a person on it."""

    house: House
    on: Platform
    ada: str


@asynccontextmanager
async def stage(name: str, settings: Settings, pool: NativePool, **more: Any) -> AsyncIterator[Stage]:
    """Open one; `more` goes to the house."""
    async with STAGES[name](settings, pool, more) as built:
        yield built


@asynccontextmanager
async def _memory(settings: Settings, pool: NativePool, more: dict[str, Any]) -> AsyncIterator[Stage]:
    on = Memory()
    async with opened_house(settings, adapters={"chat": on.adapter}, **more) as house:
        yield Stage(house, on, house.ada)


@asynccontextmanager
async def _discord(settings: Settings, pool: NativePool, more: dict[str, Any]) -> AsyncIterator[Stage]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with discord_side.scene(settings.data_dir, pool) as scene:
        scene.adapter.opening_s = 0  # no listener here opens anything
        async with opened_house(settings, adapters={"discord": scene.adapter}, **more) as house:
            ada = await house.app.chats.person("discord", "", str(scene.ada.id), "Ada")
            yield Stage(house, Discord(scene), ada)


@asynccontextmanager
async def _slack(settings: Settings, pool: NativePool, more: dict[str, Any]) -> AsyncIterator[Stage]:
    async with slack_side.stage(settings, **more) as built:
        yield Stage(built.house, Slack(built), built.ada_id)


STAGES = {"memory": _memory, "discord": _discord, "slack": _slack}
