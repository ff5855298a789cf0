"""Whoever asks for somebody else's thing, at whatever address, learns as much as about a thing that nobody has."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, unquote_plus

import pytest
from sqlmodel import Session

from bot.app import App
from bot.web.server import make_web
from core.chat import ThreadRef
from storage import people, visibility
from storage.tables import CreationState, new_id, now
from tests.bot.house import Answer, House
from tests.bot.isolation.asking import TABLE, Ask
from tests.bot.isolation.estate import ENDED, STATES, Estate, Guest, guest, settled
from tests.outsider import dump

PATIENCE_S = 0.5
AGO = re.compile(r"\d+ (minute|hour)s? ago|just now")
Rows = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two people who share an Easel, and what each has in it."""

    asker: Guest
    owner: Guest
    mine: Estate
    theirs: Estate


async def _in_slack(house: House, team: str, name: str) -> Guest:
    def work(session: Session) -> str:
        user = people.user_of(session, "slack", team, name, name)
        visibility.seen_in(session, user.id, people.workspace_of(session, "slack", team).id, now())
        return user.id

    return await guest(house, await house.app.database.write(work))


async def _one_id_in_two_teams(house: House) -> Neighbours:
    asker, owner = await _in_slack(house, "T1", "U1"), await _in_slack(house, "T2", "U1")
    return await _met(house, asker, owner, ("slack:T1:C1:1790000000.000100", "slack:T2:C1:1790000000.000100"))


async def _two_in_one_team(house: House) -> Neighbours:
    asker, owner = await _in_slack(house, "T1", "U1"), await _in_slack(house, "T1", "U2")
    return await _met(house, asker, owner, ("slack:T1:C1:1790000000.000100", "slack:T1:C1:1790000000.000200"))


async def _two_tokens(house: House, states: Sequence[CreationState] = STATES) -> Neighbours:
    asker, owner = (Guest(each.id, each.headers) for each in (house.ada, house.bob))
    return await _met(house, asker, owner, (f"rest:-:-:{new_id()}", f"rest:-:-:{new_id()}"), states)


async def _met(
    house: House, asker: Guest, owner: Guest, refs: tuple[str, str], states: Sequence[CreationState] = STATES
) -> Neighbours:
    mine, theirs = map(ThreadRef.parse, refs)
    return Neighbours(
        asker, owner, await settled(house, asker, mine, states), await settled(house, owner, theirs, states)
    )


NEIGHBOURS = (_one_id_in_two_teams, _two_in_one_team, _two_tokens)


@pytest.fixture(params=NEIGHBOURS, ids=lambda each: each.__name__.strip("_"))
async def neighbours(quiet: House, request: pytest.FixtureRequest) -> AsyncIterator[Neighbours]:
    yield await request.param(quiet)


# --- what is told -------------------------------------------------------------------------------------------------


def told(answer: Answer) -> str:
    """Everything that an answer says, also what lies in a zip."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.body[:2] != b"PK":
        return headers + answer.body.decode("latin-1")
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    return headers + "".join(name + archive.read(name).decode("latin-1") for name in archive.namelist())


def leaks(estate: Estate, ask: Ask, answer: Answer) -> list[str]:
    """What of somebody's estate stands in an answer, but for what was said in asking."""
    said = f"{unquote_plus(unquote_plus(ask.path))} {json.dumps(ask.json)} {ask.headers}"
    words = told(answer)
    for value in estate.things.values():
        words = words.replace(value, "") if value in said else words
    words = words.replace(estate.mark, "") if re.search(rf"[=:+ -]{estate.mark}\b", said) else words
    found = [name for name, value in estate.things.items() if value not in said and value in words]
    found += ["mark"] if estate.mark in words else []
    return found + (["picture"] if estate.picture.decode("latin-1") in words else [])


def shape(value: Any) -> Any:
    """Which fields there are, and how many entries."""
    if isinstance(value, Mapping):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__


def likeness(answer: Answer | None, estate: Estate) -> Any:
    """What must be the same for somebody's thing and for nobody's."""
    if answer is None:
        return None
    if answer.status < 400 and "text/html" not in answer.headers.get("Content-Type", ""):
        return answer.status, shape(answer.json)
    words = AGO.sub("", answer.text)
    for name, value in (*estate.things.items(), ("mark", estate.mark)):
        words = words.replace(quote_plus(value), f"<{name}>").replace(value, f"<{name}>")
    return answer.status, words


