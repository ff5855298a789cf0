"""A process that ends at the worst moment: nothing is lost, nothing is paid twice, and what nobody knows is said."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from time import time
from typing import Any

import pytest

import bot
from bot.settings import Settings
from core.creation.view import CreationView
from core.providers.base import Became, NotBegun, Ticket, Unknown
from storage.tables import ChargeState, CreationState, StepState
from tests import outsider
from tests.core.hand import HURRIED
from tests.core.victim import CASES, PAID, books_of, provider_of, settings_of
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, calls, never, picture
from tests.fakes.provider import Books, ScriptedProvider, Way, models
from tests.furnished import furnish

pytestmark = pytest.mark.each_database

ROOT = Path(bot.__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path, database_url: str | None) -> Path:
    if database_url:
        (tmp_path / ".env").write_text(f"DATABASE_URL={database_url}\nEASEL_SECRET_KEY={'t' * 48}\n")
    furnish(settings_of(tmp_path))
    return tmp_path


@asynccontextmanager
async def killed(folder: Path, name: str, moment: Callable[[Any], bool]) -> AsyncIterator[str]:
    """A victim, killed with -9 once `moment` has come; yields its creation's id."""
    command = [sys.executable, "-W", "error", "-m", "tests.core.victim", str(folder), name]
    victim = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    assert victim.stdout
    try:
        creation_id = await asyncio.wait_for(_told(victim.stdout), 30)
        with database(folder) as connection:
            async with asyncio.timeout(15):
                while not moment(connection):
                    await asyncio.sleep(0.02)
            victim.kill()
            await victim.wait()
    finally:
        if victim.returncode is None:
            victim.kill()
            await victim.wait()
    yield creation_id


async def _told(said: asyncio.StreamReader) -> str:
    """The id that it says among its logs."""
    async for line in said:
        if re.fullmatch("[0-9a-f]{32}", line.decode().strip()):
            return line.decode().strip()
    raise AssertionError("it ended before it began")


def database(folder: Path) -> AbstractContextManager[Any]:
    return outsider.connected(settings_of(folder).easel_database)


def submitted(folder: Path) -> bool:
    return bool(Books(books_of(folder)).count("submit"))


