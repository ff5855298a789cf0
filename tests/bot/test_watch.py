"""What an operator sees of a house at work: figures by name, each counted once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlmodel import Session

from bot.settings import Settings
from bot.watch.door import door
from core.agent.messages import Turn, Usage
from core.chat import ThreadRef
from core.providers.base import Failed, Order, Refused
from storage.errors import StorageBusy
from storage.tables import CreationState
from tests.bot.house import served, web_of
from tests.conftest import POSTGRES
from tests.fakes import s3 as fake
from tests.fakes.adapter import MemoryChat
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way, models
from tests.fakes.s3 import S3Server

THREAD = ThreadRef(platform="chat", workspace="W1", channel="C1", thread="T1")
Sample = tuple[str, frozenset[tuple[str, str]]]


class Scraped:
    """One scrape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self._samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """Of one sample; 0 where there is none yet."""
        return self._samples.get((f"easel_{name}", frozenset(labels.items())), 0.0)

    def total(self, name: str, **labels: str) -> float:
        """Of all samples that have these labels."""
        wanted = set(labels.items())
        return sum(value for (each, has), value in self._samples.items() if each == f"easel_{name}" and wanted <= has)


async def scraped(address: str) -> Scraped:
    async with aiohttp.ClientSession() as http, http.get(f"{address}/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain")
        return Scraped(await response.text())


@asynccontextmanager
async def watched(settings: Settings, **more: Any) -> AsyncIterator[tuple[House, str]]:
    async with opened(settings, **more) as house, served(web_of(house.app)) as address:
        yield house, address


async def test_a_creation_is_counted_from_wish_to_message(settings: Settings) -> None:
    tokens = Turn(calls=calls(picture("one"), picture("two")).calls, usage=Usage(100, 20, 500))
    chat, provider = MemoryChat(), ScriptedProvider(default=Way(ticket=True, cost_micros=40_000))
    more = {"planner": ScriptedPlanner(tokens, price_micros=1_000), "catalogue": models(image_usd=0.05)}
    async with watched(settings, provider=provider, adapters={"chat": chat}, **more) as (house, address):
        before = await scraped(address)
        assert before.value("creations_ended_total", state="succeeded", surface="discord") == 0
        assert 'easel_creations_ended_total{state="failed",surface="discord"} 0.0' in before.text
        view = await house.made(thread=THREAD, surface="discord")
        assert view.state is CreationState.SUCCEEDED
        async with asyncio.timeout(10):
            while not (chat.statuses and chat.statuses[0].shows.state.final and chat.results):
                await asyncio.sleep(0.02)
        after = await scraped(address)
    assert after.value("creations_ended_total", state="succeeded", surface="discord") == 1
    for part in ("creation_seconds", "creation_first_result_seconds", "creation_queue_seconds"):
        assert after.value(f"{part}_count", surface="discord") == 1
    assert after.value("steps_total", provider="fake", model="fake-image", outcome="complete") == 2
    assert after.value("step_seconds_count", provider="fake", model="fake-image") == 2
    assert after.value("provider_calls_total", provider="fake", act="submit", outcome="ok") == 2
    assert after.value("provider_calls_total", provider="fake", act="poll", outcome="ok") == 2
    assert after.value("planner_calls_total", outcome="ok") == 2
    assert after.value("planner_tokens_total", direction="input") == 100
    assert after.value("planner_tokens_total", direction="output") == 20
    assert round(after.value("spent_usd_total", provider="fake"), 6) == 0.08
    assert round(after.value("spent_usd_total", provider="planner"), 6) == 0.0005
    assert round(after.value("budget_usd", what="spent"), 6) == 0.0805
    assert after.value("messages_total", platform="chat", act="post", outcome="ok") == len(chat.messages)
    assert after.total("messages_total", outcome="unreachable") == 0
    assert after.value("store_calls_total", act="put", outcome="ok") >= 2
    assert after.value("database_seconds_count", kind="record") == 1
    assert after.value("database_wait_seconds_count", kind="write") > 5
    assert after.value("worker_info", worker="local", works="yes") == 1
    assert after.value("ready") == 1
    assert after.value("spool_results") == 0


