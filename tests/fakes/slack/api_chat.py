"""chat.*: messages."""

from typing import Any

from tests.fakes.slack import posting
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, invalid
from tests.fakes.slack.message import Message

Json = dict[str, Any]


def post_message(call: Call) -> Json:
    channel, args = call.writable(), call.args
    _look(call)
    thread_ts = call.thread(channel)
    if args.get("reply_broadcast") and not thread_ts:
        raise invalid("reply_broadcast requires thread_ts")
    message = _new(call, channel.id, thread_ts, posting.content(call, channel))
    message.metadata = posting.metadata(args.get("metadata"))
    message.unfurl_links, message.unfurl_media = args.get("unfurl_links"), args.get("unfurl_media")
    message.broadcast = bool(args.get("reply_broadcast"))
    posting.mark(call, message)
    posting.keep(call.world, call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": message.described()}


def _look(call: Call) -> None:
    if any(name in call.args for name in ("username", "icon_emoji", "icon_url")):
        call.need("chat:write.customize")


def _new(call: Call, channel_id: str, thread_ts: str | None, content: Json) -> Message:
    workspace = call.workspace
    return Message(
        team=workspace.id,
        channel=channel_id,
        ts=workspace.next_ts(),
        user=workspace.bot_user_id,
        bot_id=workspace.bot_id,
        app_id=call.world.app.id,
        thread_ts=thread_ts,
        **content,
    )


def update(call: Call) -> Json:
    """Text without blocks removes the blocks; so does `blocks=[]`."""
    channel, args = call.writable(), call.args
    message = call.own_message(channel, "cant_update_message")
    if message.stream and message.stream.alive(call.world.clock.now()):
        raise Refused("streaming_state_conflict")
    said = posting.content(call, channel, posting.UPDATE_CHARS)
    posting.edit(call.world, message, said["text"], said["blocks"])
    message.attachments = said["attachments"]
    message.edited_ts = call.workspace.next_ts()
    if message.stream:
        message.stream.state = "completed"
    if "metadata" in args:
        message.metadata = posting.metadata(args["metadata"])
    posting.mark(call, message)
    call.world.deliveries.message_changed(call.workspace, channel, message)
    call.world.changed()
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.described()}


def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.own_message(channel, "cant_delete_message")
    message.deleted = True
    call.world.deliveries.message_deleted(call.workspace, channel, message)
    call.world.changed()
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    channel, args = call.writable(), call.args
    _look(call)
    if args["user"] not in channel.members:
        raise Refused("user_not_in_channel")
    message = _new(call, channel.id, call.thread(channel), posting.content(call, channel))
    message.ephemeral_to = args["user"]
    posting.mark(call, message)
    call.world.ephemerals.append(message)
    call.world.changed()
    return {"message_ts": message.ts}


def permalink(call: Call) -> Json:
    channel, ts = call.channel(), call.args["message_ts"]
    message = channel.messages.get(ts)
    if message is None or message.deleted:
        raise Refused("message_not_found")
    link = f"https://{call.workspace.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return {"channel": channel.id, "permalink": link + thread}


def add_reaction(call: Call) -> Json:
    channel, args = call.channel(), call.args
    message = channel.messages.get(args["timestamp"])
    if message is None or message.deleted:
        raise Refused("message_not_found")
    mine = (call.workspace.bot_user_id, args["name"].strip(":"))
    if mine in message.reactions:
        raise Refused("already_reacted")
    message.reactions.append(mine)
    call.world.changed()
    return {}


CALLS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
    "reactions.add": add_reaction,
}
