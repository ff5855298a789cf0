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
        self._under_way: dict[str, tuple[Asset, asyncio.Task[str | None]]] = {}

    def soon(self, asset: Asset) -> None:
        """Begin, unless it is under way."""
        if asset.id not in self._under_way:
            task = asyncio.create_task(self._done(asset), name=self._name)
            self._under_way[asset.id] = (asset, task)
            task.add_done_callback(lambda _: self._under_way.pop(asset.id, None))

    async def ended(self, asset: Asset) -> str | None:
        """Begin, or join what is under way, and wait for the key that it leads to; None where it failed."""
        self.soon(asset)
        return await asyncio.shield(self._under_way[asset.id][1])

    async def drained(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._tasks(), return_exceptions=True)

    async def settled(self, user_ids: Container[str]) -> None:
        """Wait until nothing that was under way for these people is."""
        if theirs := [task for asset, task in self._under_way.values() if asset.user_id in user_ids]:
            await asyncio.wait(theirs)  # whoever gives up waiting does not stop them

    async def close(self) -> None:
        """Leave the rest to the next start's sweep."""
        tasks = self._tasks()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tasks(self) -> list[asyncio.Task[str | None]]:
        return [task for _, task in self._under_way.values()]

    async def _done(self, asset: Asset) -> str | None:
        try:
            return await self._work(asset)
        except (EaselError, StorageError, OSError) as error:
            log.warning("failed_beside", work=self._name, asset=asset.id, error=str(error))
            return None
