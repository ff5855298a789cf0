"""Where assets come from and what came of them: version trees, recipes, and going back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from core.chat import MessageRef, ThreadRef
from core.creation import going_back
from core.creation.view import AssetView, shown_to
from core.errors import Conflict, NotFound
from core.provenance.changes import Change, changed
from core.provenance.recipe import recipe
from core.provenance.trees import Tree, family_of, tree_of
from storage import creations, gallery, lineage, recipes, visibility
from storage.database import Database
from storage.lineage import NODES_MAX
from storage.tables import Asset, Thread


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation stands now."""

    thread: str
    asset: AssetView
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions and what changed from the one to the other."""

    before: AssetView
    after: AssetView
    change: Change


class Lineage:
    """Reads lines of descent, and moves where a conversation stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tree(self, user_id: str, thread: str, workspaces: Sequence[str] = ()) -> Tree:
        """All versions of a person's own conversation.

        Raises:
            NotFound: there is no such conversation of theirs.
        """
        ref = str(ThreadRef.parse(thread))

        def work(session: Session) -> Tree:
            return _conversation(session, user_id, _own_thread(session, user_id, ref), workspaces)

        return await self._database.read(work)

    async def family(self, user_id: str, asset_id: str, workspaces: Sequence[str] = ()) -> Tree:
        """An asset's ancestors up to the first, and all that came of it, across conversations.

        Raises:
            NotFound: there is no such asset for them.
        """

        def work(session: Session) -> Tree:
            return _family(session, user_id, _seen(session, user_id, asset_id, workspaces), workspaces)

        return await self._database.read(work)

    async def around(self, user_id: str, asset_id: str, workspaces: Sequence[str] = ()) -> Tree:
        """The versions of an asset's conversation where it is the person's own; else, and of what is not in what is
        shown of it, its family.

        Raises:
            NotFound: there is no such asset for them.
        """

        def work(session: Session) -> Tree:
            one = _seen(session, user_id, asset_id, workspaces)
            thread = session.get(Thread, one.thread_id) if one.thread_id and one.user_id == user_id else None
            if thread and thread.user_id == user_id:
                tree = _conversation(session, user_id, thread, workspaces)
                if any(node.asset.id == asset_id for node in tree.nodes):
                    return tree
            return _family(session, user_id, one, workspaces)

        return await self._database.read(work)

    async def recipe(self, user_id: str, asset_id: str, workspaces: Sequence[str] = ()) -> dict[str, Any]:
        """How an asset was made. Of another's, what their view of it tells."""

        def work(session: Session) -> dict[str, Any]:
            one = _seen(session, user_id, asset_id, workspaces)
            told = recipe(recipes.ingredients(session, [one])[0])
            return told if one.user_id == user_id else told | {"parent": None, "inputs": [], "cost_usd": 0.0}

        return await self._database.read(work)

    async def compare(self, user_id: str, before_id: str, after_id: str, workspaces: Sequence[str] = ()) -> Comparison:
        """What changed between two versions."""

        def work(session: Session) -> Comparison:
            both = [_seen(session, user_id, each, workspaces) for each in (before_id, after_id)]
            notes = visibility.notes(session, user_id, both)
            before, after = (shown_to(user_id, each, notes) for each in both)
            own = [each for each in both if each.user_id == user_id]
            arguments = lineage.arguments(session, own)
            told = [arguments.get(each.id, {}) for each in both]
            inputs = [len(recipes.sources_of(each)) for each in both]
            return Comparison(before, after, changed((before, after), (told[0], told[1]), (inputs[0], inputs[1])))

        return await self._database.read(work)

    async def undo(self, user_id: str, thread: str, *, let_in: bool = False) -> Standing:
        """Go back by one: to what the newest was made from, or what was made before it.

        `let_in`: the platform let this person into the thread, whoever opened it.

        Raises:
            NotFound: there is no such conversation for them.
            Conflict: nothing was made there, or this is the first version.
        """
        ref = str(ThreadRef.parse(thread))

        def work(session: Session) -> Standing:
            found = creations.thread_by_ref(session, ref) if let_in else _own_thread(session, user_id, ref)
            if found is None:
                raise NotFound("There is no such thread.")
            made = lineage.by_all_in_thread(session, found.id)
            now = lineage.standing(found, made)
            if now is None:
                raise Conflict("Nothing was made here yet.", "nothing_yet")
            target = lineage.before(now, made)
            if target is None:
                raise Conflict(going_back.NOTHING_BEFORE, "first_version")
            return _stood(session, user_id, found, target)

        return await self._database.write(work)

    async def go_on_from(self, user_id: str, asset_id: str, through: MessageRef | None = None) -> Standing:
        """Let the next reply in an asset's conversation go on from it.

        `through`: the message that shows it to this person, in a chat.

        Raises:
            NotFound: it is not theirs, nor shown by that message.
            Conflict: it was made in no conversation.
        """
        shown_in, message_id = (str(through.thread), through.id) if through else ("", "")

        def work(session: Session) -> Standing:
            one = gallery.seen(session, user_id, asset_id, shown_in, message_id)
            if one is None:
                raise NotFound
            thread = session.get(Thread, one.thread_id) if one.thread_id else None
            if thread is None:
                raise Conflict("This was made in no conversation: begin one with it.", "no_thread")
            return _stood(session, user_id, thread, one)

        return await self._database.write(work)


def _own_thread(session: Session, user_id: str, ref: str) -> Thread:
    found = creations.thread_of(session, user_id, None, ref)
    if found is None:
        raise NotFound("There is no such thread.")
    return found


def _seen(session: Session, user_id: str, asset_id: str, workspaces: Sequence[str]) -> Asset:
    found = visibility.visible(session, user_id, asset_id, workspaces)
    if found is None:
        raise NotFound
    return found


def _conversation(session: Session, user_id: str, thread: Thread, workspaces: Sequence[str]) -> Tree:
    made = lineage.in_thread(session, user_id, thread.id, workspaces, NODES_MAX + 1)
    return tree_of(session, user_id, made[-NODES_MAX:], workspaces, thread, whole=len(made) <= NODES_MAX)


def _family(session: Session, user_id: str, one: Asset, workspaces: Sequence[str]) -> Tree:
    found, whole = family_of(session, user_id, one, workspaces)
    thread = session.get(Thread, one.thread_id) if one.thread_id and one.user_id == user_id else None
    return tree_of(session, user_id, found, workspaces, thread, whole=whole)


def _stood(session: Session, user_id: str, thread: Thread, target: Asset) -> Standing:
    lineage.stand_on(session, thread.id, target.id)
    notes = visibility.notes(session, user_id, [target])
    return Standing(thread.ref, shown_to(user_id, target, notes), going_back.told(target))
