"""The provider of everything that speaks OpenAI's protocol: orders go the way that their model names."""

from typing import Protocol

from core.agent.catalogue import Catalogue, Model
from core.errors import NativeError
from core.native.pool import NativePool
from core.providers.base import Failed, Order, Output, Provider, Refused, Ticket, Waiting
from core.providers.fitting import overlong
from core.providers.openai.answers import NotMade
from core.providers.openai.client import Connection
from core.providers.openai.dialect import Dialect
from core.providers.openai.images import Images
from core.providers.openai.parts import Parts
from core.providers.openai.realtime import Realtime
from core.providers.openai.speech import Speech
from core.trust.disk import Disk
from core.trust.fetch import Fetcher


class Way(Protocol):
    """One of the interfaces of the protocol."""

    async def make(self, order: Order, model: Model) -> Output:
        """Make the order, or raise NotMade."""
        ...


class OpenAIProvider(Provider):
    """Answers at once or not at all: there are no tickets, so a call that broke off may have been paid."""

    name = "openai"
    repeatable = False
    poll_s = 1.0

    def __init__(self, connection: Connection, catalogue: Catalogue, pool: NativePool, fetcher: Fetcher) -> None:
        self._catalogue = catalogue
        self._disk = Disk("openai")
        dialect = Dialect(strict=connection.official)
        parts = Parts(pool, self._disk)
        self._ways: dict[str, Way] = {
            "images": Images(connection, dialect, pool, fetcher, self._disk),
            "speech": Speech(connection, dialect, parts, self._disk),
            "realtime": Realtime(connection, parts, self._disk),
        }

    async def submit(self, order: Order) -> Output | Refused | Failed:
        """Make the order."""
        model = self._catalogue.model(order.model)
        way = self._ways.get(model.way)
        if way is None:
            return Failed(f"Easel does not know how to ask {model.title}.", "no_way", elsewhere=True)
        if failed := overlong(order, model):
            return failed
        try:
            return await way.make(order, model)
        except NotMade as error:
            return error.outcome
        except NativeError:
            return Failed("A file could not be prepared here; nothing was asked.", "media_failed")

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        """Never comes to it."""
        del ticket, order
        return Failed("This work cannot be found any more.", "no_ticket")

    async def cancel(self, ticket: Ticket) -> bool:
        """What was asked runs on, and is charged."""
        del ticket
        return False

    async def close(self) -> None:
        """Finish what is being written."""
        self._disk.close()
