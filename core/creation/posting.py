"""What stands in a chat thread for a creation: its root, one status message, and one message per result.

Each message is intended in a row before it is sent, so a crash never posts twice; one that a platform will never take
is noted as lost, and the rest goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import structlog
from sqlmodel import Session

from core.chat import Adapter, Attachment, MessageRef, ThreadRef
from core.creation.view import CreationView, view
from core.errors import Unreachable
from core.trust.disk import working_folder
from storage import creations, people, posts
from storage.creations import Snapshot
from storage.database import Database
from storage.errors import StoreAway
from storage.objects import ObjectStore
from storage.tables import Asset, Post, PostState, StepState, now, version_of

TOGETHER = timedelta(seconds=2)
"""Pictures that arrive within this time go into one message."""
WITHHELD = "withheld"
MEDIA_MAX = 10
"""Most pictures in one message, on every platform."""
LOOK_S = 0.2
OPENING_HERE_S = 60.0
"""How long a surface of this same process is given to open a thread. A worker beside it waits for the same allowance
of the platform, so that it would be no faster, and two threads would be opened for one wish."""
STORE_WAIT_S = 120.0
"""How long a result that has come to its end waits for a store that is away, before it is shown as a link alone."""
SETTLES_S = 5.0
"""How long a message may take from its intent to the note of its id."""
Place = Callable[[str], Awaitable[tuple[int | None, float | None]]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shown:
    """A creation as its thread shows it now."""

    rows: Snapshot
    view: CreationView
    posts: tuple[Post, ...]

    @property
    def thread(self) -> ThreadRef:
        """Where it is shown."""
        return ThreadRef.parse(self.rows.thread.ref)


class Posting:
    """Brings threads up to date. Every call may be repeated: what stands is known from the rows."""

    def __init__(self, database: Database, objects: ObjectStore, place: Place) -> None:
        """`place` tells a waiting creation's place in line and the seconds until it begins."""
        self._database = database
        self._objects = objects
        self._place = place
        self._places: dict[str, int | None] = {}
        self._intended: set[str] = set()
        """Messages that were intended here, and of which no outcome is known."""
        self._away_since: dict[str, float] = {}
        """Asset → when its file could not be fetched for the first time."""
        self._openings: dict[str, asyncio.Task[None]] = {}
        """Creation → the opening of its thread that is under way."""
        self._at_surfaces: set[str] = set()
        """Creations whose threads a surface of this process is opening."""

    async def show(self, creation_id: str, adapter: Adapter) -> bool:
        """Bring a thread up to date: messages that a crash left open, then the status, then what is new.

        Returns whether pictures are held back for others that are about to come.

        Raises:
            Unreachable: the thread cannot be opened.
        """
        shown = await self._opened(creation_id, adapter)
        if shown is None:
            return False
        messages = {post.id: await self._message(shown, adapter, post) for post in shown.posts}
        await self._status(shown, adapter, messages)
        seen = {asset_id for post in shown.posts for asset_id in posts.asset_ids(post)}
        for group in groups(shown.rows, seen, now()):
            post, is_new = await self._intend(shown, posts.result_role([asset.id for asset in group]))
            await (self._send(shown, adapter, post, group) if is_new else self._message(shown, adapter, post))
            seen |= {asset.id for asset in group}
        return any(asset.id not in seen and asset.safety != WITHHELD for asset in shown.rows.assets)

    @contextmanager
    def opening(self, creation_id: str) -> Iterator[None]:
        """While this runs, a surface opens the pending thread itself."""
        self._at_surfaces.add(creation_id)
        try:
            yield
        finally:
            self._at_surfaces.discard(creation_id)

    async def opened(self, creation_id: str, message: MessageRef) -> MessageRef:
        """Note that a pending thread was opened with this message; returns the root that counts: the first one."""

        def work(session: Session) -> MessageRef:
            root = posts.opened(session, creation_id, str(message.thread), message.id)
            return MessageRef(ThreadRef.parse(root.thread), root.message_id)

        return await self._database.change(work)

    async def share(self, asset: Asset, thread: ThreadRef, adapter: Adapter, event: str) -> MessageRef | None:
        """Show one asset again in another place, once for each event."""
        shown = await self._shown(asset.creation_id) if asset.creation_id else None
        if shown is None:
            return None
        post, is_new = await self._intend(shown, f"{posts.SHARED}{asset.id}:{event}", thread)
        if not is_new:
            return MessageRef(thread, post.message_id) if post.message_id else None
        return await self._send(shown, adapter, post, [asset])

    async def withdraw(self, post: Post, adapter: Adapter) -> None:
        """Take a message back whose results are gone, or show what is left of them."""
        post = await self._settled(post)
        if post.state != PostState.SENT or not post.message_id:
            return
        message = MessageRef(ThreadRef.parse(post.thread), post.message_id)
        shown = await self._shown(post.creation_id)
        left = [asset for asset in shown.rows.assets if asset.id in posts.asset_ids(post)] if shown else []
        if shown and left:
            await adapter.edit(message, _only(shown.view, left), post=post)
        else:
            await adapter.delete(message)

    async def remove(self, post: Post, adapter: Adapter) -> None:
        """Take a message back, whatever it shows."""
        if post.message_id:
            await adapter.delete(MessageRef(ThreadRef.parse(post.thread), post.message_id))

    async def close(self) -> None:
        """Let the openings of threads end that are under way; what takes too long is looked for after a restart."""
        if tasks := set(self._openings.values()):
            _, late = await asyncio.wait(tasks, timeout=SETTLES_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # --- the thread -----------------------------------------------------------------------------------------------

    async def _opened(self, creation_id: str, adapter: Adapter) -> Shown | None:
        """The creation once its thread is there. The surface that was asked has the first word, for a while."""
        while True:
            # looked at before the rows: a surface that is done by then has noted the thread in them
            patience_s = OPENING_HERE_S if creation_id in self._at_surfaces else adapter.opening_s
            shown = await self._shown(creation_id)
            if shown is None or not shown.thread.pending:
                return shown
            if now() - shown.rows.creation.created_at >= timedelta(seconds=patience_s):
                await self._open(shown, adapter)
            else:
                await asyncio.sleep(LOOK_S)

    async def _open(self, shown: Shown, adapter: Adapter) -> None:
        """Open the thread, or wait for whoever is opening it. An opening goes on to its end, also where the creation
        ends first: of half of one nobody would know, and where another root counts it has to be taken back."""
        creation_id = shown.rows.creation.id
        if creation_id not in self._openings:
            task = asyncio.create_task(self._write_root(shown, adapter), name=f"opening for {creation_id}")
            self._openings[creation_id] = task
            task.add_done_callback(lambda done: self._opened_or_not(creation_id, done))
        await asyncio.shield(self._openings[creation_id])

    def _opened_or_not(self, creation_id: str, task: asyncio.Task[None]) -> None:
        del self._openings[creation_id]
        if not task.cancelled() and (error := task.exception()):  # whoever waits still is told, too
            log.debug("thread_not_opened", creation=creation_id, error=type(error).__name__)

    async def _write_root(self, shown: Shown, adapter: Adapter) -> None:
        post, is_new = await self._intend(shown, posts.ROOT)
        if post.state == PostState.LOST:
            raise Unreachable("not opened")
        try:
            # a listener may have written the root, and died before it could say so
            perhaps_there = not is_new or adapter.opening_s > 0
            message = await adapter.find(shown.thread, post) if perhaps_there else None
            message = message or await adapter.open(shown.thread, shown.view, post=post)
        except Unreachable:
            await self._lost(post)
            raise
        root = await self.opened(shown.rows.creation.id, message)
        self._intended.discard(post.id)
        if root != message:
            await adapter.delete(message)

    # --- messages -------------------------------------------------------------------------------------------------

    async def _message(self, shown: Shown, adapter: Adapter, post: Post) -> MessageRef | None:
        """A message's address, None if it is lost. One only intended is looked for, and sent if it never was."""
        if post.state == PostState.INTENT and not self._database.is_sqlite and post.id not in self._intended:
            post = await self._settled(post)  # another worker may just be sending it
        if post.state == PostState.LOST:
            return None
        thread = ThreadRef.parse(post.thread)
        if post.message_id:
            return MessageRef(thread, post.message_id)
        try:
            found = await adapter.find(thread, post)
        except Unreachable:
            await self._lost(post)
            return None
        if found:
            await self._note(post, found, 0)
            return found
        wanted = posts.asset_ids(post)
        assets = [asset for asset in shown.rows.assets if asset.id in wanted]
        # a platform that knows the intent after all answers with what was sent first, and that may show an older state
        return await self._send(shown, adapter, post, assets, revision=0)

    async def _status(self, shown: Shown, adapter: Adapter, messages: dict[str, MessageRef | None]) -> None:
        post = next((each for each in shown.posts if each.role == posts.STATUS), None)
        if post is None:
            post, is_new = await self._intend(shown, posts.STATUS)
            if is_new:
                await self._send(shown, adapter, post, ())
                return
            messages[post.id] = await self._message(shown, adapter, post)
        if (message := messages[post.id]) and self._differs(post, shown.view):
            try:
                message = await adapter.edit(message, shown.view, post=post)
            except Unreachable:
                await self._lost(post)
            else:
                await self._note(post, message, shown.view.revision)

    def _differs(self, post: Post, seen: CreationView) -> bool:
        """Whether a reader would see something else; the place in line changes without the creation."""
        before = self._places.pop(post.id, None)
        if seen.queue_place is not None:
            self._places[post.id] = seen.queue_place
        return post.revision < seen.revision or before != seen.queue_place

    async def _send(
        self, shown: Shown, adapter: Adapter, post: Post, assets: Sequence[Asset], revision: int | None = None
    ) -> MessageRef | None:
        """Write a message. `revision`: the state that it shows at least, if that is not surely this one."""
        part = _only(shown.view, assets) if assets else shown.view
        try:
            async with working_folder() if assets else nullcontext(Path()) as folder:
                files = [await self._attachment(shown, asset, folder) for asset in assets]
                there = [file for file in files if file]
                message = await adapter.post(ThreadRef.parse(post.thread), part, there, post=post)
        except Unreachable as error:
            log.warning("message_not_shown", creation=post.creation_id, reason=error.reason)
            await self._lost(post)
            return None
        await self._note(post, message, shown.view.revision if revision is None else revision)
        return message

    async def _attachment(self, shown: Shown, asset: Asset, folder: Path) -> Attachment | None:
        """The file of an asset. None where the store stays away: its link, which will work again, then stands alone."""
        try:
            path = await self._objects.fetch(asset.object_key, folder)
        except (StoreAway, FileNotFoundError) as error:
            if isinstance(error, StoreAway) and self._waits(shown, asset):
                raise
            self._away_since.pop(asset.id, None)
            log.warning("posted_without_its_file", asset=asset.id, error=type(error).__name__)
            return None
        self._away_since.pop(asset.id, None)
        return Attachment(
            path,
            f"easel-{version_of(asset)}{path.suffix}",
            asset.media_type,
            asset.alt_text,
            asset.id,
        )

    def _waits(self, shown: Shown, asset: Asset) -> bool:
        """Counted from when the store was found away: a result may come late for other reasons as well."""
        since = self._away_since.setdefault(asset.id, monotonic())
        return not shown.rows.creation.state.final or monotonic() - since < STORE_WAIT_S

    # --- rows -----------------------------------------------------------------------------------------------------

    async def _shown(self, creation_id: str) -> Shown | None:
        def work(session: Session) -> tuple[Snapshot, list[Post], str, str] | None:
            rows = creations.snapshot(session, creation_id)
            if rows is None:
                return None
            thread, creation = ThreadRef.parse(rows.thread.ref), rows.creation
            by = people.platform_id(session, creation.user_id, thread.platform, thread.workspace)
            author = creations.author_of_inputs(session, creation)
            credit = people.platform_id(session, author, thread.platform, thread.workspace) if author else ""
            return rows, posts.of(session, creation_id), by, credit

        found = await self._database.read(work)
        if found is None:
            return None
        rows, known, by, credit = found
        place, eta_s = await self._place(creation_id) if rows.creation.started_at is None else (None, None)
        whole = replace(view(rows, queue_place=place, eta_s=eta_s), by=by, credit=credit)
        return Shown(rows, whole, tuple(known))

    async def _settled(self, post: Post) -> Post:
        """The row once its message is noted: one that is just being sent must not be missed."""
        while post.state == PostState.INTENT and (now() - post.intent_at).total_seconds() < SETTLES_S:
            await asyncio.sleep(LOOK_S)
            post = await self._row(post.id) or post
        return post

    async def _row(self, post_id: str) -> Post | None:
        return await self._database.read(lambda session: posts.by_id(session, post_id))

    async def _intend(self, shown: Shown, role: str, thread: ThreadRef | None = None) -> tuple[Post, bool]:
        where, creation = str(thread or shown.thread), shown.rows.creation
        post, is_new = await self._database.change(lambda session: posts.intend(session, creation, where, role))
        if is_new:
            self._intended.add(post.id)
        return post, is_new

    async def _note(self, post: Post, message: MessageRef, revision: int) -> None:
        post.state, post.message_id, post.revision = PostState.SENT, message.id, revision
        self._intended.discard(post.id)
        await self._database.change(lambda session: posts.sent(session, post.id, message.id, revision))

    async def _lost(self, post: Post) -> None:
        self._intended.discard(post.id)
        await self._database.change(lambda session: posts.lost(session, post.id))


def groups(rows: Snapshot, shown: set[str], at: datetime) -> list[list[Asset]]:
    """What should be posted now: pictures together once the newest has waited, everything else by itself."""
    fresh = [asset for asset in rows.assets if asset.id not in shown and asset.safety != WITHHELD]
    pictures = [asset for asset in fresh if asset.kind == "image"]
    ready = [[asset] for asset in fresh if asset.kind != "image"]
    if pictures and _settled(rows, pictures, at):
        ready += [pictures[start : start + MEDIA_MAX] for start in range(0, len(pictures), MEDIA_MAX)]
    return ready


def _settled(rows: Snapshot, pictures: Sequence[Asset], at: datetime) -> bool:
    """No other picture is about to come, or the first of these has waited long enough."""
    coming = any(step.kind == "image" and step.state == StepState.IN_PROGRESS for step in rows.steps)
    return rows.creation.state.final or not coming or at - min(each.created_at for each in pictures) >= TOGETHER


def _only(whole: CreationView, assets: Sequence[Asset]) -> CreationView:
    ids = {asset.id for asset in assets}
    return replace(whole, assets=tuple(asset for asset in whole.assets if asset.id in ids))
