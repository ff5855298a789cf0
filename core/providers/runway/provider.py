"""The provider for Runway: a task is created once, polled by its id, and its files are fetched at once."""

from dataclasses import replace
from typing import TYPE_CHECKING

from core.agent.catalogue import Catalogue, Model
from core.errors import NativeError, UserError
from core.native.pool import NativePool
from core.providers import verdicts
from core.providers.attachments import Attachments, named
from core.providers.base import Failed, Kind, Order, Output, Provider, Refused, Source, Ticket, Waiting
from core.providers.downloads import PATIENCE_S, Downloads
from core.providers.fitting import overlong
from core.providers.runway import troubles
from core.providers.runway.call import Way, call_of, seed_of, source_of
from core.providers.runway.task import FINAL, NOT_BEGUN, Task
from core.providers.runway.wire import Wire
from core.trust.fetch import Fetcher
from core.trust.links import Links

if TYPE_CHECKING:
    from runwayml import AsyncRunwayML

HOSTS = ("*.cloudfront.net", "*.runwayml.com")
"""Where its results lie, behind signed links that end after 24 to 48 hours; each look at a task gives fresh ones."""
DATA_URI_MAX = 5_000_000
"""Larger files are uploaded (docs.dev.runwayml.com/assets/inputs)."""
_QUEUED = {"PENDING": "Waiting for Runway", "THROTTLED": "In the queue at Runway"}


class RunwayProvider(Provider):
    """One account at Runway, reached by the SDK's client. `links` None allows the files that Runway serves."""

    name = "runway"
    repeatable = False
    poll_s = 5.0

    def __init__(
        self,
        client: "AsyncRunwayML",
        catalogue: Catalogue,
        fetcher: Fetcher,
        pool: NativePool,
        *,
        links: Links | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._catalogue = catalogue
        self._wire = Wire(client)
        self._pool = pool
        self._attachments = Attachments()
        self._downloads = Downloads(fetcher, links or Links(HOSTS, self._wire.base_url), patience_s=patience_s)

    async def prepare(self, order: Order) -> Order | Failed:
        """Write the call, with its source where Runway finds it."""
        model = self._catalogue.model(order.model)
        if failed := overlong(order, model) or _too_long(order, model):
            return failed
        source = source_of(order)
        uri = await self._link(source) if source else None
        if isinstance(uri, Failed):
            return uri
        shape = await self._shape(source) if source and model.way == Way.VIDEO and not order.aspect else None
        return replace(order, ready=call_of(order, model, uri, shape))

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        """Create the task: the one request that is paid, made once."""
        ready = order if order.ready else await self.prepare(order)
        if isinstance(ready, Failed):
            return ready
        answer = await self._wire.create(ready.ready)
        if not isinstance(answer, Task):
            return answer
        return await self._affordable(answer, order, self._catalogue.model(order.model))

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        """Look once. What cannot be read and what is not known is still under way: the deadline ends it."""
        task = await self._wire.get(ticket.id)
        if task is None:
            return Waiting()
        match task.status:
            case "SUCCEEDED":
                return await self._output(task, ticket, order)
            case "FAILED":
                return troubles.of_failed(task)
            case "CANCELLED":
                return troubles.of_cancelled(task)
        return Waiting(task.progress, _QUEUED.get(task.status, ""))

    async def cancel(self, ticket: Ticket) -> bool:
        """Ask it to stop. Free is what had not begun; a look just before is no promise, so the charge is asked for."""
        before = await self._wire.get(ticket.id)
        if before and before.status in FINAL:
            return not before.was_charged
        if not await self._wire.delete(ticket.id):
            return False
        after = await self._wire.get(ticket.id)
        if after and after.status in FINAL:
            return not after.was_charged
        return before is not None and before.status in NOT_BEGUN

    async def close(self) -> None:
        """Let go of every connection."""
        await self._wire.close()
        self._attachments.close()

    async def _affordable(self, task: Task, order: Order, model: Model) -> Ticket | Failed:
        """Runway says the highest price of a task when it takes it; more than was reserved is not spent."""
        held, asked = _held(order, model), task.cost_micros or 0
        ticket = Ticket(task.id, {"way": model.way, "most_micros": asked})
        if asked <= held:
            return ticket
        return troubles.too_dear(asked, held, free=await self.cancel(ticket))

    async def _output(self, task: Task, ticket: Ticket, order: Order) -> Waiting | Output | Failed:
        model = self._catalogue.model(order.model)
        if not task.links:
            return verdicts.no_file(troubles.WHO)
        files = await self._downloads.take(task.links, ticket, order, seed=seed_of(order, model))
        if isinstance(files, Waiting | Failed):
            return files
        cost = task.cost_micros if task.cost_micros is not None else _held(order, model)
        return Output(files=files, cost_micros=cost)

    async def _link(self, source: Source) -> str | Failed:
        uri = await self._attachments.data_uri(source, DATA_URI_MAX)
        if uri:
            return uri
        with await self._attachments.opened(source) as file:
            return await self._wire.upload(named(source), file, source.media_type)

    async def _shape(self, source: Source) -> float | None:
        """Width to height of what the film starts from."""
        try:
            facts = await self._pool.run("core.native.pictures:probe", {"source": source.path})
        except (UserError, NativeError):
            return None
        return float(facts["width"] / facts["height"]) if facts["width"] and facts["height"] else None


def _held(order: Order, model: Model) -> int:
    """What was reserved for an order at least, in micro-dollars."""
    source = source_of(order)
    return model.price_micros(
        duration_s=order.duration_s,
        characters=len(order.prompt) if order.kind is Kind.SPEECH else 0,
        source_s=source.duration_s if source else None,
    )


def _too_long(order: Order, model: Model) -> Failed | None:
    """Work on a film is billed by its length, and there is a length that Runway takes."""
    source = source_of(order)
    if not source or not model.max_source_s or (source.duration_s or 0) <= model.max_source_s:
        return None
    sentence = f"This video is {source.duration_s:.0f} s long; {model.title} takes at most {model.max_source_s:g} s."
    return Failed(sentence, "too_long", elsewhere=True)
