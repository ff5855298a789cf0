"""A message, everything it ever said, and the stream it may be."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.file import File

Json = dict[str, Any]
STREAM_S = 300
"""A stream dies about 5 min after its start, even while active (github.com/slackapi/python-slack-sdk/issues/1859)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message said until it was edited."""

    at: float
    text: str
    blocks: tuple[Json, ...]


@dataclass(slots=True, kw_only=True)
class Stream:
    """The streaming state of a message."""

    started_at: float
    state: str = "in_progress"
    """`in_progress`, `completed`, `stopped_by_user`, or `dead`: killed by a test. Age is looked at when asked."""
    uses_chunks: bool | None = None
    mode: str = "timeline"
    text: str = ""
    plan_title: str | None = None
    tasks: dict[str, Json] = field(default_factory=dict)
    blocks: list[Json] = field(default_factory=list)
    appends: int = 0

    def alive(self, now: float) -> bool:
        return self.state == "in_progress" and now - self.started_at < STREAM_S

    def broken(self, now: float) -> bool:
        """Whether readers see a broken pill: it died without having been stopped."""
        return self.state == "dead" or (self.state == "in_progress" and not self.alive(now))

    def shown(self) -> list[Json]:
        """What readers see, as blocks."""
        cards = [_card(task) for task in self.tasks.values()]
        plan: list[Json] = [{"type": "plan", "title": self.plan_title or "", "tasks": cards}]
        body = plan if self.mode == "plan" and (cards or self.plan_title) else cards
        words: list[Json] = [{"type": "markdown", "text": self.text}] if self.text else []
        return body + words + self.blocks


def _card(task: Json) -> Json:
    card = {"type": "task_card", "task_id": task["id"], "title": task["title"], "status": task["status"]}
    for name in ("details", "output"):
        if task.get(name):
            element = {"type": "rich_text_section", "elements": [{"type": "text", "text": task[name]}]}
            card[name] = {"type": "rich_text", "elements": [element]}
    return card | ({"sources": task["sources"]} if task.get("sources") else {})


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """One message in a channel, or an ephemeral one that a single person sees."""

    team: str
    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    subtype: str | None = None
    metadata: Json | None = None
    files: list[File] = field(default_factory=list)
    edits: list[Version] = field(default_factory=list)
    """What it said before, oldest first."""
    edited_ts: str | None = None
    deleted: bool = False
    ephemeral_to: str | None = None
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    broadcast: bool = False
    stream: Stream | None = None
    open_tasks: tuple[str, ...] = ()
    """Ids of tasks that stood `pending` or `in_progress` when the stream was stopped: they spin for ever."""
    reactions: list[tuple[str, str]] = field(default_factory=list)
    posted_at: float = 0

    @property
    def by_bot(self) -> bool:
        return self.bot_id is not None

    @property
    def root_ts(self) -> str:
        return self.thread_ts or self.ts

    def described(self) -> Json:
        """As the API and events show it."""
        body: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": self.team}
        optional = {
            "subtype": self.subtype,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "thread_ts": self.thread_ts,
            "blocks": self.stream.shown() if self.stream and self.stream.state != "completed" else self.blocks,
            "attachments": self.attachments,
            "files": [file.described() for file in self.files],
            "edited": {"user": self.user, "ts": self.edited_ts} if self.edited_ts else None,
            "streaming_state": self.stream.state if self.stream else None,
        }
        return body | {name: value for name, value in optional.items() if value}

    def said(self) -> str:
        """Everything a reader reads, for `in` in tests: text and every text in the blocks."""
        return "\n".join([self.text, *(_words(block) for block in self.described().get("blocks", []))])


def _words(value: Any) -> str:
    if isinstance(value, str):
        return ""
    if isinstance(value, list):
        return "\n".join(filter(None, map(_words, value)))
    if isinstance(value, dict):
        own = [value[name] for name in ("text", "title", "alt_text") if isinstance(value.get(name), str)]
        return "\n".join([*own, *filter(None, map(_words, value.values()))])
    return ""
