"""What Slack sends to the app: each delivery, its tries, and what came back.

An event that is not acknowledged within 3 s is sent again at once, after 1 min and after 5 min
(docs.slack.dev/apis/events-api#retries); commands and interactions are sent once.
"""

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.fakes.slack import events
from tests.fakes.slack.message import Message
from tests.fakes.slack.workspace import Channel, Workspace
from tests.fakes.slack.world import World

Json = dict[str, Any]
AGAIN_AFTER_S = (0, 60, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one try ended. `fault`: None when acknowledged, else `http_timeout`, `http_error`, `connection_failed`."""

    fault: str | None = None
    latency_s: float = 0
    answer: Any = None
    final: bool = False
    """The app asked for no further tries (x-slack-no-retry)."""


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One event, command or interaction on its way to the app."""

    kind: str
    """`events_api`, `slash_commands` or `interactive`."""
    team: str
    payload: Json
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    tries: list[Outcome] = field(default_factory=list)
    done: bool = False
    lost: bool = False
    """Every try failed."""
    task: asyncio.Task[Any] | None = None
    tried: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after the first try."""

    @property
    def acked(self) -> bool:
        return bool(self.tries) and self.tries[-1].fault is None

    @property
    def ack_s(self) -> float | None:
        """From the last try to its acknowledgement."""
        return self.tries[-1].latency_s if self.acked else None

    @property
    def answer(self) -> Any:
        return self.tries[-1].answer if self.acked else None

    @property
    def event(self) -> Json:
        return dict(self.payload.get("event", {}))

    async def finished(self) -> "Delivery":
        if self.task:
            await asyncio.shield(self.task)
        return self


class Transport(Protocol):
    """Sockets, or signed HTTP."""

    reachable: asyncio.Event

    async def carry(self, delivery: Delivery, again: int, reason: str | None) -> Outcome: ...


class Deliveries(list[Delivery]):
    """All of them, oldest first."""

    def __init__(self, world: World, transport: Transport) -> None:
        super().__init__()
        self._world, self.transport = world, transport
        self.copies = 1
        """How often each event is delivered: 2 sends a second copy right after the first was acknowledged."""

    def send(self, kind: str, workspace: Workspace, payload: Json) -> Delivery:
        delivery = Delivery(kind=kind, team=workspace.id, payload=payload)
        self.append(delivery)
        delivery.task = self._world.spawn(self._carry(delivery))
        return delivery

    async def _carry(self, delivery: Delivery) -> None:
        await self._try(delivery, 0, None)
        if delivery.kind == "events_api":
            await self._again(delivery)
            for _ in range(self.copies - 1 if delivery.acked else 0):
                await self._try(delivery, 0, None)
        delivery.done, delivery.lost = True, not delivery.acked
        self._world.changed()

    async def _again(self, delivery: Delivery) -> None:
        for number, pause_s in enumerate(AGAIN_AFTER_S, start=1):
            last = delivery.tries[-1]
            if last.fault is None or last.final:
                return
            gone = last.fault == "connection_failed"
            await self._world.clock.sleep(pause_s, self.transport.reachable if gone else None)
            await self._try(delivery, number, last.fault)

    async def _try(self, delivery: Delivery, again: int, reason: str | None) -> None:
        delivery.tries.append(await self.transport.carry(delivery, again, reason))
        delivery.tried.set()
        self._world.changed()

    # --- events ---------------------------------------------------------------------------------------------------

    def event(self, workspace: Workspace, event: Json, *, last_words: bool = False) -> Delivery | None:
        """Sends it if the app is subscribed, installed and has the scope; `last_words` go out after that."""
        wanted, scope = events.subscription(event)
        token = workspace.token
        if wanted not in self._world.app.events or token is None:
            return None
        if not last_words and (token.state != "live" or (scope and scope not in token.scopes)):
            return None
        return self.send("events_api", workspace, events.envelope(self._world.app, workspace, event))

    def message(self, workspace: Workspace, channel: Channel, message: Message) -> list[Delivery]:
        """A message in a channel the app is in: `message`, and `app_mention` beside it where it is named."""
        if workspace.bot_user_id not in channel.members or (message.by_bot and not self._world.echo):
            return []
        body = events.message(channel, message)
        sent = [self.event(workspace, body)]
        named = f"<@{workspace.bot_user_id}>" in message.text and not channel.im_user
        if named and not message.by_bot:
            sent.append(self.event(workspace, events.app_mention(channel, message)))
        return [one for one in sent if one]

    def message_changed(self, workspace: Workspace, channel: Channel, message: Message) -> None:
        if workspace.bot_user_id in channel.members and (self._world.echo or not message.by_bot):
            self.event(workspace, events.message_changed(workspace, channel, message))

    def message_deleted(self, workspace: Workspace, channel: Channel, message: Message) -> None:
        if workspace.bot_user_id in channel.members and (self._world.echo or not message.by_bot):
            self.event(workspace, events.message_deleted(workspace, channel, message))

    def member_joined(self, workspace: Workspace, channel: Channel, user: str) -> Delivery | None:
        return self.event(workspace, events.member_joined(workspace, channel, user))
