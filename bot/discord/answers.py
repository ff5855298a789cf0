"""Answers to interactions that only the person sees, the acknowledgement, and the one boundary of all listeners."""

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from typing import Any

import aiohttp
import discord
import structlog
from discord.ui import LayoutView, TextDisplay

from bot.chat import phrases
from core.errors import UserError
from storage.errors import StorageBusy
from storage.tables import new_id

UNKNOWN_INTERACTION = 10062
ACKNOWLEDGED = 40060
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#json."""
FAULTS = (discord.HTTPException, aiohttp.ClientError, OSError)
"""How a call to Discord fails. What is recorded is not lost by it: a worker shows it."""
log = structlog.get_logger()


async def bounded(interaction: discord.Interaction, work: Awaitable[None]) -> None:
    """Let a listener work: what goes wrong is a sentence for the person, and an unexpected error has an id."""
    try:
        await work
    except Exception as error:
        if is_late(error):
            log.warning("answer_too_late", interaction=interaction.id)
            return
        try:
            await say(interaction, sentence_for(error))
        except Exception as unsaid:  # also the library's own, when it is just being closed
            log.warning("answer_not_given", interaction=interaction.id, error=type(unsaid).__name__)


def sentence_for(error: Exception) -> str:
    """What a person reads. Anything but a sentence of our own is logged by its type and place alone."""
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, StorageBusy):
        return phrases.BUSY
    error_id = new_id()[:8]
    log.error("listener_failed", error_id=error_id, error=type(error).__name__, at=_place(error))
    return phrases.BROKEN.format(error_id=error_id)


def _place(error: Exception) -> str:
    """The innermost line of ours; a traceback would show what people wrote."""
    found, step = "", error.__traceback__
    while step:
        code = step.tb_frame.f_code
        if "site-packages" not in code.co_filename:
            found = f"{code.co_name}:{step.tb_lineno}"
        step = step.tb_next
    return found


def is_late(error: Exception) -> bool:
    """Discord gave the interaction up: more than three seconds passed before its first answer."""
    return isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION


async def acknowledge(interaction: discord.Interaction, *, thinking: bool = False, ephemeral: bool = False) -> bool:
    """The first answer; False where it came too late. One that stands already is as good."""
    try:
        if not interaction.response.is_done():
            await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except discord.HTTPException as error:
        if is_late(error):
            log.warning("answer_too_late", interaction=interaction.id)
            return False
        if error.code != ACKNOWLEDGED:
            raise
    return True


async def say(interaction: discord.Interaction, text: str) -> None:
    """A sentence that only the person sees."""
    await show(interaction, words(text))


async def show(interaction: discord.Interaction, view: LayoutView, **more: Any) -> None:
    """Something that only the person sees, as the first answer or after it."""
    view.stop()  # its buttons are told by their ids, in whatever process: the library need not remember it
    none = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=none, **more)
    else:
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=none, **more)


async def replace(interaction: discord.Interaction, view: LayoutView, files: Sequence[discord.File] = ()) -> None:
    """Show something else in the message that was pressed on, or in the answer given before."""
    view.stop()
    none = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view, attachments=files, allowed_mentions=none)
    else:
        await interaction.response.edit_message(view=view, attachments=files, allowed_mentions=none)


def words(*lines: str) -> LayoutView:
    """Text alone."""
    view = LayoutView(timeout=None)
    view.add_item(TextDisplay("\n".join(lines)))
    return view


def picked(interaction: discord.Interaction) -> list[str]:
    """What was picked from a list."""
    data: Any = interaction.data or {}
    return [str(each) for each in data.get("values") or ()]


def picked_before(interaction: discord.Interaction) -> list[str]:
    """What the list showed as picked when somebody picked from it."""
    data: Any = interaction.data or {}
    shown = interaction.message.components if interaction.message else ()
    lists = [one for one in _lists(shown) if one.custom_id == data.get("custom_id")]
    return [option.value for one in lists for option in one.options if option.default]


def _lists(components: Iterable[Any]) -> Iterator[discord.SelectMenu]:
    for one in components:
        if isinstance(one, discord.SelectMenu):
            yield one
        yield from _lists(getattr(one, "children", ()))
