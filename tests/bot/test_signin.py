"""The sign-in link: once, soon, untampered; and the cookie that it leads to."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from typing import Any
from urllib.parse import quote

import pytest
from sqlmodel import Session, select

from bot.web.signin import sign_in_link
from storage.tables import SignIn, now
from tests.bot.house import Answer, House, served


async def link(house: House) -> str:
    """A fresh link's secret."""
    return (await sign_in_link(house.context, house.locked_url)).partition("code=")[2]


async def use(house: House, code: str, next: str = "", **headers: str) -> Answer:  # noqa: A002
    sent = {"code": code} | ({"next": next} if next else {})
    return await house.ask("POST", "/signin", locked=True, data=sent, headers=headers)


def cookie(answer: Answer) -> "Morsel[Any]":
    return next(iter(SimpleCookie(answer.headers["Set-Cookie"]).values()))


async def signed_in(house: House, value: str, path: str = "/api/v1/assets") -> int:
    return (await house.ask("GET", path, locked=True, headers={"Cookie": value})).status


async def test_a_link_signs_one_browser_in(quiet: House) -> None:
    answer = await use(quiet, await link(quiet))
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    jar = cookie(answer)
    assert (jar["httponly"], jar["samesite"], jar["path"], jar["max-age"]) == (True, "Lax", "/", str(30 * 24 * 3600))
    assert await signed_in(quiet, f"{jar.key}={jar.value}") == 200
    assert await signed_in(quiet, f"{jar.key}={jar.value}", "/") == 200


async def test_a_link_leads_on_to_a_page_of_ours(quiet: House) -> None:
    path = "/compare?a=1&b=2"
    page = await quiet.ask("GET", f"/signin?code=x&next={quote(path)}", locked=True)
    assert 'name="next" value="/compare?a=1&amp;b=2"' in page.text
    answer = await use(quiet, await link(quiet), next=path)
    assert (answer.status, answer.headers["Location"]) == (303, path)


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:1", "/a\r\nX: 1", '/"x'],
)
async def test_a_link_leads_nowhere_else(quiet: House, path: str) -> None:
    page = await quiet.ask("GET", f"/signin?code=x&next={quote(path)}", locked=True)
    assert 'name="next"' not in page.text
    assert (await use(quiet, await link(quiet), next=path)).headers["Location"] == "/"


async def test_looking_at_the_page_uses_nothing_up(quiet: House) -> None:
    code = await link(quiet)
    for method in ("GET", "HEAD", "GET"):
        page = await quiet.ask(method, f"/signin?code={code}", locked=True)
        assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    assert (await use(quiet, code)).status == 303


async def test_a_link_works_once_even_for_two_at_the_same_moment(quiet: House) -> None:
    code = await link(quiet)
    answers = await asyncio.gather(*(use(quiet, code) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [303, 403, 403, 403, 403]
    assert (await use(quiet, code)).code == "sign_in_link"


async def test_an_old_link_is_refused(quiet: House) -> None:
    code = await link(quiet)

    def age(session: Session) -> None:
        for row in session.exec(select(SignIn)):
            assert row.expires_at <= now() + timedelta(minutes=10)
            row.expires_at = now() - timedelta(seconds=1)
            session.add(row)

    await quiet.app.database.write(age)
    assert (await use(quiet, code)).status == 403


async def test_a_link_changed_in_any_letter_is_refused(quiet: House) -> None:
    code = await link(quiet)
    for place in range(len(code)):
        changed = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
        assert (await use(quiet, changed)).status == 403
    for odd in ("", "x" * 5_000, "\x00", "ü"):
        assert (await use(quiet, odd)).status == 403
    assert (await use(quiet, code)).status == 303


async def test_a_cookie_changed_in_any_letter_is_refused(quiet: House) -> None:
    jar = cookie(await use(quiet, await link(quiet)))
    for place in range(len(jar.value) - 1):  # the last letter of base64 may carry unused bits
        changed = jar.value[:place] + ("A" if jar.value[place] != "A" else "B") + jar.value[place + 1 :]
        assert await signed_in(quiet, f"{jar.key}={changed}") == 401


async def test_a_cookie_of_another_installation_is_refused(quiet: House) -> None:
    async with served(replace(quiet.context, token_demanded=True, secret_key="another")) as other:
        elsewhere = replace(quiet, locked_url=other)
        jar = cookie(await use(elsewhere, await link(elsewhere)))
        assert await signed_in(elsewhere, f"{jar.key}={jar.value}") == 200
    assert await signed_in(quiet, f"{jar.key}={jar.value}") == 401


async def test_another_sites_page_cannot_use_a_cookie(quiet: House) -> None:
    jar = cookie(await use(quiet, await link(quiet)))
    headers = {"Cookie": f"{jar.key}={jar.value}", "Origin": "https://evil.example"}
    for method, path in (("POST", "/api/v1/creations"), ("GET", "/api/v1/assets"), ("POST", "/signout")):
        assert (await quiet.ask(method, path, locked=True, headers=headers)).status == 403


async def test_nobody_is_signed_in_by_another_sites_page(quiet: House) -> None:
    code = await link(quiet)
    assert (await use(quiet, code, Origin="https://evil.example")).status == 403
    assert (await use(quiet, code)).status == 303


async def test_signing_out_takes_the_cookie_away(quiet: House) -> None:
    jar = cookie(await use(quiet, await link(quiet)))
    answer = await quiet.ask("POST", "/signout", locked=True, headers={"Cookie": f"{jar.key}={jar.value}"})
    assert answer.status == 303
    assert (cookie(answer).value, cookie(answer)["max-age"]) == ("", "0")


async def test_over_https_the_cookie_is_bound_to_the_host(quiet: House) -> None:
    public = replace(quiet.context, token_demanded=True, public_url="https://easel.example")
    async with served(public) as base:
        house = replace(quiet, locked_url=base)
        own = {"Origin": "https://easel.example", "Host": "easel.example"}
        jar = cookie(await use(house, await link(house), **own))
        assert (jar.key, jar["secure"], jar["domain"]) == ("__Host-easel", True, "")
        assert await signed_in(house, f"__Host-easel={jar.value}") == 200
        assert await signed_in(house, f"easel={jar.value}") == 401
        links = await house.ask("GET", "/api/v1/assets", locked=True, headers={"Cookie": f"__Host-easel={jar.value}"})
        assert "max-age" in links.headers["Strict-Transport-Security"]


async def test_a_stranger_sees_how_to_sign_in(quiet: House) -> None:
    page = await quiet.ask("GET", "/gallery", locked=True, headers={"Accept": "text/html"})
    assert page.status == 401
    assert "make run" in page.text
    assert page.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("code", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"])
async def test_a_hostile_code_stays_text(quiet: House, code: str) -> None:
    page = await quiet.ask("GET", f"/signin?code={quote(code)}", locked=True)
    assert page.status == 200
    assert code not in page.text or code.startswith("{{")
    assert "<script>alert" not in page.text
