"""Words in a channel: a reply to a result, something said in Easel's thread, a mention, a direct message."""

import re
from dataclasses import dataclass

import discord
import structlog

from bot.discord import opening, places
from bot.discord.answers import FAULTS, sentence_for
from bot.discord.attached import files_of, pictures_in
from bot.discord.desk import Desk, Seen, admit, seen
from bot.discord.listeners.create import Ask, record
from core.chat import ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable
from core.studio import INPUTS_MAX

READ = frozenset({discord.MessageType.default, discord.MessageType.reply})
HOW = (
    "Easel hears you when you reply to one of its results, mention it, or press **Refine**. "
    "Say what should change: “warmer light”, “the same at night”."
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message, and why it may be meant for Easel."""

    message: discord.Message
    words: str
    answers: Seen | None
    """The message of Easel's to which it replies."""
    mentioned: bool
    thread: ThreadRef | None
    """The thread of Easel's in which it stands."""

    @property
    def direct(self) -> bool:
        """Said to Easel and nobody else; other words in its thread may be between people."""
        return self.answers is not None or self.mentioned or self.message.guild is None


async def heard(desk: Desk, message: discord.Message, *, content_granted: bool) -> None:
    """Take what is meant for Easel. The boundary of this listener."""
    if message.author.bot or message.type not in READ or desk.rest.user is None:
        return
    try:
        said = await _understood(desk, message, desk.rest.user)
        if said.direct or said.thread:
            await _taken(desk, said, content_granted=content_granted)
    except Exception as error:
        await _tell(message, sentence_for(error))


async def _understood(desk: Desk, message: discord.Message, me: discord.ClientUser) -> Heard:
    resolved = message.reference.resolved if message.reference else None
    own_role = message.guild.self_role if message.guild else None
    mention = re.compile(rf"<@!?{me.id}>" + (rf"|<@&{own_role.id}>" if own_role else ""))
    return Heard(
        message=message,
        words=mention.sub("", message.content).strip(),
        answers=await seen(desk, resolved) if isinstance(resolved, discord.Message) else None,
        mentioned=bool(mention.search(message.content)),
        thread=await _own_thread(desk, message),
    )


async def _own_thread(desk: Desk, message: discord.Message) -> ThreadRef | None:
    parent_id = getattr(message.channel, "parent_id", None)
    if message.guild is None or parent_id is None:
        return None
    here = places.thread(message.guild.id, parent_id, message.channel.id)
    return here if await desk.chats.owns(here) else None


async def _taken(desk: Desk, said: Heard, *, content_granted: bool) -> None:
    message = said.message
    if not said.words:
        if said.direct or (not content_granted and desk.memory.first(message.channel.id)):
            await _tell(message, HOW)
        return
    asker = await admit(desk, message.author, message.guild.id if message.guild else None, message.channel)
    if not said.direct and not asker.rules.replies:
        return
    thread = _thread(said)
    through = said.answers.ref if said.answers else None
    view = await record(desk, asker, message.id, _ask(said), thread, through=through)
    if thread.pending:
        await _open(desk, view, message.author.id)


def _thread(said: Heard) -> ThreadRef:
    """Where it goes on: at the result, in Easel's thread, or in a conversation that begins with this message."""
    message = said.message
    if said.answers:
        return said.answers.thread
    if said.thread:
        return said.thread
    if message.guild is None:
        return places.chain(None, message.channel.id, message.id)
    return places.to_answer(message.guild.id, message.channel.id, message.id)


def _ask(said: Heard) -> Ask:
    """What was attached, and what the message answers: Easel's result, or somebody's picture."""
    files = files_of(said.message.attachments)
    resolved = said.message.reference.resolved if said.message.reference else None
    if said.answers is None and isinstance(resolved, discord.Message):
        files = (*pictures_in(resolved), *files)
    inputs = said.answers.showing.asset_ids if said.answers else ()
    return Ask(prompt=said.words, files=files[:INPUTS_MAX], inputs=inputs[: max(INPUTS_MAX - len(files), 0)])


async def _open(desk: Desk, view: CreationView, asker_id: int) -> None:
    """At once, not only when a worker finds it unopened."""
    try:
        with desk.chats.opening(view.id):
            await opening.by_bot(desk, view, asker_id)
    except Unreachable as error:
        log.warning("thread_not_opened", creation=view.id, reason=error.reason)
    except FAULTS as error:
        log.warning("thread_left_to_a_worker", creation=view.id, error=type(error).__name__)


async def _tell(message: discord.Message, text: str) -> None:
    """A short reply; without a permission to write, none."""
    try:
        await message.reply(text, mention_author=False, allowed_mentions=discord.AllowedMentions.none())
    except FAULTS as error:
        log.info("reply_not_given", error=type(error).__name__)