async def put(house: House, who: Guest, method: str, ask: Ask) -> Answer | None:
    """None where somebody waits for an end that does not come."""
    try:
        async with asyncio.timeout(PATIENCE_S if ask.waits else 30):
            return await who.ask(house, method, ask.path, **ask.more)
    except TimeoutError:
        assert ask.waits, (method, ask.path)
        return None


# --- what stands --------------------------------------------------------------------------------------------------


def rows_of(app: App, estate: Estate, owner: Guest) -> Rows:
    """Every row that names a person or anything of theirs, as an outsider reads it."""
    ids = [owner.id, *(value for value in estate.things.values() if len(value) == 32)]
    tables = dump(f"sqlite:///{app.settings.data_dir}/easel.db")
    named = {name: [str(row) for row in rows] for name, rows in tables.items() if not name.startswith("asset_search")}
    return {name: sorted(row for row in rows if any(each in row for each in ids)) for name, rows in named.items()}


async def objects_of(house: House, owner: Guest) -> dict[str, str]:
    found = {key: house.app.objects.local(key) for key in await house.app.objects.keys(owner.id)}
    return {key: sha256(path.read_bytes()).hexdigest() for key, path in found.items() if path}


# --- the tests ----------------------------------------------------------------------------------------------------


def routes(house: House) -> set[str]:
    """What the running application answers at all."""
    found = make_web(house.context).router.routes()
    named = {f"{route.method} {route.resource.canonical}" for route in found if route.resource}
    return {each for each in named if not each.startswith("HEAD ")}


async def test_no_route_is_forgotten_here(quiet: House) -> None:
    assert routes(quiet) == set(TABLE)


async def test_another_s_things_are_as_missing_as_nobody_s_and_stay_as_they_are(
    quiet: House, neighbours: Neighbours
) -> None:
    """At every address, for everything there is, alone and among one's own; read or changed."""
    asker, owner, mine, theirs = neighbours.asker, neighbours.owner, neighbours.mine, neighbours.theirs
    nobodys, spare = theirs.nobodys(), mine.with_spare()
    before, kept = rows_of(quiet.app, theirs, owner), await objects_of(quiet, owner)
    faults, asked = list[Any](), 0
    for name, asks in TABLE.items():
        method = name.partition(" ")[0].replace("*", "POST")
        for ask, ghost in zip(asks(mine, theirs), asks(spare, nobodys), strict=True):
            answer, other = await put(quiet, asker, method, ask), await put(quiet, asker, method, ghost)
            asked += 1
            if answer and (found := leaks(theirs, ask, answer)):
                faults.append((method, ask.path, answer.status, "tells", found))
            if not ask.by_design and likeness(answer, theirs) != likeness(other, nobodys):
                faults.append((method, ask.path, "told apart", likeness(answer, theirs), likeness(other, nobodys)))
            if method == "GET" and answer and not name.endswith("/events"):
                head = await put(quiet, asker, "HEAD", ask)
                faults += [(ask.path, "HEAD", head)] if head is None or head.status != answer.status else []
        now_there = rows_of(quiet.app, theirs, owner)
        faults += [(name, "changes", table) for table in now_there if now_there[table] != before.get(table)]
        before = now_there
    assert not faults, "\n".join(map(str, faults))
    assert await objects_of(quiet, owner) == kept
    assert asked >= 500


async def test_whoever_is_forgotten_takes_nothing_of_another_along(busy: House) -> None:
    neighbours = await _two_tokens(busy, ENDED)
    asker, owner, theirs = neighbours.asker, neighbours.owner, neighbours.theirs
    for who, estate in ((asker, neighbours.mine), (owner, theirs)):
        await busy.app.studio.finished(who.id, estate["again"])
    before, kept = _count(rows_of(busy.app, theirs, owner)), await objects_of(busy, owner)
    answer = await asker.ask(busy, "POST", "/api/v1/me/forget", json={"confirm": "forget me"})
    assert answer.status == 200
    assert _count(rows_of(busy.app, theirs, owner)) == before
    assert kept.items() <= (await objects_of(busy, owner)).items()
    assert await objects_of(busy, asker) == {}


def _count(rows: Rows) -> dict[str, int]:
    """Looks and thumbnails are still being made beside, so rows are counted, and looks are not."""
    return {name: len(each) for name, each in rows.items() if name != "look"}


