"""Asking the planner: its price held before, its words shown as they come, and asked again where that is safe."""

import asyncio
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


class Consulting:
    """Gets a planner's answer. Each attempt is a charge of its own: planning has no effect, so it may be repeated."""

    def __init__(self, changes: Changes, planner: Planner, budgets: Budgets) -> None:
        self._changes = changes
        self._planner = planner
        self._budgets = budgets

    async def ask(self, creation: Creation, messages: tuple[Message, ...], index: int) -> Turn:
        """The planner's next turn.

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

    async def _attempt(self, creation: Creation, messages: tuple[Message, ...], index: int) -> Turn:
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
        await self._close(creation.id, charge, turn.usage.cost_micros)
        return turn

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
        """Settle what it cost; nothing gives the hold back, where there is one."""

        def work(session: Session) -> None:
            if micros:
                ledger.settle(session, charge, micros)
                creations.add_planning_cost(session, creation_id, micros)
            else:
                ledger.release(session, charge)

        await self._changes.write(creation_id, work)

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