async def test_what_goes_wrong_is_counted_by_what_went_wrong(settings: Settings) -> None:
    ways = {
        "refused": Way(end=Refused("no")),
        "unclear": Way(end=Failed("perhaps", "uncertain", perhaps_paid=True)),
        "broken": Way(end=RuntimeError("bug")),
        "busy": Way(end=Failed("later", "busy")),
    }
    script = {name: [calls(picture(name))] for name in ways}
    provider = ScriptedProvider(ways)
    planner = ScriptedPlanner(by_prompt=script)
    async with watched(settings, provider=provider, planner=planner, catalogue=models(image_usd=0.05)) as (
        house,
        address,
    ):
        for name in ways:
            assert (await house.made(name)).state is CreationState.FAILED
        seen = await scraped(address)
    assert seen.value("creations_ended_total", state="failed", surface="rest") == 4
    outcomes = {"refused": "refused", "uncertain": "uncertain", "bug": "failed", "rate_limited": "busy"}
    for outcome, step in outcomes.items():
        assert seen.value("provider_calls_total", provider="fake", act="submit", outcome=outcome) == 1
        assert seen.total("steps_total", provider="fake", outcome=step) == 1
    assert seen.value("uncertain_charges_total", provider="fake") == 1
    assert seen.value("uncertain_usd_total", provider="fake") == 0.05


class Unreached(ScriptedProvider):
    """Its files never get there."""

    async def prepare(self, order: Order) -> Failed:
        return Failed("The file could not be brought.", "upload_failed")


async def test_an_order_that_fails_before_its_call_counts_as_one_that_was_not_made(settings: Settings) -> None:
    async with watched(settings, provider=Unreached(), catalogue=models(image_usd=0.05)) as (house, address):
        assert (await house.made()).state is CreationState.FAILED
        seen = await scraped(address)
    assert seen.value("provider_calls_total", provider="fake", act="submit", outcome="failed") == 1


async def test_a_look_at_a_ticket_is_counted_also_where_it_breaks_or_is_called_off(settings: Settings) -> None:
    ways = {"broken": Way(ticket=True, end=RuntimeError("bug")), "hangs": Way(ticket=True, looks_hang=True)}
    provider, planner = (
        ScriptedProvider(ways),
        ScriptedPlanner(by_prompt={name: [calls(picture(name))] for name in ways}),
    )
    async with watched(settings, provider=provider, planner=planner) as (house, address):
        assert (await house.made("broken")).state is CreationState.FAILED
        hanging = await house.ask("hangs")
        async with asyncio.timeout(10):
            while sum(provider.polls.values()) < 2:
                await asyncio.sleep(0.02)
        await house.app.studio.cancel(house.ada, hanging.id)
        assert (await house.end(hanging)).state is CreationState.CANCELLED
        look = {"provider": "fake", "act": "poll"}
        async with asyncio.timeout(10):
            while not (seen := await scraped(address)).value("provider_calls_total", outcome="cancelled", **look):
                await asyncio.sleep(0.02)
    assert seen.value("provider_calls_total", outcome="cancelled", **look) == 1
    assert seen.value("provider_calls_total", outcome="bug", **look) == 1


async def test_lost_messages_and_an_end_told_twice_are_counted_once(settings: Settings) -> None:
    chat = MemoryChat(gone={"C1"})
    async with watched(settings, adapters={"chat": chat}) as (house, address):
        view = await house.made(thread=THREAD, surface="chat")
        assert house.app.workbench
        for _ in range(2):
            await (await house.app.workbench).boundary.finish(view.id)
        seen = await scraped(address)
    assert seen.value("creations_ended_total", state="succeeded", surface="other") == 1
    assert seen.value("messages_total", platform="chat", act="post", outcome="unreachable") >= 2, "status and result"


@pytest.mark.each_database
async def test_a_line_shows_how_many_wait_and_how_long(settings: Settings) -> None:
    async with watched(settings, worker=False) as (house, address):
        for _ in range(3):
            await house.ask()
        await asyncio.sleep(0.05)
        seen = await scraped(address)
    assert seen.value("creations", state="queued") == 3
    assert seen.value("creations", state="running") == 0
    assert seen.value("queue_oldest_seconds") >= 0.05
    assert seen.total("worker_info", works="no") == 1


