"""Creations, their turns and steps: how they are recorded, admitted, marked and read back.

Functions take a `Session` and run inside `Database.read`, `write` or `record`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, func, or_
from sqlalchemy import select as columns
from sqlalchemy import update as update_rows
from sqlmodel import Session, col, select, update

from storage import rows
from storage.people import staying
from storage.tables import (
    AT_WORK,
    OPEN_STEPS,
    UNFINISHED,
    Asset,
    Creation,
    CreationState,
    Inbound,
    Step,
    StepState,
    Thread,
    Turn,
    Vote,
    Workspace,
    new_id,
    now,
)
from storage.visibility import NOTHING, Notes, names

ADMITTING = 7_305_441_991
"""Of PostgreSQL's advisory locks, the one of whoever admits."""
LONG_ACTIONS = ("animate", "extend")
USUAL_OF = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCreation:
    """A checked wish on its way into the rows."""

    event_key: str
    user_id: str
    workspace_id: str | None
    thread_ref: str
    surface: str
    prompt: str
    options: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    files: tuple[dict[str, str], ...] = ()
    action: str | None = None
    follows: bool = False
    rules: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """What of its workspace's settings is kept with it, in the options, as they stand when it is recorded."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All rows that a view of one creation shows, read in one transaction."""

    creation: Creation
    thread: Thread
    steps: tuple[Step, ...]
    assets: tuple[Asset, ...]
    notes: Notes = NOTHING
    """What its person thinks of the assets, and whose they were made from."""


@dataclass(frozen=True, slots=True)
class Place:
    """One creation in the waiting line, or running."""

    id: str
    user_id: str
    thread_id: str
    follows: bool
    created_at: datetime
    surface: str = ""
    worker: str | None = None
    long: bool = False
    """Films and long readings: minutes, not seconds."""