def one(connection: Any, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


async def finished(
    folder: Path, name: str, creation_id: str, became: Sequence[Became] = ()
) -> tuple[CreationView, House, ScriptedProvider]:
    """The next process takes up what the killed one left. `became`: what the provider says of a call cut off."""
    case = CASES[name]
    provider = provider_of(case, folder, hung=False)
    provider.became += became
    planner = ScriptedPlanner(*case.script)
    whole = opened(settings_of(folder), planner=planner, provider=provider, catalogue=PAID, timing=HURRIED)
    async with whole as house:
        async with asyncio.timeout(20):
            view = await house.app.studio.finished(house.ada, creation_id)
        await audit(house)
    return view, house, provider


async def audit(house: House) -> None:
    """Every row has its objects and every object its row; no money is held; no step's spool is left."""
    await house.app.thumbnails.drained()
    await house.app.sidecars.drained()
    from sqlmodel import select

    from storage.recipes import sidecar_key
    from storage.tables import Asset

    assets = await house.read(lambda session: list(session.exec(select(Asset))))
    keys = {key for asset in assets for key in (asset.object_key, asset.thumbnail_key) if key}
    keys |= {sidecar_key(asset.object_key) for asset in assets}
    assert set(await house.app.objects.keys()) == keys
    for asset in assets:
        assert await house.app.objects.size(asset.object_key) == asset.size_bytes
    assert all(budget.reserved_micros == 0 for budget in (await house.budgets()).values())
    assert all(charge.state != ChargeState.RESERVED for charge in await house.charges())
    litter = {path.name for path in house.app.spool.folder.iterdir() if not path.name.startswith("tmp")}
    assert litter == set()


# --- killed ------------------------------------------------------------------------------------------------------


async def test_killed_while_the_planner_is_asked_it_is_asked_again(folder: Path) -> None:
    running = "SELECT state = 'running' FROM creation"
    async with killed(folder, "planning", lambda connection: one(connection, running) == 1) as creation_id:
        view, _, provider = await finished(folder, "planning", creation_id)
    assert (view.state, len(view.assets)) == (CreationState.SUCCEEDED, 1)
    assert provider.submits.total() == 1


async def test_killed_with_one_call_at_the_provider_and_one_only_planned_both_are_finished(folder: Path) -> None:
    ticket = "SELECT count(*) FROM step WHERE ticket IS NOT NULL AND CAST(ticket AS TEXT) != 'null'"
    async with killed(folder, "planned", lambda connection: one(connection, ticket) == 1) as creation_id:
        with database(folder) as connection:
            assert one(connection, "SELECT count(*) FROM step WHERE intent_at IS NULL") == 1
        view, _, provider = await finished(folder, "planned", creation_id)
    assert [asset.kind for asset in view.assets] == ["image", "video"]
    assert set(provider.submits.values()) == {1}


async def test_killed_inside_a_paid_call_it_is_not_paid_again_and_says_that_it_may_have_been(folder: Path) -> None:
    async with killed(folder, "intent", lambda _: submitted(folder)) as creation_id:
        left = stored_without_a_row(folder, creation_id)
        view, house, provider = await finished(folder, "intent", creation_id)
    assert not any(file.exists() for file in left)
    assert provider.submits.total() == 1
    assert (view.state, view.assets) == (CreationState.FAILED, ())
    assert view.error
    assert view.error.code == view.steps[0].error_code == "uncertain"
    assert "may have been charged" in view.error.message
    assert view.cost_usd == pytest.approx(0.1)
    del house


async def test_killed_while_files_are_brought_to_a_provider_nothing_was_paid_and_it_goes_on(folder: Path) -> None:
    prepared = Books(books_of(folder))
    async with killed(folder, "bringing", lambda _: bool(prepared.count("prepare"))) as creation_id:
        view, _, provider = await finished(folder, "bringing", creation_id)
    assert (view.state, len(view.assets)) == (CreationState.SUCCEEDED, 1)
    assert (provider.submits.total(), provider.books.count("find").total()) == (1, 0)


SOON = Unknown(0.05)
"""Nobody can say yet."""


@pytest.mark.parametrize("looks", [(), (SOON, SOON)], ids=["at once", "later"])
async def test_killed_inside_a_paid_call_what_its_provider_finds_is_fetched(
    folder: Path, looks: tuple[Unknown, ...]
) -> None:
    async with killed(folder, "intent", lambda _: submitted(folder)) as creation_id:
        with database(folder) as connection:
            step_id = one(connection, "SELECT id FROM step")
        ticket = Ticket("found", {"ready_at": 0, "step": step_id})
        view, _, provider = await finished(folder, "intent", creation_id, (*looks, ticket))
    assert (view.state, len(view.assets), view.error) == (CreationState.SUCCEEDED, 1, None)
    assert (provider.submits.total(), provider.books.count("find").total()) == (1, len(looks) + 1)
    assert view.cost_usd == pytest.approx(0.09)


async def test_killed_before_a_paid_call_arrived_it_is_made_unless_who_made_it_may_only_sleep(folder: Path) -> None:
    async with killed(folder, "intent", lambda _: submitted(folder)) as creation_id:
        view, house, provider = await finished(folder, "intent", creation_id, (SOON, NotBegun()))
    if house.app.settings.on_postgres:
        assert (view.error and view.error.code, provider.submits.total()) == ("uncertain", 1)
    else:
        assert (view.state, len(view.assets), provider.submits.total()) == (CreationState.SUCCEEDED, 1, 2)
        assert view.cost_usd == pytest.approx(0.09)


async def test_what_is_not_found_in_the_end_is_given_up(folder: Path) -> None:
    async with killed(folder, "intent", lambda _: submitted(folder)) as creation_id:
        view, _, provider = await finished(folder, "intent", creation_id, (SOON, SOON, Unknown()))
    assert (view.state, view.error and view.error.code) == (CreationState.FAILED, "uncertain")
    assert (provider.submits.total(), view.cost_usd) == (1, pytest.approx(0.1))


def stored_without_a_row(folder: Path, creation_id: str) -> list[Path]:
    """As of a worker on another machine, whose spool died with it just after it had stored what was made."""
    with database(folder) as connection:
        ((user_id, step_id),) = connection.execute("SELECT user_id, id FROM step").fetchall()
    place = folder / "data" / "objects" / user_id / creation_id
    place.mkdir(parents=True, exist_ok=True)
    files = [place / f"{step_id}-{end}" for end in ("0.png", "preview.png")]
    for file in files:
        file.write_bytes(b"made")
    return files


async def test_killed_inside_free_work_it_is_simply_made_again(folder: Path) -> None:
    name = "intent of free work"
    async with killed(folder, name, lambda _: submitted(folder)) as creation_id:
        view, _, provider = await finished(folder, name, creation_id)
    assert (view.state, len(view.assets)) == (CreationState.SUCCEEDED, 1)
    assert provider.submits.total() == 2


async def test_killed_while_waiting_for_a_ticket_the_ticket_is_polled_on(folder: Path) -> None:
    polled = Books(books_of(folder))
    async with killed(folder, "ticket", lambda _: bool(polled.count("poll"))) as creation_id:
        view, _, provider = await finished(folder, "ticket", creation_id)
    assert (view.state, len(view.assets)) == (CreationState.SUCCEEDED, 1)
    assert provider.submits.total() == 1
    assert view.cost_usd == pytest.approx(0.09)


def ticket_without_a_row(folder: Path) -> Callable[[Any], bool]:
    """From the submit on the database is held, so the row cannot have the ticket; its slip can."""
    held: list[bool] = []

    def moment(connection: Any) -> bool:
        if not held and submitted(folder):
            outsider.hold(connection, "step")
            held.append(True)
        return any((settings_of(folder).data_dir / "spool").glob("*/ticket.json"))

    return moment


def without_a_ticket(folder: Path) -> bool:
    with database(folder) as connection:
        return bool(one(connection, "SELECT count(*) FROM step WHERE coalesce(CAST(ticket AS TEXT), 'null') = 'null'"))


async def test_killed_before_a_ticket_could_be_written_to_its_row_it_is_polled_on(folder: Path) -> None:
    async with killed(folder, "late ticket", ticket_without_a_row(folder)) as creation_id:
        assert without_a_ticket(folder)
        view, _, provider = await finished(folder, "late ticket", creation_id)
    assert (view.state, len(view.assets)) == (CreationState.SUCCEEDED, 1)
    assert (provider.submits.total(), provider.books.count("find").total()) == (1, 0)
    assert view.cost_usd == pytest.approx(0.09)


async def test_what_was_cancelled_meanwhile_is_cancelled_at_its_provider_too(folder: Path) -> None:
    async with killed(folder, "cancelled", ticket_without_a_row(folder)) as creation_id:
        assert without_a_ticket(folder)
        with database(folder) as connection:
            connection.execute("UPDATE creation SET cancel_requested_at = CURRENT_TIMESTAMP")
        view, _, provider = await finished(folder, "cancelled", creation_id)
    assert view.state == CreationState.CANCELLED
    assert view.cost_usd == 0
    assert (provider.submits.total(), provider.cancels.total()) == (1, 1)


async def test_killed_between_the_stored_file_and_its_row_the_file_is_not_made_again(folder: Path) -> None:
    objects = settings_of(folder).data_dir / "objects"
    held: list[bool] = []

    def moment(connection: Any) -> bool:
        """From the submit on we hold the database, so the row cannot follow its file."""
        if not held and submitted(folder):
            outsider.hold(connection)
            held.append(True)
        return any(path.suffix == ".png" for path in objects.rglob("*"))

    async with killed(folder, "stored", moment) as creation_id:
        with database(folder) as connection:
            assert one(connection, "SELECT count(*) FROM asset") == 0
        view, _, provider = await finished(folder, "stored", creation_id)
    assert (view.state, len(view.assets)) == (CreationState.SUCCEEDED, 1)
    assert provider.submits.total() == 1
    assert view.cost_usd == pytest.approx(0.09)


async def test_killed_before_the_last_word_nothing_is_made_again(folder: Path) -> None:
    made = "SELECT count(*) FROM step WHERE state = 'complete'"
    async with killed(folder, "closing", lambda connection: one(connection, made) == 1) as creation_id:
        view, _, provider = await finished(folder, "closing", creation_id)
    assert (view.state, view.reply, len(view.assets)) == (CreationState.SUCCEEDED, "Done.", 1)
    assert provider.submits.total() == 1


# --- closed and opened again in one process ----------------------------------------------------------------------


async def test_what_was_recorded_where_nobody_worked_begins_at_the_next_start(settings: Settings) -> None:
    async with opened(settings, worker=False) as house:
        views = [await house.ask(f"nr {number}") for number in range(3)]
        assert {view.state for view in views} == {CreationState.QUEUED}
    async with opened(settings) as house:
        assert [(await house.end(view)).state for view in views] == [CreationState.SUCCEEDED] * 3


async def test_what_was_admitted_and_never_started_is_started(settings: Settings) -> None:
    from datetime import timedelta

    from storage import creations

    async with opened(settings, worker=False) as house:
        view = await house.ask()
        hour = timedelta(hours=1)
        await house.app.database.write(lambda session: creations.admit(session, view.id, settings.worker_id, hour))
    async with opened(settings) as house:
        assert (await house.end(view)).state == CreationState.SUCCEEDED


async def test_stopping_while_planning_asks_again(settings: Settings) -> None:
    first = ScriptedPlanner(never)
    async with opened(settings, planner=first) as house:
        view = await house.ask()
        while not first.told:
            await asyncio.sleep(0.02)
    async with opened(settings) as house:
        assert (await house.end(view)).state == CreationState.SUCCEEDED


async def test_stopping_while_polling_polls_on_and_the_old_work_is_still(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1))
    async with opened(settings, provider=provider) as house:
        view = await house.ask()
        await house.until(view, lambda _: provider.polls.total() > 0)
    seen = provider.polls.total()
    await asyncio.sleep(0.2)
    assert provider.polls.total() == seen
    async with opened(settings, provider=provider) as house:
        assert (await house.end(view)).state == CreationState.SUCCEEDED
        await audit(house)
    assert provider.submits.total() == 1
    assert provider.cancels.total() == 0


