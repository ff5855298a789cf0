"""The Home tab: everything a person made, with search, filters and pages; nobody else sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack.asks import Ask
from bot.slack.buttons import actions, button
from bot.slack.calls import said_by
from bot.slack.desk import Desk
from bot.slack.kit import INVALID, field, header, kept, menu, words
from bot.slack.markup import Json
from bot.slack.shelf import cards, count, empty, rows
from core.creation.view import AssetView
from storage.gallery import Query

PAGE = 10
PAGES_KEPT = 100
"""How far back one may turn; what a view keeps is limited."""
WORDS_MAX = 200
ALL = "all"
KINDS = ((ALL, "Everything"), ("image", "Images"), ("video", "Videos"), ("speech", "Speech"))


@dataclass(frozen=True, slots=True)
class Looking:
    """What a person is looking at."""

    words: str = ""
    kind: str = ALL
    favourites: bool = False
    pages: tuple[int, ...] = ()
    """Where each page after the first began, up to this one."""

    @classmethod
    def of(cls, notes: Mapping[str, Any]) -> "Looking":
        """As the view has kept it."""
        return cls(
            str(notes.get("words", "")),
            str(notes.get("kind", ALL)),
            bool(notes.get("favourites")),
            tuple(notes.get("pages", ())),
        )

    @property
    def notes(self) -> dict[str, Any]:
        """For the view to keep."""
        facts = {"words": self.words, "kind": self.kind, "favourites": self.favourites}
        return facts | {"pages": self.pages[-PAGES_KEPT:]}

    @property
    def query(self) -> Query:
        """For the gallery."""
        return Query(
            words=self.words,
            kind=None if self.kind == ALL else self.kind,
            favourite=True if self.favourites else None,
            limit=PAGE,
            before=self.pages[-1] if self.pages else None,
        )


class Home:
    """Publishes the tab; where a person is in it stands in the view itself."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, ask: Ask, looking: Looking | None = None) -> None:
        """Publish what a person is looking at. Where Slack takes no carousel, plain rows say the same."""
        looking = looking or Looking()
        user_id = (await self._desk.asker(ask)).user_id
        assets, after = await self._desk.app.studio.gallery(user_id, looking.query)
        client = await self._desk.clients.client(ask.team)
        shelves = self._shelves(assets, looking)
        for shelf in shelves:
            blocks = [*_head(looking), *shelf, *_foot(assets, looking, after)]
            view = {"type": "home", "private_metadata": kept(looking.notes), "blocks": blocks}
            try:
                await client.views_publish(user_id=ask.user, view=view)
                return
            except SlackApiError as error:
                if said_by(error) not in INVALID or shelf is shelves[-1]:
                    raise

    async def pressed(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """Search, filter or turn the page."""
        await self.show(ask, moved(Looking.of(ask.notes), action))

    def _shelves(self, assets: list[AssetView], looking: Looking) -> list[list[Json]]:
        links = self._desk.app.links
        if not assets:
            return [[empty(looking.words or ("★" if looking.favourites else ""))]]
        pictured = links.thumbnail(assets[0].id) is not None
        return [cards(assets, links), rows(assets, links), rows(assets)] if pictured else [rows(assets)]


def moved(looking: Looking, action: Mapping[str, Any]) -> Looking:
    """What is looked at after a press; another search or filter begins at its first page."""
    match str(action["action_id"]).removeprefix("easel_home_"):
        case "words":
            return replace(looking, words=str(action.get("value") or "")[:WORDS_MAX], pages=())
        case "kind":
            return replace(looking, kind=str(action["selected_option"]["value"]), pages=())
        case "favourites":
            return replace(looking, favourites=not looking.favourites, pages=())
        case "older":
            return replace(looking, pages=(*looking.pages, int(action["value"])))
        case _:
            return replace(looking, pages=looking.pages[:-1])


def _head(looking: Looking) -> list[Json]:
    typed = words(WORDS_MAX, lines=False, initial=looking.words, hint="boats, or a lighthouse")
    typed |= {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}
    search = field("easel_home_words", "Search", typed, optional=True) | {"dispatch_action": True}
    liked = button("home_favourites", "toggle", label="★ Favourites" if looking.favourites else "☆ Favourites")
    new = button("new", "new", label="Make something", style="primary")
    return [header("Your gallery"), search, actions(menu("easel_home_kind", KINDS, looking.kind), liked, new)]


def _foot(assets: list[AssetView], looking: Looking, after: int | None) -> list[Json]:
    presses = [button("home_newer", "newer", label="Newer")] if looking.pages else []
    presses += [button("home_older", str(after), label="Older")] if after else []
    counted = [count(assets, more=after is not None)] if assets else []
    return [*counted, *([actions(*presses)] if presses else [])]
