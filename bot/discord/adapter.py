"""Writes creations into Discord by ids and the bot's token alone, from any process, at any time."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import discord
import structlog
from discord.utils import snowflake_time, utcnow

from bot.chat.links import Links
from bot.discord import places
from bot.discord.attachments import Downloads
from bot.discord.beginnings import CLOCKS, Beginnings, bears, named
from bot.discord.files import Parcel, Sizes, belongs, is_whole, packed
from bot.discord.places import Kind, Place
from bot.discord.refusals import is_edited_out, is_too_large, sorted_out
from bot.discord.rest import Body, Payload, Rest
from bot.discord.results import Sent, result_view, result_words
from bot.discord.views import mark, root_view, status_view
from core.chat import Attachment, FileRef, MessageRef, Pace, ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable
from core.native.pool import NativePool
from core.trust.disk import working_folder
from storage import posts
from storage.tables import Post

INTERVAL_S = 1.5
"""Observed: 5 edits in 5 s for each channel; twice that leaves room for what people start themselves."""
OPENING_S = 8.0
OLD = timedelta(hours=1)
PATIENCE_S = 30.0
"""How long an edit of an old message may be held up by rate limits, which then are of minutes."""
MISSING_PERMISSIONS = 50013
"""Perhaps only for files: then the words go alone."""
SMALLER = 2
LEAST_BYTES = 16 * 1024
log = structlog.get_logger()


class DiscordAdapter:
    """One per process. `sizes` is told by the listeners what each guild takes."""

    opening_s = OPENING_S

    def __init__(
        self, rest: Rest, *, links: Links, pool: NativePool, api_base_url: str | None = None, sizes: Sizes | None = None
    ) -> None:
        self.sizes = sizes or Sizes()
        self._rest = rest
        self._links = links
        self._pool = pool
        self._beginnings = Beginnings(rest)
        self._downloads = Downloads(api_base_url)

    def pace(self, thread: ThreadRef) -> Pace:
        """Each channel, and each thread, has an allowance of its own."""
        return Pace(f"{places.PLATFORM}:{places.read(thread).writes_in}", INTERVAL_S)

    async def open(self, thread: ThreadRef, view: CreationView, *, post: Post) -> MessageRef:
        """Write the root of a conversation, and open it."""
        return await self._beginnings.open(thread, view, post)

    async def post(
        self, thread: ThreadRef, view: CreationView, files: Sequence[Attachment] = (), *, post: Post
    ) -> MessageRef:
        """Write a status message, or results with what fits of their files."""
        place = _writable(thread)
        with sorted_out():
            if not files:
                return await self._plain(place, thread, view, post)
            async with working_folder() as folder:
                message_id = await self._sent(place, view, files, post, folder)
        return MessageRef(thread, str(message_id))

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        """Look through Easel's own messages since the intent."""
        if thread.pending:
            return await self._beginnings.find(thread, post)
        place = _writable(thread)
        with sorted_out():
            for message in await self._rest.own_since(place.writes_in, post.intent_at - CLOCKS):
                if _shows(message, post):
                    return MessageRef(thread, str(message["id"]))
        return None

    async def edit(self, message: MessageRef, view: CreationView, *, post: Post) -> MessageRef:
        """Show the newest state. An old message may take no more edits: then a new one shows it.

        Results, which are only edited to take one away, go altogether: what was deleted must not stay.
        """
        place = _writable(message.thread)
        where, patience_s = _where(place, message), PATIENCE_S if _is_old(message) else None
        with sorted_out():
            try:
                async with asyncio.timeout(patience_s):
                    await self._change(where, int(message.id), view, post)
            except (discord.HTTPException, TimeoutError) as error:
                if not is_edited_out(error) and not (patience_s and isinstance(error, TimeoutError)):
                    raise
                replaced = message if _result(post) else await self._plain(place, message.thread, view, post)
                await self._rest.remove(where, int(message.id))
                return replaced
        return message

    async def delete(self, message: MessageRef) -> None:
        """Take a message back. A thread in which nothing was said goes out of sight with its root."""
        place = _writable(message.thread)
        where = _where(place, message)
        with sorted_out():
            await self._rest.remove(where, int(message.id))
        if where != place.writes_in:
            await self._rest.put_away(place.writes_in)

    async def fetch(self, thread: ThreadRef, file: FileRef, target: Path) -> None:
        """Download an attachment by the link that Discord gave with it."""
        await self._downloads.fetch(file.source, target)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._downloads.close()
        await self._rest.close()

    # --- sending --------------------------------------------------------------------------------------------------

    async def _plain(self, place: Place, thread: ThreadRef, view: CreationView, post: Post) -> MessageRef:
        """Words alone."""
        body = self._body(view, post, {})
        message_id = await self._rest.send(place.writes_in, body, nonce=post.id, answers=place.root_id)
        return MessageRef(thread, str(message_id))

    async def _sent(
        self, place: Place, view: CreationView, files: Sequence[Attachment], post: Post, folder: Path
    ) -> int:
        """Send what fits. A limit that Discord keeps to itself shows by its refusal: then smaller copies go."""
        limit, round_ = self.sizes.limit(place.guild_id), 0
        while True:
            inner = folder / f"{round_}"
            inner.mkdir()
            parcels = await packed(self._pool, files, limit, inner) if limit >= LEAST_BYTES else []
            try:
                body = self._body(view, post, {each.asset_id: each.sent for each in parcels})
                return await self._rest.send(place.writes_in, body, nonce=post.id, files=parcels, answers=place.root_id)
            except discord.HTTPException as error:
                if not parcels or not (is_too_large(error) or error.code == MISSING_PERMISSIONS):
                    raise
                log.warning("files_refused", post=post.id, files=len(parcels), code=error.code)
                limit = _less(parcels, limit) if is_too_large(error) else 0
            round_ += 1

    def _body(self, view: CreationView, post: Post, files: dict[str, Sent]) -> Body:
        if post.role == posts.ROOT:
            return root_view(view)
        if not _result(post):
            return status_view(view, links=self._links, now=utcnow())
        if len(view.assets) == 1 and view.assets[0].media_type.startswith("audio/"):
            return result_words(view, view.assets[0], links=self._links, files=files)
        return result_view(view, view.assets, links=self._links, files=files)

    # --- editing --------------------------------------------------------------------------------------------------

    async def _change(self, channel_id: int, message_id: int, view: CreationView, post: Post) -> None:
        if not _result(post):
            return await self._rest.change(channel_id, message_id, self._body(view, post, {}))
        there = _files(await self._rest.message(channel_id, message_id))
        files = {
            asset.id: (file_id, name, media_type)
            for asset in view.assets
            for file_id, name, media_type in there
            if belongs(name, asset.id)
        }
        body = self._body(view, post, {key: Sent(name, kind, is_whole(name)) for key, (_, name, kind) in files.items()})
        return await self._rest.change(channel_id, message_id, body, kept=[each[0] for each in files.values()])


