"""What every answer tells a browser to refuse, at every address, in errors too; and who may change things."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from yarl import URL

from core.chat import ThreadRef
from storage.tables import new_id
from tests.bot.house import Answer, House, served
from tests.bot.isolation.asking import TABLE, Ask
from tests.bot.isolation.estate import Estate, Guest, guest, settled
from tests.bot.isolation.test_routes import PATIENCE_S, rows_of

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
REFERRERS = ("same-origin", "no-referrer")
OPEN_TO_OTHERS = ("/thumbnail", "/thumbnail.png")
"""Chat platforms show these, so that other sites' pages may."""
SIGNED_BY_SLACK = "* /slack/{what}"
FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "", "Referer": "https://evil.example/"},
    {"Referer": "https://evil.example/page"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
)
AS_JSON = {"Content-Type": "application/json"}
READERS: tuple[Mapping[str, str], ...] = ({}, {"Accept": "text/html"})


@pytest.fixture
async def owner(quiet: House) -> AsyncIterator[tuple[Guest, Estate]]:
    who = await guest(quiet, quiet.ada.id)
    yield who, await settled(quiet, who, ThreadRef.parse(f"rest:-:-:{new_id()}"))


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


def faults(method: str, path: str, answer: Answer) -> Iterator[tuple[Any, ...]]:
    """What is missing from an answer, or too much in it."""
    headers, at = answer.headers, (method, path, answer.status)
    for name, value in ALWAYS.items():
        if headers.get(name) != value:
            yield *at, name, headers.get(name)
    if headers.get("Referrer-Policy") not in REFERRERS:
        yield *at, "Referrer-Policy", headers.get("Referrer-Policy")
    if "Server" in headers or "X-Powered-By" in headers:
        yield *at, "Server", headers.get("Server")
    if "Access-Control-Allow-Origin" in headers:
        yield *at, "open to other origins", headers["Access-Control-Allow-Origin"]
    policy = directives(headers.get("Content-Security-Policy", ""))
    if policy.get("default-src") != ["'none'"] or policy.get("frame-ancestors") != ["'none'"]:
        yield *at, "Content-Security-Policy", policy
    runs = [source for name in ("script-src", "script-src-elem", "object-src") for source in policy.get(name, [])]
    if any(source != "'self'" for source in runs) or ("script-src" in policy and "sandbox" in policy):
        yield *at, "script-src", runs
    own = [each for name, sources in policy.items() if name != "sandbox" for each in sources]
    if not set(own) <= {"'none'", "'self'", "blob:", "data:", "'unsafe-inline'"}:
        yield *at, "foreign sources", own
    if "'unsafe-inline'" in own and "sandbox" not in policy:
        yield *at, "inline styles", policy
    kind = headers.get("Content-Type", "").partition(";")[0]
    if kind in ("text/html", "application/json", "text/event-stream", "application/zip"):
        if "no-store" not in headers.get("Cache-Control", ""):
            yield *at, "Cache-Control", headers.get("Cache-Control")
        if "sandbox" in policy and kind != "application/zip":
            yield *at, "a page as a file", policy
    elif kind.startswith(("image/", "video/", "audio/")) and "private" not in headers.get("Cache-Control", ""):
        yield *at, "Cache-Control", headers.get("Cache-Control")
    if headers.get("Cross-Origin-Resource-Policy") != "same-origin" and not path.partition("?")[0].endswith(
        OPEN_TO_OTHERS
    ):
        yield *at, "Cross-Origin-Resource-Policy", headers.get("Cross-Origin-Resource-Policy")


async def put(house: House, who: Guest, method: str, ask: Ask, **headers: str) -> Answer | None:
    more = ask.more | {"headers": dict(ask.headers) | headers}
    try:
        async with asyncio.timeout(PATIENCE_S if ask.waits or ask.path.endswith("/events") else 30):
            return await who.ask(house, method, ask.path, **more)
    except TimeoutError:
        return None


async def test_every_answer_has_its_headers(quiet: House, owner: tuple[Guest, Estate]) -> None:
    """Found, missing, signed out, sent from elsewhere, by a wrong method, with a wrong body; as JSON and as a page."""
    who, estate = owner
    stranger, found, asked = Guest("", {}), list[Any](), 0
    for name, asks in TABLE.items():
        method = name.partition(" ")[0].replace("*", "POST")
        wrong = "PUT" if method != "PUT" else "POST"
        ways: list[tuple[Ask, str, Guest, dict[str, str]]] = [
            (ask, method, who, {}) for ask in [*asks(estate, estate)][:2]
        ]
        for ask in [*asks(estate, estate.nobodys())][:1]:
            ways += [(ask, method, who, {}), (ask, method, stranger, {}), (ask, wrong, who, {})]
            ways += [(ask, method, who, dict(FOREIGN[0])), (Ask(ask.path), method, who, {})]
            ways += [(ask, "OPTIONS", who, {})] + ([(ask, "HEAD", who, {})] if method == "GET" else [])
        for ask, way, asker, headers in ways:
            for reader in READERS:
                answer = await put(quiet, asker, way, ask, **headers, **reader)
                asked += 1
                found += list(faults(way, ask.path, answer)) if answer else []
    assert not found, "\n".join(map(str, found))
    assert asked > 800


