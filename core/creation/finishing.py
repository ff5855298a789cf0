"""The last durable step: the final state, what is left of the money, and the final message."""

from collections.abc import Awaitable, Callable, Sequence

from sqlmodel import Session

from core.creation.making import STOP_WORDS
from core.creation.titles import closing
from storage import creations, gallery, ledger
from storage.changes import Changes
from storage.creations import Snapshot
from storage.database import Database
from storage.tables import CreationState, StepState, Turn, now

NOTHING_MADE = "Nothing was made. Please say it in other words."


class Finishing:
    """Ends creations. Run again, it finds the final state and only shows it again."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        show: Callable[[str], Awaitable[None]],
        ended: Callable[[float], None],
        tell: Callable[[Snapshot, CreationState], None] = lambda _, __: None,
    ) -> None:
        """`tell` hears of each end once, with the rows as they stood before it."""
        self._database = database
        self._changes = changes
        self._show = show
        self._ended = ended
        self._tell = tell

    async def finish(self, creation_id: str) -> str:
        """Give a creation its one final state, then show it."""
        rows, turns = await self._database.look(lambda session: _rows(session, creation_id))
        if rows is None:
            return "forgotten"
        state = outcome(rows, turns)
        if not rows.creation.state.final:
            await self._changes.write(creation_id, lambda session: _end(session, rows, turns, state), at_once=True)
            self._tell(rows, state)
        await self._show(creation_id)
        began = rows.creation.started_at or rows.creation.created_at
        self._ended((now() - began).total_seconds())
        return state


def _rows(session: Session, creation_id: str) -> tuple[Snapshot | None, list[Turn]]:
    return creations.snapshot(session, creation_id), creations.turns(session, creation_id)


def outcome(rows: Snapshot, turns: Sequence[Turn]) -> CreationState:
    """Succeeded: at least one asset, or an answer in words alone. What was cancelled keeps what it had made."""
    creation = rows.creation
    if creation.state.final:
        return creation.state
    unfinished = any(step.state != StepState.COMPLETE for step in rows.steps) or not turns
    if creation.cancel_requested_at and unfinished:
        return CreationState.CANCELLED
    if rows.assets or (not rows.steps and not creation.error_code and _words(turns)):
        return CreationState.SUCCEEDED
    return CreationState.FAILED


def _end(session: Session, rows: Snapshot, turns: Sequence[Turn], state: CreationState) -> None:
    code, message = _error(rows, state)
    ledger.release_all(session, rows.creation.id)
    creations.close_steps(session, rows.creation.id)
    reply = _words(turns) or closing(rows.assets)
    gallery.told(session, rows.creation.id, reply)
    creations.change(
        session,
        rows.creation.id,
        state=state,
        reply=reply,
        error_code=code,
        error_message=message,
        finished_at=now(),
    )


def _words(turns: Sequence[Turn]) -> str:
    return next((turn.text for turn in reversed(turns) if turn.text), "")


def _error(rows: Snapshot, state: CreationState) -> tuple[str | None, str | None]:
    creation = rows.creation
    if creation.error_code:
        return creation.error_code, creation.error_message
    if state == CreationState.CANCELLED:
        return "cancelled", STOP_WORDS["cancelled"]
    failed = next((step for step in rows.steps if step.state == StepState.ERROR), None)
    if failed:
        return failed.error_code, failed.error_message
    return (None, None) if state == CreationState.SUCCEEDED else ("nothing_made", NOTHING_MADE)
