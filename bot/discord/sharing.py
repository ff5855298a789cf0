"""Presses on who sees an asset or a collection: shown to the server, or by links that end and can be taken back."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

import discord
from discord import ButtonStyle, SelectOption
from discord.ui import ActionRow, Button, Container, LayoutView, Select, TextDisplay
from discord.utils import format_dt

from bot.chat import visibility
from bot.chat.things import ASSET, COLLECTION, Thing
from bot.chat.visibility import Link, Standing
from bot.discord.answers import acknowledge, picked, replace, say
from bot.discord.buttons import custom_id
from bot.discord.looking import Looks, looks
from bot.discord.markup import line
from storage.visibility import PRIVATE, WORKSPACE

PLACE = "server"
NAME_MAX, LABEL_MAX = 80, 100
Row = ActionRow[LayoutView]


async def opened(interaction: discord.Interaction, rest: str) -> None:
    """Who sees it, in the card that was pressed on."""
    await acknowledge(interaction)
    await _show(interaction, await looks(interaction), Thing.parse(rest))


async def shown(interaction: discord.Interaction, rest: str) -> None:
    """To nobody else, or to the server: picked from the list."""
    thing, to = Thing.parse(rest), picked(interaction)[0]
    await acknowledge(interaction)
    who = await looks(interaction)
    desk = who.desk.app.kept
    if thing.kind == ASSET:
        await desk.sharing.show(who.viewer, [thing.id], to, who.here)
    else:
        await desk.collections.show(who.viewer, thing.id, to, who.here)
    await _show(interaction, who, thing)


async def linked(interaction: discord.Interaction, rest: str) -> None:
    """A new link: how long it lasts was picked from the list."""
    thing, lasts = Thing.parse(rest), picked(interaction)[0]
    await acknowledge(interaction)
    who = await looks(interaction)
    await who.desk.app.kept.sharing.link(
        who.user_id,
        asset_id=thing.asset_id,
        collection_id=thing.collection_id,
        lasts_s=visibility.LASTS[lasts][1],
    )
    await _show(interaction, who, thing)


async def unlinked(interaction: discord.Interaction, rest: str) -> None:
    """Take one link back: picked from the list."""
    await acknowledge(interaction)
    who = await looks(interaction)
    await who.desk.app.kept.sharing.revoke(who.user_id, picked(interaction)[0])
    await _show(interaction, who, Thing.parse(rest))


async def stopped(interaction: discord.Interaction, rest: str) -> None:
    """End every link of an asset, also those that stand in chats."""
    thing = Thing.parse(rest)
    await acknowledge(interaction)
    who = await looks(interaction)
    await who.desk.app.kept.sharing.stop(who.user_id, thing.id)
    await _show(interaction, who, thing)
    await say(interaction, visibility.STOPPED)


PRESSES: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
    "share": opened,
    "show": shown,
    "link": linked,
    "unlink": unlinked,
    "stop": stopped,
}


async def _show(interaction: discord.Interaction, who: Looks, thing: Thing) -> None:
    can_link = who.desk.app.links.share(thing.id) is not None
    async with who.desk.in_turn(interaction.message):
        standing = await visibility.standing(who.desk.app, who.viewer, thing)
        await replace(interaction, _view(thing, standing, here=who.here is not None, can_link=can_link))


# --- how it looks -------------------------------------------------------------------------------------------------


def _view(thing: Thing, standing: Standing, *, here: bool, can_link: bool) -> LayoutView:
    rows = [ActionRow(_who(thing, standing, here=here))]
    if can_link:
        rows.append(ActionRow(_new_link(thing)))
    if standing.links:
        rows.append(ActionRow(_old_links(thing, standing.links)))
    rows.append(_last_row(thing, can_link=can_link))
    told: TextDisplay[LayoutView] = TextDisplay("\n".join(_told(standing, can_link=can_link)))
    return LayoutView(timeout=None).add_item(Container(told, *rows))


def _told(standing: Standing, *, can_link: bool) -> Iterator[str]:
    yield f"### Who sees {line(standing.name, NAME_MAX)}"
    yield visibility.seen_by(standing.visibility, PLACE)
    for number, link in enumerate(standing.links, 1):
        ends = f"ends {format_dt(link.ends, 'R')}" if link.ends else "until you take it back"
        of = f" · shows all of “{line(link.of, NAME_MAX)}”" if link.of else ""
        yield f"{number}. <{link.address}> · {ends}{of}"
    if not can_link:
        yield f"-# {visibility.NO_ADDRESS}"


def _who(thing: Thing, standing: Standing, *, here: bool) -> Select[LayoutView]:
    """The server is offered where there is one, and where it is shown already, so that it can be taken back."""
    now = standing.visibility
    options = [SelectOption(label="Only me", value=PRIVATE, default=now == PRIVATE)]
    if here or now == WORKSPACE:
        options.append(SelectOption(label=f"Everybody in this {PLACE}", value=WORKSPACE, default=now == WORKSPACE))
    return Select(custom_id=custom_id("show", str(thing)), placeholder="Who finds it in Easel…", options=options)


def _new_link(thing: Thing) -> Select[LayoutView]:
    options = [SelectOption(label=f"A link {words}", value=word) for word, (words, _) in visibility.LASTS.items()]
    return Select(
        custom_id=custom_id("link", str(thing)), placeholder="Make a link for anybody who holds it…", options=options
    )


def _old_links(thing: Thing, links: Sequence[Link]) -> Select[LayoutView]:
    options = [
        SelectOption(label=f"Take back link {number}", value=link.id, description=_ends(link)[:LABEL_MAX])
        for number, link in enumerate(links, 1)
    ]
    return Select(custom_id=custom_id("unlink", str(thing)), placeholder="Take a link back…", options=options)


def _ends(link: Link) -> str:
    return f"It ends on {link.ends:%Y-%m-%d %H:%M} UTC" if link.ends else "It lasts until you take it back"


def _last_row(thing: Thing, *, can_link: bool) -> Row:
    if thing.kind == COLLECTION:
        return ActionRow(Button(label="Back", custom_id=custom_id("wall", thing.id, "0")))
    row: Row = ActionRow(Button(label="Back", custom_id=custom_id("card", thing.id)))
    if can_link:
        row.add_item(Button(label="End all links", style=ButtonStyle.danger, custom_id=custom_id("stop", str(thing))))
    return row
