"""Content becomes a message: checked, kept, its pings and links noted, its event sent."""

from typing import Any

from tests.fakes.slack import mentions
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, demand, invalid
from tests.fakes.slack.kit.check import check_blocks
from tests.fakes.slack.mentions import Link, Marks, Ping
from tests.fakes.slack.message import Message, Version
from tests.fakes.slack.view import with_ids
from tests.fakes.slack.workspace import Channel, Workspace
from tests.fakes.slack.world import World

Json = dict[str, Any]
TEXT_CHARS, UPDATE_CHARS, MARKDOWN_CHARS = 40_000, 4_000, 12_000
"""docs.slack.dev/reference/methods/chat.postMessage, chat.update, chat.startStream."""


def content(call: Call, channel: Channel, text_chars: int = TEXT_CHARS) -> Json:
    """The text, blocks and attachments of a message, checked; refuses a message that says nothing."""
    args = call.args
    markdown = args.get("markdown_text")
    if markdown is not None and (args.get("text") or args.get("blocks")):
        raise Refused("markdown_text_conflict")
    blocks = checked_blocks(call, args.get("blocks", []), channel)
    text = args.get("text", "")
    if len(text) > text_chars or len(markdown or "") > MARKDOWN_CHARS:
        raise Refused("msg_too_long")
    if markdown:
        blocks = [{"type": "markdown", "text": markdown}]
    if not (text or blocks or args.get("attachments")):
        raise Refused("no_text")
    return {"text": text or markdown or "", "blocks": with_ids(blocks), "attachments": args.get("attachments", [])}


def checked_blocks(call: Call, blocks: Any, channel: Channel) -> list[Json]:
    demand(check_blocks(blocks, "message", call.file_fault(channel), "/blocks"))
    if any(block["type"] == "video" for block in blocks):
        call.need("links.embed:write")
    return list(blocks)


def metadata(value: Any) -> Json | None:
    """Kept only when well formed: docs.slack.dev/messaging/message-metadata."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refused("invalid_metadata_format")
    payload, kind = value.get("event_payload"), value.get("event_type")
    known = {"event_type", "event_payload", "entities"}
    if set(value) - known or not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise Refused("invalid_metadata_schema")
    if any(isinstance(one, dict | list) and not _flat(one) for one in payload.values()):
        raise Refused("invalid_metadata_schema")
    return value


def _flat(value: Any) -> bool:
    """Lists of simple values and objects of simple values pass."""
    inner = value.values() if isinstance(value, dict) else value
    return all(not isinstance(one, dict | list) for one in inner)


def keep(world: World, workspace: Workspace, channel: Channel, message: Message) -> Message:
    """Puts a new message where readers see it and tells the app."""
    message.posted_at = world.clock.now()
    channel.messages[message.ts] = message
    world.deliveries.message(workspace, channel, message)
    world.changed()
    return message


def edit(world: World, message: Message, text: str, blocks: list[Json]) -> None:
    old = Version(at=world.clock.now(), text=message.text, blocks=tuple(message.blocks))
    message.edits.append(old)
    message.text, message.blocks = text, blocks


def mark(call: Call, message: Message) -> None:
    """Notes whom a message pings and where it links, as far as its text and blocks say."""
    args, world = call.args, call.world
    parse = args.get("parse", "none")
    if parse not in {"none", "full"}:
        raise invalid("parse must be none or full")
    names = call.workspace.names() if args.get("link_names") or parse == "full" else None
    found = [(message.text, mentions.in_mrkdwn(message.text, names))] if message.text else []
    if args.get("markdown_text"):
        found = []
    found.extend(mentions.in_blocks(message.described().get("blocks", [])))
    for source, marks in found:
        _note(world, message, source, marks)


def _note(world: World, message: Message, source: str, marks: Marks) -> None:
    place = {"channel": message.channel, "ts": message.ts}
    world.pings.extend(Ping(whom=whom, source=source, **place) for whom in marks.pings)
    world.links.extend(Link(url=url, label=label, **place) for url, label in marks.links)
