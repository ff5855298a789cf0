"""No secret and no words of a person get into logs, tracebacks, the engine's file or a sentence about an error."""

import asyncio
import gc
import json
import logging
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, redirect_stderr
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import stamina
import structlog
from yarl import URL

from bot.logs import Foreign, set_up
from bot.settings import Settings
from bot.web.context import Web
from bot.web.signin import sign_in_link
from core.creation.view import CreationView
from core.wishes import Action, Wish
from storage import people
from tests.bot.house import form, png, raw, served, web_of
from tests.core.real import KEYS, OPENAI_KEY, REPLICATE_TOKEN, RUNWAY_SECRET, Real, opened
from tests.fakes import openai, replicate, runway
from tests.fakes.house import dump
from tests.fakes.house import opened as scripted_house
from tests.fakes.openai import Asked, Route
from tests.fakes.openai.conversation import Reply
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way

PROMPT, REPLY, FILE, CODE = "promptcanary", "replycanary", "filecanary", "codecanary"
WRONG_TOKEN = "wrongtokencanary"
SIGNED = ("_jwt", "x-amz-signature", "runway://")
"""Whatever link is signed, here, holds one of these."""
WORDS = (PROMPT, REPLY, FILE, CODE)
PLAIN = re.compile(r"[0-9a-f]{32}|[0-9a-f-]{36}|[A-Za-z_ ]{0,20}|[0-9.]+")
"""An id, or one of Easel's own words."""
CHECKPOINTS = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")


