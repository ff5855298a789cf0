"""`/gallery`: a page of one's own results, or of what others here show, for nobody else to see."""

from collections.abc import Mapping
from typing import Any

from bot.slack.asks import Ask
from bot.slack.buttons import actions, button
from bot.slack.desk import Desk
from bot.slack.kit import header
from bot.slack.markup import Json
from bot.slack.shelf import cards, count, empty, rows
from bot.slack.whispers import Refused
from core.creation.view import AssetView
from core.errors import Invalid
from core.gallery.finding import parse
from storage.finding import Query

PAGE = 10
TITLE = "Your gallery"


class Gallery:
    """Shows pages; which one comes next stands in the button that asks for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, ask: Ask, words: str, before: int | None = None) -> None:
        """A page in the place of the one before it. Where Slack takes no carousel, plain rows say the same."""
        who, refused = await self._desk.looks(ask), ""
        here = (who.here,) if who.here else None
        try:
            query = parse(words, Query(workspaces=here, limit=PAGE, before=before))
            assets, after = await self._desk.app.studio.gallery(who.user_id, query)
        except Invalid as error:
            assets, after, refused = [], None, error.message
        around = self._around(assets, words, after, before)
        for shelf in self._shelves(assets, words, refused):
            try:
                blocks = [*around[0], *shelf, *around[1]]
                await self._desk.whispers.say(ask, TITLE, blocks, replace=before is not None)
                return
            except Refused as error:
                last = error
        raise last

    async def turn(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """Somebody asked for the next page."""
        before, _, words = str(action["value"]).partition(":")
        await self.show(ask, words, int(before))

    def _shelves(self, assets: list[AssetView], words: str, refused: str) -> list[list[Json]]:
        """The ways to show a page, the best first."""
        links = self._desk.app.links
        if not assets:
            return [empty(words, refused)]
        return [cards(assets, links), rows(assets, links), rows(assets)]

    def _around(
        self, assets: list[AssetView], words: str, after: int | None, before: int | None
    ) -> tuple[list[Json], list[Json]]:
        presses = [button("gallery_page", f"{after}:{words[:1_000]}", label="Older")] if after else []
        first = [] if before else [header(TITLE)]
        counted = [count(assets, more=after is not None)] if assets else []
        return first, [*counted, *([actions(*presses)] if presses else [])]
