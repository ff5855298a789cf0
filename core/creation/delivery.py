"""Messages in chat threads: each is intended in a row before it is sent, so a crash never posts twice.

Surfaces that watch by themselves (the web page, the terminal) have no adapter and get no messages.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from sqlmodel import Session

from core.chat import Adapter, Attachment, MessageRef, ThreadRef
from core.creation.progress import Progress
from core.creation.view import AssetView, CreationView, view
from storage import creations, posts
from storage.changes import Changes
from storage.creations import Snapshot
from storage.database import Database
from storage.objects import ObjectStore
from storage.tables import Asset, Post, PostState

TOGETHER_S = 2.0
"""Pictures that arrive within this time go into one message."""
STATUS = "status"
log = structlog.get_logger()


class Delivery:
    """Shows creations in their threads: one status message that is edited, and one message per result."""

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
            task = asyncio.create_task(self._follow(creation_id), name="delivery")
            self._followed[creation_id] = task
            task.add_done_callback(lambda _: self._followed.pop(creation_id, None))

    async def finish(self, creation_id: str) -> None:
        """Show the end: every result posted, the status message final. Safe to repeat."""
        follower = self._followed.pop(creation_id, None)
        if follower:
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)
        rows = await self._rows(creation_id)
        if rows and self._adapter(rows):
            await self._results(rows)
            await self._status(rows)

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
                if rows is None or rows.creation.state.final or not self._adapter(rows):
                    return
                await self._progress.turn(rows.thread.ref)
                await self._status(rows)
                await self._results(rows, settled=True)
                await changed.wait()

    async def _status(self, rows: Snapshot) -> None:
        adapter = self._adapter(rows)
        assert adapter is not None
        post, message = await self._found(rows, STATUS, adapter)
        if message is None:
            await self._send(rows, post, adapter, view(rows), ())
        elif post.revision < rows.creation.revision:
            await adapter.edit(message, view(rows))
            await self._note(post, message, rows.creation.revision)

    async def _results(self, rows: Snapshot, *, settled: bool = False) -> None:
        """Post what no message shows yet. `settled`: only what has waited long enough for its neighbours."""
        adapter = self._adapter(rows)
        assert adapter is not None
        for group in await self._unposted(rows, settled=settled):
            role = "result:" + ",".join(asset.id[:8] for asset in group)
            post, message = await self._found(rows, role, adapter)
            if message is None:
                shown = [asset.id for asset in group]
                await self._send(rows, post, adapter, _only(view(rows), shown), group)

    async def _unposted(self, rows: Snapshot, *, settled: bool) -> list[list[Asset]]:
        known = await self._database.read(lambda session: posts.shown(session, rows.creation.id))
        fresh = [asset for asset in rows.assets if asset.id[:8] not in known]
        del settled
        pictures = [asset for asset in fresh if asset.kind == "image"]
        others = [[asset] for asset in fresh if asset.kind != "image"]
        return ([pictures] if pictures else []) + others

    async def _found(self, rows: Snapshot, role: str, adapter: Adapter) -> tuple[Post, MessageRef | None]:
        """The post's row, made if need be, and its message, looked for where a crash left only the intent."""
        thread = ThreadRef.parse(rows.thread.ref)
        post, is_new = await self._database.write(
            lambda session: posts.intend(session, rows.creation, role, rows.thread.ref)
        )
        if post.state == PostState.SENT and post.message_id:
            return post, MessageRef(thread, post.message_id)
        if is_new:
            return post, None
        message = await adapter.find(thread, post)
        if message:
            await self._note(post, message, 0)
        return post, message

    async def _send(
        self, rows: Snapshot, post: Post, adapter: Adapter, shown: CreationView, assets: Sequence[Asset]
    ) -> None:
        with TemporaryDirectory() as folder:
            files = [await self._attachment(asset, Path(folder)) for asset in assets]
            message = await adapter.post(ThreadRef.parse(rows.thread.ref), shown, files, post=post)
        await self._note(post, message, rows.creation.revision)

    async def _attachment(self, asset: Asset, folder: Path) -> Attachment:
        path = await self._objects.fetch(asset.object_key, folder)
        name = f"easel-{asset.version or asset.id[:8]}{path.suffix}"
        return Attachment(path, name, asset.media_type, asset.alt_text)

    async def _note(self, post: Post, message: MessageRef, revision: int) -> None:
        await self._database.write(lambda session: posts.sent(session, post.id, message.id, revision))

    async def _rows(self, creation_id: str) -> Snapshot | None:
        def work(session: Session) -> Snapshot | None:
            return creations.snapshot(session, creation_id)

        return await self._database.read(work)

    def _adapter(self, rows: Snapshot) -> Adapter | None:
        return self._adapters.get(ThreadRef.parse(rows.thread.ref).platform)


def _only(whole: CreationView, asset_ids: Sequence[str]) -> CreationView:
    shown: tuple[AssetView, ...] = tuple(asset for asset in whole.assets if asset.id in asset_ids)
    return replace(whole, assets=shown)