@pytest.mark.parametrize("allowed", [False, True], ids=["by default", "where the operator allows it"])
async def test_stopping_inside_a_paid_call_pays_again_only(settings: Settings, allowed: bool) -> None:
    first, second = ScriptedProvider(default=Way(hangs=True)), ScriptedProvider()
    catalogue = models(image_usd=0.1)
    async with opened(settings, provider=first, catalogue=catalogue) as house:
        view = await house.ask()
        await house.until(view, lambda _: bool(first.orders))
    lenient = settings.model_copy(update={"rerun_uncertain_usd": 0.1 if allowed else 0.09})
    async with opened(lenient, provider=second, catalogue=catalogue) as house:
        view = await house.end(view)
        await audit(house)
    assert second.submits.total() == int(allowed)
    assert view.state == (CreationState.SUCCEEDED if allowed else CreationState.FAILED)


async def test_who_may_pay_twice_looks_first_as_long_as_anybody(settings: Settings, tmp_path: Path) -> None:
    books = tmp_path / "books.jsonl"
    first, second = ScriptedProvider(default=Way(hangs=True), books=books), ScriptedProvider(books=books)
    lenient = settings.model_copy(update={"rerun_uncertain_usd": 0.1})
    async with opened(lenient, provider=first, catalogue=models(image_usd=0.1)) as house:
        view = await house.ask()
        await house.until(view, lambda _: bool(first.orders))
    second.became = [SOON, SOON, Ticket("found", {"ready_at": 0, "step": first.orders[0].step_id})]
    async with opened(lenient, provider=second, catalogue=models(image_usd=0.1)) as house:
        view = await house.end(view)
        await audit(house)
    assert (view.state, second.submits.total()) == (CreationState.SUCCEEDED, 1)


