"""Files that people attach in a chat: fetched once the wish is recorded, checked, and kept as uploads."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from core.chat import Adapter, FileRef, ThreadRef
from core.errors import Unreachable, UserError
from core.trust.disk import working_folder
from core.trust.media import Uploads
from core.trust.words import clean
from storage import creations
from storage.changes import Changes
from storage.creations import Snapshot

log = structlog.get_logger()
NOT_TO_BE_HAD = "The attached file could not be fetched. Please attach it again."
TRIES = 3
AGAIN_S = 1.0


class Receiving:
    """Fetches what was attached. Run again, it goes on with what is still missing."""

    def __init__(self, changes: Changes, uploads: Uploads, adapters: Mapping[str, Adapter]) -> None:
        self._changes = changes
        self._uploads = uploads
        self._adapters = adapters

    async def receive(self, rows: Snapshot) -> None:
        """Turn every attached file into an input of its creation, in the order in which they were attached.

        Raises:
            UserError: one of them cannot be taken, with the sentence why.
        """
        thread = ThreadRef.parse(rows.thread.ref)
        adapter = self._adapters.get(thread.platform)
        files = [FileRef(file["source"], file["name"]) for file in rows.creation.files]
        taken = await asyncio.gather(
            *(self._take(adapter, thread, rows.creation.user_id, file) for file in files), return_exceptions=True
        )
        for file, asset_id in zip(files, taken, strict=True):
            if isinstance(asset_id, BaseException):
                raise asset_id
            await self._note(rows.creation.id, file.source, asset_id)

    async def _take(self, adapter: Adapter | None, thread: ThreadRef, user_id: str, file: FileRef) -> str:
        async with working_folder() as folder:
            target = folder / "attached"
            await fetched(adapter, thread, file, target)
            return (await self._uploads.take(user_id, target, clean(file.name)[:200])).id

    async def _note(self, creation_id: str, source: str, asset_id: str) -> None:
        await self._changes.write(
            creation_id, lambda session: creations.received(session, creation_id, source, asset_id)
        )


async def fetched(adapter: Adapter | None, thread: ThreadRef, file: FileRef, target: Path) -> None:
    """A download costs nothing, so it is tried again; the boundary for whatever a platform's library raises.

    Raises:
        UserError: it is not to be had, with the sentence why.
    """
    if adapter is None:
        raise UserError(NOT_TO_BE_HAD, "attachment")
    for attempt in range(1, TRIES + 1):
        try:
            return await adapter.fetch(thread, file, target)
        except UserError:
            raise
        except Exception as error:
            log.warning("attachment_not_fetched", attempt=attempt, error=type(error).__name__)
            if attempt == TRIES or isinstance(error, Unreachable):
                raise UserError(NOT_TO_BE_HAD, "attachment") from error
            await asyncio.sleep(AGAIN_S)
    return None
