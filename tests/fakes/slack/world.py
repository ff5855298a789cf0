"""What every part of this Slack shares."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.faults import Script
from tests.fakes.slack.file import File
from tests.fakes.slack.journal import Journal
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.mentions import Link, Ping
from tests.fakes.slack.message import Message
from tests.fakes.slack.view import Triggers, View
from tests.fakes.slack.workspace import Token, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack.deliver import Deliveries
    from tests.fakes.slack.errors import Refused
    from tests.fakes.slack.response_urls import ResponseUrls

EVENTS = frozenset(
    {
        *("app_home_opened", "app_mention", "message.channels", "message.groups", "message.im"),
        *("agent_session_stopped", "app_uninstalled", "tokens_revoked", "member_joined_channel", "channel_archive"),
    }
)


@dataclass(slots=True, kw_only=True)
class App:
    """The app as its settings page shows it."""

    id: str = "A1"
    client_id: str = "111.222"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12))
    app_token: Token = field(
        default_factory=lambda: Token(
            value=f"xapp-1-A1-{secrets.token_hex(12)}",
            kind="app",
            team=None,
            scopes=frozenset({"connections:write"}),
        )
    )
    commands: frozenset[str] | None = None
    """Declared slash commands; None: any."""
    events: frozenset[str] = EVENTS
    """Subscribed events."""
    home: bool = True
    messages_tab: bool = True
    agent: bool = True


@dataclass(slots=True, kw_only=True)
class AgentState:
    """What agents.sessions.setStatus and assistant.threads.* made of a thread."""

    status: str | None = None
    title: str | None = None
    line: str = ""
    """The words of assistant.threads.setStatus."""
    prompts: list[Any] = field(default_factory=list)
    history: list[str] = field(default_factory=list)


class World:
    """All state, and the bell that rings when any of it changes."""

    def __init__(self, clock: SlackClock, processing_s: float, ack_s: float) -> None:
        self.clock = clock
        self.processing_s, self.ack_s = processing_s, ack_s
        self.echo = True
        self.base_url: Callable[[], str] = lambda: ""
        self.app = App()
        self.tokens: dict[str, Token] = {self.app.app_token.value: self.app.app_token}
        self.workspaces: dict[str, Workspace] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.ephemerals: list[Message] = []
        self.agent: dict[tuple[str, str, str | None], AgentState] = {}
        self.pings: list[Ping] = []
        self.links: list[Link] = []
        self.limits, self.script, self.journal = Limits(clock), Script(), Journal()
        self.triggers = Triggers(clock)
        self.deliveries: Deliveries
        self.response_urls: ResponseUrls
        self.refused_answers: list[Refused] = []
        """Answers to submissions and commands that Slack could not make sense of."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Event()
        self._files_made = 0

    def changed(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, true: Callable[[], Any], timeout_s: float = 5) -> Any:
        """What `true` returns as soon as that is truthy; looked at whenever anything changes here, and every 50 ms."""
        async with asyncio.timeout(timeout_s):
            while not (found := true()):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.05)
        return found

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def next_file_id(self) -> str:
        self._files_made += 1
        return f"F{self._files_made:06d}"

    def agent_state(self, team: str, channel: str, thread_ts: str | None) -> AgentState:
        return self.agent.setdefault((team, channel, thread_ts), AgentState())
