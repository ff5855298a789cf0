"""The first durable step: what is to be made. A planner is asked, or a pressed button answers for it."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import structlog
from sqlmodel import Session, col, select

from core.agent.catalogue import Catalogue
from core.agent.loop import MAX_REPAIRS, Judged, conversation, judge, numbered
from core.agent.messages import Message, Turn
from core.agent.planners.fixed import fixed_turn
from core.agent.prompting import instructions
from core.creation import going_back
from core.creation.consulting import Answer, Consulting
from core.creation.drafting import Drafting, known
from core.creation.going_back import Back
from core.creation.making import STOP_WORDS
from core.creation.receiving import Receiving
from core.creation.stops import Stopped, Stops
from core.creation.workflow import MAX_TURNS, Plan
from core.errors import ProviderError, UserError
from core.trust.budget import Budgets, refusal
from core.trust.checks import Checks
from storage import creations, gallery, ledger, lineage, tables
from storage.changes import Changes
from storage.creations import Snapshot
from storage.database import Database
from storage.tables import Asset, Creation, CreationState, Step, now

log = structlog.get_logger()
CONSENTING = frozenset({"rest", "web", "terminal"})
NOTHING: Plan = {"steps": [], "done": True}
LOST = "Easel could not turn that into something to make. Please say it in other words."


class Planning:
    """Asks the planner once per turn, and remembers its answer in rows: asked again, it reads them."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        stops: Stops,
        consulting: Consulting,
        catalogue: Catalogue,
        budgets: Budgets,
        checks: Checks,
        receiving: Receiving,
        *,
        confirm_above_micros: int | None = None,
    ) -> None:
        self._database = database
        self._changes = changes
        self._stops = stops
        self._consulting = consulting
        self._catalogue = catalogue
        self._drafting = Drafting(catalogue)
        self._budgets = budgets
        self._checks = checks
        self._receiving = receiving
        self._confirm_above_micros = confirm_above_micros

    async def plan(self, creation_id: str, index: int) -> Plan:
        """One turn: the steps it leads to, and whether it was the last. Never raises for what a person did."""
        past = await self._database.look(lambda session: _past(session, creation_id))
        if not past:
            return NOTHING
        rows, turns = past[-1]
        if rows.creation.state.final or (index >= len(turns) and _no_more(rows.creation)):
            return NOTHING
        try:
            if await self._source_settled(rows, begun=bool(turns)):
                return await self.plan(creation_id, index)
            plan = _remembered(rows, turns[index]) if index < len(turns) else await self._turn(past, index)
            if rows.creation.state == CreationState.WAITING or self._may_ask(rows.creation):
                await self._stops.during(creation_id, self._agreed(creation_id))
            return plan
        except Stopped as stop:
            log.info("planning_stopped", creation=creation_id, reason=stop.reason)
            if stop.reason == "deadline":
                if (waiting := _waiting(rows))["steps"]:
                    return waiting
                await self.failed(creation_id, stop.reason, STOP_WORDS[stop.reason])
        except (UserError, ProviderError) as error:
            await self.failed(creation_id, error.code, error.message)
        return NOTHING

    async def _source_settled(self, rows: Snapshot, *, begun: bool) -> bool:
        """What it works from, before anybody is asked: attached files are fetched, and "it" is what was gone back to.

        True where that changed its row.
        """
        creation = rows.creation
        if creation.files:
            await self._stops.during(creation.id, self._receiving.receive(rows))
            return True
        if begun or not going_back.goes_on(rows):
            return False
        await self._database.change(lambda session: lineage.begin_from_head(session, creation.id, rows.thread))
        return True

    async def failed(self, creation_id: str, code: str, message: str) -> None:
        """Note why nothing more is planned. After something was made, that undoes nothing: a template closes then."""

        def work(session: Session) -> None:
            rows = creations.snapshot(session, creation_id)
            if rows and not rows.assets:
                creations.change(session, creation_id, error_code=code, error_message=message)

        await self._changes.write(creation_id, work)

    async def _turn(self, past: Sequence[tuple[Snapshot, list[tables.Turn]]], index: int) -> Plan:
        rows, _ = past[-1]
        if index >= min(MAX_TURNS, rows.creation.options.get("max_steps", MAX_TURNS)):
            return NOTHING
        if index == 0 and (back := going_back.asked(rows.creation)) and await self._gone_back(rows, back):
            return NOTHING
        system = instructions(self._catalogue.models, exact_words=bool(rows.creation.options.get("exact_words")))
        there = await self._within_reach(past)
        messages = conversation(past, system, there)
        answer = await self._stops.during(rows.creation.id, self._checked(rows, messages, index))
        try:
            return await self._taken(past, index, answer)
        except BaseException:
            await self._consulting.settled(rows.creation.id, answer)
            raise

    async def _taken(self, past: Sequence[tuple[Snapshot, list[tables.Turn]]], index: int, answer: Answer) -> Plan:
        """What a planner's turn leads to, stored together with what it cost."""
        rows, turns = past[-1]
        turn = numbered(answer.turn)
        there = await self._within_reach(past)  # some may be deleted by now
        judged = judge(turn.calls, rows.creation.options, set(there))
        repairs = sum(1 for each in turns if each.answers)
        if judged.answers and not judged.accepted and repairs >= MAX_REPAIRS:
            await self._consulting.settled(rows.creation.id, answer)
            await self.failed(rows.creation.id, "not_understood", LOST)
            return NOTHING
        steps = self._drafting.steps(rows, index, judged, {each: known(asset) for each, asset in there.items()})
        await self._store(rows.creation, _row(rows.creation, index, turn, judged), steps, answer)
        return _plan(steps, done=not turn.calls)

    async def _gone_back(self, rows: Snapshot, back: Back) -> bool:
        """Answer without a planner where the thread can go back: the sentence and the place, in one transaction."""

        def work(session: Session) -> bool:
            stood = going_back.stood(session, rows, back)
            if stood is None:
                return False
            creations.add_steps(session, _row(rows.creation, 0, Turn(stood.sentence), Judged(())), [])
            if stood.asset:
                lineage.stand_on(session, rows.thread.id, stood.asset.id)
            return True

        return await self._changes.write(rows.creation.id, work)

    async def _within_reach(self, past: Sequence[tuple[Snapshot, list[tables.Turn]]]) -> dict[str, Asset]:
        """What this creation may work from: the thread's assets, and those handed in with its wishes."""
        found = {asset.id: asset for rows, _ in past for asset in rows.assets}
        handed = {asset_id for rows, _ in past for asset_id in rows.creation.inputs} - set(found)
        if not handed:
            return found
        creation = past[-1][0].creation
        return found | await self._database.read(lambda session: _handed(session, creation, handed))

    async def _checked(self, rows: Snapshot, messages: tuple[Message, ...], index: int) -> Answer:
        """The planner's answer. The wish is judged meanwhile, and nothing is made before that has come out well."""
        if index:
            return await self._ask(rows, messages, index)
        asking = asyncio.ensure_future(self._ask(rows, messages, index))
        try:
            _, verdict = await asyncio.gather(asking, self._checks.wish(rows.creation), return_exceptions=True)
            if isinstance(verdict, BaseException):
                raise verdict
            return asking.result()
        except BaseException:
            if asking.done() and not asking.cancelled() and not asking.exception():
                await self._consulting.settled(rows.creation.id, asking.result())
            raise

    async def _ask(self, rows: Snapshot, messages: tuple[Message, ...], index: int) -> Answer:
        if rows.creation.action is None:
            return await self._consulting.ask(rows.creation, messages, index)
        if index:
            return Answer(Turn())
        asset, step = await self._database.read(lambda session: _acted_on(session, rows.creation))
        if asset is None:
            raise UserError("What this should start from was deleted.", "input_gone")
        return Answer(fixed_turn(rows.creation, asset, step))

    async def _store(self, creation: Creation, turn: tables.Turn, steps: list[Step], answer: Answer) -> None:
        """The turn, its steps, what it cost and the hold on their whole price, in one transaction or not at all."""
        holds = [hold for step in steps if (hold := self._drafting.hold(step)).micros]
        limits = self._budgets.limits(creation, now()) if holds else []
        likely = sum(self._drafting.likely_micros(step) for step in steps)

        def work(session: Session) -> None:
            self._consulting.settle(session, creation.id, answer)
            creations.add_steps(session, turn, steps)
            short = ledger.reserve(
                session,
                limits,
                holds,
                creation_id=creation.id,
                user_id=creation.user_id,
                workspace_id=creation.workspace_id,
            )
            if short:
                raise refusal(short, sum(hold.micros for hold in holds), now())
            held = sum(hold.micros for hold in holds)
            if held:
                creations.change(
                    session,
                    creation.id,
                    state=CreationState.WAITING if self._asks_first(creation, held) else CreationState.RUNNING,
                    estimate_micros=creation.estimate_micros + likely,
                    max_micros=creation.max_micros + held,
                )

        await self._changes.write(creation.id, work)

    def _asks_first(self, creation: Creation, held_micros: int) -> bool:
        most = self._confirm_above_micros
        return most is not None and self._may_ask(creation) and creation.max_micros + held_micros > most

    def _may_ask(self, creation: Creation) -> bool:
        """In a chat, a high price waits for a yes. A call of a program or of the own machine is its own consent."""
        can_ask = self._confirm_above_micros is not None and creation.surface not in CONSENTING
        return can_ask and creation.confirmed_at is None

    async def _agreed(self, creation_id: str) -> None:
        """Wait until nobody has to say yes any more."""
        with self._changes.listening(creation_id) as changed:
            while True:
                changed.clear()
                if (
                    await self._database.look(lambda session: creations.state(session, creation_id))
                    != CreationState.WAITING
                ):
                    return
                await changed.wait()