async def test_answers_to_what_no_route_takes_have_their_headers_too(quiet: House, owner: tuple[Guest, Estate]) -> None:
    who, _ = owner
    found = list[Any]()
    odd: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("GET", "/nowhere", {}),
        ("GET", "/static/nothing.js", {}),
        ("GET", "/static/../server.py", {}),
        ("GET", "/api/v1/assets?limit=x", {}),
        ("POST", "/api/v1/creations", {"data": io.BytesIO(b"x" * (1024 * 1024 + 1)), "headers": AS_JSON}),
        ("POST", "/api/v1/creations", {"data": b"x", "headers": {"Content-Encoding": "gzip"}}),
        ("POST", "/api/v1/creations", {"json": {}, "headers": {"Expect": "nonsense"}}),
        ("GET", "/static/base.css", {"headers": {"Range": "bytes=999999-"}}),
    )
    for method, path, more in odd:
        for reader in READERS:
            sent = more | {"headers": more.get("headers", {}) | reader}
            found += list(faults(method, path, await who.ask(quiet, method, path, **sent)))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("sent", ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"])
async def test_what_is_no_request_gets_plain_words_and_no_place_in_the_code(quiet: House, sent: str) -> None:
    """The web server's own parser answers here, before anything of Easel's is asked; it also names itself."""
    address = URL(quiet.open_url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(sent.encode())
    answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
    answer += (await reader.read(65_536)).decode("latin-1")
    writer.close()
    assert answer[:10] in ("HTTP/1.1 4", "HTTP/1.0 4")
    assert "Content-Type: text/plain" in answer
    assert not [word for word in ("Traceback", ".py", "easel") if word in answer], answer


async def test_over_https_every_answer_asks_for_https_from_now_on(quiet: House) -> None:
    async with served(replace(quiet.context, token_demanded=True, public_url="https://easel.example")) as base:
        house = replace(quiet, locked_url=base)
        for path in ("/", "/gallery", "/nowhere", "/api/v1/assets", "/healthz", "/static/base.css"):
            answer = await house.ask("GET", path, locked=True, headers=quiet.ada.headers)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


# --- who may change things ----------------------------------------------------------------------------------------


async def test_no_other_site_s_page_changes_anything_with_a_person_s_cookie(
    quiet: House, owner: tuple[Guest, Estate]
) -> None:
    who, estate = owner
    before = rows_of(quiet.app, estate, who)
    answers = list[Any]()
    for name, asks in TABLE.items():
        method = name.partition(" ")[0]
        if method in ("GET", "*"):
            continue
        ask = next(iter(asks(estate, estate)))
        for sender in FOREIGN:
            answer = await put(quiet, who, method, replace(ask, waits=False), **sender)
            answers += [] if answer and (answer.status, answer.code) == (403, "foreign_origin") else [(name, sender)]
    assert answers == []
    assert rows_of(quiet.app, estate, who) == before


async def test_no_other_site_s_page_reads_anything_with_a_person_s_cookie(
    quiet: House, owner: tuple[Guest, Estate]
) -> None:
    """But a link that is followed from there opens its page."""
    who, estate = owner
    answers = list[Any]()
    for name, asks in TABLE.items():
        method, _, path = name.partition(" ")
        if method != "GET" or path in ("/healthz", "/readyz", "/openapi.json"):
            continue
        ask = next(iter(asks(estate, estate)))
        for sender in (FOREIGN[0], {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}):
            answer = await put(quiet, who, method, ask, **sender)
            answers += [] if answer and answer.status == 403 and estate.mark not in answer.text else [(name, sender)]
    assert answers == []


async def test_no_form_passes_for_json(quiet: House, owner: tuple[Guest, Estate]) -> None:
    """What a page of another site can send unasked is a form, or plain text."""
    who, estate = owner
    before, passed = rows_of(quiet.app, estate, who), list[Any]()
    for name, asks in TABLE.items():
        ask = next(iter(asks(estate, estate)))
        if ask.json is None:
            continue
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            sent = {"data": str(ask.json).encode(), "headers": {"Content-Type": kind}}
            answer = await who.ask(quiet, name.partition(" ")[0], ask.path, **sent)
            passed += [(name, kind, answer.status)] if answer.status != 415 else []
    assert passed == []
    assert rows_of(quiet.app, estate, who) == before


async def test_one_s_own_pages_change_things(quiet: House, owner: tuple[Guest, Estate]) -> None:
    """The refusals above are about the sender: the same from a page of Easel's passes."""
    who, estate = owner
    own = {"Origin": quiet.locked_url, "Sec-Fetch-Site": "same-origin", "Referer": f"{quiet.locked_url}/gallery"}
    path = f"/api/v1/assets/{estate['image']}"
    assert (await who.ask(quiet, "PATCH", path, json={"favourite": True}, headers=own)).status == 200
    without = {"Referer": own["Referer"]}
    assert (await who.ask(quiet, "PATCH", path, json={"favourite": False}, headers=without)).status == 200
