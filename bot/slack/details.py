"""The page of one result: what was asked and sent, what made it, where it comes from and what leads further."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.chat import phrases, tagging, versions, visibility
from bot.slack.asks import Ask
from bot.slack.buttons import actions, asset_actions, button, link, one_of_several
from bot.slack.desk import Desk, Looks
from bot.slack.kit import alert, modal, section, small, told
from bot.slack.markup import Json, cut, plain
from bot.slack.shelf import thumbnail
from core.chats import Seen
from core.creation.view import AssetView

PLACE = "workspace"
OWN = ("versions", "recipe", "like", "share", "hang", "tags")
SHOWN = ("versions", "recipe", "like", "hang")
"""Of another's result that one's workspace is shown."""
ELSEWHERE = {"easel_details", "easel_more"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What there is to say of a result as far as this person sees it."""

    parent: AssetView | None = None
    children: Sequence[AssetView] = ()
    further: Sequence[str] = ()
    """The pages that lead on from here."""
    url: str | None = None
    """The result's lasting page."""
    picture: Json | None = None


class Details:
    """Opens the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, ask: Ask, asset_id: str) -> None:
        """Show one result to whoever sees it.

        Raises:
            NotFound: it is gone, or not theirs to see.
        """
        await self._desk.turn(ask, await self.page(ask, asset_id))

    async def page(self, ask: Ask, asset_id: str, note: str = "") -> Json:
        """The page, to be shown where a form was."""
        who = await self._desk.looks(ask)
        seen = await self._desk.seen(ask, who, asset_id)
        return page(ask, seen, await self._around(who, seen), note)

    async def _around(self, who: Looks, seen: Seen) -> Around:
        asset, app = seen.asset, self._desk.app
        url = None if asset.safety else app.links.asset(asset.id, asset.links_ended)
        shown = thumbnail(asset, app.links)
        if not asset.mine:
            # it may only stand in a message here, and then tells no more than that
            return Around(further=SHOWN if seen.beyond else (), url=url, picture=shown)
        parent, children, _ = await app.studio.lineage(who.user_id, asset.id)
        return Around(parent=parent, children=children, further=OWN, url=url, picture=shown)


def page(ask: Ask, seen: Seen, around: Around, note: str = "") -> Json:
    """The modal, the picture first."""
    asset = seen.asset
    blocks = [alert(note)] if note else []
    if around.picture:
        blocks.append(around.picture)
    blocks += [*told("Asked for", asset.asked), *told("Sent to the model", asset.prompt)]
    blocks += [{"type": "section", "fields": [plain(f"{name}\n{value}", 1_900) for name, value in _facts(asset)]}]
    blocks += [small(line) for line in _lines(seen, around)]
    if family := [each for each in (around.parent, *around.children) if each]:
        blocks.append(actions(*(_sibling(each) for each in family[:5])))
    blocks.append(actions(*_presses(asset, in_message=ask.through is not None)))
    if around.further:
        blocks.append(actions(*(button(verb, asset.id) for verb in around.further)))
    if around.url:
        blocks.append(section("Its own page", link("open", around.url)))
    return modal("details", asset.version or asset.kind.title(), blocks, notes=ask.origin())


def _sibling(asset: AssetView) -> Json:
    return one_of_several(button("details", asset.id, label=versions.name(asset)))


def _presses(asset: AssetView, *, in_message: bool) -> list[Json]:
    """What can be done with it. To keep or end it is for its owner alone; others go on from what a message shows."""
    elsewhere = ELSEWHERE if asset.mine else ELSEWHERE | {"easel_favourite"}
    presses = [each for each in asset_actions(asset) if each["action_id"] not in elsewhere]
    own = [button("here", asset.id), button("delete", asset.id, style="danger")]
    if asset.mine:
        return [*presses, *own]
    return [*presses, button("stand", asset.id)] if asset.version and in_message else presses


def _facts(asset: AssetView) -> list[tuple[str, str]]:
    size = f"{asset.width} × {asset.height}" if asset.width and asset.height else ""
    facts = (
        ("Model", asset.model or ""),
        ("Provider", asset.provider or ""),
        ("Seed", str(asset.seed) if asset.seed is not None else ""),
        ("Size", size),
        ("Length", f"{asset.duration_s:.0f} s" if asset.duration_s else ""),
        ("Cost", phrases.dollars(asset.cost_usd) if asset.cost_usd else "Free"),
        ("Made", f"{asset.created_at:%d %B %Y, %H:%M} UTC"),
    )
    return [(name, value) for name, value in facts if value][:10]


def _lines(seen: Seen, around: Around) -> Iterator[str]:
    """Where it comes from, where it led, and where it is kept."""
    asset = seen.asset
    if not asset.mine and asset.author:
        yield f"Made by {cut(asset.author, 80)}"
    if around.parent:
        yield f"Made from {versions.name(around.parent)}"
    if asset.credit:
        yield f"From a result by {cut(asset.credit, 80)}"
    if around.children:
        yield f"Led to {', '.join(versions.name(child) for child in around.children[:10])}"
    if asset.tags:
        yield tagging.told(asset.tags)
    if asset.mine and asset.visibility != "private":
        yield visibility.seen_by(asset.visibility, PLACE)
