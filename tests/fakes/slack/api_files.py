"""files.*: a file is announced, sent, completed; then processed, and only then shared.

docs.slack.dev/messaging/working-with-files#uploading_files
"""

import asyncio
from typing import Any

from aiohttp import web

from tests.fakes.slack import posting
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, invalid
from tests.fakes.slack.file import File, Share, dimensions, thumbnail
from tests.fakes.slack.message import Message
from tests.fakes.slack.view import with_ids
from tests.fakes.slack.workspace import Channel, Workspace
from tests.fakes.slack.world import World

Json = dict[str, Any]
FILE_BYTES = 1_000_000_000
ALT_CHARS = 1000
LOGIN = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>"
"""What a download with a wrong token gets, with status 200 (github.com/dam-agents/dam/issues/3016)."""


def upload_url(call: Call) -> Json:
    args, world, workspace = call.args, call.world, call.workspace
    if not 0 < args["length"] <= FILE_BYTES:
        raise invalid("length must be between 1 and 1000000000")
    if len(args.get("alt_txt", "")) > ALT_CHARS:
        raise invalid("alt_txt is too long")
    file = File(
        id=world.next_file_id(),
        team=workspace.id,
        name=args["filename"],
        user=workspace.bot_user_id,
        base_url=world.base_url,
        created=world.clock.now(),
        length=args["length"],
        alt_text=args.get("alt_txt"),
    )
    world.files[file.id] = file
    return {"upload_url": f"{world.base_url()}/upload/{file.key}", "file_id": file.id}


async def receive(world: World, request: web.Request) -> web.Response:
    """The bytes, at the URL that was given for them."""
    key = request.match_info["key"]
    file = next((one for one in world.files.values() if one.key == key and not one.uploaded), None)
    if file is None:
        return web.Response(status=404, text="upload url not found or already used")
    data = await _bytes(request)
    if len(data) != file.length:
        return web.Response(status=400, text="the length differs from what was announced")
    file.data, file.uploaded = data, True
    return web.Response(text=f"OK - {len(data)}")


async def _bytes(request: web.Request) -> bytes:
    """A raw body or a form with one file."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


def complete(call: Call) -> Json:
    args = call.args
    files = [_completed(call, one) for one in _listed(args["files"])]
    names = [*([args["channel_id"]] if "channel_id" in args else []), *args.get("channels", [])]
    if args.get("thread_ts") and len(names) != 1:
        raise invalid("thread_ts needs exactly one channel")
    if args.get("initial_comment") and args.get("blocks"):
        raise invalid("initial_comment and blocks exclude each other")
    places = [_place(call, name) for name in names]
    thread = Call(world=call.world, workspace=call.workspace, token=call.token, args=args)
    threads = [thread.thread(channel) for channel in places]
    blocks = posting.checked_blocks(call, args.get("blocks", []), places[0]) if places and args.get("blocks") else []
    for file, wish in files:
        file.completed, file.title = True, wish.get("title", file.name)
        file.destined = {place.id for place in places}
        file.ready = wish.get("highlight_type") in {"png", "jpg", "gif"}
    done = [file for file, _ in files]
    comment = args.get("initial_comment", "")
    messages = [_message(call, place, root, comment, blocks) for place, root in zip(places, threads, strict=True)]
    call.world.spawn(_process(call, done, messages))
    return {"files": [{"id": file.id, "title": file.title} for file in done]}


def _listed(value: Any) -> list[Json]:
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) and one.get("id") for one in value):
        raise invalid("files must be an array of objects with an id")
    if any(set(one) - {"id", "title", "highlight_type"} for one in value):
        raise invalid("a file has an id, a title and a highlight_type")
    return value


def _completed(call: Call, wish: Json) -> tuple[File, Json]:
    file = call.world.files.get(wish["id"])
    if file is None or file.team != call.workspace.id or not file.uploaded or file.completed or file.deleted:
        raise Refused("file_not_found")
    return file, wish


def _place(call: Call, name: str) -> Channel:
    return Call(world=call.world, workspace=call.workspace, token=call.token, args={"channel": name}).writable()


def _message(call: Call, channel: Channel, thread_ts: str | None, text: str, blocks: list[Json]) -> Message:
    workspace = call.workspace
    return Message(
        team=workspace.id,
        channel=channel.id,
        ts="",
        user=workspace.bot_user_id,
        bot_id=workspace.bot_id,
        app_id=call.world.app.id,
        subtype="file_share",
        text=text,
        blocks=with_ids(blocks),
        thread_ts=thread_ts,
    )


async def _process(call: Call, files: list[File], messages: list[Message]) -> None:
    """A little later the files are ready, their messages appear, `shares` is filled."""
    await asyncio.sleep(call.world.processing_s)
    for file in files:
        file.ready = True
    for message in messages:
        message.ts = call.workspace.next_ts()
        share(call.workspace, message, files)
        posting.mark(call, message)
        channel = call.workspace.channels[message.channel]
        posting.keep(call.world, call.workspace, channel, message)
    call.world.changed()


def share(workspace: Workspace, message: Message, files: list[File]) -> None:
    """Ties files and a message to each other."""
    channel = workspace.channels[message.channel]
    message.files.extend(files)
    for file in files:
        private = channel.private or channel.im_user is not None
        file.shares.append(Share(channel=channel.id, ts=message.ts, thread_ts=message.thread_ts, private=private))


def info(call: Call) -> Json:
    return {"file": call.file().described(), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(call: Call) -> Json:
    file = call.file()
    if file.user != call.workspace.bot_user_id:
        raise Refused("cant_delete_file")
    file.deleted, file.data = True, b""
    for message in call.workspace.messages():
        if file in message.files:
            message.files.remove(file)
            message.deleted = not (message.files or message.text or message.blocks)
    call.world.changed()
    return {}


def download(world: World, request: web.Request) -> web.Response:
    """url_private and thumbnails: the bot token of the file's own workspace, or a login page."""
    team, _, file_id = request.match_info["place"].partition("-")
    token = world.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    file = world.files.get(file_id)
    workspace = world.workspaces.get(team)
    if token is None or token.state != "live" or token.team != team or "files:read" not in token.scopes:
        return web.Response(text=LOGIN, content_type="text/html")
    if file is None or file.deleted or workspace is None:
        return web.Response(status=404, text="not found")
    if not Call(world=world, workspace=workspace, token=token, args={}).sees(file):
        return web.Response(text=LOGIN, content_type="text/html")
    if size := request.match_info.get("size"):
        if dimensions(file.converted or file.data) is None:
            return web.Response(status=404, text="no thumbnail")
        return web.Response(body=thumbnail(file.converted or file.data, int(size)), content_type="image/jpeg")
    return web.Response(body=file.data, content_type=file.media_type)


CALLS = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
    "files.info": info,
    "files.delete": delete,
}
