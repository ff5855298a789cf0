"""Events as the Events API words them: docs.slack.dev/reference/events."""

import time
import uuid
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.message import Message
from tests.fakes.slack.workspace import Channel, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack.world import App

Json = dict[str, Any]
MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "agent_session_stopped": "assistant:write",
}


def subscription(event: Json) -> tuple[str, str | None]:
    """The event's name on the subscriptions page, and the scope it needs."""
    name = MESSAGE_EVENTS[event["channel_type"]] if event["type"] == "message" else event["type"]
    return name, SCOPES.get(name)


def envelope(app: "App", workspace: Workspace, event: Json) -> Json:
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.id,
        "user_id": workspace.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": app.verification_token,
        "team_id": workspace.id,
        "context_team_id": workspace.id,
        "context_enterprise_id": None,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid.uuid4().hex[:12].upper()}",
        "event_time": int(time.time()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{uuid.uuid4().hex}",
    }


def message(channel: Channel, sent: Message) -> Json:
    body = sent.described() | {"channel": channel.id, "channel_type": channel.kind, "event_ts": sent.ts}
    if not sent.by_bot:
        body["client_msg_id"] = str(uuid.uuid4())
    if sent.thread_ts and (root := channel.messages.get(sent.thread_ts)):
        body["parent_user_id"] = root.user
    return body


def app_mention(channel: Channel, sent: Message) -> Json:
    """The same message under another name and event id, without channel_type and subtype."""
    body = message(channel, sent) | {"type": "app_mention"}
    return {name: value for name, value in body.items() if name not in {"channel_type", "subtype"}}


def message_changed(workspace: Workspace, channel: Channel, changed: Message) -> Json:
    ts = workspace.next_ts()
    previous = changed.described()
    if changed.edits:
        previous |= {"text": changed.edits[-1].text, "blocks": list(changed.edits[-1].blocks)}
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": changed.described(),
        "previous_message": previous,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
    }


def message_deleted(workspace: Workspace, channel: Channel, deleted: Message) -> Json:
    ts = workspace.next_ts()
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": deleted.ts,
        "previous_message": deleted.described(),
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
    }


def member_joined(workspace: Workspace, channel: Channel, user: str) -> Json:
    kind = "G" if channel.private else "C"
    body = {"type": "member_joined_channel", "user": user, "channel": channel.id, "channel_type": kind}
    return body | {"team": workspace.id, "event_ts": workspace.next_ts()}


def home_opened(workspace: Workspace, user: str, tab: str) -> Json:
    body: Json = {"type": "app_home_opened", "user": user, "channel": workspace.dm(user).id, "tab": tab}
    if tab == "home" and user in workspace.homes:
        body["view"] = workspace.homes[user].described()
    return body | {"event_ts": workspace.next_ts()}


def stopped(workspace: Workspace, channel: Channel, user: str, thread_ts: str, streams: list[str]) -> Json:
    body: Json = {"type": "agent_session_stopped", "channel": channel.id, "user": user, "thread_ts": thread_ts}
    return body | {"streaming_message_ts": streams, "event_ts": workspace.next_ts()}


def archived(workspace: Workspace, channel: Channel, user: str) -> Json:
    body = {"type": "channel_archive", "channel": channel.id, "user": user, "is_moved": 0}
    return body | {"event_ts": workspace.next_ts()}


def uninstalled() -> Json:
    return {"type": "app_uninstalled"}


def revoked(workspace: Workspace) -> Json:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [workspace.bot_user_id]}}