# Built once: they run at every change, and building one costs as much as running it.
_OF: Any = bindparam("of")
_CREATIONS, _THREADS = rows.table_of(Creation), rows.table_of(Thread)
_STEP_ROWS, _ASSET_ROWS, _VOTE_ROWS = rows.table_of(Step), rows.table_of(Asset), rows.table_of(Vote)
_TOUCH = update_rows(_CREATIONS).where(_CREATIONS.c.id == _OF).values(revision=_CREATIONS.c.revision + 1)
_CHANGE = _TOUCH.where(or_(*(_CREATIONS.c.state == state for state in UNFINISHED)))
_CHANGE_OPEN = update_rows(_STEP_ROWS).where(or_(*(_STEP_ROWS.c.state == state for state in OPEN_STEPS)))
_CHANGE_STEP = _CHANGE_OPEN.where(_STEP_ROWS.c.id == _OF)
_CLOSE_STEPS = _CHANGE_OPEN.where(_STEP_ROWS.c.creation_id == _OF)
_ORDERING = columns(func.pg_advisory_xact_lock(func.hashtextextended(_OF, ADMITTING)))
_UNDER_WAY = (
    columns(func.count().label("orders"))
    .select_from(_STEP_ROWS)
    .join(_CREATIONS, _CREATIONS.c.id == _STEP_ROWS.c.creation_id)
    .where(
        _CREATIONS.c.state == CreationState.RUNNING,
        _STEP_ROWS.c.provider == _OF,
        _STEP_ROWS.c.state == StepState.IN_PROGRESS,
        _STEP_ROWS.c.intent_at.is_not(None),
        _STEP_ROWS.c.spooled_at.is_(None),
    )
)
_ADMIT = _TOUCH.where(_CREATIONS.c.state == CreationState.QUEUED)
_ADD_COST = _TOUCH.values(planning_micros=_CREATIONS.c.planning_micros + bindparam("more"))
_CREATION = columns(
    _CREATIONS,
    _THREADS.c.ref.label("thread_ref"),
    _THREADS.c.title.label("thread_title"),
    _THREADS.c.head_id.label("thread_head_id"),
).where(_CREATIONS.c.id == _OF, _THREADS.c.id == _CREATIONS.c.thread_id)
_STEPS = columns(_STEP_ROWS).where(_STEP_ROWS.c.creation_id == _OF).order_by(_STEP_ROWS.c.index)
_ASSETS = columns(_ASSET_ROWS).where(_ASSET_ROWS.c.creation_id == _OF)
_ASSETS = _ASSETS.order_by(_ASSET_ROWS.c.letter, _ASSET_ROWS.c.ordinal)
_RATINGS = (
    columns(_VOTE_ROWS.c.asset_id, _VOTE_ROWS.c.value)
    .join_from(_ASSET_ROWS, _VOTE_ROWS, _VOTE_ROWS.c.asset_id == _ASSET_ROWS.c.id)
    .where(_ASSET_ROWS.c.creation_id == _OF, _VOTE_ROWS.c.user_id == bindparam("by"))
)
_INBOUNDS = rows.table_of(Inbound)
_INBOUND = columns(_INBOUNDS.c.creation_id).where(_INBOUNDS.c.event_key == _OF)
_THREAD_AT = columns(_THREADS.c.id).where(_THREADS.c.ref == _OF)
_STATE = columns(_CREATIONS.c.state).where(_CREATIONS.c.id == _OF)
_STANDING = columns(_THREADS.c.ref, _CREATIONS.c.state, _CREATIONS.c.started_at, _CREATIONS.c.worker).where(
    _CREATIONS.c.id == _OF, _THREADS.c.id == _CREATIONS.c.thread_id
)
_TURN_ROWS = rows.table_of(Turn)
_TURNS = columns(_TURN_ROWS).where(_TURN_ROWS.c.creation_id == _OF).order_by(_TURN_ROWS.c.index)
_IN_THREAD = (
    columns(_CREATIONS.c.id)
    .where(
        _CREATIONS.c.thread_id == _OF,
        _CREATIONS.c.created_at <= bindparam("until"),
        _CREATIONS.c.id != bindparam("but"),
    )
    .order_by(_CREATIONS.c.created_at.desc(), _CREATIONS.c.id)
    .limit(bindparam("most", type_=Integer))
)
_ROUND = columns(_CREATIONS.c.round).where(_CREATIONS.c.id == _OF).with_for_update(**rows.LOCKED)
_COUNT_ROUND = (
    update_rows(_THREADS)
    .where(_THREADS.c.id == _OF)
    .values(rounds=_THREADS.c.rounds + 1, head_id=None)
    .returning(_THREADS.c.rounds)
)
_PLACE = [_CREATIONS.c[name] for name in ("id", "user_id", "thread_id", "follows", "created_at", "surface", "worker")]
_BY_AGE = (_CREATIONS.c.created_at, _CREATIONS.c.id)
_WAITING = columns(*_PLACE, _CREATIONS.c.action, _CREATIONS.c.options).order_by(*_BY_AGE)
_WAITING = _WAITING.where(_CREATIONS.c.state == CreationState.QUEUED)
_RUNNING = columns(*_PLACE).where(_CREATIONS.c.state == CreationState.RUNNING).order_by(*_BY_AGE)
_IN_LINE = _CREATIONS.alias("in_line")
_RUNNING_BEFORE = _RUNNING.where(
    or_(
        *(
            _CREATIONS.c[name].in_(columns(_IN_LINE.c[name]).where(_IN_LINE.c.state == CreationState.QUEUED))
            for name in ("user_id", "thread_id")
        )
    )
)


# --- recording ---------------------------------------------------------------------------------------------------


def record(session: Session, new: NewCreation) -> tuple[str, bool]:
    """Store a wish once; the same `event_key` finds the creation it made before. Returns its id and whether it is new.

    Raises:
        Forgotten: the person asked to be forgotten.
    """
    if known := rows.read(session, _INBOUND, of=new.event_key):
        return str(known[0].creation_id), False
    new = replace(new, user_id=staying(session, new.user_id))
    creation_id = new_id()
    if (claimed := _claimed(session, new, creation_id)) != creation_id:
        return claimed, False
    thread_id = _thread(session, new)
    rows.insert(
        session,
        Creation,
        id=creation_id,
        user_id=new.user_id,
        workspace_id=new.workspace_id,
        thread_id=thread_id,
        surface=new.surface,
        prompt=new.prompt,
        options=new.options | _rules(session, new),
        inputs=list(new.inputs),
        files=list(new.files),
        action=new.action,
        follows=new.follows,
    )
    return creation_id, True


def _rules(session: Session, new: NewCreation) -> dict[str, Any]:
    workspace = session.get(Workspace, new.workspace_id) if new.workspace_id and new.rules else None
    rules = new.rules(workspace.settings) if workspace and new.rules else None
    return {"rules": rules} if rules else {}


def _claimed(session: Session, new: NewCreation, creation_id: str) -> str:
    """Claim the event; whose it is. Of two processes that record the same delivery at one moment, one inserts."""
    rows.claim(session, Inbound(event_key=new.event_key, creation_id=creation_id, user_id=new.user_id))
    return str(rows.read(session, _INBOUND, of=new.event_key)[0].creation_id)


