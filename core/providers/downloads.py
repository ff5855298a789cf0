"""Finished files on their way from a service that made them for money: fetched, measured, never given up too early."""

import asyncio
import time
from collections.abc import Sequence

from core.errors import ProviderError
from core.providers.base import Failed, Made, Order, Ticket, Waiting
from core.trust.fetch import Fetched, Fetcher
from core.trust.links import Links

FILES_MAX = 10
PATIENCE_S = 60.0
"""For so long a download that fails is tried again at every poll: what it brings was paid for."""
PASSING = "download_failed"


class Downloads:
    """One provider's results. `links` names the hosts that they may come from."""

    def __init__(self, fetcher: Fetcher, links: Links, *, patience_s: float = PATIENCE_S) -> None:
        self._fetcher = fetcher
        self._links = links
        self._patience_s = patience_s
        self._failing_since: dict[str, float] = {}

    async def take(
        self, urls: Sequence[str], ticket: Ticket, order: Order, *, seed: int | None = None
    ) -> tuple[Made, ...] | Waiting | Failed:
        """Every file, byte for byte, or none. A failure may have been paid, for the work itself was done."""
        try:
            files = await self._all(urls[:FILES_MAX], order)
        except ProviderError as error:
            return self._failed(error, ticket)
        self._failing_since.pop(ticket.id, None)
        return tuple(_made(file, seed) for file in files)

    async def _all(self, urls: Sequence[str], order: Order) -> list[Fetched]:
        """Side by side; an error waits for the others, so that none still writes when it is told."""
        fetching = (self._fetch(url, ordinal, order) for ordinal, url in enumerate(urls))
        ended = await asyncio.gather(*fetching, return_exceptions=True)
        for each in ended:
            if isinstance(each, BaseException):
                raise each
        return [each for each in ended if isinstance(each, Fetched)]

    async def _fetch(self, url: str, ordinal: int, order: Order) -> Fetched:
        target = order.folder / f"made-{ordinal}"
        return await self._fetcher.fetch(url, target, kind=order.kind, links=self._links)

    def _failed(self, error: ProviderError, ticket: Ticket) -> Waiting | Failed:
        since = self._failing_since.setdefault(ticket.id, time.monotonic())
        if error.code == PASSING and time.monotonic() - since < self._patience_s:
            return Waiting(detail="Fetching the result")
        del self._failing_since[ticket.id]
        return Failed(error.message, error.code, perhaps_paid=True)


def _made(file: Fetched, seed: int | None) -> Made:
    return Made(
        path=file.path,
        media_type=file.media_type,
        width=file.width,
        height=file.height,
        duration_s=file.duration_s,
        seed=seed,
    )