def takes_too_long(session: Session) -> None:
    session.execute(text("SET LOCAL statement_timeout = 20"))
    session.execute(text("SELECT pg_sleep(10)"))


@pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)
async def test_what_the_database_gives_up_is_counted_whatever_it_was(settings: Settings) -> None:
    async with watched(settings, worker=False) as (house, address):
        database = house.app.database
        for way in (database.read, database.look, database.write, database.record):
            with pytest.raises(StorageBusy):
                await way(takes_too_long)
        seen = await scraped(address)
    given_up = {kind: seen.value("database_busy_total", kind=kind) for kind in ("read", "write", "record")}
    assert given_up == {"read": 2, "write": 1, "record": 1}


async def test_one_outage_of_the_store_is_one_however_often_it_is_tried(tmp_path: Path) -> None:
    with S3Server(tmp_path / "s3") as server:
        values: dict[str, Any] = {"EASEL_DATA_DIR": tmp_path / "data", **server.environment}
        server.always("PutObject", fake.fails("AccessDenied"))
        async with watched(Settings(_env_file=None, **values)) as (house, address):
            view = await house.ask()
            async with asyncio.timeout(20):
                while (seen := await scraped(address)).value("store_calls_total", act="put", outcome="away") < 2:
                    await asyncio.sleep(0.1)
            assert seen.value("store_outages_total") == 1
            assert (seen.value("spool_results"), seen.value("spool_bytes") > 0) == (1, True)
            assert seen.value("spool_oldest_seconds") > 0
            server.always("PutObject", None)
            assert (await house.end(view)).state is CreationState.SUCCEEDED
            seen = await scraped(address)
    assert (seen.value("store_outages_total"), seen.value("spool_results")) == (1, 0)


async def test_a_stream_is_counted_while_somebody_listens(settings: Settings) -> None:
    async with watched(settings, worker=False) as (house, address):
        view = await house.ask(by=house.app.local_user_id)
        url = f"{address}/api/v1/creations/{view.id}/events"
        async with aiohttp.ClientSession() as http:
            async with http.get(url) as stream:
                await stream.content.readline()
                assert (await scraped(address)).value("streams_open") == 1
            async with asyncio.timeout(10):
                while (await scraped(address)).value("streams_open"):
                    await asyncio.sleep(0.1)


async def test_a_loop_that_is_held_up_shows(settings: Settings) -> None:
    async with watched(settings, worker=False) as (_, address):
        await asyncio.sleep(0.6)
        before = await scraped(address)
        time.sleep(1.2)
        await asyncio.sleep(0.1)
        after = await scraped(address)
    slow = ("loop_lag_seconds_bucket", {"le": "0.5"})
    late = after.value("loop_lag_seconds_count") - after.value(slow[0], **slow[1])
    assert late - (before.value("loop_lag_seconds_count") - before.value(slow[0], **slow[1])) == 1


async def test_a_worker_without_a_web_answers_on_a_port_of_its_own(settings: Settings) -> None:
    async with opened(settings) as house, door(house.app, 0) as address:
        assert address
        assert address.startswith("http://127.0.0.1:")
        await house.made()
        assert (await scraped(address)).value("creations_ended_total", state="succeeded", surface="rest") == 1
        async with aiohttp.ClientSession() as http:
            for path, status, body in (("healthz", 200, "ok"), ("readyz", 200, '"ready"'), ("gallery", 404, "")):
                async with http.get(f"{address}/{path}") as response:
                    assert response.status == status
                    assert body in await response.text()
            house.app.admission.open = False
            async with http.get(f"{address}/readyz") as response:
                assert (response.status, (await response.json())["reasons"]) == (503, ["draining"])


async def test_without_a_port_no_door_is_opened(settings: Settings) -> None:
    async with opened(settings, worker=False) as house, door(house.app, None) as address:
        assert address is None