def _thread(session: Session, new: NewCreation) -> str:
    """The id of the thread at the wish's address, which it may be the first in."""
    if known := rows.read(session, _THREAD_AT, of=new.thread_ref):
        return str(known[0].id)
    title = " ".join((new.prompt or new.action or "").split())[:80]
    thread_id = new_id()
    owner = {"user_id": new.user_id, "workspace_id": new.workspace_id}
    rows.insert(session, Thread, id=thread_id, ref=new.thread_ref, title=title, **owner)
    return thread_id


def thread_by_ref(session: Session, ref: str) -> Thread | None:
    """The thread at an address."""
    return session.exec(select(Thread).where(Thread.ref == ref)).first()


def home(session: Session, creation_id: str) -> str | None:
    """The address of the thread that a creation belongs to."""
    found = rows.read(session, _STANDING, of=creation_id)
    return found[0].ref if found else None


def thread_of(session: Session, user_id: str, workspace_id: str | None, ref: str) -> Thread | None:
    """A thread that this person may write in: their own, or one of their workspace."""
    thread = thread_by_ref(session, ref)
    if thread and (thread.user_id == user_id or (workspace_id and thread.workspace_id == workspace_id)):
        return thread
    return None


# --- reading -----------------------------------------------------------------------------------------------------


class _Thread(NamedTuple):
    id: str
    ref: str
    title: str
    head_id: str | None


def snapshot(session: Session, creation_id: str, user_id: str | None = None) -> Snapshot | None:
    """The rows behind one view. With `user_id`, another person's creation is as missing as none.

    They are plain rows with the columns of the classes: nothing may be changed in them, and they have none of the
    classes' properties. Of the thread there is what `_Thread` names.
    """
    found = rows.read(session, _CREATION, of=creation_id)
    if not found or (user_id is not None and found[0].user_id != user_id):
        return None
    creation: Any = found[0]
    steps: Any = rows.read(session, _STEPS, of=creation_id) if creation.started_at else ()
    assets: Any = rows.read(session, _ASSETS, of=creation_id) if creation.round else ()
    thread: Any = _Thread(creation.thread_id, creation.thread_ref, creation.thread_title, creation.thread_head_id)
    return Snapshot(creation, thread, tuple(steps), tuple(assets), _notes(session, creation, assets))


def _notes(session: Session, creation: Creation, assets: Sequence[Asset]) -> Notes:
    if not assets:
        return NOTHING
    votes = rows.read(session, _RATINGS, of=creation.id, by=creation.user_id)
    credited = {asset.credit_id for asset in assets if asset.credit_id}
    return Notes({vote.asset_id: vote.value for vote in votes}, names(session, credited))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a creation stands, in the fewest words."""

    thread: str
    state: CreationState
    begun: bool
    worker: str | None


def standing(session: Session, creation_id: str) -> Standing | None:
    """What tells whether, and where, there is something to show."""
    found = rows.read(session, _STANDING, of=creation_id)
    if not found:
        return None
    return Standing(found[0].ref, found[0].state, found[0].started_at is not None, found[0].worker)


def thread_snapshots(
    session: Session, thread_id: str, until: datetime, limit: int = 20, but: str = ""
) -> list[Snapshot]:
    """The newest creations of a thread up to a moment, oldest first, but for one: what a planner or a page is told."""
    wanted = {"of": thread_id, "until": until, "but": but, "most": limit}
    ids = [row.id for row in rows.read(session, _IN_THREAD, **wanted)]
    return [each for each in (snapshot(session, creation_id) for creation_id in ids[::-1]) if each]


def recent_threads(session: Session, user_id: str, limit: int = 30) -> list[Thread]:
    """A person's threads, the one with the newest creation first."""
    newest = (
        select(Creation.thread_id, func.max(col(Creation.created_at)).label("at"))
        .where(Creation.user_id == user_id)
        .group_by(col(Creation.thread_id))
        .order_by(func.max(col(Creation.created_at)).desc())
        .limit(limit)
    )
    return [session.get_one(Thread, row[0]) for row in session.exec(newest).all()]


def state(session: Session, creation_id: str) -> CreationState | None:
    """Where a creation stands; None where it is not there any more."""
    found = rows.read(session, _STATE, of=creation_id)
    return found[0].state if found else None


def turns(session: Session, creation_id: str) -> list[Turn]:
    """A creation's planner turns, in order: plain rows."""
    found: Any = rows.read(session, _TURNS, of=creation_id)
    return list(found)


def author_of_inputs(session: Session, creation: Creation) -> str | None:
    """Whose result a creation starts from, where that is somebody else's."""
    query = select(Asset.user_id).where(col(Asset.id).in_(creation.inputs), Asset.user_id != creation.user_id)
    return session.exec(query).first() if creation.inputs else None