async def test_what_is_one_s_own_is_found_with_the_same_questions(quiet: House, neighbours: Neighbours) -> None:
    """The questions above are no nonsense: their owner gets an answer to nearly each."""
    owner, theirs = neighbours.owner, neighbours.theirs
    reading = [name for name in TABLE if name.startswith("GET /api/v1/") or name.startswith(("GET /a/", "GET /t/"))]
    empty = list[str]()
    for name in reading:
        asks = [ask for ask in TABLE[name](theirs, theirs) if not name.endswith("/events")]
        answers = [await put(quiet, owner, "GET", ask) for ask in asks]
        found = [answer for answer in answers if answer and answer.status < 400]
        empty += [name] if asks and not found else []
    assert empty == []


# --- guessing -----------------------------------------------------------------------------------------------------

GUESSES = 10_000
AT_ONCE = 20
BATCHES: Mapping[str, Callable[[Estate, list[str]], tuple[str, str, Any]]] = {
    "tags": lambda _, ids: ("POST", "/api/v1/assets/tags", {"assets": ids, "add": ["x"]}),
    "favourites": lambda _, ids: ("POST", "/api/v1/assets/favourites", {"assets": ids, "favourite": True}),
    "visibility": lambda _, ids: ("POST", "/api/v1/assets/visibility", {"assets": ids, "visibility": "private"}),
    "delete": lambda _, ids: ("POST", "/api/v1/assets/delete", {"assets": ids}),
    "hang": lambda mine, ids: ("POST", f"/api/v1/collections/{mine['wall']}/assets", {"assets": ids}),
    "take_down": lambda mine, ids: ("POST", f"/api/v1/collections/{mine['wall']}/take-down", {"assets": ids}),
    "exports": lambda _, ids: ("POST", "/api/v1/exports", {"assets": ids}),
    "inputs": lambda _, ids: ("POST", "/api/v1/creations", {"prompt": "a boat", "inputs": ids[:1]}),
}
BODIES: Mapping[str, Any] = {
    "PATCH /api/v1/assets/{id}": {"favourite": True},
    "PUT /api/v1/assets/{id}/rating": {"value": 1},
    "PUT /api/v1/assets/{id}/tags": {"tags": ["x"]},
    "PATCH /api/v1/collections/{id}": {"name": "x"},
    "POST /api/v1/collections/{id}/assets": {"assets": ["0" * 32]},
    "POST /api/v1/collections/{id}/take-down": {"assets": ["0" * 32]},
    "POST /api/v1/threads/{thread}/messages": {"text": "x"},
    "PATCH /api/v1/tags/{tag}": {"name": "x"},
}


def near(theirs: Estate, number: int) -> str:
    """An id that differs from a real one in one digit, or is a random one."""
    real = theirs.assets[number % len(theirs.assets)]
    place = number % 32
    return real[:place] + f"{int(real[place], 16) ^ 1:x}" + real[place + 1 :] if number % 2 else new_id()


def guesses(house: House, theirs: Estate, mine: Estate) -> list[tuple[str, str, Any]]:
    """Requests that name ten thousand guessed ids."""
    named = [each for each in sorted(routes(house)) if "{" in each and not each.startswith(("* /slack", "GET /s/"))]
    found = list[tuple[str, str, Any]]()
    for index, name in enumerate(named):
        method, _, path = name.partition(" ")
        for number in range(index, index + 90):
            guess = near(theirs, number)
            thread = theirs["thread"].replace(theirs["thread"].split(":")[-1], guess)
            query = f"?from={guess}" if name.endswith("/changes") else ""
            address = path.format(id=guess, thread=thread, tag=guess[:30]) + query
            found.append((method, address, BODIES.get(name)))
    left, each = GUESSES - len(found), list(BATCHES)
    for number in range(left // 200 + 1):
        ids = [near(theirs, number * 200 + place) for place in range(200)]
        found.append(BATCHES[each[number % len(each)]](mine, ids))
    return found


async def test_ten_thousand_guessed_ids_find_nothing(quiet: House) -> None:
    neighbours = await _two_tokens(quiet)
    theirs, owner = neighbours.theirs, neighbours.owner
    before = rows_of(quiet.app, theirs, owner)
    gate, found = asyncio.Semaphore(AT_ONCE), list[tuple[int, str, str]]()

    async def guess(method: str, path: str, body: Any) -> None:
        async with gate:
            answer = await neighbours.asker.ask(quiet, method, path, **({"json": body} if body else {}))
        if answer.status != 404 or theirs.mark in told(answer):
            found.append((answer.status, method, path))

    await asyncio.gather(*(guess(*each) for each in guesses(quiet, theirs, neighbours.mine)))
    assert found == []
    assert rows_of(quiet.app, theirs, owner) == before