async def test_a_cancel_that_came_while_nobody_worked_is_obeyed_at_the_next_start(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    async with opened(settings, provider=provider, catalogue=PAID) as house:
        view = await house.ask()
        await house.until(view, lambda _: provider.polls.total() > 0)
    async with opened(settings, worker=False) as house:
        await house.app.studio.cancel(house.ada, view.id)
    async with opened(settings, provider=provider, catalogue=PAID) as house:
        view = await house.end(view)
        await audit(house)
    assert (view.state, view.steps[0].state) == (CreationState.CANCELLED, StepState.CANCELLED)
    assert provider.cancels.total() == provider.submits.total() == 1


async def test_a_deadline_that_passed_while_nobody_worked_ends_the_creation(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    deadline_s = 3.0
    short = settings.model_copy(update={"deadline_s": deadline_s})
    async with opened(short, provider=provider) as house:
        view = await house.ask()
        await house.until(view, lambda _: provider.polls.total() > 0)
    await asyncio.sleep(deadline_s)
    async with opened(short, provider=provider) as house:
        view = await house.end(view)
    assert view.error
    assert view.error.code == "deadline"


async def test_many_at_work_at_the_stop_all_come_to_their_end_once(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=2))
    planner = ScriptedPlanner(calls(*[picture(f"nr {i}") for i in range(3)]), calls(picture("last")))
    free = settings.model_copy(update={"user_at_once": 0})
    async with opened(free, planner=planner, provider=provider, catalogue=PAID) as house:
        views = [await house.ask(f"wish {i}") for i in range(8)]
        await house.until(views[-1], lambda _: len(provider.polls) >= 24)
    async with opened(free, planner=planner, provider=provider, catalogue=PAID) as house:
        ended = [await house.end(view) for view in views]
        await audit(house)
    assert {view.state for view in ended} == {CreationState.SUCCEEDED}
    assert [len(view.assets) for view in ended] == [4] * 8
    assert set(provider.submits.values()) == {1}


@pytest.mark.sqlite_alone
async def test_what_a_killed_process_left_half_made_is_removed_when_it_is_old(settings: Settings) -> None:
    spool = settings.data_dir / "spool"
    for name, age_s in (("tmpold", 3_600), ("tmpnew", 0), ("f" * 32, 3_600)):
        (spool / name).mkdir(parents=True)
        os.utime(spool / name, (time() - age_s, time() - age_s))
    async with opened(settings) as house:
        await house.app.spool.tidy()
        assert {path.name for path in spool.iterdir()} == {"tmpnew", "f" * 32}


@pytest.mark.sqlite_alone
async def test_the_engine_keeps_ids_and_small_facts_only(settings: Settings) -> None:
    secret = "a very private lighthouse"
    async with opened(settings, planner=ScriptedPlanner(calls(picture(secret)))) as house:
        await house.made(secret)
    files = [path for path in settings.data_dir.iterdir() if path.name.startswith("engine.db")]
    assert files
    assert all(b"private" not in path.read_bytes() for path in files)