def received(session: Session, creation_id: str, source: str, asset_id: str) -> None:
    """Note that a file from a chat has become an asset. Noted twice, it counts once."""
    creation = session.get_one(Creation, creation_id, with_for_update=rows.LOCKED)
    left = [file for file in creation.files if file["source"] != source]
    if len(left) < len(creation.files):
        creation.files, creation.inputs = left, [*creation.inputs, asset_id]
        session.add(creation)
        touch(session, creation_id)


def preview(session: Session, user_id: str, step_id: str) -> str | None:
    """The key of a step's rough picture, if the step is this person's and still has one."""
    query = select(Step.preview_key).where(Step.id == step_id, Step.user_id == user_id)
    return session.exec(query).first()


def unfinished(session: Session, user_id: str) -> list[str]:
    """Ids of a person's creations that have not ended."""
    query = select(Creation.id).where(Creation.user_id == user_id, col(Creation.state).in_(UNFINISHED))
    return list(session.exec(query))


# --- admission ---------------------------------------------------------------------------------------------------


def waiting(session: Session) -> list[Place]:
    """The line, oldest first."""
    return [_place(row, _is_long(row.action, row.options)) for row in rows.read(session, _WAITING)]


def running(session: Session) -> list[Place]:
    """Every creation that was let in, oldest first; how long each takes is not told."""
    return [_place(row) for row in rows.read(session, _RUNNING)]


def running_before(session: Session) -> list[Place]:
    """Of these, the ones of people who wait, or in the threads of what waits."""
    return [_place(row) for row in rows.read(session, _RUNNING_BEFORE)]


def _place(row: Any, long: bool = False) -> Place:
    return Place(row.id, row.user_id, row.thread_id, row.follows, row.created_at, row.surface, row.worker, long)


def _is_long(action: str | None, options: dict[str, Any]) -> bool:
    return action in LONG_ACTIONS or options.get("duration_s") is not None


def admitting(session: Session) -> None:
    """Let nobody else admit until this transaction ends: two that count the same room would both fill it."""
    if session.get_bind().dialect.name != "sqlite":  # which has one worker
        session.execute(columns(func.pg_advisory_xact_lock(ADMITTING)))


def usual_s(session: Session) -> float | None:
    """How long the newest creations took, from their start to their end; None before the first."""
    took = columns(_CREATIONS.c.started_at, _CREATIONS.c.finished_at).where(
        _CREATIONS.c.started_at.is_not(None), _CREATIONS.c.finished_at.is_not(None)
    )
    newest = session.execute(took.order_by(_CREATIONS.c.created_at.desc()).limit(USUAL_OF)).all()
    seconds = [(finished - started).total_seconds() for started, finished in newest]
    return sum(seconds) / len(seconds) if seconds else None


def admit(session: Session, creation_id: str, worker: str, deadline: timedelta) -> bool:
    """Move one creation from the line to the workbench. Of two processes that try, one succeeds."""
    at = now()
    values = {"state": CreationState.RUNNING, "worker": worker, "started_at": at, "deadline_at": at + deadline}
    return bool(rows.write(session, _ADMIT, values | {"of": creation_id}))


# --- changing ----------------------------------------------------------------------------------------------------


def touch(session: Session, creation_id: str) -> None:
    """Note that a reader would now see something else."""
    rows.write(session, _TOUCH, {"of": creation_id})


def change(session: Session, creation_id: str, **values: Any) -> None:
    """Set columns of a creation that has not ended, and count the revision on."""
    rows.write(session, _CHANGE, values | {"of": creation_id})


def change_step(session: Session, step: Step, **values: Any) -> None:
    """Set columns of a step that has not ended, in the row and in the object at hand."""
    rows.write(session, _CHANGE_STEP, values | {"of": step.id})
    for name, value in values.items():
        setattr(step, name, value)
    touch(session, step.creation_id)


def under_way(session: Session, provider: str, *, alone: bool = False) -> int:
    """How many orders a provider has that are neither made nor failed. `alone`: nobody else counts them so until this
    transaction ends."""
    if alone and session.get_bind().dialect.name != "sqlite":  # which has one writer
        session.connection().execute(_ORDERING, {"of": provider})
    return int(rows.read(session, _UNDER_WAY, of=provider)[0].orders)


def tickets(session: Session, provider: str, since: datetime) -> set[str]:
    """The ids of the tickets that a provider gave out since then, with an hour to spare for clocks and uploads."""
    query = select(Step.ticket).where(Step.provider == provider, col(Step.intent_at) >= since - timedelta(hours=1))
    return {ticket["id"] for ticket in session.exec(query) if ticket}


