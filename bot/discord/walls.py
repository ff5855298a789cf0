"""A collection as one looks at it in a chat: page by page, the newest hung first."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import discord
from discord import ButtonStyle
from discord.ui import ActionRow, Button, Container, LayoutView, TextDisplay

from bot.chat import visibility
from bot.chat.things import COLLECTION, Thing
from bot.discord.answers import acknowledge, replace
from bot.discord.buttons import custom_id
from bot.discord.gallery_view import State, hung, written
from bot.discord.looking import Looks, looks
from bot.discord.markup import line
from bot.discord.pictures import thumbnails
from core.creation.view import AssetView
from core.errors import NotFound
from core.gallery.collections import NAME_MAX, CollectionView
from storage.collections import Place

PER_PAGE = 6
BEGINNING, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
EMPTY = "Nothing hangs here yet. Open an asset's Details, then Collections."
UNKNOWN = "You have no collection of that name. Pick one of those that are offered while you type."


async def opened(interaction: discord.Interaction, wanted: str) -> None:
    """The command's answer: a collection by its id, or by the name that was typed out instead of picked."""
    await acknowledge(interaction, thinking=True, ephemeral=True)
    who = await looks(interaction)
    known, name = await who.desk.app.kept.collections.named(who.viewer), wanted.casefold()
    found = next((one for one, called in known if wanted == one or name == called.casefold()), None)
    if found is None:
        raise NotFound(UNKNOWN)
    await _show(interaction, who, found, None)


async def turned(interaction: discord.Interaction, rest: str) -> None:
    """Another page: `<collection>:<the place after which it begins>`."""
    collection_id, _, place = rest.partition(":")
    await acknowledge(interaction)
    await _show(interaction, await looks(interaction), collection_id, _read(place))


PRESSES: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
    "wall": turned,
    "wall-next": turned,
    "wall-previous": turned,
}


async def _show(interaction: discord.Interaction, who: Looks, collection_id: str, before: Place | None) -> None:
    desk = who.desk.app.kept.collections
    collection = await desk.one(who.viewer, collection_id)
    assets, older = await desk.page(who.viewer, collection_id, PER_PAGE, before)
    newer = await desk.turned_back(who.viewer, collection_id, PER_PAGE, before) if before else None
    link = await who.desk.app.links.leading_to(f"/collections/{collection_id}", who.user_id)
    async with thumbnails(who, assets) as files:
        steps = _steps(collection, newer, older, link, is_first=before is None)
        await replace(interaction, _view(collection, assets, set(files), steps), list(files.values()))


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


def _steps(
    collection: CollectionView, newer: Place | None, older: Place | None, link: str | None, *, is_first: bool
) -> ActionRow[LayoutView]:
    row: ActionRow[LayoutView] = ActionRow(
        Button(
            label="Previous",
            custom_id=custom_id("wall-previous", collection.id, _write(newer)),
            disabled=is_first,
        ),
        Button(label="Next", custom_id=custom_id("wall-next", collection.id, _write(older)), disabled=older is None),
    )
    if collection.mine:
        row.add_item(Button(label="Share", custom_id=custom_id("share", str(Thing(COLLECTION, collection.id)))))
    row.add_item(Button(label="Gallery", custom_id=custom_id("back", str(State()))))
    if link:
        row.add_item(Button(label="Open on the web", style=ButtonStyle.link, url=link))
    return row


def _write(place: Place | None) -> str:
    """Short: the id of a button has 100 characters."""
    return f"{written((place.hung_at - BEGINNING) // MICROSECOND)}.{written(place.seq)}" if place else "0"


def _read(text: str) -> Place | None:
    """What cannot be read is the first page."""
    hung_at, _, seq = text.partition(".")
    try:
        return Place(BEGINNING + int(hung_at, 36) * MICROSECOND, int(seq, 36))
    except (ValueError, OverflowError):
        return None
