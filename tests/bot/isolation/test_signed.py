"""Links, cursors, cookies and codes open what they were made for; with a byte changed, late or used, nothing."""

import asyncio
import base64
from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from sqlmodel import Session, select
from yarl import URL

from bot.chat.links import Links
from bot.web.keys import derived
from bot.web.signin import SIGNED_IN_S, sign_in_link
from core.chat import ThreadRef
from storage.tables import JoinCode, Share, SignIn, new_id, now
from tests.bot.house import Answer, House, house
from tests.bot.isolation.estate import Estate, Guest, settled
from tests.fakes.s3 import S3Server

PUBLIC = "https://easel.example"
PARTS = ("", "/content", "/thumbnail", "/thumbnail.png")
IN_ADDRESS = frozenset(map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?=&"))
IN_COOKIE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!"
AT_ONCE = 20


async def estate(built: House) -> tuple[Guest, Estate]:
    who = Guest(built.ada.id, built.ada.headers)
    return who, await settled(built, who, ThreadRef.parse(f"rest:-:-:{new_id()}"))


def flipped(text: str, number: int = 0) -> Iterator[str]:
    """The text with one bit of one byte changed, for every byte; which bit, `number` and the place decide."""
    plain = text.encode()
    for place, byte in enumerate(plain):
        if place == 0 and text[0] == "/":
            continue
        wrong = byte ^ (1 << (place + number) % 7)
        changed = chr(wrong) if wrong in IN_ADDRESS else f"%{wrong:02X}"
        yield text[:place] + changed + text[place + 1 :]


async def shared_links(built: House, who: Guest, theirs: Estate) -> list[str]:
    """Forty addresses that show something to whoever holds them."""
    links = Links(built.app.database, PUBLIC, built.context.secret_key)
    lasting = [urlsplit(links.asset(theirs[name]) or "") for name in ("image", "variation")]
    found = [f"{url.path}{part}?{url.query}" for url in lasting for part in PARTS]
    for name in ("image", "variation", "upload", "spare", "spare_too"):
        made = await who.ask(built, "POST", "/api/v1/shares", json={"asset": theirs[name]})
        url = urlsplit(made.json["url"])
        found += [f"{url.path}{part}?{url.query}" for part in PARTS]
    for name in ("image", "upload", "image"):
        made = await who.ask(built, "POST", "/api/v1/shares", json={"collection": theirs["wall"]})
        url = urlsplit(made.json["url"])
        inside = [f"/{theirs[name]}{part}" for part in PARTS[:3]]
        found += [f"{url.path}{part}?{url.query}" for part in ("", *inside)]
    return found


async def opened(built: House, theirs: Estate, addresses: list[str], headers: Mapping[str, str]) -> list[Any]:
    """Those that were not refused, or gave something away."""
    gate, found = asyncio.Semaphore(AT_ONCE), list[Any]()

    async def look(address: str) -> None:
        async with gate:
            answer = await built.ask("GET", address, locked=True, headers=headers)
        if not 400 <= answer.status < 500 or shows(answer, theirs):
            found.append((answer.status, address))

    await asyncio.gather(*map(look, addresses))
    return found


def shows(answer: Answer, theirs: Estate) -> bool:
    return theirs.mark.encode() in answer.body or answer.body[:4] in (b"\x89PNG", b"RIFF")


async def test_a_link_with_any_byte_changed_shows_nothing(quiet: House) -> None:
    who, theirs = await estate(quiet)
    links = await shared_links(quiet, who, theirs)
    assert len(links) == 40
    whole = [await quiet.ask("GET", link, locked=True) for link in links]
    assert [(answer.status, shows(answer, theirs)) for answer in whole] == [(200, True)] * 40
    wrong = [address for number, link in enumerate(links) for address in flipped(link, number)]
    assert len(wrong) > 40 * 64
    assert await opened(quiet, theirs, wrong, {}) == []


async def test_a_link_s_key_opens_nothing_in_another_spelling(quiet: House) -> None:
    who, theirs = await estate(quiet)
    wrong = list[str]()
    links = await shared_links(quiet, who, theirs)
    for link in links:
        page, _, key = link.partition("?key=")
        wrong += [f"{page}?key={key.upper()}", f"{page}?key={key}0", f"{page}?key={key[:-1]}", f"{page}?key=%00{key}"]
        wrong += [f"{page}?key=&key={key}", f"{page}?KEY={key}", f"{page}?key={key}%20", f"{page.upper()}?key={key}"]
        wrong += [f"{page}?key={''.join(chr(ord(each) + 0xFEE0) for each in key)}"]
    assert not set(wrong) & set(links)
    assert await opened(quiet, theirs, [quote(each, safe="/?=&%") for each in wrong], {}) == []


async def test_a_link_that_has_ended_shows_nothing(quiet: House) -> None:
    who, theirs = await estate(quiet)
    links = await shared_links(quiet, who, theirs)

    def end(session: Session) -> None:
        for share in session.exec(select(Share)):
            share.expires_at = now() - timedelta(seconds=1)
            session.add(share)

    await quiet.app.database.write(end)
    for name in ("image", "variation"):
        assert (await who.ask(quiet, "POST", f"/api/v1/assets/{theirs[name]}/stop-links")).status == 200
    answers = [await quiet.ask("GET", link, locked=True) for link in links]
    assert {answer.status for answer in answers} == {410}
    assert not [link for link, answer in zip(links, answers, strict=True) if shows(answer, theirs)]


async def test_a_cursor_with_any_byte_changed_leads_nowhere(quiet: House) -> None:
    who, theirs = await estate(quiet)
    more = [await who.ask(quiet, "GET", f"/api/v1/assets?limit={limit}") for limit in (1, 2, 3)]
    cursors = [("/api/v1/assets", answer.json["next"]) for answer in more]
    wall = await who.ask(quiet, "GET", f"/api/v1/collections/{theirs['wall']}/assets?limit=1")
    cursors.append((f"/api/v1/collections/{theirs['wall']}/assets", wall.json["next"]))
    pages = [await who.ask(quiet, "GET", f"{path}?before={cursor}") for path, cursor in cursors]
    assert [page.status for page in pages] == [200] * 4
    wrong = [
        f"{path}?before={quote(changed, safe='%')}"
        for number, (path, cursor) in enumerate(cursors)
        for changed in (*flipped(cursor, number), *respelt(cursor))
    ]
    assert await opened(quiet, theirs, wrong, who.headers) == []


def respelt(text: str) -> Iterator[str]:
    """Other texts that a generous reader of base64 takes for the same bytes."""
    whole = base64.urlsafe_b64decode(text)
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        body = text.rstrip("=")
        other = body[:-1] + last + "=" * (len(text) - len(body))
        if other != text and base64.urlsafe_b64decode(other) == whole:
            yield other
    yield f"{text[:8]}!{text[8:]}"
    yield f"{text[:8]}\n{text[8:]}"
    yield text + "="
    yield text + "A"


async def test_a_cookie_with_any_byte_changed_signs_nobody_in(quiet: House) -> None:
    _, theirs = await estate(quiet)
    for number in range(3):
        name, value = await cookie(quiet)
        assert (await quiet.ask("GET", "/gallery", locked=True, headers={"Cookie": f"{name}={value}"})).status == 200
        for place, letter in enumerate(value):
            other = IN_COOKIE[(IN_COOKIE.index(letter.encode()) + 1 + number) % len(IN_COOKIE)]
            wrong = f"{name}={value[:place]}{chr(other)}{value[place + 1 :]}"
            answer = await quiet.ask("GET", "/api/v1/assets", locked=True, headers={"Cookie": wrong})
            assert (answer.status, shows(answer, theirs)) == (401, False), (place, wrong)


async def cookie(built: House) -> tuple[str, str]:
    code = (await sign_in_link(built.context, built.locked_url)).partition("code=")[2]
    answer = await built.ask("POST", "/signin", locked=True, data={"code": code})
    name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
    return name, value


class NearlyTooOld(TimestampSigner):
    def get_timestamp(self) -> int:
        return super().get_timestamp() - SIGNED_IN_S + 60


class TooOld(TimestampSigner):
    def get_timestamp(self) -> int:
        return super().get_timestamp() - SIGNED_IN_S - 1


async def test_a_cookie_ends_after_its_days_though_its_browser_keeps_it(quiet: House) -> None:
    key = derived(quiet.context.secret_key, "browser")
    for signing, status in ((NearlyTooOld, 200), (TooOld, 401)):
        signer = URLSafeTimedSerializer(key, salt="signed-in", signer=signing)
        jar = {"Cookie": f"easel={signer.dumps(quiet.ada.id)}"}
        assert (await quiet.ask("GET", "/api/v1/assets", locked=True, headers=jar)).status == status


@pytest.mark.parametrize("made", ["for the terminal", "in a chat"])
async def test_a_sign_in_link_with_any_byte_changed_late_or_used_signs_nobody_in(quiet: House, made: str) -> None:
    async def code() -> str:
        links = Links(quiet.app.database, PUBLIC, quiet.context.secret_key)
        link = await links.gallery(quiet.ada.id) if made == "in a chat" else None
        return (link or await sign_in_link(quiet.context, PUBLIC)).partition("code=")[2]

    async def used(text: str) -> tuple[int, bool]:
        answer = await quiet.ask("POST", "/signin", locked=True, data={"code": unquote(text)})
        return answer.status, "Set-Cookie" in answer.headers

    def age(session: Session) -> None:
        for row in session.exec(select(SignIn).where(SignIn.sha256 == sha256(late.encode()).hexdigest())):
            assert row.expires_at <= now() + timedelta(minutes=10)
            row.expires_at = now() - timedelta(seconds=1)
            session.add(row)

    for number in range(5):
        fresh = await code()
        assert {await used(wrong) for wrong in flipped(fresh, number)} == {(403, False)}
        assert [await used(fresh) for _ in range(3)] == [(303, True), (403, False), (403, False)]
    late = await code()
    await quiet.app.database.write(age)
    assert await used(late) == (403, False)


async def test_a_join_code_works_once_for_ten_minutes(quiet: House) -> None:
    ada, bob = Guest(quiet.ada.id, quiet.ada.headers), Guest(quiet.bob.id, quiet.bob.headers)
    code = (await ada.ask(quiet, "POST", "/api/v1/me/join-code")).json["code"]
    rows = await quiet.app.database.read(lambda session: list(session.exec(select(JoinCode))))
    assert [row.expires_at <= now() + timedelta(minutes=10) for row in rows] == [True]
    assert code.replace("-", "") not in str(rows)
    answers = await asyncio.gather(*(bob.ask(quiet, "POST", "/api/v1/me/join", json={"code": code}) for _ in range(3)))
    assert sorted(answer.status for answer in answers)[0] == 200
    assert [answer.status for answer in answers].count(200) == 1


# --- what lies in a bucket ----------------------------------------------------------------------------------------


async def test_a_bucket_s_link_with_any_byte_changed_or_late_gives_nothing(tmp_path: Path) -> None:
    with S3Server(tmp_path / "s3") as server:
        environment: dict[str, Any] = dict(server.environment)
        async with house(tmp_path / "data", **environment) as built:
            who, theirs = await estate(built)
            paths = [f"/api/v1/assets/{theirs[name]}/content" for name in ("image", "video")]
            links = [str((await who.ask(built, "GET", path)).headers["Location"]) for path in paths]
            first = [link.removeprefix(server.url) for link in links]
            assert [(await fetched(built, server, link))[1] for link in first] == [theirs.picture] * 2
            for number, link in enumerate(first):
                wrong = [each for each in flipped(link, number) if unquote(each) != unquote(link)]
                gate = asyncio.Semaphore(AT_ONCE)
                answers = await asyncio.gather(*(fetched(built, server, each, gate) for each in wrong))
                assert {status // 100 for status, _ in answers} == {4}
                assert not [body for _, body in answers if theirs.picture[:64] in body]
            server.ahead = timedelta(hours=1, seconds=5)
            assert [(await fetched(built, server, link))[0] for link in first] == [403, 403]


async def fetched(
    built: House, server: S3Server, address: str, gate: asyncio.Semaphore | None = None
) -> tuple[int, bytes]:
    async with gate or asyncio.Semaphore(1), built.http.get(URL(server.url + address, encoded=True)) as answer:
        return answer.status, await answer.read()