def _writable(thread: ThreadRef) -> Place:
    """A place that the bot's token can write to.

    Raises:
        Unreachable: only an interaction can, or nothing was opened.
    """
    place = places.read(thread)
    if place.kind == Kind.TOKEN:
        raise Unreachable("needs its interaction")
    if thread.pending:
        raise Unreachable("not opened")
    return place


def _where(place: Place, message: MessageRef) -> int:
    """The channel that a message stands in: the root of a public thread, whose id it has, stands above the thread."""
    is_root = place.kind == Kind.THREAD and str(place.id) == message.id
    return place.channel_id if is_root else place.writes_in


def _result(post: Post) -> bool:
    return bool(posts.asset_ids(post))


def _is_old(message: MessageRef) -> bool:
    return utcnow() - snowflake_time(int(message.id)) > OLD


def _shows(message: Payload, post: Post) -> bool:
    """Whether a message is the one that was intended: by its number, or by the assets that its buttons name."""
    if wanted := posts.asset_ids(post):
        names = named(message)
        return all(asset_id in names for asset_id in wanted)
    return bears(message, mark(post.creation_id, post.role))


def _less(parcels: Sequence[Parcel], limit: int) -> int:
    return min(limit, max(each.size_bytes for each in parcels)) // SMALLER


def _files(message: Payload) -> list[tuple[str, str, str]]:
    """Id, name and media type of each file; those that components show are listed nowhere else
    (https://github.com/discord/discord-api-docs/pull/8279)."""
    listed = [(each["id"], each["filename"], each.get("content_type") or "") for each in message["attachments"]]
    parts = message.get("components") or ()
    media = [item["media"] for part in parts for item in part.get("items") or ()]
    media += [part["file"] for part in parts if part.get("file")]
    return listed + [_medium(each) for each in media if each.get("attachment_id") or each.get("id")]


def _medium(media: Payload) -> tuple[str, str, str]:
    name = Path(urlsplit(media["url"]).path).name
    return str(media.get("attachment_id") or media["id"]), name, media.get("content_type") or ""
