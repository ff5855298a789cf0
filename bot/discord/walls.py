"""A collection as one looks at it in a chat: page by page, the newest hung first."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

import discord
from discord import ButtonStyle
from discord.ui import ActionRow, Button, Container, LayoutView, TextDisplay

from bot.chat import visibility
from bot.chat.things import COLLECTION, Thing
from bot.discord.answers import acknowledge, replace
from bot.discord.gallery_view import State, hung
from bot.discord.looking import Looks, looks
from bot.discord.markup import line
from bot.discord.pictures import thumbnails
from core.creation.view import AssetView
from core.errors import NotFound
from core.gallery.collections import NAME_MAX, PAGE_MAX, CollectionView

PER_PAGE = 6
EMPTY = "Nothing hangs here yet. Open an asset's Details, then Collections."
UNKNOWN = "You have no collection of that name. Pick one of those that are offered while you type."


async def opened(interaction: discord.Interaction, wanted: str) -> None:
    """The command's answer: a collection by its id, or by the name that was typed out instead of picked."""
    await acknowledge(interaction, thinking=True, ephemeral=True)
    who = await looks(interaction)
    known = await who.desk.app.kept.collections.listing(who.viewer)
    name = wanted.casefold()
    found = next((each for each in known if wanted == each.id or name == each.name.casefold()), None)
    if found is None:
        raise NotFound(UNKNOWN)
    await _show(interaction, who, found, 0)


async def turned(interaction: discord.Interaction, rest: str) -> None:
    """Another page: `<collection>:<number>`."""
    collection_id, _, number = rest.partition(":")
    await acknowledge(interaction)
    who = await looks(interaction)
    found = await who.desk.app.kept.collections.one(who.viewer, collection_id)
    await _show(interaction, who, found, int(number) if number.isdecimal() else 0)


PRESSES: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
    "wall": turned,
    "wall-next": turned,
    "wall-previous": turned,
}


async def _show(interaction: discord.Interaction, who: Looks, collection: CollectionView, number: int) -> None:
    first = min(number, PAGE_MAX // PER_PAGE - 1) * PER_PAGE
    assets, _ = await who.desk.app.kept.collections.page(who.viewer, collection.id, first + PER_PAGE + 1)
    page, more = assets[first : first + PER_PAGE], len(assets) > first + PER_PAGE
    link = await who.desk.app.links.leading_to(f"/collections/{collection.id}", who.user_id)
    async with thumbnails(who, page) as files:
        steps = _steps(collection, first // PER_PAGE, link, more=more)
        await replace(interaction, _view(collection, page, set(files), steps), list(files.values()))


def _view(
    collection: CollectionView, assets: Sequence[AssetView], pictured: set[str], steps: ActionRow[LayoutView]
) -> LayoutView:
    head: TextDisplay[LayoutView] = TextDisplay("\n".join(_told(collection)))
    return LayoutView(timeout=None).add_item(Container(head, *hung(assets, pictured, State()), steps))


def _told(collection: CollectionView) -> Iterator[str]:
    yield f"### {line(collection.name, NAME_MAX * 2)}"
    by = f"by {line(collection.owner, NAME_MAX)}" if collection.owner else ""
    yield " · ".join(filter(None, [f"-# {collection.count} in it", by]))
    if collection.mine and collection.visibility != "private":
        yield f"-# {visibility.seen_by(collection.visibility, 'server')}"
    if not collection.count:
        yield EMPTY


def _steps(collection: CollectionView, number: int, link: str | None, *, more: bool) -> ActionRow[LayoutView]:
    last = (number + 2) * PER_PAGE > PAGE_MAX
    row: ActionRow[LayoutView] = ActionRow(
        Button(
            label="Previous",
            custom_id=f"easel:wall-previous:{collection.id}:{max(number - 1, 0)}",
            disabled=number == 0,
        ),
        Button(label="Next", custom_id=f"easel:wall-next:{collection.id}:{number + 1}", disabled=last or not more),
    )
    if collection.mine:
        row.add_item(Button(label="Share", custom_id=f"easel:share:{Thing(COLLECTION, collection.id)}"))
    row.add_item(Button(label="Gallery", custom_id=f"easel:back:{State()}"))
    if link:
        row.add_item(Button(label="Open on the web", style=ButtonStyle.link, url=link))
    return row
