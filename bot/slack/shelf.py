"""A page of somebody's results as blocks: a carousel of cards, or plain rows where there are no pictures to show."""

from collections.abc import Sequence

from bot.chat.links import Links
from bot.slack.buttons import actions, button, more
from bot.slack.kit import picture, section, small
from bot.slack.markup import Json
from bot.slack.views import about, asset_card
from core.creation.titles import shortened
from core.creation.view import AssetView
from core.gallery.finding import HOW

CARDS_MAX = 10
"""https://docs.slack.dev/reference/block-kit/blocks/carousel-block"""
CARD_VERBS, OTHERS_CARD_VERBS = ("details", "here"), ("details", "refine")
"""As many as stand beside each other on a card. What another made is not one's own to be shown elsewhere."""
ROW_VERBS, OTHERS_ROW_VERBS = ("details", "refine", "here"), ("details", "refine")


def cards(assets: Sequence[AssetView], links: Links) -> list[Json]:
    """A carousel, the picture first."""
    return [{"type": "carousel", "elements": [_card(asset, links) for asset in assets[:CARDS_MAX]]}] if assets else []


def rows(assets: Sequence[AssetView], links: Links | None = None) -> list[Json]:
    """Two blocks for each: what it is, and what can be done with it."""
    return [block for asset in assets for block in (_told(asset, links), _presses(asset))]


def _card(asset: AssetView, links: Links) -> Json:
    return asset_card(asset, picture=thumbnail(asset, links), verbs=CARD_VERBS if asset.mine else OTHERS_CARD_VERBS)


def _told(asset: AssetView, links: Links | None) -> Json:
    return section(
        f"{shortened(asset.asked or asset.alt_text or asset.kind, 200)}\n{about(asset)}", thumbnail(asset, links)
    )


def _presses(asset: AssetView) -> Json:
    if not asset.mine:
        return actions(*(button(verb, asset.id) for verb in OTHERS_ROW_VERBS))
    return actions(*(button(verb, asset.id) for verb in ROW_VERBS), more(asset.id))


def thumbnail(asset: AssetView, links: Links | None) -> Json | None:
    """The picture of an asset, where it has one and Slack can fetch it: a held-back one is nobody's to see."""
    if links is None or asset.kind == "speech" or asset.safety:
        return None
    url = links.thumbnail(asset.id, asset.links_ended)
    return picture(url, asset.alt_text or asset.asked) if url else None


def empty(words: str, refused: str = "") -> list[Json]:
    """What a page without results says. `refused`: why what was searched for cannot be."""
    if words:
        return [section(refused or "Nothing of yours matches that."), small(*HOW)]
    return [section("Nothing here yet. Type /create and tell Easel what to make.")]


def count(assets: Sequence[AssetView], *, more: bool) -> Json:
    """How many are shown."""
    results = f"{len(assets)} result{'' if len(assets) == 1 else 's'}"
    return small(f"{results}, and there are more" if more else results)
