"""What chat surfaces ask beyond the front desk: who is who, what a workspace decided, and which message shows what."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from sqlmodel import Session

from core.chat import MessageRef, ThreadRef
from core.creation.delivery import Delivery
from core.creation.view import AssetView, asset_view, shown_to
from core.errors import NotFound
from core.workspaces import WorkspaceRules
from storage import creations, gallery, people, posts, visibility
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset

FRESH_S = 5.0
"""How late it may be noticed that another process changed a workspace's rules, or began to forget a person."""
PEOPLE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace as Easel knows it."""

    id: str
    rules: WorkspaceRules


@dataclass(frozen=True, slots=True)
class Showing:
    """What a message of Easel's shows."""

    creation_id: str
    user_id: str
    """Whose it is."""
    thread: ThreadRef
    """Where the creation's conversation is: a shared result stands elsewhere."""
    asset_ids: tuple[str, ...]
    """Empty for a thread's root and for the status message."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An asset as the person who looks at it may see it."""

    asset: AssetView
    author: str
    """Its owner's id on the platform where it is looked at."""
    beyond: bool
    """Whether they see it also without the message that shows it: it is theirs, or shown to one of their workspaces."""


class Chats:
    """One per process. Who somebody is, and what a workspace decided, is remembered for a moment: every word asks."""

    def __init__(self, database: Database, objects: ObjectStore, delivery: Delivery) -> None:
        self._places: dict[tuple[str, str], tuple[float, Place]] = {}
        self._people: dict[tuple[str, str, str], tuple[float, str]] = {}
        self._database = database
        self._objects = objects
        self._delivery = delivery

    # --- people and places ----------------------------------------------------------------------------------------

    async def person(self, platform: str, workspace: str, platform_id: str, name: str = "") -> str:
        """The id of the person behind an account; the first word from them makes it. Most calls only read.

        Raises:
            StorageBusy: nobody could be found or made now.
        """
        key = (platform, workspace, platform_id)
        at, user_id = self._people.get(key, (float("-inf"), ""))
        if monotonic() - at > FRESH_S:
            user_id = await self._found(*key, name)
            self._people[key] = monotonic(), user_id
            self._tidy()
        return user_id

    def forgotten(self, user_id: str) -> None:
        """A person is being forgotten: whoever speaks from their account is a new one."""
        self._people = {key: entry for key, entry in self._people.items() if entry[1] != user_id}

    async def _found(self, platform: str, workspace: str, platform_id: str, name: str) -> str:
        known = await self._database.look(lambda session: people.known(session, platform, workspace, platform_id))
        if known:
            return known
        return await self._database.record(
            lambda session: people.user_of(session, platform, workspace, platform_id, name).id
        )

    def _tidy(self) -> None:
        if len(self._people) > PEOPLE_MAX:
            self._people.clear()

    async def workspace(self, platform: str, platform_id: str) -> Place:
        """A guild or team, and its rules; the first word from it makes its row, and one that comes back is welcome."""

        at, place = self._places.get((platform, platform_id), (float("-inf"), None))
        if place is None or monotonic() - at > FRESH_S:
            place = await self._read(platform, platform_id)
            self._places[platform, platform_id] = monotonic(), place
        return place

    async def _read(self, platform: str, platform_id: str) -> Place:
        row = await self._database.look(lambda session: people.known_workspace(session, platform, platform_id))
        if row is None:
            row = await self._database.record(lambda session: people.workspace_of(session, platform, platform_id))
        return Place(row.id, WorkspaceRules.model_validate(row.settings))

    async def decide(self, workspace_id: str, rules: WorkspaceRules) -> None:
        """Store a workspace's rules. The surface has checked that a manager of it asks."""
        kept = rules.model_dump(mode="json", exclude_defaults=True)
        await self._database.write(lambda session: people.set_rules(session, workspace_id, kept))
        self._places.clear()

    async def removed(self, platform: str, platform_id: str) -> None:
        """Easel was taken out of a workspace. What people made stays theirs."""
        await self._database.write(lambda session: people.remove_workspace(session, platform, platform_id))
        self._places.clear()

    # --- threads and messages -------------------------------------------------------------------------------------

    def opening(self, creation_id: str) -> AbstractContextManager[None]:
        """While this is entered, a surface opens a pending thread itself: the worker beside it leaves it alone."""
        return self._delivery.opening(creation_id)

    async def opened(self, creation_id: str, message: MessageRef) -> MessageRef:
        """A surface opened a pending thread itself; returns the root that counts, perhaps a worker's earlier one."""
        return await self._delivery.opened(creation_id, message)

    async def owns(self, thread: ThreadRef) -> bool:
        """Whether a thread is one of Easel's, so that plain words in it may be meant for Easel."""
        return await self._database.look(lambda session: creations.thread_by_ref(session, str(thread)) is not None)

    async def showing(self, message: MessageRef) -> Showing | None:
        """What a message of Easel's shows; None for anybody else's."""

        def work(session: Session) -> Showing | None:
            post = posts.by_message(session, str(message.thread), message.id)
            home = creations.home(session, post.creation_id) if post else None
            if post is None or home is None:
                return None
            there = gallery.there(session, posts.asset_ids(post))
            return Showing(post.creation_id, post.user_id, ThreadRef.parse(home), there)

        return await self._database.look(work)

    # --- assets ---------------------------------------------------------------------------------------------------

    async def seen(self, user_id: str, asset_id: str, through: MessageRef, workspaces: Sequence[str] = ()) -> Seen:
        """An asset that a message shows, that is the person's own, or that one of their workspaces is shown.

        Raises:
            NotFound: it is gone, or they do not see it.
        """

        def work(session: Session) -> Seen:
            found = _seen(session, user_id, asset_id, through, workspaces)
            thread = through.thread
            author = people.platform_id(session, found.user_id, thread.platform, thread.workspace)
            shown = shown_to(user_id, found, visibility.notes(session, user_id, [found]))
            beyond = visibility.sees(user_id, found, workspaces)
            if not beyond:
                shown = replace(shown, cost_usd=asset_view(found).cost_usd)  # the message tells it, too
            return Seen(shown, author, beyond)

        return await self._database.look(work)

    async def share(self, user_id: str, asset_id: str, thread: ThreadRef, event: str) -> MessageRef:
        """Post an own asset in another place; once for each event.

        Raises:
            NotFound: it is not theirs.
            Conflict: it cannot be posted there.
        """
        found = await self._database.read(lambda session: gallery.asset(session, user_id, asset_id))
        if found is None:
            raise NotFound
        return await self._delivery.share(found, thread, event)

    async def file(self, user_id: str, asset_id: str, through: MessageRef | None, folder: Path) -> Path:
        """The file of an asset that this person sees."""
        found = await self._database.read(lambda session: _seen(session, user_id, asset_id, through))
        return await self._objects.fetch(found.object_key, folder)


def _seen(
    session: Session, user_id: str, asset_id: str, through: MessageRef | None, workspaces: Sequence[str] = ()
) -> Asset:
    thread, message_id = (str(through.thread), through.id) if through else ("", "")
    found = gallery.seen(session, user_id, asset_id, thread, message_id, workspaces)
    if found is None:
        raise NotFound
    return found
