"""chat.startStream, appendStream, stopStream: docs.slack.dev/reference/methods/chat.startStream and its siblings."""

from typing import Any

from tests.fakes.slack import posting
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, demand, invalid
from tests.fakes.slack.kit.blocks import SOURCE, TASK_STATUS
from tests.fakes.slack.kit.check import check_blocks
from tests.fakes.slack.kit.shape import Findings, Needed, anything, fields, many, text, typed
from tests.fakes.slack.message import Message, Stream
from tests.fakes.slack.view import with_ids
from tests.fakes.slack.workspace import Channel

Json = dict[str, Any]
BLOCKS = 50
"""Through chunks; as many again through stopStream's own `blocks`."""
SESSION = ("active", "processing", "suspended", "closed")
CHUNK = typed(
    {
        "markdown_text": fields({"text": Needed(text(posting.MARKDOWN_CHARS))}),
        "plan_update": fields({"title": Needed(text(256, 1))}),
        "task_update": fields(
            {
                "id": Needed(text(255, 1)),
                "title": Needed(text(256, 1)),
                "status": Needed(TASK_STATUS),
                "details": text(posting.MARKDOWN_CHARS),
                "output": text(posting.MARKDOWN_CHARS),
                "sources": many(SOURCE),
            }
        ),
        "blocks": fields({"blocks": Needed(many(anything, 1, BLOCKS))}),
    }
)


def start(call: Call) -> Json:
    channel, args = call.writable(), call.args
    thread_ts = call.thread(channel)
    _recipients(call, channel)
    mode = args.get("task_display_mode", "timeline")
    if mode not in {"timeline", "plan"}:
        raise invalid("task_display_mode must be timeline or plan")
    workspace = call.workspace
    message = Message(
        team=workspace.id,
        channel=channel.id,
        ts=workspace.next_ts(),
        user=workspace.bot_user_id,
        bot_id=workspace.bot_id,
        app_id=call.world.app.id,
        thread_ts=thread_ts,
        stream=Stream(started_at=call.world.clock.now(), mode=mode),
    )
    _take(call, channel, message)
    posting.keep(call.world, workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def _recipients(call: Call, channel: Channel) -> None:
    """Both are required outside of DMs."""
    if channel.im_user:
        return
    for name in ("recipient_team_id", "recipient_user_id"):
        if not call.args.get(name):
            raise Refused(f"missing_{name}")
    if call.args["recipient_user_id"] not in channel.members:
        raise Refused("user_not_found")


def append(call: Call) -> Json:
    channel = call.writable()
    message = _streaming(call, channel)
    if not (call.args.get("markdown_text") or call.args.get("chunks")):
        raise invalid("missing required field: markdown_text or chunks")
    _take(call, channel, message)
    if message.stream:
        message.stream.appends += 1
    call.world.changed()
    return {"channel": channel.id, "ts": message.ts}


def stop(call: Call) -> Json:
    channel, args = call.writable(), call.args
    message = _streaming(call, channel, stopping=True)
    stream = message.stream
    assert stream is not None
    kept, status = posting.metadata(args.get("metadata")), args.get("session_status")
    if status is not None and status not in SESSION:
        raise Refused("invalid_session_status")
    own = posting.checked_blocks(call, args.get("blocks", []), channel)
    _take(call, channel, message)
    stream.blocks.extend(with_ids(own))
    stream.state = "completed"
    message.metadata = kept or message.metadata
    message.open_tasks = tuple(
        key for key, task in stream.tasks.items() if task["status"] in {"pending", "in_progress"}
    )
    message.text, message.blocks = stream.text, with_ids(stream.shown())
    posting.mark(call, message)
    if status:
        state = call.world.agent_state(call.workspace.id, channel.id, message.thread_ts)
        state.status = status
        state.history.append(status)
    call.world.deliveries.message_changed(call.workspace, channel, message)
    call.world.changed()
    return {"channel": channel.id, "ts": message.ts, "message": message.described()}


def _streaming(call: Call, channel: Channel, stopping: bool = False) -> Message:
    message = channel.messages.get(call.args["ts"])
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if message.bot_id != call.workspace.bot_id:
        raise Refused("message_not_owned_by_app")
    stream = message.stream
    if stream and stream.state == "stopped_by_user":
        if stopping:
            return message
        raise Refused("stopped_by_user")
    if stream is None or not stream.alive(call.world.clock.now()):
        raise Refused("message_not_in_streaming_state")
    return message


def _take(call: Call, channel: Channel, message: Message) -> None:
    """Adds what a call brings to the stream, or nothing at all if any of it is refused."""
    words, chunks = call.args.get("markdown_text"), call.args.get("chunks")
    stream = message.stream
    assert stream is not None
    if words is not None and len(words) > posting.MARKDOWN_CHARS:
        raise Refused("msg_too_long")
    if words is not None and chunks is not None:
        raise Refused("streaming_mode_mismatch")
    if (words and stream.uses_chunks) or (chunks and stream.uses_chunks is False):
        raise Refused("streaming_mode_mismatch")
    if chunks is not None:
        _check(call, channel, stream, chunks)
    if words or chunks:
        stream.uses_chunks = bool(chunks)
    stream.text += words or ""
    for chunk in chunks or []:
        _apply(stream, chunk)


def _check(call: Call, channel: Channel, stream: Stream, chunks: Any) -> None:
    found = Findings(surface="message")
    many(CHUNK)(chunks, "/chunks", found)
    too_long = any("must be less than 12001" in issue.message for issue in found.issues)
    demand(found, "msg_too_long" if too_long else "invalid_chunks")
    brought = [block for chunk in chunks if chunk["type"] == "blocks" for block in chunk["blocks"]]
    if len(stream.blocks) + len(brought) > BLOCKS:
        raise Refused("invalid_blocks", errors=[f"no more than {BLOCKS} items allowed"])
    demand(check_blocks(brought, "message", call.file_fault(channel), "/chunks/blocks"))


def _apply(stream: Stream, chunk: Json) -> None:
    match chunk["type"]:
        case "markdown_text":
            stream.text += chunk["text"]
        case "plan_update":
            stream.plan_title = chunk["title"]
        case "blocks":
            stream.blocks.extend(with_ids(chunk["blocks"]))
        case "task_update":
            _update_task(stream, chunk)


def _update_task(stream: Stream, chunk: Json) -> None:
    """Title and status replace what was there; details and output are appended."""
    task = stream.tasks.setdefault(chunk["id"], {"id": chunk["id"], "sources": []})
    task["title"], task["status"] = chunk["title"], chunk["status"]
    for name in ("details", "output"):
        task[name] = task.get(name, "") + chunk.get(name, "")
    task["sources"] = [*task["sources"], *chunk.get("sources", [])]


CALLS = {"chat.startStream": start, "chat.appendStream": append, "chat.stopStream": stop}