def _past(session: Session, creation_id: str) -> list[tuple[Snapshot, list[tables.Turn]]]:
    """The thread up to this creation, which comes last."""
    rows = creations.snapshot(session, creation_id)
    if rows is None:
        return []
    before = creations.thread_snapshots(session, rows.creation.thread_id, rows.creation.created_at, but=creation_id)
    return [(each, creations.turns(session, each.creation.id)) for each in (*before, rows)]


def _handed(session: Session, creation: Creation, asset_ids: set[str]) -> dict[str, Asset]:
    found = (gallery.reachable(session, creation, each) for each in asset_ids)
    return {asset.id: asset for asset in found if asset}


def _acted_on(session: Session, creation: Creation) -> tuple[Asset | None, Step | None]:
    asset = gallery.reachable(session, creation, creation.inputs[0])
    step = session.exec(select(Step).where(col(Step.id) == asset.step_id)).first() if asset else None
    return asset, step


def _no_more(creation: Creation) -> bool:
    """It is to stop, or an earlier run noted why nothing more is planned."""
    return creation.cancel_requested_at is not None or creation.error_code is not None


def _plan(steps: Iterable[Step], *, done: bool) -> Plan:
    """What takes longest is begun first: everybody waits for its end."""
    by_length = sorted(steps, key=lambda step: -(step.estimate_s or 0.0))
    return {"steps": [step.id for step in by_length], "done": done}


def _remembered(rows: Snapshot, turn: tables.Turn) -> Plan:
    """What a turn led to before. Of a creation that is to stop, only what has begun is taken up, to be ended."""
    stops = rows.creation.cancel_requested_at is not None
    steps = [step for step in rows.steps if step.turn == turn.index and (step.intent_at or not stops)]
    return _plan(steps, done=not turn.calls)


def _waiting(rows: Snapshot) -> Plan:
    """What is made and paid for, and waits for the store of files alone: no deadline takes that away."""
    return {"steps": [step.id for step in rows.steps if step.spooled_at and not step.state.final], "done": True}


def _row(creation: Creation, index: int, turn: Turn, judged: Judged) -> tables.Turn:
    return tables.Turn(
        creation_id=creation.id,
        user_id=creation.user_id,
        index=index,
        text=turn.text,
        calls=[{"id": call.id, "name": call.name, "arguments": call.arguments} for call in turn.calls],
        answers=judged.answers,
        input_tokens=turn.usage.input_tokens,
        output_tokens=turn.usage.output_tokens,
        cost_micros=turn.usage.cost_micros,
        created_at=datetime.now(UTC),
    )
