"""`/inspect`, and a menu on any message: where a file comes from. Nothing is kept, and only the asker reads it."""

from collections.abc import Iterator, Sequence

import discord
from discord.ui import ActionRow, Container, Item, LayoutView, MediaGallery, TextDisplay

from bot.chat import reports
from bot.chat.reports import Told
from bot.discord import places
from bot.discord.answers import acknowledge, replace
from bot.discord.attached import any_in
from bot.discord.gallery_view import State, choice
from bot.discord.looking import looks
from bot.discord.markup import line, quoted
from bot.discord.pictures import thumbnails
from bot.discord.versions_view import item
from core.chat import FileRef
from core.creation.view import AssetView
from core.errors import Invalid

NO_FILE = "There is no file on this message that Easel could look at."
SENTENCE_MAX, LINE_MAX = 600, 300


async def of_message(interaction: discord.Interaction, message: discord.Message) -> None:
    """The first file of a message."""
    await of_files(interaction, any_in(message))


async def of_files(interaction: discord.Interaction, files: Sequence[FileRef]) -> None:
    """The first of these."""
    if not files:
        raise Invalid(NO_FILE, "no_file")
    await acknowledge(interaction, thinking=True, ephemeral=True)
    who = await looks(interaction)
    assert interaction.channel is not None
    here = places.channel(interaction.guild_id, interaction.channel.id)
    report = await who.desk.app.provenance.inspection.attached(who.user_id, here, files[0], who.workspaces)
    known = reports.pictured(report)
    async with thumbnails(who, known) as small:
        await replace(interaction, _view(reports.told(report), known, set(small)), list(small.values()))


def _view(told: Told, known: Sequence[AssetView], pictured: set[str]) -> LayoutView:
    """The picture first, then the finding, then what the file itself says."""
    shown = [asset for asset in known if asset.id in pictured]
    inside: list[Item[LayoutView]] = [MediaGallery(*map(item, shown))] if shown else []
    inside.append(TextDisplay("\n".join(_lines(told))))
    if known:
        inside.append(ActionRow(choice(State(), known)))
    return LayoutView(timeout=None).add_item(Container(*inside))


def _lines(told: Told) -> Iterator[str]:
    yield f"### {line(told.headline, SENTENCE_MAX)}"
    yield from (f"- {line(each, LINE_MAX)}" for each in told.lines)
    yield quoted(told.credentials, SENTENCE_MAX)
    yield f"-# {line(told.fingerprint, LINE_MAX)}"
