"""Installing Easel in many workspaces, and taking it out again: tokens are never readable on disk, and go at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.app import running
from bot.settings import Settings
from bot.slack.manifest import scopes
from tests.bot.house import served, web_of
from tests.bot.slack.house import SlackHouse, declared, ids, read
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, models
from tests.fakes.slack import Message, SlackServer, ratelimited
from tests.furnished import furnish


@asynccontextmanager
async def distributed(folder: Path, server: SlackServer, **more: Any) -> AsyncIterator[SlackHouse]:
    """An Easel without a token of its own: it lives in whatever workspace installs it, and hears by HTTP."""
    declared(server)
    server.limits.enabled = False
    for team in ("T1", "T2"):
        for name in ("ada", "bob"):
            server.workspace(team, installed=False).person(name)
    settings = Settings(
        _env_file=None,
        EASEL_DATA_DIR=folder / "data",
        SLACK_CLIENT_ID=server.app.client_id,
        SLACK_CLIENT_SECRET=server.app.client_secret,
        SLACK_SIGNING_SECRET=server.app.signing_secret,
        SLACK_API_BASE_URL=server.api_url,
        **more,
    )
    planner, provider = ScriptedPlanner(calls(picture())), ScriptedProvider()
    async with running(
        furnish(settings), listen=True, planner=planner, providers={provider.name: provider}, models=models()
    ) as app:
        await app.surfaces_open.wait()
        async with served(replace(web_of(app), slack=app.surfaces["slack"].http)) as url:
            server.oauth.redirects = [f"{url}/slack/oauth_redirect"]
            await server.deliver_to(f"{url}/slack/events")
            yield SlackHouse(app=app, server=server, planner=planner, provider=provider, url=url)


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackHouse]:
    async with SlackServer(processing_s=0.02) as server, distributed(tmp_path, server) as built:
        yield built


async def installed(slack: SlackHouse, team: str = "T1", user: str = "UADA", **changed: Any) -> tuple[int, str]:
    """A person goes through the pages; returns how the last one looks. The cookie is `Secure`, so it goes by hand."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        async with browser.get(f"{slack.url}/slack/install") as page:
            text, cookie = await page.text(), SimpleCookie(page.headers["Set-Cookie"])
        (authorize,) = [
            part.split('"')[0].replace("&amp;", "&") for part in text.split('href="')[1:] if "oauth" in part
        ]
        async with browser.post(authorize, data={"team": team, "user": user}, allow_redirects=False) as yes:
            back = URL(yes.headers["Location"]).update_query(changed.get("query", {}))
        header = {"Cookie": "; ".join(f"{each.key}={each.value}" for each in cookie.values())}
        async with browser.get(back, headers=changed.get("headers", header)) as done:
            return done.status, await done.text()


async def test_a_workspace_installs_easel_and_its_people_may_ask(slack: SlackHouse) -> None:
    status, page = await installed(slack)
    assert status == 200
    assert "Traceback" not in page
    assert slack.workspace.scopes == frozenset(scopes())
    await slack.ada.command("general", "/create", "a fox")
    assert await slack.result()


async def test_no_token_is_readable_in_the_database(slack: SlackHouse) -> None:
    await installed(slack)
    token = slack.workspace.bot_token
    slack.app.database.engine.dispose()
    kept = b"".join(file.read_bytes() for file in slack.app.settings.data_dir.glob("easel.db*"))
    assert b"slack_bots" in kept
    assert token.encode() not in kept
    assert b"xoxb-" not in kept


async def test_two_workspaces_have_their_own_tokens_and_people_of_one_id_are_two(slack: SlackHouse) -> None:
    await installed(slack, "T1")
    await installed(slack, "T2")
    here, there = (slack.server.workspace(team).person("ada") for team in ("T1", "T2"))
    await here.command("general", "/create", "a fox")
    await there.command("general", "/create", "a hen")
    first, second = await slack.until_asked(2)
    assert first.user_id != second.user_id
    assert first.workspace_id != second.workspace_id
    await slack.until_made(2)
    await slack.server.until(lambda: slack.server.messages("general", team="T2"))
    await there.command("general", "/gallery", "")
    await slack.server.until(lambda: there.ephemerals)
    told = read(there.ephemerals[-1])
    assert "a hen" in told
    assert "a fox" not in told


