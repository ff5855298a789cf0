"""The Home tab: everything a person made, with search, filters and pages; nobody else sees it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.slack.asks import Ask
from bot.slack.buttons import actions, button, value_of
from bot.slack.calls import said_by
from bot.slack.desk import Desk, Looks
from bot.slack.kit import INVALID, field, header, kept, menu, words
from bot.slack.markup import Json
from bot.slack.shelf import cards, count, empty, rows
from core.creation.view import AssetView
from core.errors import Invalid
from core.gallery.finding import parse
from storage.finding import Query

PAGE = 10
PAGES_KEPT = 100
"""How far back one may turn; what a view keeps is limited."""
WORDS_MAX = 200
ALL = "all"
WHOSE = (("me", "My own"), ("workspace", "What others here made"))
COLLECTION_MAX = 99
KINDS = ((ALL, "Everything"), ("image", "Images"), ("video", "Videos"), ("speech", "Speech"))


@dataclass(frozen=True, slots=True)
class Looking:
    """What a person is looking at."""

    words: str = ""
    kind: str = ALL
    favourites: bool = False
    collection: str = ""
    """The name of the one that is looked at alone."""
    others: bool = False
    """What others show in this workspace, instead of one's own."""
    pages: tuple[int, ...] = ()
    """Where each page after the first began, up to this one."""

    @classmethod
    def of(cls, notes: Mapping[str, Any]) -> "Looking":
        """As the view has kept it."""
        return cls(
            str(notes.get("words", "")),
            str(notes.get("kind", ALL)),
            bool(notes.get("favourites")),
            str(notes.get("collection", "")),
            bool(notes.get("others")),
            tuple(notes.get("pages", ())),
        )

    @property
    def notes(self) -> dict[str, Any]:
        """For the view to keep."""
        facts = {"words": self.words, "kind": self.kind, "favourites": self.favourites, "collection": self.collection}
        return facts | {"others": self.others, "pages": self.pages[-PAGES_KEPT:]}

    @property
    def narrowed(self) -> bool:
        """Not everything of one's own is looked for."""
        return bool(self.words or self.favourites or self.collection or self.others or self.kind != ALL)

    def query(self, here: str | None) -> Query:
        """For the gallery. `here`: the workspace that the person is in; what others show is what they show there.

        Raises:
            Invalid: what was typed says what cannot be searched by.
        """
        within = Query(
            kind=None if self.kind == ALL else self.kind,
            favourite=True if self.favourites else None,
            collection=self.collection,
            others=self.others,
            workspaces=(here,) if here else None,
            limit=PAGE,
            before=self.pages[-1] if self.pages else None,
        )
        return parse(self.words, within)


class Home:
    """Publishes the tab; where a person is in it stands in the view itself."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, ask: Ask, looking: Looking | None = None) -> None:
        """Publish what a person is looking at. Where Slack takes no carousel, plain rows say the same."""
        looking = looking or Looking()
        who = await self._desk.looks(ask)
        (assets, after, refused), known = await asyncio.gather(
            self._found(who, looking), self._desk.app.kept.collections.named(who.viewer)
        )
        client = await self._desk.clients.client(ask.team)
        shelves = self._shelves(assets, looking, refused)
        for shelf in shelves:
            blocks = [*_head(looking, [name for _, name in known]), *shelf, *_foot(assets, looking, after)]
            view = {"type": "home", "private_metadata": kept(looking.notes), "blocks": blocks}
            try:
                await client.views_publish(user_id=ask.user, view=view)
                return
            except SlackApiError as error:
                if said_by(error) not in INVALID or shelf is shelves[-1]:
                    raise

    async def _found(self, who: Looks, looking: Looking) -> tuple[list[AssetView], int | None, str]:
        """A page, where the next begins, and why it could not be looked for."""
        try:
            return *await self._desk.app.studio.gallery(who.user_id, looking.query(who.here)), ""
        except Invalid as error:
            return [], None, error.message

    async def pressed(self, ask: Ask, action: Mapping[str, Any]) -> None:
        """Search, filter or turn the page."""
        await self.show(ask, moved(Looking.of(ask.notes), action))

    def _shelves(self, assets: list[AssetView], looking: Looking, refused: str) -> list[list[Json]]:
        links = self._desk.app.links
        if not assets:
            return [empty("narrowed" if looking.narrowed else "", refused)]
        pictured = links.thumbnail(assets[0].id) is not None
        return [cards(assets, links), rows(assets, links), rows(assets)] if pictured else [rows(assets)]


def moved(looking: Looking, action: Mapping[str, Any]) -> Looking:
    """What is looked at after a press; another search or filter begins at its first page."""
    match str(action["action_id"]).removeprefix("easel_home_"):
        case "older":
            return replace(looking, pages=(*looking.pages, int(action["value"])))
        case "newer":
            return replace(looking, pages=looking.pages[:-1])
        case filtered:
            return replace(_filtered(looking, filtered, action), pages=())


def _filtered(looking: Looking, by: str, action: Mapping[str, Any]) -> Looking:
    """Favourites are one's own: they and what others made take turns."""
    match by:
        case "words":
            return replace(looking, words=str(action.get("value") or "")[:WORDS_MAX])
        case "kind":
            return replace(looking, kind=value_of(action))
        case "collection":
            return replace(looking, collection=value_of(action).partition(":")[2])
        case "whose":
            others = value_of(action) != WHOSE[0][0]
            return replace(looking, others=others, favourites=looking.favourites and not others)
    return replace(looking, favourites=not looking.favourites, others=False)


def _head(looking: Looking, collections: Sequence[str]) -> list[Json]:
    typed = words(WORDS_MAX, lines=False, initial=looking.words, hint="boats, or a lighthouse")
    typed |= {"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}
    search = field("easel_home_words", "Search", typed, optional=True) | {"dispatch_action": True}
    liked = button("home_favourites", "toggle", label="★ Favourites" if looking.favourites else "☆ Favourites")
    new = button("new", "new", label="Make something", style="primary")
    whose = menu("easel_home_whose", WHOSE, WHOSE[looking.others][0])
    filters = [menu("easel_home_kind", KINDS, looking.kind), whose, *_collections(looking, collections)]
    return [header("Your gallery"), search, actions(*filters), actions(new, button("collections", "all"), liked)]


def _collections(looking: Looking, collections: Sequence[str]) -> list[Json]:
    if not collections:
        return []
    names = dict.fromkeys(collections[:COLLECTION_MAX])
    options = [("in:", "All collections"), *((f"in:{name}", name) for name in names)]
    return [menu("easel_home_collection", options, f"in:{looking.collection}")]


def _foot(assets: list[AssetView], looking: Looking, after: int | None) -> list[Json]:
    presses = [button("home_newer", "newer", label="Newer")] if looking.pages else []
    presses += [button("home_older", str(after), label="Older")] if after else []
    counted = [count(assets, more=after is not None)] if assets else []
    return [*counted, *([actions(*presses)] if presses else [])]
