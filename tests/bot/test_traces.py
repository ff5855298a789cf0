"""Traces: a collector on a socket reads one tree for each creation, with every call in its place and no words."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.settings import Settings
from bot.watch.spans import NoSpans, spans
from core.chat import ThreadRef
from core.providers.base import Waiting
from storage.tables import CreationState
from tests.bot.test_logs import shown_whole
from tests.core.real import opened as real_house
from tests.fakes.adapter import MemoryChat
from tests.fakes.house import opened
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way

trace_service = pytest.importorskip(
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="no extra `otel`"
)
THREAD = ThreadRef(platform="chat", workspace="W1", channel="C1", thread="T1")


@dataclass(slots=True)
class Collector:
    """Takes what is exported to it, and refuses what is none of OTLP's."""

    url: str = ""
    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    bodies: list[bytes] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        assert request.headers["Content-Type"] == "application/x-protobuf"
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            raise web.HTTPUnsupportedMediaType
        told = trace_service.ExportTraceServiceRequest()
        told.ParseFromString(body)
        self.bodies.append(body)
        for resource in told.resource_spans:
            self.services |= {
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += scope.spans
        answer = trace_service.ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    def of(self, creation_id: str) -> dict[str, list[Any]]:
        """A creation's spans by name."""
        found = defaultdict(list)
        for span in self.spans:
            if span.trace_id.hex() == creation_id:
                found[span.name].append(span)
        return found


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield collector
    finally:
        await runner.cleanup()


def traced(folder: Path, collector: Collector) -> Settings:
    values: dict[str, Any] = {"EASEL_DATA_DIR": folder / "data", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    return Settings(_env_file=None, **values)


def facts(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


async def test_a_creation_is_one_tree_from_wish_to_posts(tmp_path: Path) -> None:
    chat = MemoryChat()
    slow = Way(ticket=True, after_s=0.1, polls_say=(Waiting(0.1), Waiting(0.5)))
    planner = ScriptedPlanner(calls(picture("promptcanary"), picture("two")))
    async with (
        collecting() as collector,
        opened(
            traced(tmp_path, collector),
            planner=planner,
            provider=ScriptedProvider(default=slow),
            adapters={"chat": chat},
        ) as house,
    ):
        view = await shown_whole(chat, house, await house.ask("promptcanary", thread=THREAD, surface="chat"))
        steps = (await house.rows(view.id)).steps
    assert collector.services == {"easel"}
    tree = collector.of(view.id)
    assert {name: len(found) for name, found in tree.items() if name not in ("edit", "find", "post", "store")} == {
        "creation": 1,
        "queue": 1,
        "plan": 2,
        "step": 2,
        "submit": 2,
        "poll": 2,
    }
    assert len(tree["post"]) >= len(chat.messages) >= 2, "the status and the results"
    (root,) = tree["creation"]
    assert root.parent_span_id == b""
    assert facts(root)["easel.state"] == "succeeded"
    for name in ("queue", "plan", "step", "post"):
        assert {span.parent_span_id for span in tree[name]} == {root.span_id}
    own = {span.span_id for span in tree["step"]}
    assert own == {bytes.fromhex(step.id[:16]) for step in steps}
    for name in ("submit", "poll", "store"):
        assert {span.parent_span_id for span in tree[name]} == own, name
    for span in (each for found in tree.values() for each in found):
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
        assert facts(span)["easel.creation"] == view.id
    assert len({span.span_id for found in tree.values() for span in found}) == sum(map(len, tree.values()))
    assert all(facts(poll)["easel.polls"] >= 2 for poll in tree["poll"])
    assert len(tree["store"]) >= 2, "the pictures, and perhaps their thumbnails"
    assert b"promptcanary" not in b"".join(collector.bodies)


async def test_a_failed_step_and_its_call_say_so(tmp_path: Path) -> None:
    async with collecting() as collector:
        provider = ScriptedProvider(default=Way(end=RuntimeError("promptcanary")))
        async with opened(traced(tmp_path, collector), provider=provider) as house:
            view = await house.made()
            assert view.state is CreationState.FAILED
    tree = collector.of(view.id)
    assert [(tree[name][0].status.code, tree[name][0].status.message) for name in ("creation", "step", "submit")] == [
        (2, "failed"),
        (2, "failed"),
        (2, "bug"),
    ]
    assert b"promptcanary" not in b"".join(collector.bodies)


async def test_looks_at_a_ticket_that_break_are_a_span_too(tmp_path: Path) -> None:
    way = Way(ticket=True, after_s=0.05, polls_say=(Waiting(0.1),), end=RuntimeError("promptcanary"))
    async with collecting() as collector:
        provider = ScriptedProvider(default=way)
        async with opened(traced(tmp_path, collector), provider=provider) as house:
            view = await house.made()
            assert view.state is CreationState.FAILED
    (poll,) = collector.of(view.id)["poll"]
    assert (poll.status.code, poll.status.message) == (2, "bug")
    assert facts(poll)["easel.polls"] >= 2
    assert b"promptcanary" not in b"".join(collector.bodies)


async def test_real_makers_show_their_downloads_and_no_secret(tmp_path: Path) -> None:
    async with collecting() as collector:
        async with real_house(tmp_path / "data") as house:
            quiet = await house.well("a boat", model="flux-2-pro")
        assert collector.of(quiet.id) == {}, "it was not asked for"
        async with real_house(tmp_path / "more", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as house:
            view = await house.well("a boat promptcanary", model="flux-2-pro")
    tree = collector.of(view.id)
    assert len(tree["fetch"]) == 1
    assert tree["fetch"][0].parent_span_id == tree["step"][0].span_id
    assert b"canary" not in b"".join(collector.bodies)


async def test_a_collector_that_is_away_holds_nothing_up(tmp_path: Path) -> None:
    values: dict[str, Any] = {"EASEL_DATA_DIR": tmp_path, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    async with asyncio.timeout(30):
        async with opened(Settings(_env_file=None, **values)) as house:
            assert (await house.made()).state is CreationState.SUCCEEDED


def test_without_an_endpoint_or_the_package_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(spans(None), NoSpans)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.delitem(sys.modules, "bot.watch.otlp", raising=False)
    assert isinstance(spans("http://localhost:4318"), NoSpans)
