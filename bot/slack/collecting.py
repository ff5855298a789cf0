"""Forms that keep an asset: hung in collections, and given tags."""

from collections.abc import Mapping
from typing import Any

from bot.chat import tagging, versions
from bot.slack.asks import Ask
from bot.slack.buttons import Do, value_of
from bot.slack.desk import Desk, Looks
from bot.slack.details import Details
from bot.slack.filled import Filled
from bot.slack.kit import field, menu_of_several, modal, section, words
from bot.slack.markup import Json, cut
from core.creation.view import AssetView
from core.gallery.collections import NAME_MAX, CollectionView

OFFERED_MAX, LABEL_MAX = 100, 70
SHORT = 12
"""So much of an id tells a person's collections apart; a view keeps 3,000 characters, and there may be many."""
NEW_HINT = "It is yours alone until you share it."
HUNG, TAGGED = "Saved: this is where it hangs now.", "Saved: these are its tags now."


class Collecting:
    """Each form goes back to the page of its asset."""

    def __init__(self, desk: Desk, details: Details) -> None:
        self._desk = desk
        self._details = details
        self._collections = desk.app.kept.collections
        self.verbs: Mapping[str, Do] = {"hang": self._open_hang, "tags": self._open_tags}

    async def _open_hang(self, ask: Ask, action: Mapping[str, Any]) -> None:
        who, asset_id = await self._desk.looks(ask), value_of(action)
        seen = await self._desk.seen(ask, who, asset_id)
        if not seen.asset.mine:
            await self._desk.app.studio.asset(who.user_id, asset_id, who.workspaces)
        offered = await self._collections.offered(who.viewer, asset_id, OFFERED_MAX)
        await self._desk.turn(ask, hang_form(ask, seen.asset, offered))

    async def _open_tags(self, ask: Ask, action: Mapping[str, Any]) -> None:
        who = await self._desk.looks(ask)
        await self._desk.turn(ask, tags_form(ask, await self._desk.own(ask, who, value_of(action))))

    async def hung(self, ask: Ask, view: Mapping[str, Any]) -> Json:
        """What was ticked holds it from now on, what was shown to hold it and is not ticked does not; the page that
        follows.
        """
        who, filled, asset_id = await self._desk.looks(ask), Filled(view), str(ask.notes["asset"])
        if name := filled.text("name"):
            made = await self._collections.make(who.user_id, name)
            await self._collections.hang(who.viewer, made.id, [asset_id])
        await self._collections.arrange(who.viewer, asset_id, filled.ticked("hung"), await self._held(ask, who))
        return await self._details.page(ask, asset_id, HUNG)

    async def tagged(self, ask: Ask, view: Mapping[str, Any]) -> Json:
        """These tags and no others; the page that follows."""
        who, asset_id = await self._desk.looks(ask), str(ask.notes["asset"])
        await self._desk.app.kept.tags.replace(who.user_id, asset_id, tagging.names(Filled(view).text("tags")))
        return await self._details.page(ask, asset_id, TAGGED)

    async def _held(self, ask: Ask, who: Looks) -> set[str]:
        """Where it hung when the form was shown."""
        held = set(ask.notes.get("held", ()))
        return {one for one, _ in await self._collections.named(who.viewer) if one[:SHORT] in held}


def hang_form(ask: Ask, asset: AssetView, offered: list[CollectionView]) -> Json:
    """Where an asset hangs."""
    blocks: list[Json] = []
    if offered:
        options = [(each.id, _label(each)) for each in offered]
        several = menu_of_several(options, [each.id for each in offered if each.holds], hint="Hang it in…")
        blocks.append(field("hung", "Collections", several, optional=True))
    else:
        blocks.append(section(f"{versions.name(asset)} hangs in no collection yet."))
    blocks.append(field("name", "New collection", words(NAME_MAX, lines=False), optional=True, hint=NEW_HINT))
    notes: dict[str, Any] = ask.origin()
    notes |= {"asset": asset.id, "held": [each.id[:SHORT] for each in offered if each.holds]}
    return modal("hang_form", "Collections", blocks, submit="Save", notes=notes)


def tags_form(ask: Ask, asset: AssetView) -> Json:
    """A person's own words for an asset."""
    typed = words(tagging.FIELD_MAX, lines=False, initial=tagging.field(asset.tags))
    blocks = [field("tags", f"Tags of {versions.name(asset)}", typed, optional=True, hint=tagging.HINT)]
    return modal("tags_form", "Tags", blocks, submit="Save", notes=ask.origin() | {"asset": asset.id})


def _label(each: CollectionView) -> str:
    return cut(f"{each.name}{f' · by {each.owner}' if each.owner else ''}", LABEL_MAX)