class Records(logging.Handler):
    """All that any library says, as a handler that nobody tamed would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []
        self.names: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.names.add(record.name)
        self.said.append(f"{record.name} {logging.Formatter().format(record)}")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a terminal showed, and what the libraries said behind it."""

    shown: StringIO
    records: Records

    @property
    def text(self) -> str:
        return "\n".join((self.shown.getvalue(), *self.records.said))


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Logging as the command line sets it up at DEBUG; then made even louder than that."""
    root, before, shown = logging.getLogger(), structlog.get_config(), StringIO()
    handlers, level, hooks = root.handlers[:], root.level, stamina.instrumentation.get_on_retry_hooks()
    levels = {each: each.level for each in _loggers()}
    records = Records()
    root.handlers.clear()
    with redirect_stderr(shown):
        set_up("DEBUG", color=False)
        root.addHandler(records)
        root.setLevel(logging.DEBUG)
        yield Heard(shown, records)
    root.handlers[:] = handlers
    root.setLevel(level)
    for each in _loggers():
        each.setLevel(levels.get(each, logging.NOTSET))
    structlog.configure(**before)
    stamina.instrumentation.set_on_retry_hooks(hooks)


def _loggers() -> list[logging.Logger]:
    found = logging.getLogger().manager.loggerDict.values()
    return [each for each in found if isinstance(each, logging.Logger)]


def leaks(text: str, canaries: Iterable[str]) -> list[str]:
    """Every line in which one sings."""
    sought = [canary.lower() for canary in canaries]
    return [line for line in text.splitlines() if any(canary in line.lower() for canary in sought)]


# --- a whole house -----------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Place:
    """A house with its web on sockets, and what it gave out there."""

    house: Real
    context: Web
    http: aiohttp.ClientSession
    open_url: str
    locked_url: str
    broken_url: str
    refusals: list[str] = field(default_factory=list)
    """Bodies of the answers that were errors."""
    secrets: list[str] = field(default_factory=list)
    """Codes, tokens and cookies that were given out."""

    async def ask(self, method: str, url: str, **more: Any) -> tuple[int, str]:
        address = URL(url, encoded=True)
        async with self.http.request(method, address, allow_redirects=False, **more) as response:
            text = (await response.read()).decode("utf-8", "replace")
            self.secrets += [cookie.value for cookie in response.cookies.values() if cookie.value]
            if response.status >= 400:
                self.refusals.append(text)
            return response.status, text


def mind(asked: Asked) -> Reply:
    """The usual one; it closes with words of its own."""
    said = openai.default_mind(asked)
    return f"{said} {REPLY}" if isinstance(said, str) else said


class Broken:
    """A front desk with a bug whose words hold everything."""

    async def create(self, wish: Wish) -> CreationView:
        raise RuntimeError(f"{wish.prompt} {OPENAI_KEY} https://files.example/{FILE}?_jwt={CODE}")


@asynccontextmanager
async def on_sockets(house: Real) -> AsyncIterator[Place]:
    context, broken = web_of(house.app), cast("Any", Broken())
    contexts = (context, replace(context, token_demanded=True), replace(context, studio=broken))
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(served(each)) for each in contexts]
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        yield Place(house=house, context=context, http=http, open_url=urls[0], locked_url=urls[1], broken_url=urls[2])


def links_of(house: Real) -> list[str]:
    """Where outputs lay, and what opened them."""
    asked = [*house.replicate.calls.to("output"), *house.runway.calls.to("output")]
    return [call.path for call in asked] + [value for call in asked for value in call.query.values()]


async def everything_goes_well(place: Place) -> None:
    house = place.house
    first = await house.well(f"a red fox {PROMPT}")
    await house.well(f"make it darker {PROMPT}", thread=first.thread)
    await house.well("", thread=first.thread, action=Action.ANIMATE, inputs=(first.assets[0].id,))
    await house.well(f"a boat {PROMPT}", model="flux-2-pro")
    await house.well(f"a video of a whale {PROMPT}")
    await house.well(f"say the light still turns {PROMPT}", options={"voice": "deep male"})
    status, text = await place.ask("POST", f"{place.open_url}/api/v1/uploads", data=form(png(), name=f"{FILE}.png"))
    assert status == 201, text
    await house.well(f"make it brighter {PROMPT}", inputs=(json.loads(text)["id"],))


async def speech_ends_and_realtime_speaks(house: Real) -> None:
    before, house.openai.now = house.openai.now, datetime(2027, 1, 7, tzinfo=UTC)
    view = await house.well(f"say the light turns no more {PROMPT}")
    assert view.steps[0].model == "gpt-realtime-2.1-mini"
    for fault in (openai.Unauthorized(), openai.Status(500), openai.Drop(), openai.BrokenJson()):
        house.openai.script(Route.REALTIME, fault)
        await house.badly(f"say nothing {PROMPT}", model="gpt-realtime-2.1-mini")
    house.openai.now = before


async def openai_fails(house: Real) -> None:
    refused = await house.badly(f"a FORBIDDEN thing {PROMPT}")
    assert refused.error
    assert not refused.steps, "nothing is made of a wish that was refused"
    faults = (
        openai.Unauthorized(),
        openai.Status(500),
        openai.Drop(),
        openai.BrokenJson(),
        openai.GatewayPage(),
        openai.InsufficientQuota(),
        openai.Truncated(),
    )
    for fault in faults:
        house.openai.script(Route.IMAGES_GENERATE, fault)
        await house.badly(f"a fox {PROMPT}", model="gpt-image-2.6-flare")
        house.openai.script(Route.SPEECH, fault)
        await house.made(f"say nothing {PROMPT}", model="gpt-4o-mini-tts")
    house.openai.script(Route.RESPONSES, openai.Unauthorized())
    await house.badly(f"a fox {PROMPT}")
    house.openai.script(Route.RESPONSES, openai.Drop(), openai.Status(500), openai.BrokenJson(), openai.Status(500))
    await house.made(f"a fox {PROMPT}")
    house.openai.script(Route.MODERATIONS, openai.Status(500), openai.Drop(), openai.Unauthorized())
    await house.made(f"a fox {PROMPT}")


async def replicate_fails(house: Real) -> None:
    told = replicate.answers(422, {"title": PROMPT, "detail": f"{PROMPT}: {REPLICATE_TOKEN}", "status": 422})
    house.replicate.script("create", replicate.drops())
    await house.made(f"a boat {PROMPT}", model="flux-2-pro")  # it is found in the list, beside its prompt
    house.replicate.always("list", told)
    for fault in (replicate.unauthorised(), replicate.server_error(), replicate.drops(), replicate.broken_json(), told):
        house.replicate.script("create", fault)
        await house.badly(f"a boat {PROMPT}", model="flux-2-pro")
    house.replicate.always("list", None)
    for outcome in (replicate.flagged(), replicate.fails(f"cannot draw {PROMPT}")):
        house.replicate.outcomes.append(outcome)
        await house.badly(f"a boat {PROMPT}", model="flux-2-pro")
    house.replicate.script("get", replicate.server_error(), replicate.drops(), replicate.html_page())
    await house.made(f"a boat {PROMPT}", model="flux-2-pro")
    house.replicate.script("output", replicate.drops(), replicate.server_error())
    await house.made(f"a boat {PROMPT}", model="flux-2-pro")
    house.replicate.outcomes.append(replicate.succeeds(spoil=replicate.Spoil.REDIRECT))
    await house.made(f"a boat {PROMPT}", model="flux-2-pro")


async def runway_fails(house: Real) -> None:
    told = runway.answers(400, {"error": f"{PROMPT} {RUNWAY_SECRET}", "issues": [{"message": PROMPT}]})
    for fault in (runway.unauthorised(), runway.server_error(), runway.drops(), runway.broken_json(), told):
        house.runway.script("create", fault)
        await house.badly(f"a video of a whale {PROMPT}", model="gen4.5")
    for outcome in (runway.moderated(), runway.fails(failure=f"cannot film {PROMPT}")):
        house.runway.outcomes.append(outcome)
        await house.badly(f"a video of a whale {PROMPT}", model="gen4.5")
    house.runway.script("retrieve", runway.server_error(), runway.drops(), runway.html_page())
    await house.made(f"a video of a whale {PROMPT}", model="gen4.5")
    house.runway.script("output", runway.drops(), runway.server_error())
    await house.made(f"a video of a whale {PROMPT}", model="gen4.5")
    house.runway.outcomes.append(runway.succeeds(spoil=runway.Spoil.REDIRECT))
    await house.made(f"a video of a whale {PROMPT}", model="gen4.5")


async def strangers_and_programs_ask(place: Place) -> None:
    api, locked = f"{place.open_url}/api/v1", place.locked_url
    token = await place.house.app.database.write(lambda session: people.add_token(session, "ada"))
    place.secrets.append(token)
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await place.ask("GET", f"{locked}/api/v1/assets?q={PROMPT}", headers=bearer))[0] == 200
    for header in (f"Bearer {WRONG_TOKEN}", f"Basic {WRONG_TOKEN}"):
        assert (await place.ask("GET", f"{locked}/api/v1/assets", headers={"Authorization": header}))[0] == 401
    for body in (
        f'{{"prompt": "{PROMPT}"',
        f'{{"prompt": "a fox", "wish": "{PROMPT}"}}',
        f'["{PROMPT}"]',
        '{"prompt": 7}',
    ):
        assert (await place.ask("POST", f"{api}/creations", data=body))[0] in (400, 415)
    assert (await place.ask("POST", f"{api}/creations", json={"prompt": PROMPT * 900}))[0] == 413
    assert (await place.ask("GET", f"{api}/assets/{PROMPT}"))[0] == 404
    bad = form(b"no picture", name=f"{FILE}.png")
    assert (await place.ask("POST", f"{api}/uploads", data=bad))[0] in (400, 415)
    status, text = await place.ask("POST", f"{place.broken_url}/api/v1/creations", json={"prompt": PROMPT})
    assert (status, "error id" in text) == (500, True)


async def a_browser_signs_in(place: Place) -> None:
    link = await sign_in_link(place.context, place.locked_url)
    code = parse_qs(urlsplit(link).query)["code"][0]
    place.secrets.append(code)
    assert (await place.ask("GET", link))[0] == 200
    assert [(await place.ask("POST", f"{place.locked_url}/signin", data={"code": code}))[0] for _ in range(2)] == [
        303,
        403,
    ]
    assert (await place.ask("POST", f"{place.locked_url}/signin", data={"code": CODE}))[0] == 403


MALFORMED = (
    f"GET /{PROMPT} HTTP/9.9\r\nHost: localhost\r\n\r\n",
    f"{PROMPT}\r\n\r\n",
    f"GET /signin?code={CODE} HTTP/1.1\r\nHost localhost {PROMPT}\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: localhost\r\nX-{PROMPT}: \x00{CODE}\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {CODE * 2_000}\r\n\r\n",
    f"POST /api/v1/creations HTTP/1.1\r\nHost: localhost\r\nContent-Length: {PROMPT}\r\n\r\n{PROMPT}",
    "POST /api/v1/creations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    f"Transfer-Encoding: chunked\r\n\r\n{PROMPT}\r\n",
    "POST /api/v1/uploads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n"
    f'Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: form-data; filename="{FILE}',
)


async def machines_send_rubbish(place: Place) -> None:
    for request in MALFORMED:
        await raw(place.open_url, request.encode("latin-1"), wait_s=2)


async def test_a_whole_day_leaves_no_secret_and_no_words_behind(heard: Heard, tmp_path: Path) -> None:
    async with opened(tmp_path / "data", mind) as house, on_sockets(house) as place:
        await everything_goes_well(place)
        await speech_ends_and_realtime_speaks(house)
        await openai_fails(house)
        await asyncio.gather(
            replicate_fails(house),
            runway_fails(house),
            strangers_and_programs_ask(place),
            a_browser_signs_in(place),
            machines_send_rubbish(place),
        )
        engine = _bytes(tmp_path / "data", "engine.db")
    assert len(house.views) == 51
    secrets = (*KEYS, WRONG_TOKEN, *SIGNED, *links_of(house), *place.secrets)
    assert len(links_of(house)) > 10
    assert len(heard.shown.getvalue().splitlines()) > 20, "it was heard"
    assert heard.records.said == [], "no library has anything to say, not even at DEBUG"
    assert leaks(heard.text, (*secrets, *WORDS)) == []
    assert leaks("\n".join(_sentences(place)), (*secrets, *WORDS)) == []
    engine += _bytes(tmp_path / "data", "engine.db")
    assert leaks(engine, (*secrets, *WORDS)) == []
    assert _foreign_values(tmp_path / "data" / "engine.db") == []
    assert leaks(_bytes(tmp_path / "data", "easel.db"), secrets) == []


async def test_a_bug_shows_where_it_is_and_never_what_it_says(heard: Heard, settings: Settings) -> None:
    def bug() -> Exception:
        error = RuntimeError(f"{PROMPT} {OPENAI_KEY} https://files.example/{FILE}?_jwt={CODE}")
        error.__cause__ = ExceptionGroup(PROMPT, [ValueError(REPLY)])
        return error

    planner = ScriptedPlanner(calls(picture(PROMPT)), by_prompt={f"{PROMPT} planner": [bug()]})
    provider = ScriptedProvider(default=Way(end=bug()))
    async with scripted_house(settings, planner=planner, provider=provider) as house:
        views = [await house.made(f"{PROMPT} {whose}") for whose in ("provider", "planner")]
    for view in views:
        assert view.error
        error_id = re.findall(r"error ([0-9a-f]{8})", view.error.message)[0]
        assert error_id in heard.text
    shown = heard.shown.getvalue()
    assert shown.count("builtins.RuntimeError") == 2
    assert re.search(r"tests/fakes/provider\.py:\d+ _end", shown)
    assert "from builtins.ExceptionGroup" in shown
    assert "builtins.ValueError" in shown
    everything = f"{heard.text}\n{[view.error for view in views]}\n{_bytes(settings.data_dir, 'engine.db')}"
    assert leaks(everything, (*KEYS, *SIGNED, *WORDS)) == []


async def test_what_a_library_says_of_a_failure_has_no_words_of_it(heard: Heard) -> None:
    async def broken() -> None:
        raise RuntimeError(f"{PROMPT} {OPENAI_KEY}")

    task = asyncio.create_task(broken())
    await asyncio.wait([task])
    del task
    gc.collect()
    shown = heard.shown.getvalue()
    assert "asyncio Task exception was never retrieved" in shown
    assert "builtins.RuntimeError" in shown
    assert leaks(shown, (*KEYS, *WORDS)) == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (f"GET https://a.example/{FILE}?X-Amz-Signature={CODE} failed", "GET https://a.example/… failed"),
        (f"to postgresql+psycopg://me:{CODE}@db:5432/easel", "to postgresql+psycopg://db:5432/…"),
        (f"bad key {OPENAI_KEY}, {REPLICATE_TOKEN}", "bad key …, …"),
        (f"first\n{PROMPT}", "first"),
        ("creation 0123456789abcdef0123456789abcdef", "creation 0123456789abcdef0123456789abcdef"),
    ],
)
def test_a_librarys_message_keeps_its_first_line_without_links_and_keys(heard: Heard, words: str, shown: str) -> None:
    logging.getLogger("some.library").warning(words)
    assert heard.shown.getvalue().endswith(f"[warning] some.library {shown}\n")


def test_arguments_that_do_not_fit_a_message_are_not_shown() -> None:
    record = logging.LogRecord("some.library", logging.WARNING, "", 0, "sent %d", (PROMPT,), None)
    assert Foreign().format(record).endswith("[warning] some.library sent %d")


async def test_what_is_tried_again_is_told_without_its_arguments(heard: Heard) -> None:
    @stamina.retry(on=ValueError, attempts=2, wait_initial=0, wait_jitter=0)
    async def send(key: str) -> None:
        raise ValueError(key)

    with pytest.raises(ValueError, match=OPENAI_KEY):
        await send(OPENAI_KEY)
    assert "tried_again_soon" in heard.shown.getvalue()
    assert leaks(heard.shown.getvalue(), KEYS) == []


def _bytes(folder: Path, name: str) -> str:
    return "\n".join(file.read_bytes().decode("latin-1") for file in folder.glob(f"{name}*"))


def _sentences(place: Place) -> Iterator[str]:
    """What people were told of what went wrong, or otherwise than wished."""
    yield from place.refusals
    for view in place.house.views:
        yield view.error.message if view.error else ""
        yield from (step.detail for step in view.steps)


def _foreign_values(file: Path) -> list[str]:
    """What stands in a checkpoint that is neither an id nor a small fact."""
    rows = dump(file)
    kept = [value for table in CHECKPOINTS for row in rows[table] for value in row]
    texts = [value for value in kept if isinstance(value, str)]
    assert len(texts) > 100
    return [each for each in texts if not all(PLAIN.fullmatch(word) for word in _strings(each))]


def _strings(text: str) -> Iterator[str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = text
    if isinstance(found, dict):
        found = [*found, *found.values()]
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, (list, dict)):
            yield from _strings(json.dumps(each))
        elif isinstance(each, str):
            yield each
