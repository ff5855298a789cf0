"""Planner, providers and downloads, watched: every call has a figure, a span and a line in the log."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from time import time

import structlog

from bot.watch.watch import Call, Watch, calling
from core.agent.messages import Message, OnText, Planner, Turn
from core.agent.tools import ToolSpec
from core.errors import EaselError, PlannerBusy, Unanswered
from core.native.pool import NativePool
from core.providers.base import Became, Failed, Kind, Order, Output, Provider, Refused, Ticket, Unknown, Waiting
from core.trust.fetch import Fetched, Fetcher
from core.trust.links import Links

log = structlog.get_logger()
OUTCOMES = {
    "busy": "rate_limited",
    "uncertain": "uncertain",
    "unreachable": "unreachable",
    "no_access": "no_access",
    "no_credit": "no_credit",
    "quota": "no_credit",
    "no_model": "no_model",
}
"""A failure's code → its label; everything else is `failed`."""


@dataclass(slots=True)
class Looks:
    """The polls of one ticket in this process."""

    since: float
    times: int = 0


class WatchedProvider:
    """Does what the provider does."""

    def __init__(self, provider: Provider, watch: Watch) -> None:
        self.name, self.repeatable, self.poll_s = provider.name, provider.repeatable, provider.poll_s
        self._provider = provider
        self._watch = watch
        self._looks: dict[str, Looks] = {}
        watch.figures.uncertain.labels(self.name)

    async def prepare(self, order: Order) -> Order | Failed:
        """Its preparation. One that fails is an order that was not made."""
        with calling(partial(self._prepared, order), _bug) as call:
            ready = await self._provider.prepare(order)
            call.outcome = outcome(ready) if isinstance(ready, Failed) else "ok"
        return ready

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        """Its submit. One that is called off may have been paid: that is an outcome of its own."""
        with calling(partial(self._submitted, order), _bug) as call:
            answer = await self._provider.submit(order)
            call.outcome = outcome(answer)
        if isinstance(answer, Ticket):
            self._looks[answer.id] = Looks(time())
        return answer

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        """Its poll. All looks at one ticket are one span."""
        looks = self._looks.setdefault(ticket.id, Looks(time()))
        looks.times += 1
        with calling(partial(self._looked, ticket, order, looks), _bug) as call:
            answer = await self._provider.poll(ticket, order)
            call.outcome = outcome(answer)
        return answer

    async def cancel(self, ticket: Ticket) -> bool:
        """Its cancel."""
        self._looks.pop(ticket.id, None)
        with calling(partial(self._note, "cancel", "")) as call:
            free = await self._provider.cancel(ticket)
            call.outcome = "ok" if free else "charged"
        return free

    async def find(self, order: Order, since: datetime, taken: Container[str]) -> Became:
        """Its search."""
        with calling(partial(self._note, "find", order.model), _bug) as call:
            found = await self._provider.find(order, since, taken)
            call.outcome = "uncertain" if isinstance(found, Unknown) else "ok"
        return found

    def _prepared(self, order: Order, call: Call) -> None:
        if call.outcome not in ("ok", "cancelled"):
            self._submitted(order, call)

    def _submitted(self, order: Order, call: Call) -> None:
        self._note("submit", order.model, call)
        facts = {"provider": self.name, "model": order.model}
        self._watch.span("submit", call.began, facts, failed=_failed(call))

    def _looked(self, ticket: Ticket, order: Order, looks: Looks, call: Call) -> None:
        self._note("poll", order.model, call)
        if call.outcome != "waiting":
            self._looks.pop(ticket.id, None)
            facts: dict[str, str | int] = {"provider": self.name, "model": order.model, "polls": looks.times}
            self._watch.span("poll", looks.since, facts, failed=_failed(call))

    def _note(self, act: str, model: str, call: Call) -> None:
        figures = self._watch.figures
        figures.calls.labels(self.name, act, call.outcome).inc()
        figures.call_seconds.labels(self.name, act).observe(call.seconds)
        seconds = round(call.seconds, 3)
        log.debug("provider_called", provider=self.name, act=act, model=model, outcome=call.outcome, seconds=seconds)


def outcome(answer: Ticket | Waiting | Output | Refused | Failed) -> str:
    """An answer in one word."""
    if isinstance(answer, Refused):
        return "refused"
    if isinstance(answer, Failed):
        return "uncertain" if answer.perhaps_paid else OUTCOMES.get(answer.code, "failed")
    return "waiting" if isinstance(answer, Waiting) else "ok"


class WatchedPlanner:
    """Does what the planner does."""

    def __init__(self, planner: Planner, watch: Watch) -> None:
        self._planner = planner
        self._watch = watch

    async def next(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], *, on_text: OnText | None = None
    ) -> Turn:
        """Its answer."""
        with calling(self._note, _why) as call:
            turn = await self._planner.next(messages, tools, on_text=on_text)
            call.outcome = "ok"
        tokens = self._watch.figures.tokens
        tokens.labels("input").inc(turn.usage.input_tokens)
        tokens.labels("output").inc(turn.usage.output_tokens)
        return turn

    def highest_price(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> int:
        """Its highest price."""
        return self._planner.highest_price(messages, tools)

    def _note(self, call: Call) -> None:
        self._watch.figures.planner_calls.labels(call.outcome).inc()
        self._watch.figures.planner_seconds.observe(call.seconds)
        self._watch.span("plan", call.began, failed=_failed(call), under_step=False)
        log.debug("planner_asked", outcome=call.outcome, seconds=round(call.seconds, 3))


class WatchedFetcher(Fetcher):
    """Downloads with a span each."""

    def __init__(self, pool: NativePool, watch: Watch) -> None:
        super().__init__(pool)
        self._watch = watch

    async def fetch(self, url: str, target: Path, *, kind: Kind, links: Links, cap_bytes: int | None = None) -> Fetched:
        """The same, watched."""
        with calling(partial(self._note, kind)) as call:
            fetched = await super().fetch(url, target, kind=kind, links=links, cap_bytes=cap_bytes)
            call.outcome = "ok"
        return fetched

    def _note(self, kind: Kind, call: Call) -> None:
        self._watch.span("fetch", call.began, {"kind": kind.value}, failed=_failed(call))
        log.debug("fetched", kind=kind.value, outcome=call.outcome)


def _bug(_: Exception) -> str:
    return "bug"


def _why(error: Exception) -> str:
    if isinstance(error, PlannerBusy):
        return "busy"
    if isinstance(error, Unanswered):
        return "refused"
    return "failed" if isinstance(error, EaselError) else "bug"


def _failed(call: Call) -> str:
    return "" if call.outcome in ("ok", "waiting") else call.outcome
