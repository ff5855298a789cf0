"""The durable way of one creation: plan, make, plan again until the planner only speaks, finish.

Pure: no clock, no random, no row, no setting is read here; only the steps do that. After a crash the whole of it runs
again, and each step finds in the rows what it did before. What crosses is ids and small facts.
"""

import asyncio
from typing import Protocol, TypedDict

from core import trail

MAX_TURNS = 10
"""Planner turns in one creation; a person's own `max_steps` only lowers it, inside the plan."""


class Plan(TypedDict):
    """What a planner turn led to."""

    steps: list[str]
    """Ids of the accepted tool calls."""
    done: bool
    """The planner has said its last word."""


class Steps(Protocol):
    """The three things a creation does. Each may be run again at any time and then goes on from the rows."""

    async def plan(self, creation_id: str, turn: int) -> Plan:
        """Ask the planner, check its calls, hold their price."""
        ...

    async def make(self, step_id: str) -> str:
        """Carry out one tool call; returns its final state."""
        ...

    async def finish(self, creation_id: str) -> str:
        """Give the creation its final state and show it."""
        ...


async def create(steps: Steps, creation_id: str) -> str:
    """Run one creation to its end.

    All calls of a turn start at once. A call that needs another's result waits for that one alone, inside its own step,
    so no call waits for a slow neighbour that it does not need.
    """
    with trail.of_creation(creation_id):
        for turn in range(MAX_TURNS):
            plan = await steps.plan(creation_id, turn)
            await asyncio.gather(*(steps.make(step_id) for step_id in plan["steps"]))
            if plan["done"]:
                break
        return await steps.finish(creation_id)
