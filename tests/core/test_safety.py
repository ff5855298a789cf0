"""The check before anything is made, against OpenAI's moderation."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import stamina
from PIL import Image
from structlog.testing import capture_logs

from core.agent.catalogue import Catalogue, Listing, read_listing
from core.errors import Busy
from core.native.pool import NativePool
from core.providers.openai.client import Connection
from core.trust.categories import sentence_for
from core.trust.safety import NoSafety, Safety
from tests.fakes.openai import BrokenJson, Drop, Normal, OpenAIServer, RateLimited, Route, Status, Unauthorized
from tests.fakes.openai.moderation import CATEGORIES

KEY = "sk-test-key"


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Tries follow each other without a pause."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as running:
        yield running


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    made = NativePool(1)
    yield made
    await made.close()


@pytest.fixture
async def connection(server: OpenAIServer) -> AsyncIterator[Connection]:
    opened = Connection(KEY, server.base_url)
    yield opened
    await opened.close()


@pytest.fixture
def safety(connection: Connection, pool: NativePool) -> Safety:
    return Safety(connection, Catalogue(read_listing(), ("openai",)), pool)


async def test_ordinary_words_pass(safety: Safety, server: OpenAIServer) -> None:
    assert (await safety.check_words("a lighthouse at dusk")).ok
    assert (await safety.check_words("  ")).ok
    assert len(server.calls) == 1


async def test_flagged_words_are_refused_for_the_gravest_reason(safety: Safety) -> None:
    verdict = await safety.check_words("a LEWD picture with MINORS")
    assert not verdict.ok
    assert verdict.sentence == "Easel does not make anything sexual that involves children or teenagers."
    assert set(verdict.categories) == {"sexual", "sexual/minors"}


async def test_a_person_in_need_is_offered_help(safety: Safety) -> None:
    assert "findahelpline.com" in (await safety.check_words("SELFHARM")).sentence


@pytest.mark.parametrize(("colour", "ok"), [("green", True), ("magenta", False)])
async def test_a_picture_is_judged(safety: Safety, tmp_path: Path, colour: str, ok: bool) -> None:
    path = tmp_path / "picture.png"
    Image.new("RGB", (3000, 2000), colour).save(path)
    verdict = await safety.check_picture(path)
    assert (verdict.ok, verdict.categories) == (ok, () if ok else ("sexual",))


async def test_a_large_picture_travels_small(safety: Safety, server: OpenAIServer, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.effect_noise((2000, 2000), 90).save(path)
    await safety.check_picture(path)
    sent = server.calls[0].body["input"][0]["image_url"]["url"]
    assert len(sent) < path.stat().st_size / 4


async def test_what_cannot_be_read_does_not_pass(safety: Safety, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_text("<html>")
    with pytest.raises(Busy):
        await safety.check_picture(path)


@pytest.mark.parametrize("fault", [Status(500), Status(503), Drop(), BrokenJson(), RateLimited(0.01)])
async def test_a_fault_that_passes_is_not_noticed(safety: Safety, server: OpenAIServer, fault: object) -> None:
    server.script(Route.MODERATIONS, fault, fault, Normal())
    assert (await safety.check_words("a cat")).ok
    assert len(server.calls) == 3


@pytest.mark.parametrize("fault", [Status(500), Drop(), BrokenJson(), RateLimited(0.01)])
async def test_without_a_check_nothing_is_made(safety: Safety, server: OpenAIServer, fault: object) -> None:
    server.script(Route.MODERATIONS, fault, fault, fault)
    with pytest.raises(Busy, match="could not be checked just now, so nothing was made") as caught:
        await safety.check_words("a cat")
    assert (caught.value.code, len(server.calls)) == ("unchecked", 3)


async def test_a_wrong_key_is_not_tried_again(safety: Safety, server: OpenAIServer) -> None:
    server.script(Route.MODERATIONS, Unauthorized())
    with pytest.raises(Busy):
        await safety.check_words("a cat")
    assert len(server.calls) == 1


async def test_a_server_at_home_without_the_route_is_asked_once(pool: NativePool, tmp_path: Path) -> None:
    async with OpenAIServer(flavour="localai") as home:
        connection = Connection(None, home.base_url)
        safety = Safety(connection, Catalogue(read_listing(), ("openai",)), pool)
        with capture_logs() as logs:
            assert (await safety.check_words("a cat")).ok
            assert (await safety.check_words("a dog")).ok
            assert (await safety.check_picture(tmp_path / "none.png")).ok
        assert len(home.calls) == 1
        assert [line["event"] for line in logs].count("moderation_unknown") == 1
        await connection.close()


async def test_where_openai_itself_has_no_answer_nothing_is_made(server: OpenAIServer, pool: NativePool) -> None:
    class Official(Connection):
        official = True  # type: ignore[assignment]

    connection = Official(KEY, server.base_url)
    server.script(Route.MODERATIONS, Status(404, billed=False))
    safety = Safety(connection, Catalogue(read_listing(), ("openai",)), pool)
    with pytest.raises(Busy):
        await safety.check_words("a cat")
    await connection.close()


async def test_without_a_service_all_passes(connection: Connection, pool: NativePool, tmp_path: Path) -> None:
    safety = Safety(connection, Catalogue(Listing(), ("openai",)), pool)
    assert (await safety.check_words("FORBIDDEN")).ok
    assert (await NoSafety().check_words("FORBIDDEN")).ok
    assert (await NoSafety().check_picture(tmp_path)).ok


async def test_words_are_never_logged(safety: Safety, server: OpenAIServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(Route.MODERATIONS, Status(500), Status(500), Status(500))
    with capture_logs() as logs, pytest.raises(Busy):
        await safety.check_words("a canary named Zanzibar")
    assert "Zanzibar" not in f"{logs}{caplog.text}"
    assert KEY not in f"{logs}{caplog.text}"


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_its_sentence(category: str) -> None:
    assert sentence_for([category]).startswith("Easel does not make")
    assert sentence_for([category.replace("-", "_").replace("/", "_")]) == sentence_for([category])


def test_an_unknown_category_has_one_too() -> None:
    assert sentence_for(["new"]) == "It is against the rules for what may be made here. Different words may work."