async def test_no_press_in_one_workspace_reads_or_touches_what_the_other_one_made(slack: SlackHouse) -> None:
    """The same user id in both, and presses that name the other's message and result: nothing comes of them."""
    await installed(slack, "T1")
    await installed(slack, "T2")
    here, there = (slack.server.workspace(team).person("ada") for team in ("T1", "T2"))
    await here.command("general", "/create", "a secret fox")
    (theirs,) = await slack.until_made(1)
    await slack.result("general")
    await there.command("general", "/create", "a hen")
    await slack.until_made(2)
    own = await slack.server.until(lambda: _pressable(slack, "T2"), 15)
    genuine = (await there.click(own, "easel_details")).deliveries[0]
    foreign = _pressable(slack, "T1")
    assert foreign is not None
    for verb in ("details", "refine", "vary", "animate", "upscale", "again", "favourite", "delete", "here", "show"):
        press = genuine.payload["actions"][0] | {"action_id": f"easel_{verb}", "value": theirs.id}
        container = genuine.payload["container"] | {"message_ts": foreign.ts, "thread_ts": foreign.root_ts}
        payload = genuine.payload | {"actions": [press], "container": container}
        again = type(genuine)(kind=genuine.kind, team="T2", payload=payload)
        await slack.server.redeliver(again, again=0)
    await there.command("general", "/gallery", "fox")
    await slack.server.until(lambda: "Nothing of yours" in read(there.ephemerals))
    assert "secret" not in read([there.ephemerals, there.modals, slack.server.messages("general", team="T2")])
    assert sorted(each.prompt for each in await slack.creations()) == ["a hen", "a secret fox"]
    (left,) = [each for each in await slack.assets() if each.id == theirs.id]
    assert not left.favourite


def _pressable(slack: SlackHouse, team: str) -> Message | None:
    return next((each for each in slack.server.messages("general", team=team) if "easel_refine" in ids(each)), None)


@pytest.mark.parametrize("forged", [{"query": {"state": "of-my-own"}}, {"headers": {}}, {"query": {"code": "guessed"}}])
async def test_a_forged_installation_is_refused(slack: SlackHouse, forged: dict[str, Any]) -> None:
    status, _ = await installed(slack, **forged)
    assert 400 <= status < 500
    assert await tokens(slack) == 0


async def test_a_state_is_good_once(slack: SlackHouse) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        async with browser.get(f"{slack.url}/slack/install") as page:
            cookie = SimpleCookie(page.headers["Set-Cookie"])
            text = await page.text()
        authorize = next(p.split('"')[0].replace("&amp;", "&") for p in text.split('href="')[1:] if "oauth" in p)
        header = {"Cookie": "; ".join(f"{each.key}={each.value}" for each in cookie.values())}
        seen = []
        for _ in range(2):
            async with browser.post(authorize, data={"team": "T1", "user": "UADA"}, allow_redirects=False) as yes:
                back = URL(yes.headers["Location"])
            async with browser.get(back, headers=header) as done:
                seen.append(done.status)
    assert seen == [200, 401]


@pytest.mark.parametrize("backwards", [False, True])
async def test_uninstalling_purges_the_tokens_in_whatever_order_the_last_words_come(
    slack: SlackHouse, backwards: bool
) -> None:
    await installed(slack)
    await slack.ada.command("general", "/create", "a fox")
    await slack.result()
    assert await tokens(slack) == 1
    sent = await slack.server.uninstall()
    for delivery in sent[::-1] if backwards else sent:
        await slack.server.redeliver(delivery)
    assert all(delivery.acked for delivery in sent)
    assert await tokens(slack) == 0
    assert len(await slack.assets()) == 1  # what people made stays theirs


async def test_late_last_words_do_not_touch_a_newer_installation(slack: SlackHouse) -> None:
    await installed(slack)
    sent = await slack.server.uninstall()
    await installed(slack)
    for delivery in sent:
        old = type(delivery)(kind=delivery.kind, team="T1", payload=delivery.payload | {"event_time": 1_700_000_000})
        await slack.server.redeliver(old)
    assert await tokens(slack) == 1
    await slack.ada.command("general", "/create", "a fox")
    assert await slack.result()


async def test_the_installation_waits_out_a_429(slack: SlackHouse) -> None:
    slack.server.fail("oauth.v2.access", ratelimited(1))
    status, _ = await installed(slack)
    assert status == 200
    assert await tokens(slack) == 1


async def test_a_copy_of_the_database_is_of_no_use_without_the_secret_key(tmp_path: Path) -> None:
    async with SlackServer(processing_s=0.02) as server:
        async with distributed(tmp_path, server, EASEL_SECRET_KEY="one" * 20) as slack:
            await installed(slack)
        async with distributed(tmp_path, server, EASEL_SECRET_KEY="two" * 20) as slack:
            await slack.ada.say(slack.ada.dm, "a fox")
            assert await slack.creations() == []


async def tokens(slack: SlackHouse) -> int:
    """Rows with a token in them."""
    from sqlalchemy import text

    def work(session: Any) -> int:
        return sum(int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar()) for table in ("slack_bots",))

    return int(await slack.rows(work))
