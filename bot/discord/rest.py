"""Discord's REST API by the bot's token, by ids alone: a discord.py client that never connects to the gateway."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Self, TypeVar, cast

import aiohttp
import discord
from aiolimiter import AsyncLimiter
from discord.http import MultipartParameters, Route, handle_message_parameters
from discord.ui import LayoutView
from discord.utils import MISSING

from bot.discord.files import Parcel
from bot.discord.results import Words
from storage.allowances import Rate, Shared

T = TypeVar("T")
Body = LayoutView | Words
Payload = dict[str, Any]
"""What Discord answered, as it came."""
NOBODY = discord.AllowedMentions.none()
NONCE_MAX = 25
RECENT = 100
"""https://docs.discord.com/developers/resources/message: of a nonce, and of one page of messages."""
ARCHIVED, HAS_A_THREAD = 50083, 160004
PRIVATE_THREAD: Final = 12
STARTER: Final = 21
"""The line that points from a thread to its root: nobody said it."""
ARCHIVE_AFTER_MINUTES: Final = 4_320
"""Three days without a word; a later one wakes the thread."""
AT_ONCE, PER_S = 5, 38
"""So never more than 45 requests arrive within a second, even where one was long on its way: Discord takes 50 of a bot,
from wherever they come (https://docs.discord.com/developers/topics/rate-limits#global-rate-limit)."""
TOGETHER = Rate(per_s=PER_S, burst=AT_ONCE)
EXEMPT = ("/interactions/", "/webhooks/")
"""What goes by an interaction's token does not count there."""


def use_api(base_url: str | None) -> None:
    """Talk to this address from now on. discord.py has one for the whole process, an attribute of a class."""
    if base_url:
        Route.BASE = base_url.rstrip("/")


def allowance(shared: Shared | None = None) -> aiohttp.TraceConfig:
    """Holds each request back until there is room for it. For every client of one token: give them all the same.

    `shared`: what all processes that use the token may do together.
    """
    limiter = shared or AsyncLimiter(AT_ONCE, AT_ONCE / PER_S)

    async def wait(_: aiohttp.ClientSession, __: object, asked: aiohttp.TraceRequestStartParams) -> None:
        if not any(part in asked.url.raw_path for part in EXEMPT):
            await limiter.acquire()

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(wait)
    return trace