def cancel(session: Session, user_id: str, creation_id: str) -> CreationState | None:
    """Ask a creation to stop; what only waits ends at once. Returns the state found, None where it is not theirs."""
    creation = session.get(Creation, creation_id, with_for_update=rows.LOCKED)
    if creation is None or creation.user_id != user_id:
        return None
    state = creation.state
    if state == CreationState.QUEUED:
        change(
            session,
            creation_id,
            state=CreationState.CANCELLED,
            cancel_requested_at=now(),
            finished_at=now(),
            error_code="cancelled",
            error_message="You cancelled this before it began.",
        )
    elif not state.final and creation.cancel_requested_at is None:
        change(session, creation_id, cancel_requested_at=now())
    return state


def stopped(session: Session, at: datetime) -> dict[str, str]:
    """Begun creations that were cancelled or ran out of time: id → `cancelled` or `deadline`."""
    query = select(Creation.id, Creation.cancel_requested_at).where(
        col(Creation.state).in_(AT_WORK),
        col(Creation.cancel_requested_at).is_not(None) | (col(Creation.deadline_at) < at),
    )
    return {creation_id: "cancelled" if asked else "deadline" for creation_id, asked in session.exec(query)}


def add_planning_cost(session: Session, creation_id: str, micros: int) -> None:
    """Count what a planner's call has cost."""
    rows.write(session, _ADD_COST, {"of": creation_id, "more": micros})


def close_steps(session: Session, creation_id: str) -> None:
    """End the steps that nobody carries out any more."""
    values = {"of": creation_id, "state": StepState.CANCELLED, "finished_at": now()}
    rows.write(session, _CLOSE_STEPS, values)


def overdue(session: Session, before: datetime) -> list[str]:
    """Creations whose deadline passed a while ago and which nobody has ended.

    Not those of which something is made and only waits for the store of files: it was paid for.
    """
    waits = select(Step.creation_id).where(
        col(Step.creation_id) == col(Creation.id), col(Step.state).in_(OPEN_STEPS), col(Step.spooled_at).is_not(None)
    )
    query = select(Creation.id).where(
        col(Creation.state).in_(AT_WORK),
        col(Creation.deadline_at) < before,
        ~waits.exists(),
    )
    return list(session.exec(query))


def next_round(session: Session, creation: Creation) -> tuple[int, bool]:
    """The version number of this creation's assets, given in the transaction that inserts the first of them.

    Returns also whether that is this one. It counts as a change that a reader would see.
    """
    number: int | None = rows.read(session, _ROUND, of=creation.id)[0].round
    if number is not None:
        touch(session, creation.id)
        return number, False
    number = int(rows.read(session, _COUNT_ROUND, of=creation.thread_id)[0].rounds)
    rows.write(session, _TOUCH, {"of": creation.id, "round": number})
    return number, True


def add_steps(session: Session, turn: Turn, steps: Sequence[Step]) -> None:
    """Store a planner's turn together with the steps it leads to."""
    rows.add(session, (turn, *steps))
    touch(session, turn.creation_id)


def confirm(session: Session, creation_id: str) -> None:
    """Let a creation that waited for a yes to its price go on."""
    session.exec(
        update(Creation)
        .where(col(Creation.id) == creation_id, col(Creation.state) == CreationState.WAITING)
        .values(state=CreationState.RUNNING, confirmed_at=now(), revision=Creation.revision + 1)
    )


def worker_of(session: Session, creation_id: str) -> str | None:
    """Who carries a creation out."""
    return session.exec(select(Creation.worker).where(Creation.id == creation_id)).first()


def running_of(session: Session, worker: str) -> list[str]:
    """Ids of the creations that one worker has admitted and not ended."""
    query = select(Creation.id).where(Creation.state == CreationState.RUNNING, Creation.worker == worker)
    return list(session.exec(query))


def turn(session: Session, creation_id: str, index: int) -> Turn | None:
    """One planner turn."""
    return session.exec(select(Turn).where(Turn.creation_id == creation_id, Turn.index == index)).first()


def steps(session: Session, creation_id: str) -> list[Step]:
    """A creation's steps, in order."""
    return list(session.exec(select(Step).where(Step.creation_id == creation_id).order_by(col(Step.index))))


def open_steps(session: Session, step_ids: Sequence[str]) -> set[str]:
    """Those of these steps that have not ended, and may still be storing what they made."""
    query = select(Step.id).where(col(Step.id).in_(step_ids), col(Step.state).in_(OPEN_STEPS))
    return set(session.exec(query))
