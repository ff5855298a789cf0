"""Two processes at one moment: who comes second finds what the first one wrote, and nothing counts twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from time import sleep
from typing import Any

import pytest
from sqlmodel import Session, select

from core.gallery.tags import Tags
from storage import creations, deletion, gallery, joining, ledger, looks, people, posts, tags, visibility
from storage.database import Database
from storage.errors import Forgotten
from storage.ledger import Hold, Limit
from storage.tables import Account, Asset, Budget, Creation, Look, Post, Tag, Thread, User, Vote, Workspace, new_id
from tests.storage.rows import Rows, asset_of, wish

pytestmark = pytest.mark.each_database
TIMES = 6


@pytest.fixture
async def both(database: Database) -> AsyncIterator[tuple[Database, Database]]:
    """The same rows, seen by two processes whose connections all stand, so that nobody comes late."""
    other = Database(database.url)
    for way in ("write", "record"):
        await at_once((database, other), lambda session: sleep(0.01), way=way)
    yield database, other
    other.close()


async def at_once(both: tuple[Database, ...], *works: Callable[[Session], Any], way: str = "write") -> list[Any]:
    """Each work `TIMES` times in each process, all together."""
    doing = [getattr(each, way)(work) for _ in range(TIMES) for work in works for each in both]
    return await asyncio.gather(*doing, return_exceptions=True)


async def count(database: Database, kind: Any) -> int:
    return await database.read(lambda session: len(session.exec(select(kind)).all()))


@pytest.mark.parametrize("way", ["write", "record"])
async def test_first_visits_at_once_make_one_person(both: tuple[Database, Database], way: str) -> None:
    found = await at_once(both, lambda session: people.user_of(session, "slack", "T1", "U1", "Ada").id, way=way)
    assert len(set(found)) == 1
    assert (await count(both[0], User), await count(both[0], Account)) == (1, 1)


async def test_first_words_from_a_workspace_at_once_make_it_once(both: tuple[Database, Database]) -> None:
    found = await at_once(both, lambda session: people.workspace_of(session, "slack", "T1").id)
    assert len(set(found)) == 1
    assert await count(both[0], Workspace) == 1


async def test_wishes_in_one_new_thread_at_once_make_it_once(both: tuple[Database, Database]) -> None:
    ada = await both[0].write(lambda session: people.user_of(session, "test", "", "ada").id)
    found = await at_once(
        both, lambda session: creations.record(session, wish(ada, thread_ref="chat:-:-:one")), way="record"
    )
    assert {is_new for _, is_new in found} == {True}
    assert (await count(both[0], Thread), await count(both[0], Creation)) == (1, 2 * TIMES)


def begun(rows: Rows) -> Creation:
    return rows.creation(rows.person("ada"))


async def test_steps_that_end_at_once_share_one_version_and_no_letter(both: tuple[Database, Database]) -> None:
    rows = Rows(both[0])
    creation = await asyncio.to_thread(begun, rows)
    steps = [await asyncio.to_thread(rows.step, creation, index) for index in range(8)]

    def end(step: Any) -> Callable[[Session], None]:
        return lambda session: gallery.add(session, session.get_one(Creation, creation.id), [asset_of(creation, step)])

    await asyncio.gather(*(both[number % 2].write(end(step)) for number, step in enumerate(steps)))
    assets = await both[0].read(lambda session: session.exec(select(Asset)).all())
    assert {asset.round for asset in assets} == {1}
    assert sorted(asset.letter for asset in assets) == list(range(8))


async def test_a_step_that_is_stored_twice_at_once_is_there_once(both: tuple[Database, Database]) -> None:
    rows = Rows(both[0])
    creation = await asyncio.to_thread(begun, rows)
    step = await asyncio.to_thread(rows.step, creation)
    await at_once(
        both, lambda session: gallery.add(session, session.get_one(Creation, creation.id), [asset_of(creation, step)])
    )
    assert await count(both[0], Asset) == 1


async def test_money_that_two_give_back_at_once_is_given_back_once(both: tuple[Database, Database]) -> None:
    ada = await both[0].write(lambda session: people.user_of(session, "test", "", "ada").id)
    limit, step = Limit("total", "all", "2026-01-01", 1_000), new_id()

    def reserve(session: Session) -> None:
        held = [Hold(step, "fake", "m", 600), Hold(new_id(), "fake", "m", 400)]
        ledger.reserve(session, [limit], held, creation_id="c", user_id=ada, workspace_id=None)

    await both[0].write(reserve)
    await at_once(
        both, lambda session: ledger.settle(session, step, 500), lambda session: ledger.release(session, step)
    )
    (budget,) = await both[0].read(lambda session: session.exec(select(Budget)).all())
    assert (budget.reserved_micros, budget.spent_micros in (0, 500)) == (400, True)


async def test_what_is_settled_while_two_people_become_one_counts_for_both(both: tuple[Database, Database]) -> None:
    rows = Rows(both[0])
    ada, bob = [await asyncio.to_thread(rows.person, name) for name in ("ada", "bob")]
    step = new_id()

    def reserve(session: Session) -> None:
        limits, held = [Limit("user", bob, "2026-01-01", None)], [Hold(step, "fake", "m", 600)]
        ledger.reserve(session, limits, held, creation_id="c", user_id=bob, workspace_id=None)

    def settle(session: Session) -> None:
        ledger.settle(session, step, 500)
        sleep(0.6)  # the other one joins them meanwhile

    async def join() -> None:
        await asyncio.sleep(0.2)
        await both[1].write(lambda session: joining.unite(session, bob, ada))

    await both[0].write(reserve)
    await asyncio.gather(both[0].write(settle), join())
    (budget,) = await both[0].read(lambda session: session.exec(select(Budget)).all())
    assert (budget.id, budget.reserved_micros, budget.spent_micros) == (f"user:{ada}:2026-01-01", 0, 500)


async def test_a_hundred_reservations_at_once_never_hold_more_than_there_is(both: tuple[Database, Database]) -> None:
    ada = await both[0].write(lambda session: people.user_of(session, "test", "", "ada").id)
    limits = [Limit("user", ada, "2026-01-01", None), Limit("total", "all", "2026-01-01", 1_000)]

    def reserve(session: Session) -> None:
        held = [Hold(new_id(), "fake", "m", 30)]
        if ledger.reserve(session, limits, held, creation_id="c", user_id=ada, workspace_id=None):
            raise LookupError("short")

    asked = (each.write(reserve) for _ in range(50) for each in both)
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert ([type(each) for each in ends].count(LookupError), ends.count(None)) == (67, 33)
    budgets = await both[0].read(lambda session: session.exec(select(Budget)).all())
    assert {budget.reserved_micros for budget in budgets} == {990}


async def test_files_that_arrive_at_once_are_all_noted(both: tuple[Database, Database]) -> None:
    rows = Rows(both[0])
    files = tuple({"source": f"s{number}", "name": ""} for number in range(8))
    ada = await asyncio.to_thread(rows.person, "ada")
    creation = await asyncio.to_thread(rows.creation, ada, files=files)

    def arrive(number: int) -> Callable[[Session], None]:
        return lambda session: creations.received(session, creation.id, f"s{number}", f"a{number}")

    await asyncio.gather(*(each.write(arrive(number)) for number in range(8) for each in both))
    found = await both[0].read(lambda session: session.get_one(Creation, creation.id))
    assert (sorted(found.inputs), found.files) == ([f"a{number}" for number in range(8)], [])


async def test_of_two_that_open_a_thread_at_once_both_are_told_the_first(both: tuple[Database, Database]) -> None:
    rows = Rows(both[0])
    creation = await asyncio.to_thread(begun, rows)
    await both[0].write(lambda session: posts.intend(session, creation, "chat:W:C:E+", posts.ROOT))

    def open_(number: int) -> Callable[[Session], str | None]:
        return lambda session: posts.opened(session, creation.id, f"chat:W:C:{number}", f"{number}").message_id

    told = await asyncio.gather(*(both[number % 2].write(open_(number)) for number in range(8)))
    assert len(set(told)) == 1
    assert await count(both[0], Post) == 1


async def test_one_message_of_a_role_is_intended_once(both: tuple[Database, Database]) -> None:
    rows = Rows(both[0])
    creation = await asyncio.to_thread(begun, rows)
    made = await at_once(both, lambda session: posts.intend(session, creation, "chat:W:C:T", posts.STATUS)[1])
    assert made.count(True) == 1
    assert await count(both[0], Post) == 1


async def test_a_vote_pressed_twice_at_once_is_one(both: tuple[Database, Database]) -> None:
    rows = Rows(both[0])
    ada = await asyncio.to_thread(rows.person, "ada")
    (asset,) = await asyncio.to_thread(rows.made, ada)
    ended = await at_once(both, lambda session: gallery.vote(session, ada, asset.id, 1))
    assert set(ended) == {None}
    assert await count(both[0], Vote) == 1


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        (lambda tags, by, asset_id: tags.change(by, [asset_id], add=["two"]), "old one two"),
        (lambda tags, by, asset_id: tags.replace(by, asset_id, ["two"]), "two"),
        (lambda tags, by, asset_id: tags.rename(by, "old", "new"), "new one"),
    ],
    ids=["change", "replace", "rename"],
)
async def test_of_two_that_change_tags_at_once_neither_undoes_what_the_other_did(
    both: tuple[Database, Database], change: Callable[[Tags, str, str], Awaitable[object]], stands: str
) -> None:
    rows = Rows(both[0])
    ada = await asyncio.to_thread(rows.person, "ada")
    (made,) = await asyncio.to_thread(rows.made, ada)
    await Tags(both[0]).replace(ada, made.id, ["old"])

    def tagged(session: Session) -> None:
        (asset,) = visibility.own_of(session, ada, [made.id])
        tags.give(session, asset, [*asset.tags.split(), "one"])
        sleep(0.6)  # the other one changes them meanwhile

    async def changed() -> None:
        await asyncio.sleep(0.2)
        await change(Tags(both[1]), ada, made.id)

    await asyncio.gather(both[0].write(tagged), changed())
    found = await both[0].read(lambda session: session.get_one(Asset, made.seq).tags)
    given = await both[0].read(lambda session: session.exec(select(Tag.name)).all())
    assert (found, sorted(given)) == (stands, stands.split())


async def test_a_look_that_is_noted_while_its_person_is_cleared_away_holds_nobody_back(
    both: tuple[Database, Database],
) -> None:
    rows = Rows(both[0])
    creation = await asyncio.to_thread(begun, rows)
    made = asset_of(creation, await asyncio.to_thread(rows.step, creation))
    await both[0].write(lambda session: gallery.add(session, session.get_one(Creation, creation.id), [made]))

    def noted(session: Session) -> None:
        if found := gallery.change(session, creation.user_id, made.id, thumbnail_key="small"):
            looks.note(session, found, 12_345)
        sleep(0.6)  # the other one clears away meanwhile

    async def cleared() -> None:
        await asyncio.sleep(0.2)
        await both[1].write(lambda session: deletion.clear(session, creation.user_id))
        await both[1].write(lambda session: deletion.leave(session, creation.user_id))

    await both[0].write(lambda session: deletion.mark(session, creation.user_id))
    await asyncio.gather(both[0].write(noted), cleared())
    assert (await count(both[0], Look), await count(both[0], Asset), await count(both[0], User)) == (0, 0, 0)


async def test_of_a_wish_and_a_goodbye_at_once_either_the_wish_is_refused_or_it_is_stopped(
    both: tuple[Database, Database],
) -> None:
    for _ in range(TIMES):
        ada = await both[0].write(lambda session: people.user_of(session, "test", "", new_id()).id)
        works = [lambda session, ada=ada: creations.record(session, wish(ada))] * 3
        wishes = [each.record(work) for work in works for each in both]
        ended = await asyncio.gather(
            *wishes, both[0].write(lambda session, ada=ada: deletion.mark(session, ada)), return_exceptions=True
        )
        assert all(isinstance(each, tuple | bool | Forgotten) for each in ended)
        left = await both[0].read(lambda session, ada=ada: creations.unfinished(session, ada))
        assert left == []
