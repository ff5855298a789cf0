"""Work on one asset beside the way: nobody waits for it, it is never done twice at once, and may be asked for again."""

import asyncio
from collections.abc import Awaitable, Callable, Container

import structlog

from core.errors import EaselError
from storage.errors import StorageError
from storage.tables import Asset

log = structlog.get_logger()


class Beside:
    """What is under way, by the asset's id."""

    def __init__(self, name: str, work: Callable[[Asset], Awaitable[str | None]]) -> None:
        self._name = name
        self._work = work
        self._tasks: dict[str, asyncio.Task[str | None]] = {}
        self._owners: dict[str, str] = {}

    def soon(self, asset: Asset) -> None:
        """Begin, unless it is under way."""
        if asset.id not in self._tasks:
            task = asyncio.create_task(self._done(asset), name=self._name)
            self._tasks[asset.id] = task
            self._owners[asset.id] = asset.user_id
            task.add_done_callback(lambda _: self._left(asset.id))

    async def ended(self, asset: Asset) -> str | None:
        """Begin, or join what is under way, and wait for the key that it leads to; None where it failed."""
        self.soon(asset)
        return await asyncio.shield(self._tasks[asset.id])

    async def drained(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def settled(self, user_ids: Container[str]) -> None:
        """Wait until nothing that was under way for these people is."""
        theirs = [self._tasks[asset_id] for asset_id, owner in self._owners.items() if owner in user_ids]
        await asyncio.gather(*theirs, return_exceptions=True)

    async def close(self) -> None:
        """Leave the rest to the next start's sweep."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _left(self, asset_id: str) -> None:
        del self._tasks[asset_id], self._owners[asset_id]

    async def _done(self, asset: Asset) -> str | None:
        try:
            return await self._work(asset)
        except (EaselError, StorageError, OSError) as error:
            log.warning("failed_beside", work=self._name, asset=asset.id, error=str(error))
            return None
