"""Messages in chat threads: each is intended in a row before it is sent, so a crash never posts twice.

Surfaces that watch by themselves (the web page, the terminal) have no adapter and get no messages.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from sqlmodel import Session

from core.chat import Adapter, Attachment, MessageRef, ThreadRef
from core.creation.progress import Progress
from core.creation.view import CreationView, view
from storage import creations, posts
from storage.changes import Changes
from storage.creations import Snapshot
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset, Post, PostState, StepState, now

TOGETHER = timedelta(seconds=2)
"""Pictures that arrive within this time go into one message."""
WITHHELD = "withheld"
MEDIA_MAX = 10
"""Most pictures in one message, on every platform."""
log = structlog.get_logger()


class Delivery:
    """Shows creations in their threads: one status message that is edited, and a message per result or few pictures."""

    def __init__(
        self, database: Database, changes: Changes, objects: ObjectStore, adapters: Mapping[str, Adapter]
    ) -> None:
        self._database = database
        self._changes = changes
        self._objects = objects
        self._adapters = adapters
        self._progress = Progress()
        self._followed: dict[str, asyncio.Task[None]] = {}

    def follow(self, creation_id: str) -> None:
        """Show a creation while it runs."""
        if self._adapters and creation_id not in self._followed:
            task = asyncio.create_task(self._follow(creation_id), name=f"delivery of {creation_id}")
            self._followed[creation_id] = task
            task.add_done_callback(lambda done: self._left(creation_id, done))

    async def finish(self, creation_id: str) -> None:
        """Show the end: every result posted, the status message final. Safe to repeat."""
        follower = self._followed.get(creation_id)
        if follower:
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)
        rows = await self._rows(creation_id) if self._adapters else None
        if rows and (adapter := self._adapter(rows)):
            await self._show(rows, adapter)

    async def close(self) -> None:
        """Stop following; the next start goes on from the posts' rows."""
        tasks = list(self._followed.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, creation_id: str) -> None:
        with self._changes.listening(creation_id) as changed:
            while True:
                changed.clear()
                rows = await self._rows(creation_id)
                if rows is None or rows.creation.state.final or not (adapter := self._adapter(rows)):
                    return
                await self._show(rows, adapter)
                await self._progress.turn(rows.thread.ref)
                await _or_later(changed)

    def _left(self, creation_id: str, task: asyncio.Task[None]) -> None:
        self._followed.pop(creation_id, None)
        if not task.cancelled() and task.exception():
            log.error("progress_not_shown", creation=creation_id, error=type(task.exception()).__name__)

    async def _show(self, rows: Snapshot, adapter: Adapter) -> None:
        """Bring the thread up to date: messages that a crash left open, then the status, then what is new."""
        known = await self._database.read(lambda session: posts.of(session, rows.creation.id))
        messages = {post.id: await self._message(rows, adapter, post) for post in known}
        await self._status(rows, adapter, known, messages)
        shown = {asset_id for post in known for asset_id in posts.asset_ids(post)}
        for group in groups(rows, shown, now()):
            await self._send(rows, adapter, await self._intend(rows, group), group)

    async def _message(self, rows: Snapshot, adapter: Adapter, post: Post) -> MessageRef:
        """A message's address. Where only its intent is known, it is looked for, and sent if it never was."""
        thread = ThreadRef.parse(rows.thread.ref)
        if post.state == PostState.SENT and post.message_id:
            return MessageRef(thread, post.message_id)
        found = await adapter.find(thread, post)
        if found:
            await self._note(post, found, 0)
            return found
        wanted = posts.asset_ids(post)
        return await self._send(rows, adapter, post, [asset for asset in rows.assets if asset.id in wanted])

    async def _status(
        self, rows: Snapshot, adapter: Adapter, known: Sequence[Post], messages: Mapping[str, MessageRef]
    ) -> None:
        post = next((each for each in known if each.role == posts.STATUS), None)
        if post is None:
            await self._send(rows, adapter, await self._intend(rows, ()), ())
        elif post.revision < rows.creation.revision:
            await adapter.edit(messages[post.id], view(rows))
            await self._note(post, messages[post.id], rows.creation.revision)

    async def _intend(self, rows: Snapshot, group: Sequence[Asset]) -> Post:
        ids = [asset.id for asset in group]
        return await self._database.write(lambda session: posts.intend(session, rows.creation, rows.thread.ref, ids))

    async def _send(self, rows: Snapshot, adapter: Adapter, post: Post, assets: Sequence[Asset]) -> MessageRef:
        shown = _only(view(rows), assets) if assets else view(rows)
        with TemporaryDirectory() as folder:
            files = [await self._attachment(asset, Path(folder)) for asset in assets]
            message = await adapter.post(ThreadRef.parse(rows.thread.ref), shown, files, post=post)
        await self._note(post, message, rows.creation.revision)
        return message

    async def _attachment(self, asset: Asset, folder: Path) -> Attachment:
        path = await self._objects.fetch(asset.object_key, folder)
        return Attachment(path, f"easel-{asset.version}{path.suffix}", asset.media_type, asset.alt_text)

    async def _note(self, post: Post, message: MessageRef, revision: int) -> None:
        post.state, post.message_id, post.revision = PostState.SENT, message.id, revision
        await self._database.write(lambda session: posts.sent(session, post.id, message.id, revision))

    async def _rows(self, creation_id: str) -> Snapshot | None:
        def work(session: Session) -> Snapshot | None:
            return creations.snapshot(session, creation_id)

        return await self._database.read(work)

    def _adapter(self, rows: Snapshot) -> Adapter | None:
        return self._adapters.get(ThreadRef.parse(rows.thread.ref).platform)


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


async def _or_later(changed: asyncio.Event) -> None:
    """Wait for a change, or until pictures that wait for each other have waited long enough."""
    try:
        async with asyncio.timeout(TOGETHER.total_seconds()):
            await changed.wait()
    except TimeoutError:
        pass