class Rest(discord.Client):
    """Signs in at its first call, so that a Discord that is away now does not hold up the house."""

    def __init__(self, token: str, shared: Shared | None = None) -> None:
        self.allowance = allowance(shared)
        super().__init__(
            intents=discord.Intents(guilds=True),  # never used; without any, the library warns
            allowed_mentions=NOBODY,
            max_messages=None,
            http_trace=self.allowance,
        )  # no `max_ratelimit_timeout`: with it, a limit that counts over five minutes refuses every second call
        self._bot_token = token
        self._door = asyncio.Lock()

    async def signed_in(self) -> Self:
        """This client, once Discord knows it; every call here begins so."""
        async with self._door:
            if self.user is None:
                try:
                    await self.login(self._bot_token)
                except BaseException:
                    await self.http.close()
                    self.http.connector = MISSING  # closed with the rest; the next try makes another
                    raise
        return self

    # --- messages -------------------------------------------------------------------------------------------------

    async def send(
        self, channel_id: int, body: Body, *, nonce: str, files: Sequence[Parcel] = (), answers: int | None = None
    ) -> int:
        """Write a message and return its id. The same nonce again, within minutes, returns the first one's."""

        async def act() -> int:
            with _new(body, nonce, files, answers) as params:
                return int((await self.http.send_message(channel_id, params=params))["id"])

        return await self._awake(channel_id, act)

    async def change(self, channel_id: int, message_id: int, body: Body, *, kept: Sequence[str] | None = None) -> None:
        """Show something else in a message. `kept`: the ids of the files that stay, if not all of them do."""

        async def act() -> None:
            with _changed(body, kept) as params:
                await self.http.edit_message(channel_id, message_id, params=params)

        await self._awake(channel_id, act)

    async def remove(self, channel_id: int, message_id: int) -> None:
        """Take a message back; one that is gone is no error."""

        async def act() -> None:
            with suppress(discord.NotFound):
                await self.http.delete_message(channel_id, message_id)

        await self._awake(channel_id, act)

    async def message(self, channel_id: int, message_id: int) -> Payload:
        """One message as it stands there."""
        await self.signed_in()
        return cast(Payload, await self.http.get_message(channel_id, message_id))

    async def own_since(self, channel_id: int, moment: datetime) -> list[Payload]:
        """Easel's own messages in a channel: of the first ones after a moment."""
        await self.signed_in()
        after = discord.utils.time_snowflake(moment)
        found = cast(list[Payload], await self.http.logs_from(channel_id, RECENT, after=after))
        return [each for each in found if self.user and each["author"]["id"] == str(self.user.id)]

    # --- places ---------------------------------------------------------------------------------------------------

    async def place(self, channel_id: int) -> Payload:
        """A channel or thread as Discord describes it."""
        await self.signed_in()
        return cast(Payload, await self.http.get_channel(channel_id))

    async def start_thread(self, channel_id: int, message_id: int, name: str) -> None:
        """Let a public thread hang from a message: it has the message's id. One that is there already is as good."""
        await self.signed_in()
        try:
            await self.http.start_thread_with_message(
                channel_id, message_id, name=name, auto_archive_duration=ARCHIVE_AFTER_MINUTES
            )
        except discord.HTTPException as error:
            if error.code != HAS_A_THREAD:
                raise

    async def start_private_thread(self, channel_id: int, name: str, member_id: int) -> int:
        """Open a thread that only this member and moderators see, and return its id."""
        await self.signed_in()
        made = await self.http.start_thread_without_message(
            channel_id, name=name, auto_archive_duration=ARCHIVE_AFTER_MINUTES, type=PRIVATE_THREAD, invitable=False
        )
        await self.http.add_user_to_thread(int(made["id"]), member_id)
        return int(made["id"])

    async def private_threads(self, guild_id: int, moment: datetime) -> list[Payload]:
        """The private threads of a guild that Easel opened since a moment."""
        await self.signed_in()
        after = discord.utils.time_snowflake(moment)
        found = cast(Payload, await self.http.get_active_threads(guild_id))["threads"]
        own = [each for each in found if self.user and each["owner_id"] == str(self.user.id)]
        return [each for each in own if each["type"] == PRIVATE_THREAD and int(each["id"]) > after]

    async def put_away(self, thread_id: int) -> None:
        """Archive a thread in which nothing was said; where that is not possible, it stays."""
        await self.signed_in()
        with suppress(discord.HTTPException):
            if all(each["type"] == STARTER for each in await self.http.logs_from(thread_id, 2)):
                await self.http.edit_channel(thread_id, archived=True)

    async def direct_channel(self, user_id: int) -> int:
        """The id of the channel in which Easel writes to a person directly."""
        await self.signed_in()
        return int((await self.http.start_private_message(user_id))["id"])

    async def _awake(self, channel_id: int, act: Callable[[], Awaitable[T]]) -> T:
        """Act in a channel; a thread that was archived meanwhile is opened again."""
        await self.signed_in()
        try:
            return await act()
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
        await self.http.edit_channel(channel_id, archived=False)
        return await act()


def _new(body: Body, nonce: str, files: Sequence[Parcel], answers: int | None) -> MultipartParameters:
    """Files are opened here and closed at the end, so each try has fresh ones."""
    opened = [discord.File(each.path, filename=each.name, description=each.alt_text or None) for each in files]
    reference = {"message_id": str(answers), "fail_if_not_exists": False} if answers else MISSING
    return handle_message_parameters(
        content=body.text if isinstance(body, Words) else MISSING,
        view=body.view if isinstance(body, Words) else body,
        nonce=nonce[:NONCE_MAX],
        files=opened or MISSING,
        message_reference=cast(Any, reference),
        allowed_mentions=NOBODY,
    )


def _changed(body: Body, kept: Sequence[str] | None) -> MultipartParameters:
    return handle_message_parameters(
        content=body.text if isinstance(body, Words) else MISSING,
        view=body.view if isinstance(body, Words) else body,
        attachments=MISSING if kept is None else [cast(discord.Attachment, _Kept(each)) for each in kept],
        allowed_mentions=NOBODY,
    )


class _Kept:
    """A file that stays with its message: all that Discord wants of it is the id."""

    def __init__(self, attachment_id: str) -> None:
        self._id = attachment_id

    def to_dict(self) -> dict[str, str]:
        """As it is written into an edit."""
        return {"id": self._id}
