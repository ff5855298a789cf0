"""Two providers that keep a journal: a press that makes things at once, and an atelier that hands out tickets."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import time

from benchmarks.chaos.journal import ACCEPTED, BEGUN, ENDED, Journal
from benchmarks.makers import SPEECH_TOOLS, VIDEO_TOOLS, drawn, model
from core.agent.catalogue import Model
from core.providers.base import Kind, Order, Output, Ticket, Tool, Waiting

ATELIER_USD = 0.04
LATENCY_S = 0.05
"""On the way to the atelier and back, each."""
MODELS: tuple[Model, ...] = (
    model("press", Kind.IMAGE, frozenset({Tool.GENERATE_IMAGE, Tool.EDIT_IMAGE, Tool.UPSCALE})),
    model("press", Kind.SPEECH, SPEECH_TOOLS),
    model("atelier", Kind.VIDEO, VIDEO_TOOLS, ATELIER_USD),
    model("atelier", Kind.IMAGE, frozenset({Tool.VARY}), ATELIER_USD),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long orders take: between these, by the step's id, so that a repetition takes as long."""

    least_s: float
    most_s: float

    def of(self, step_id: str) -> float:
        """One order's seconds."""
        return Random(step_id).uniform(self.least_s, self.most_s)


class Press:
    """Makes a file and is done. Making it twice costs nothing."""

    name = "press"
    repeatable = True
    poll_s = 1.0

    def __init__(self, journal: Journal, pace: Pace) -> None:
        self._journal = journal
        self._pace = pace

    async def submit(self, order: Order) -> Output:
        """The whole work."""
        self._journal.note(BEGUN, order.step_id)
        await asyncio.sleep(self._pace.of(order.step_id))
        output = drawn(order)
        self._journal.note(ENDED, order.step_id)
        return output

    async def poll(self, ticket: Ticket, order: Order) -> Waiting:
        """Never needed."""
        raise NotImplementedError

    async def cancel(self, ticket: Ticket) -> None:
        """Nothing goes on elsewhere."""


class Atelier:
    """Works far away and costs money each time. Its orders lie in files of their own, which no kill reaches."""

    name = "atelier"
    repeatable = False
    poll_s = 0.2

    def __init__(self, journal: Journal, pace: Pace, folder: Path) -> None:
        self._journal = journal
        self._pace = pace
        self._folder = folder
        folder.mkdir(exist_ok=True)

    async def submit(self, order: Order) -> Ticket:
        """Hand the order over; a kill may strike before it arrives, or before the ticket is back."""
        self._journal.note(BEGUN, order.step_id)
        await asyncio.sleep(LATENCY_S)
        self._accept(order.step_id)
        await asyncio.sleep(LATENCY_S)
        return Ticket(order.step_id)

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output:
        """Look whether it is done."""
        done_at = json.loads((self._folder / ticket.id).read_text())["done_at"]
        if time() < done_at:
            return Waiting()
        output = drawn(order, cost_micros=round(ATELIER_USD * 1_000_000))
        self._journal.note(ENDED, order.step_id)
        return output

    async def cancel(self, ticket: Ticket) -> None:
        """It is too late for that here."""

    def _accept(self, step_id: str) -> None:
        with (self._folder / step_id).open("w") as order:
            json.dump({"done_at": time() + self._pace.of(step_id)}, order)
            order.flush()
            os.fsync(order.fileno())
        self._journal.note(ACCEPTED, step_id)
