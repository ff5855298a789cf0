"""The provider for Replicate: a prediction is created once, polled by its id, and its files are fetched at once."""

from collections.abc import Container
from dataclasses import replace
from datetime import UTC, datetime

from core.agent.catalogue import Catalogue, Model
from core.providers import verdicts
from core.providers.attachments import Attachments
from core.providers.base import Became, Failed, Kind, Order, Output, Provider, Refused, Ticket, Unknown, Waiting
from core.providers.downloads import PATIENCE_S, Downloads
from core.providers.fitting import duration_of, overlong
from core.providers.replicate import troubles
from core.providers.replicate.finding import Listed, Span, what_became
from core.providers.replicate.inputs import Inputs, notes_of, said, seed_of
from core.providers.replicate.prediction import STARTING, Prediction, links
from core.providers.replicate.wire import BASE_URL, DEADLINE_S, TIMEOUT_S, Wire
from core.trust.fetch import Fetcher
from core.trust.links import Links

HOSTS = ("replicate.delivery", "*.replicate.delivery")
"""Where its results lie, for one hour."""
QUEUED = "Waiting for a machine at Replicate"


class ReplicateProvider(Provider):
    """One account at Replicate. `base_url` None is the real one; `links` None allows the files that one serves."""

    name = "replicate"
    repeatable = False
    poll_s = 1.0

    def __init__(
        self,
        token: str,
        catalogue: Catalogue,
        fetcher: Fetcher,
        *,
        base_url: str | None = None,
        links: Links | None = None,
        deadline_s: float = DEADLINE_S,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._born = datetime.now(UTC)
        """What an earlier process called, it called before."""
        self._catalogue = catalogue
        self._wire = Wire(token, base_url, deadline_s=deadline_s, timeout_s=timeout_s)
        self._attachments = Attachments()
        self._inputs = Inputs(self._wire, self._attachments)
        self._downloads = Downloads(fetcher, links or Links(HOSTS, base_url or BASE_URL), patience_s=patience_s)

    async def prepare(self, order: Order) -> Order | Failed:
        """Write the model's input, with its files where Replicate finds them."""
        model = self._catalogue.model(order.model)
        if failed := overlong(order, model):
            return failed
        inputs = await self._inputs.of(order, model)
        return inputs if isinstance(inputs, Failed) else replace(order, ready=inputs)

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        """Create the prediction: the one request that is paid, made once."""
        ready = order if order.ready else await self.prepare(order)
        if isinstance(ready, Failed):
            return ready
        answer = await self._wire.create(self._catalogue.model(order.model).vendor_name, ready.ready)
        return Ticket(answer.id) if isinstance(answer, Prediction) else answer

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        """Look once. What cannot be read and what is not known is still under way: the deadline ends it."""
        prediction = await self._wire.get(ticket.id)
        if prediction is None:
            return Waiting()
        match prediction.status:
            case "succeeded":
                return await self._output(prediction, ticket, order)
            case "failed":
                return troubles.of_failed(prediction.error)
            case "canceled" | "aborted":
                return troubles.of_stopped(ran=prediction.ran)
        return Waiting(prediction.progress, QUEUED if prediction.status == STARTING else "")

    async def cancel(self, ticket: Ticket) -> bool:
        """Ask it to stop. Free is what never had a machine."""
        stopped = await self._wire.cancel(ticket.id)
        if stopped is None or stopped.status not in ("canceled", "aborted"):
            stopped = await self._wire.get(ticket.id)
        return stopped is not None and stopped.status in ("canceled", "aborted") and not stopped.ran

    async def find(self, order: Order, since: datetime, taken: Container[str]) -> Became:
        """Replicate lists what an account began, with what was asked for."""
        when, listed = Span(since, max(since, self._born)), await self._wire.listed()
        became: Became
        if isinstance(listed, Listed):
            model = self._catalogue.model(order.model)
            became = what_became(listed, model.vendor_name, said(order, model), when, taken)
        else:
            became = listed
        return became if when.is_early or not isinstance(became, Unknown) else Unknown()

    async def close(self) -> None:
        """Let go of every connection."""
        await self._wire.close()
        self._attachments.close()

    async def _output(self, prediction: Prediction, ticket: Ticket, order: Order) -> Waiting | Output | Failed:
        model = self._catalogue.model(order.model)
        urls = links(prediction.output, order.kind)
        if not urls:
            return verdicts.no_file(troubles.WHO)
        files = await self._downloads.take(urls, ticket, order, seed=seed_of(order, model))
        if isinstance(files, Waiting | Failed):
            return files
        return Output(files=files, cost_micros=_cost(order, model), notes=notes_of(order, model))


def _cost(order: Order, model: Model) -> int:
    """By the price table: Replicate reports seconds of machine time, not money."""
    characters = len(order.prompt) if order.kind is Kind.SPEECH else 0
    return model.price_micros(duration_s=duration_of(order, model), characters=characters)
