"""Asking the planner: its price held before, its words shown as they come, and asked again where that is safe."""

import asyncio
from dataclasses import dataclass
from time import monotonic

import structlog
from sqlmodel import Session

from core.agent.messages import Message, OnText, Planner, Turn
from core.agent.tools import TOOLS
from core.errors import EaselError, PlannerBusy, Unanswered
from core.trust.budget import Budgets, refusal
from storage import creations, ledger
from storage.changes import Changes
from storage.ledger import Hold
from storage.tables import Creation, new_id, now

ATTEMPTS = 3
BACK_OFF_S = 0.5
SHOW_EVERY_S = 0.25
"""How often text that streams in is written into the view."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """A planner's turn. Its price is still held: it is settled with whatever the turn leads to, or alone."""

    turn: Turn
    charge: str = ""


class Consulting:
    """Gets a planner's answer. Each attempt is a charge of its own: planning has no effect, so it may be repeated."""

    def __init__(self, changes: Changes, planner: Planner, budgets: Budgets) -> None:
        self._changes = changes
        self._planner = planner
        self._budgets = budgets

    async def ask(self, creation: Creation, messages: tuple[Message, ...], index: int) -> Answer:
        """The planner's next turn. Whatever comes of it, `settle` or `settled` has to follow.

        Raises:
            OverBudget: its price does not fit any more.
            PlannerBusy, ProviderError, UserError: no answer is to be had, with the sentence why.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(creation, messages, index)
            except PlannerBusy as busy:
                if attempt == ATTEMPTS:
                    raise
                log.info("planner_busy", creation=creation.id, attempt=attempt)
                await asyncio.sleep(max(busy.again_s, BACK_OFF_S * 2**attempt))
        raise AssertionError("unreachable")

    def settle(self, session: Session, creation_id: str, answer: Answer) -> None:
        """Count what a turn has cost, once, in the caller's transaction."""
        if answer.charge:
            _close(session, creation_id, answer.charge, answer.turn.usage.cost_micros)

    async def settled(self, creation_id: str, answer: Answer) -> None:
        """Count what a turn has cost that leads to nothing."""
        if answer.charge:
            await self._close(creation_id, answer.charge, answer.turn.usage.cost_micros)

    async def _attempt(self, creation: Creation, messages: tuple[Message, ...], index: int) -> Answer:
        micros = self._planner.highest_price(messages, tuple(TOOLS.values()))
        charge = f"turn:{creation.id}:{index}:{new_id()[:8]}"
        if micros:
            await self._hold(creation, charge, micros)
        try:
            turn = await self._planner.next(messages, tuple(TOOLS.values()), on_text=self._shown(creation.id))
        except PlannerBusy as busy:
            told = micros if busy.cost_micros is None else busy.cost_micros
            await self._close(creation.id, charge, told if busy.perhaps_paid else 0)
            raise
        except Unanswered as refused:
            await self._close(creation.id, charge, refused.cost_micros)
            raise
        except EaselError:
            await self._close(creation.id, charge, 0)
            raise
        except asyncio.CancelledError:  # nobody waits any more, but the server works on and may charge for it
            await self._close(creation.id, charge, micros)
            raise
        return Answer(turn, charge)

    async def _hold(self, creation: Creation, charge: str, micros: int) -> None:
        limits = self._budgets.limits(creation, now())
        hold = Hold(charge, "planner", "planner", micros)

        def work(session: Session) -> None:
            short = ledger.reserve(
                session,
                limits,
                [hold],
                creation_id=creation.id,
                user_id=creation.user_id,
                workspace_id=creation.workspace_id,
            )
            if short:
                raise refusal(short, micros, now())

        await self._changes.write(creation.id, work)

    async def _close(self, creation_id: str, charge: str, micros: int) -> None:
        await self._changes.write(creation_id, lambda session: _close(session, creation_id, charge, micros))

    def _shown(self, creation_id: str) -> OnText:
        """Collects the pieces, and writes them into the view a few times a second."""
        text, written_at = "", monotonic()

        async def on_text(piece: str) -> None:
            nonlocal text, written_at
            text += piece
            if monotonic() - written_at >= SHOW_EVERY_S:
                written_at, shown = monotonic(), text
                await self._changes.write(
                    creation_id, lambda session: creations.change(session, creation_id, reply=shown)
                )

        return on_text


def _close(session: Session, creation_id: str, charge: str, micros: int) -> None:
    """Settle what it cost; nothing gives the hold back, where there is one."""
    if not micros:
        ledger.release(session, charge)
    elif ledger.settle(session, charge, micros):
        creations.add_planning_cost(session, creation_id, micros)
