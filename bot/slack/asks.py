"""Who asks for something in Slack, where, and by which delivery: parsed from whatever Slack sends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.slack.places import PLATFORM
from core.chat import FileRef, MessageRef, ThreadRef

Payload = Mapping[str, Any]
GONE_FILES = frozenset({"tombstone", "hidden_by_limit", "external"})
"""Modes of files that cannot be downloaded: https://docs.slack.dev/reference/objects/file-object"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One person's word to Easel, and the ways to answer it."""

    team: str
    user: str
    event: str
    """Names this delivery within its workspace; a repeated delivery has the same."""
    name: str = ""
    is_member: bool = False
    """They are of this team; in a channel that teams share, people of others speak as well."""
    channel: str = ""
    """Empty where they asked from the Home tab or a global shortcut."""
    message: str = ""
    """The message that they wrote, or on which they pressed."""
    thread: str = ""
    trigger: str = ""
    response_url: str = ""
    view: str = ""
    """`home` or `modal` where they pressed inside a view."""
    view_id: str = ""
    is_ephemeral: bool = False
    """The message is theirs alone to see, and no thread can hang from it."""
    notes: Payload = field(default_factory=dict)
    """What Easel itself wrote into the view that this comes from."""

    @property
    def key(self) -> str:
        """What the wish is recorded under."""
        return f"{PLATFORM}:{self.team}:{self.event}"

    @property
    def place(self) -> ThreadRef:
        """The thread of the message; one that has none yet begins it."""
        thread = self.thread or self.message
        return ThreadRef(platform=PLATFORM, workspace=self.team, channel=self.channel, thread=thread)

    @property
    def through(self) -> MessageRef | None:
        """The message, as what it shows may be started from."""
        return MessageRef(self.place, self.message) if self.message and not self.is_ephemeral else None

    @property
    def is_dm(self) -> bool:
        """Asked in direct messages."""
        return self.channel.startswith("D")

    def opening(self, channel: str) -> ThreadRef:
        """A thread that is still to be opened in a channel."""
        return ThreadRef.to_open(PLATFORM, self.team, channel, self.event)

    def origin(self) -> dict[str, str]:
        """What a view keeps of the place it was opened from."""
        kept = {"channel": self.channel, "thread": self.thread, "message": "" if self.is_ephemeral else self.message}
        return {name: value for name, value in kept.items() if value}

    @classmethod
    def of(cls, body: Payload) -> "Ask":
        """Read any payload: an event, a command, a press, a shortcut, a submitted view."""
        if "event" in body:
            return _of_event(body)
        if "command" in body:
            return _of_command(body)
        return _of_interaction(body)


def files_of(listed: Any) -> tuple[FileRef, ...]:
    """What is attached to a message or a form, as far as it can be fetched."""
    return tuple(
        FileRef(str(file["id"]), str(file.get("name") or file["id"]))
        for file in listed or ()
        if file.get("id") and file.get("mode") not in GONE_FILES
    )


def _of_event(body: Payload) -> Ask:
    event = body["event"]
    channel, ts = str(event.get("channel") or ""), str(event.get("ts") or "")
    installed = (body.get("authorizations") or [{}])[0]  # in a shared channel, the event may be another team's
    team = str(installed.get("team_id") or body.get("team_id") or "")
    return Ask(
        team=team,
        user=str(event.get("user") or ""),
        is_member=bool(team) and (event.get("user_team") or event.get("team")) == team,
        event=f"{channel}:{ts}" if ts else str(body.get("event_id") or ""),
        channel=channel,
        message=ts,
        thread=str(event.get("thread_ts") or ""),
    )


def _of_command(body: Payload) -> Ask:
    return Ask(
        team=str(body["team_id"]),
        user=str(body["user_id"]),
        event=str(body["trigger_id"]),
        name=str(body.get("user_name") or ""),
        is_member=True,  # a team's commands are offered to nobody else
        channel=str(body["channel_id"]),
        trigger=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
    )


def _of_interaction(body: Payload) -> Ask:
    user = body["user"]
    ask = Ask(
        team=str((body.get("team") or {}).get("id") or user.get("team_id") or ""),
        user=str(user["id"]),
        event=_event_of(body),
        name=str(user.get("username") or user.get("name") or ""),
        is_member=bool(user.get("team_id")) and user.get("team_id") == (body.get("team") or {}).get("id"),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
    )
    if "view" in body:
        return _in_view(ask, body["view"])
    container, message = body.get("container") or {}, body.get("message") or {}
    return replace(
        ask,
        channel=str((body.get("channel") or {}).get("id") or ""),
        message=str(container.get("message_ts") or body.get("message_ts") or ""),
        thread=str(container.get("thread_ts") or message.get("thread_ts") or ""),
        is_ephemeral=bool(container.get("is_ephemeral")),
    )


def _event_of(body: Payload) -> str:
    """A form is sent once; a press or a shortcut has its own moment."""
    if body["type"] == "view_submission":
        return f"view:{body['view']['id']}"
    presses = body.get("actions") or [body]
    return f"{body['user']['id']}:{presses[0].get('action_ts') or body.get('trigger_id')}"


def _in_view(ask: Ask, view: Payload) -> Ask:
    notes = json.loads(view.get("private_metadata") or "{}")
    return replace(
        ask,
        view=str(view["type"]),
        view_id=str(view.get("id") or ""),
        notes=notes,
        channel=str(notes.get("channel") or ""),
        thread=str(notes.get("thread") or ""),
        message=str(notes.get("message") or ""),
    )
