"""How a conversation begins on Discord: a root message with a thread, or the next best thing where that may not be."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import discord

from bot.discord import places
from bot.discord.places import Kind, Place
from bot.discord.refusals import hopeless, sorted_out
from bot.discord.rest import Payload, Rest
from bot.discord.views import mark, root_view, thread_name
from core.chat import MessageRef, ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable
from storage.tables import Post

TEXT, DIRECT, NEWS, THREADS = 0, 1, 5, (10, 11, 12)
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-types."""
AS_REPLIES = "Easel may not open a thread here, so everything comes as a reply to this message."
NOT_THERE = "Easel may not write in {channel}, so this is here."
NOT_PRIVATE = "Easel may not open a private thread in {channel}, so this stays between the two of us here."
CLOCKS = timedelta(seconds=60)
"""How far this machine's clock may be from Discord's."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Opens what is pending."""

    rest: Rest

    async def open(self, ref: ThreadRef, view: CreationView, post: Post) -> MessageRef:
        """Write the root, and open a thread where one can be.

        Raises:
            Unreachable: Easel may write neither there nor to the asker.
        """
        place = places.read(ref)
        if place.kind == Kind.PENDING_PRIVATE:
            return await self._private(place, view, post)
        try:
            with sorted_out():
                kind = (await self.rest.place(place.channel_id))["type"]
                return await self._here(place, kind, view, post)
        except Unreachable:
            if kept := await self._directly(NOT_THERE, place, view, post):
                return kept
            raise

    async def find(self, ref: ThreadRef, post: Post) -> MessageRef | None:
        """A root that stands already, with its thread opened if it is not yet."""
        place = places.read(ref)
        with sorted_out():
            if place.kind == Kind.PENDING_PRIVATE and place.guild_id:
                return await self._found_privately(place, place.guild_id, post)
            kind = (await self.rest.place(place.channel_id))["type"]
            root = await self._root_in(place.channel_id, post)
            return await self._opened(place, kind, int(root["id"]), _name_of(root)) if root else None

    async def _found_privately(self, place: Place, guild_id: int, post: Post) -> MessageRef | None:
        """A private thread hangs from no message, so those that Easel opened since are looked through."""
        for thread in await self.rest.private_threads(guild_id, post.intent_at - CLOCKS):
            if root := await self._root_in(int(thread["id"]), post):
                ref = places.thread(guild_id, int(thread["parent_id"]), int(thread["id"]))
                return MessageRef(ref, str(root["id"]))
        return None

    async def _root_in(self, channel_id: int, post: Post) -> Payload | None:
        found = await self.rest.own_since(channel_id, post.intent_at - CLOCKS)
        return next((each for each in found if bears(each, mark(post.creation_id, "root"))), None)

    # --- the ways -------------------------------------------------------------------------------------------------

    async def _here(self, place: Place, kind: int, view: CreationView, post: Post) -> MessageRef:
        answers = place.id if place.kind == Kind.PENDING_ANSWER else None
        root_id = await self.rest.send(place.channel_id, root_view(view), nonce=post.id, answers=answers)
        opened = await self._opened(place, kind, root_id, thread_name(view))
        if kind in (TEXT, NEWS) and places.read(opened.thread).kind == Kind.CHAIN:
            await self.rest.change(place.channel_id, root_id, root_view(view, AS_REPLIES))
        return opened

    async def _opened(self, place: Place, kind: int, root_id: int, name: str) -> MessageRef:
        """A thread below the root; a chain of replies in direct messages, inside a thread, and without permission."""
        if kind in (TEXT, NEWS) and await self._threaded(place, root_id, name):
            return MessageRef(places.thread(place.guild_id, place.channel_id, root_id), str(root_id))
        return MessageRef(places.chain(place.guild_id, place.channel_id, root_id), str(root_id))

    async def _threaded(self, place: Place, root_id: int, name: str) -> bool:
        try:
            await self.rest.start_thread(place.channel_id, root_id, name)
        except discord.HTTPException as error:
            if not hopeless(error):
                raise
            return False
        return True

    async def _private(self, place: Place, view: CreationView, post: Post) -> MessageRef:
        """A private thread with the asker in it; without the permission for it, direct messages."""
        if not view.by.isdecimal():
            raise Unreachable("nobody to show it to")
        try:
            with sorted_out():
                there = await self.rest.place(place.channel_id)
                if there["type"] == DIRECT:
                    return await self._here(place, DIRECT, view, post)
                channel_id = int(there["parent_id"]) if there["type"] in THREADS else place.channel_id
                thread_id = await self.rest.start_private_thread(channel_id, thread_name(view), int(view.by))
                root_id = await self.rest.send(thread_id, root_view(view), nonce=post.id)
        except Unreachable:
            if kept := await self._directly(NOT_PRIVATE, place, view, post):
                return kept
            raise
        return MessageRef(places.thread(place.guild_id, channel_id, thread_id), str(root_id))

    async def _directly(self, why: str, place: Place, view: CreationView, post: Post) -> MessageRef | None:
        """To the asker alone; None for one whom Easel cannot write to."""
        if not view.by.isdecimal():
            return None
        note = why.format(channel=f"<#{place.channel_id}>")
        with sorted_out():
            channel_id = await self.rest.direct_channel(int(view.by))
            root_id = await self.rest.send(channel_id, root_view(view, note), nonce=post.id)
        return MessageRef(places.chain(None, channel_id, root_id), str(root_id))


def bears(message: Payload, number: int) -> bool:
    """Whether a message's container has this number."""
    return any(part.get("id") == number for part in message.get("components") or ())


def named(message: Payload) -> str:
    """Every custom id and every choice of a message, to look for ids in."""
    return " ".join(_names(message.get("components") or ()))


def _names(parts: Any) -> list[str]:
    found: list[str] = []
    for part in parts:
        found.append(str(part.get("custom_id") or part.get("value") or ""))
        found += _names([*(part.get("components") or ()), *(part.get("options") or ())])
    return found


def _name_of(message: Payload) -> str:
    """A thread's name from its root, where a worker found it without knowing the wish."""
    texts = [each.get("content", "") for part in message["components"] for each in part.get("components") or ()]
    words = " ".join(texts[0].replace("> ", "").replace("\\", "").split()) if texts else ""
    return words[:100] or "A new creation"
