"""Tags: a person's own words for what they made."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from sqlmodel import Session

from core.errors import Invalid, NotFound
from core.gallery.batches import Batch, batch, checked
from core.trust.words import clean
from storage import tags, visibility
from storage.database import Database

LENGTH_MAX = 30
PER_ASSET = 20
TOGETHER = 500
"""Assets that change in one transaction when a tag is renamed or dropped: others want to write, too."""
_BETWEEN = re.compile(r"[\W_]+")


def tag_of(text: str) -> str:
    """A word as it is kept: lower case, letters and digits, a hyphen between.

    Raises:
        Invalid: nothing of it is left, or too much.
    """
    name = _BETWEEN.sub("-", unicodedata.normalize("NFKC", clean(text)).lower()).strip("-")
    if not name:
        raise Invalid("A tag needs letters or digits.", "bad_tag")
    if len(name) > LENGTH_MAX:
        raise Invalid(f"A tag has at most {LENGTH_MAX} characters.", "bad_tag")
    return name


class Tags:
    """Only one's own assets have one's tags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listing(self, user_id: str) -> list[tuple[str, int]]:
        """A person's tags and how many assets have each, the most used first."""
        return await self._database.read(lambda session: tags.listing(session, user_id))

    async def change(
        self, user_id: str, asset_ids: Sequence[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Batch:
        """Give tags to assets, and take others from them."""
        ids, more, less = checked(asset_ids), _names(add), _names(remove)

        def work(session: Session) -> list[str]:
            own = visibility.own_of(session, user_id, ids)
            for asset in own:
                tags.give(session, asset, _few([name for name in _merged(asset.tags, more) if name not in less]))
            return [asset.id for asset in own]

        return batch(ids, await self._database.write(work))

    async def replace(self, user_id: str, asset_id: str, names: Iterable[str]) -> None:
        """Let an asset have these tags and no others."""
        wanted = _few(_names(names))

        def work(session: Session) -> None:
            own = visibility.own_of(session, user_id, [asset_id])
            if not own:
                raise NotFound
            tags.give(session, own[0], wanted)

        await self._database.write(work)

    async def rename(self, user_id: str, name: str, to: str) -> str:
        """Call a tag something else; where that is in use already, the two become one. Returns its name."""
        old, new = _known(name), tag_of(to)
        if old != new:
            await self._each(user_id, old, lambda kept: new if kept == old else kept)
        elif not await self._database.read(lambda session: tags.exists(session, user_id, old)):
            raise NotFound
        return new

    async def drop(self, user_id: str, name: str) -> None:
        """Take a tag from everything."""
        old = _known(name)
        await self._each(user_id, old, lambda kept: None if kept == old else kept)

    async def _each(self, user_id: str, name: str, become: Callable[[str], str | None]) -> None:
        """Change every asset that has a tag, some at a time."""

        def work(session: Session) -> int:
            some = tags.carrying(session, user_id, name, TOGETHER)
            for asset in some:
                kept = (become(each) for each in asset.tags.split())
                tags.give(session, asset, list(dict.fromkeys(filter(None, kept))))
            return len(some)

        if not (count := await self._database.write(work)):
            raise NotFound
        while count == TOGETHER:
            count = await self._database.write(work)


def _names(given: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(tag_of, given)))


def _known(name: str) -> str:
    """A tag in an address; what cannot be one is as missing as an unknown one."""
    try:
        return tag_of(name)
    except Invalid as error:
        raise NotFound from error


def _merged(kept: str, more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*kept.split(), *more)))


def _few(names: list[str]) -> list[str]:
    if len(names) > PER_ASSET:
        raise Invalid(f"An asset has at most {PER_ASSET} tags.", "too_many_tags")
    return names
