"""conversations.*, users.*, bots.info, team.info."""

from typing import Any

from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, invalid
from tests.fakes.slack.message import Message
from tests.fakes.slack.workspace import Channel

Json = dict[str, Any]
ITEMS, MOST_ITEMS = 100, 999
OUTSIDE_MARKETPLACE = 15
"""Items a page of history or replies holds for apps outside the Marketplace."""


def info(call: Call) -> Json:
    return {"channel": _described(call, call.readable("read"))}


def _described(call: Call, channel: Channel) -> Json:
    return channel.described() | {"is_member": call.workspace.bot_user_id in channel.members}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    channel.members.add(call.workspace.bot_user_id)
    call.world.deliveries.member_joined(call.workspace, channel, call.workspace.bot_user_id)
    return {"channel": _described(call, channel)}


def opened(call: Call) -> Json:
    """Only one person's DM is modelled, not groups."""
    users = call.args.get("users", [])
    if call.args.get("channel"):
        return {"channel": {"id": call.channel().id}}
    if len(users) != 1:
        raise invalid("one user is needed")
    if call.workspace.user(users[0]) is None:
        raise Refused("user_not_found")
    return {"channel": {"id": call.workspace.dm(users[0]).id}}


def replies(call: Call) -> Json:
    channel = call.readable("history")
    _member(call, channel)
    root = channel.messages.get(call.args["ts"])
    if root is None or root.deleted:
        raise Refused("thread_not_found")
    return _page(call, channel, channel.thread(root.root_ts))


def history(call: Call) -> Json:
    """Newest first, roots only, as the client shows a channel."""
    channel = call.readable("history")
    _member(call, channel)
    roots = [one for one in channel.messages.values() if one.root_ts == one.ts or one.broadcast]
    return _page(call, channel, roots[::-1])


def _member(call: Call, channel: Channel) -> None:
    if call.workspace.bot_user_id not in channel.members:
        raise Refused("not_in_channel")


def _page(call: Call, channel: Channel, messages: list[Message]) -> Json:
    args, limits = call.args, call.world.limits
    limit = args.get("limit", ITEMS)
    if not 1 <= limit <= MOST_ITEMS:
        raise Refused("invalid_limit")
    most = limit if limits.marketplace or not limits.enabled else min(limit, OUTSIDE_MARKETPLACE)
    spanned = [one for one in messages if not one.deleted and _within(args, one.ts)]
    begin = _offset(args.get("cursor"))
    page = spanned[begin : begin + most]
    more = len(spanned) > begin + most
    shown = [_shown(channel, one, bool(args.get("include_all_metadata"))) for one in page]
    cursor = {"response_metadata": {"next_cursor": f"next:{begin + most}"}} if more else {}
    return {"messages": shown, "has_more": more} | cursor


def _within(args: Json, ts: str) -> bool:
    """`oldest` and `latest` are exclusive unless `inclusive`."""
    moment, inclusive = float(ts), bool(args.get("inclusive"))
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    return oldest <= moment <= latest if inclusive else oldest < moment < latest


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not cursor.startswith("next:") or not cursor[5:].isdigit():
        raise Refused("invalid_cursor")
    return int(cursor[5:])


def _shown(channel: Channel, message: Message, metadata: bool) -> Json:
    body = message.described()
    answers = [one for one in channel.thread(message.ts) if one.ts != message.ts and not one.deleted]
    if answers and message.root_ts == message.ts:
        body |= {"reply_count": len(answers), "latest_reply": answers[-1].ts, "thread_ts": message.ts}
    return body | ({"metadata": message.metadata} if metadata and message.metadata else {})


def members(call: Call) -> Json:
    return {"members": sorted(call.readable("read").members), "response_metadata": {"next_cursor": ""}}


def invite(call: Call) -> Json:
    channel = call.channel()
    _member(call, channel)
    for user in call.args["users"]:
        if call.workspace.user(user) is None:
            raise Refused("user_not_found")
        if user in channel.members:
            raise Refused("already_in_channel")
        channel.members.add(user)
    return {"channel": _described(call, channel)}


def user_info(call: Call) -> Json:
    if call.args["user"] == call.workspace.bot_user_id:
        user = {"id": call.workspace.bot_user_id, "name": "app", "is_bot": True, "team_id": call.workspace.id}
        return {"user": user}
    person = call.workspace.user(call.args["user"])
    if person is None:
        raise Refused("user_not_found")
    return {"user": person.described()}


def user_conversations(call: Call) -> Json:
    user = call.args.get("user", call.workspace.bot_user_id)
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = {kinds.get(one, one) for one in call.args.get("types", ["public_channel"])}
    found = [one for one in call.workspace.channels.values() if user in one.members and one.kind in wanted]
    for channel in found:
        call.need(channel.scope("read"))
    if call.args.get("exclude_archived"):
        found = [one for one in found if not one.archived]
    return {"channels": [one.described() for one in found], "response_metadata": {"next_cursor": ""}}


def bot_info(call: Call) -> Json:
    workspace = call.workspace
    if call.args.get("bot", workspace.bot_id) != workspace.bot_id:
        raise Refused("bot_not_found")
    bot = {"id": workspace.bot_id, "app_id": call.world.app.id, "user_id": workspace.bot_user_id, "name": "app"}
    return {"bot": bot | {"deleted": False}}


def team_info(call: Call) -> Json:
    workspace = call.workspace
    return {"team": {"id": workspace.id, "name": workspace.name, "domain": workspace.domain}}


CALLS = {
    "conversations.info": info,
    "conversations.join": join,
    "conversations.open": opened,
    "conversations.replies": replies,
    "conversations.history": history,
    "conversations.members": members,
    "conversations.invite": invite,
    "users.info": user_info,
    "users.conversations": user_conversations,
    "bots.info": bot_info,
    "team.info": team_info,
}
