"""The page of one result: what was asked and sent, what made it, where it comes from and where it led."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat import phrases
from bot.slack.asks import Ask
from bot.slack.buttons import actions, asset_actions, button, link
from bot.slack.desk import Desk
from bot.slack.kit import modal, section, small
from bot.slack.markup import Json, plain
from core.chats import Seen
from core.creation.view import AssetView

SENT_MAX = 2_900


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a result comes from and where it led, as far as this person sees it."""

    parent: AssetView | None = None
    children: Sequence[AssetView] = ()


class Details:
    """Opens the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, ask: Ask, asset_id: str) -> None:
        """Show one result to whoever sees it.

        Raises:
            NotFound: it is gone, or not theirs to see.
        """
        user_id = (await self._desk.asker(ask)).user_id
        seen = await self._desk.seen(ask, user_id, asset_id)
        lineage = Lineage()
        if seen.mine:
            parent, children, _ = await self._desk.app.studio.lineage(user_id, asset_id)
            lineage = Lineage(parent, children)
        url = None if seen.asset.safety else self._desk.app.links.asset(asset_id)
        await self._desk.open(ask, page(ask, seen, lineage, url))


def page(ask: Ask, seen: Seen, lineage: Lineage, url: str | None) -> Json:
    """The modal; `url` is the result's lasting page."""
    asset = seen.asset
    blocks = [*_told("Asked for", asset.asked), *_told("Sent to the model", asset.prompt)]
    blocks += [{"type": "section", "fields": [plain(f"{name}\n{value}", 1_900) for name, value in _facts(asset)]}]
    blocks += [small(line) for line in _family(lineage)]
    if lineage.parent or lineage.children:
        family = [lineage.parent, *lineage.children] if lineage.parent else list(lineage.children)
        blocks.append(actions(*(_sibling(each) for each in family[:5])))
    blocks.append(actions(*_presses(seen)))
    if url:
        blocks.append(section("Its own page", link("open", url)))
    return modal("details", asset.version or asset.kind.title(), blocks, notes=ask.origin())


def _sibling(asset: AssetView) -> Json:
    """Several stand in one row, so each needs an id of its own."""
    made = button("details", asset.id, label=asset.version or asset.kind)
    return made | {"action_id": f"easel_details_{asset.id}"}


def _presses(seen: Seen) -> list[Json]:
    """What can be done with it; what keeps or ends it is for its owner alone."""
    asset = seen.asset
    elsewhere = {"easel_details"} if seen.mine else {"easel_details", "easel_favourite"}
    presses = [each for each in asset_actions(asset) if each["action_id"] not in elsewhere]
    own = [button("here", asset.id), button("delete", asset.id, style="danger")]
    return [*presses, *own] if seen.mine else presses


def _told(title: str, text: str) -> list[Json]:
    """A long text goes on in further sections."""
    if not text:
        return []
    parts = [text[start : start + SENT_MAX] for start in range(0, len(text), SENT_MAX)]
    return [small(title), *(section(part) for part in parts[:4])]


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


def _family(lineage: Lineage) -> list[str]:
    lines = [f"Made from {_name(lineage.parent)}"] if lineage.parent else []
    if lineage.children:
        lines.append(f"Led to {', '.join(_name(child) for child in lineage.children[:10])}")
    return lines


def _name(asset: AssetView) -> str:
    return asset.version or "an uploaded picture"
