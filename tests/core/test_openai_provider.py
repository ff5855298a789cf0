"""The OpenAI provider through the real SDK, against a server that refuses and bills what the platform does."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import av
import pytest
from aiohttp import web
from PIL import Image

from core.agent.catalogue import BUILT_IN, Catalogue, Listing, Model, Price, read_listing
from core.errors import Busy
from core.native.pool import NativePool
from core.providers.base import Failed, Kind, Order, Output, Refused, Source, Tool
from core.providers.openai.client import Bounds, Connection
from core.providers.openai.provider import OpenAIProvider
from core.providers.openai.transcription import Transcription
from core.trust.fetch import Fetcher
from tests.fakes.openai import (
    BrokenJson,
    Drop,
    Empty,
    GatewayPage,
    Hang,
    InsufficientQuota,
    OpenAIServer,
    RateLimited,
    Route,
    Slow,
    Status,
    Truncated,
    Unauthorized,
)

FLARE = "gpt-image-2.6-flare"
TTS = "gpt-4o-mini-tts"
REALTIME = "gpt-realtime-2.1-mini"
KEY = "sk-test-" + "secret" * 4
AMBIGUOUS = {
    "500": Status(500),
    "503": Status(503),
    "gateway": GatewayPage(),
    "timeout": Hang(),
    "drop": Drop(),
    "bad json": BrokenJson(),
    "empty": Empty(),
    "cut": Truncated(),
}
FIRM = {"429": RateLimited(7), "quota": InsufficientQuota(), "401": Unauthorized()}
Build = Callable[..., OpenAIProvider]


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
async def build(server: OpenAIServer, pool: NativePool) -> AsyncIterator[Build]:
    """Builds providers for the server, or for another address."""
    opened: list[Callable[[], Awaitable[None]]] = []

    def make(
        *, base_url: str | None = None, models: tuple[Model, ...] = (), day: date | None = None, timeout_s: float = 30
    ) -> OpenAIProvider:
        connection = Connection(KEY, base_url or server.base_url, bounds=Bounds(timeout_s=timeout_s, connect_s=2))
        listing = Listing(model=models) if models else read_listing()
        catalogue = Catalogue(listing, ("openai",), lambda: day or server.now.date())
        fetcher = Fetcher(pool)
        provider = OpenAIProvider(connection, catalogue, pool, fetcher)
        opened.extend((provider.close, fetcher.close, connection.close))
        return provider

    yield make
    for close in opened:
        await close()


def order(tmp_path: Path, **wishes: Any) -> Order:
    tool = wishes.pop("tool", Tool.GENERATE_IMAGE)
    kind = Kind.SPEECH if tool is Tool.GENERATE_SPEECH else Kind.IMAGE
    whole = {"prompt": "a lighthouse at dusk", "model": FLARE, "folder": tmp_path, "person": "p" * 32} | wishes
    return Order(step_id="s1", tool=tool, kind=kind, **whole)


def speech(tmp_path: Path, text: str = "Good evening.", **wishes: Any) -> Order:
    return order(tmp_path, tool=Tool.GENERATE_SPEECH, prompt=text, **({"model": TTS} | wishes))


def picture(tmp_path: Path, name: str = "source.png", role: str = "image", colour: str = "red") -> Source:
    path = tmp_path / name
    Image.new("RGB", (640, 480), colour).save(path)
    return Source(
        role=role, path=path, media_type="image/png", kind=Kind.IMAGE, prompt="a red wall", provider="x", seed=None
    )


def made(answer: object) -> Output:
    assert isinstance(answer, Output), answer
    return answer


def failed(answer: object) -> Failed:
    assert isinstance(answer, Failed), answer
    assert KEY not in answer.message
    assert answer.message.endswith(".")
    return answer


def duration_s(path: Path) -> float:
    with av.open(str(path)) as sound:
        return sum(frame.samples / frame.sample_rate for frame in sound.decode(audio=0))


# --- pictures -----------------------------------------------------------------------------------------------------


async def test_a_picture_is_asked_for_with_the_catalogues_size_and_quality(
    server: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    output = made(await build().submit(order(tmp_path, aspect="16:9", style="photoreal")))
    (file,), (call,) = output.files, server.calls_of(Route.IMAGES_GENERATE)
    assert (file.media_type, file.width, file.height) == ("image/png", 1536, 864)
    assert call.body == {
        "model": FLARE,
        "prompt": "a lighthouse at dusk\n\nStyle: photorealistic.",
        "size": "1536x864",
        "quality": "medium",
        "output_format": "png",
        "safety_identifier": "p" * 32,
    }
    assert output.notes == ()


async def test_it_costs_what_was_counted(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    output = made(await build().submit(order(tmp_path, aspect="1:1")))
    assert output.cost_micros == 5 * 5 + 1_056 * 30  # 20 characters are 5 tokens, a medium square 1,056


async def test_previews_arrive_on_the_way_and_the_picture_is_the_servers_own_bytes(
    server: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    seen: list[bytes] = []

    async def show(path: Path) -> None:
        seen.append(path.read_bytes())

    output = made(await build().submit(order(tmp_path, preview=show, aspect="1:1")))
    assert server.calls_of(Route.IMAGES_GENERATE)[0].body["partial_images"] == 2
    assert len(seen) == 2
    assert all(Image.open(io.BytesIO(each)).size == (1024, 1024) for each in seen)
    assert output.files[0].path.read_bytes() not in seen
    assert output.cost_micros == 5 * 5 + (1_056 + 200) * 30


async def test_bytes_are_kept_exactly_as_they_came(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    """Drawn again from the same words, the server's picture is the same; ours is that, to the byte."""
    (tmp_path / "b").mkdir()
    first = made(await build().submit(order(tmp_path)))
    again = made(await build().submit(order(tmp_path / "b")))
    assert first.files[0].path.read_bytes() == again.files[0].path.read_bytes()


async def test_a_preview_that_cannot_be_shown_does_not_cost_the_picture(
    server: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    async def show(path: Path) -> None:
        raise Busy("The disk is full.")

    made(await build().submit(order(tmp_path, preview=show)))
    assert server.paid.total() == 1


async def test_a_logo_has_no_background(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    output = made(await build().submit(order(tmp_path, transparent=True)))
    with Image.open(output.files[0].path) as logo:
        assert "A" in logo.getbands()


async def test_an_edit_sends_every_picture_the_mask_and_what_changes(
    server: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    sources = (
        picture(tmp_path),
        picture(tmp_path, "mask.png", "mask", "white"),
        picture(tmp_path, "more.png", "image", "blue"),
    )
    wish = order(tmp_path, tool=Tool.EDIT_IMAGE, instruction="darker", prompt="a dark wall", sources=sources)
    output = made(await build().submit(wish))
    (call,) = server.calls_of(Route.IMAGES_EDIT)
    assert [each["field"].removesuffix("[]") for each in call.body["files"]] == ["image", "image", "mask"]
    assert call.body["prompt"].startswith("darker\n\nKeep everything else as it is.")
    assert "size" not in call.body
    assert output.cost_micros > 5 * 10 + 2 * 300 * 8
    assert (server.paid[Route.IMAGES_EDIT], server.paid.total()) == (1, 1)


async def test_an_edit_streams_previews_too(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    seen: list[Path] = []

    async def show(path: Path) -> None:
        seen.append(path)

    wish = order(tmp_path, tool=Tool.EDIT_IMAGE, instruction="darker", sources=(picture(tmp_path),), preview=show)
    made(await build().submit(wish))
    assert len(seen) == 2


async def test_a_variation_works_from_the_picture(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    made(await build().submit(order(tmp_path, tool=Tool.VARY, prompt="a red wall", sources=(picture(tmp_path),))))
    (call,) = server.calls_of(Route.IMAGES_EDIT)
    assert "a red wall" in call.body["prompt"]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("fault", AMBIGUOUS)
async def test_an_ambiguous_fault_is_one_paid_call_and_never_another(
    server: OpenAIServer, build: Build, tmp_path: Path, fault: str, preview: bool
) -> None:
    async def show(path: Path) -> None: ...

    server.script(Route.IMAGES_GENERATE, AMBIGUOUS[fault])
    provider = build(timeout_s=0.7 if fault == "timeout" else 30)
    answer = failed(await provider.submit(order(tmp_path, preview=show if preview else None)))
    assert (answer.perhaps_paid, answer.elsewhere, answer.again_s, answer.code) == (True, False, None, "uncertain")
    assert len(server.calls_of(Route.IMAGES_GENERATE)) == 1


@pytest.mark.parametrize("fault", FIRM)
async def test_what_surely_did_not_run_may_be_asked_elsewhere(
    server: OpenAIServer, build: Build, tmp_path: Path, fault: str
) -> None:
    server.script(Route.IMAGES_GENERATE, FIRM[fault])
    answer = failed(await build().submit(order(tmp_path)))
    assert (answer.elsewhere, answer.perhaps_paid) == (True, False)
    assert answer.again_s == (7 if fault == "429" else None)
    assert (len(server.calls), server.paid.total()) == (1, 0)


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:9/v1", "https://no-such-host.invalid/v1"], ids=["refused", "no such name"]
)
async def test_a_server_that_cannot_be_reached_may_be_replaced(build: Build, tmp_path: Path, base_url: str) -> None:
    for wish in (order(tmp_path), speech(tmp_path), speech(tmp_path, model=REALTIME)):
        answer = failed(await build(base_url=base_url).submit(wish))
        assert (answer.code, answer.elsewhere, answer.perhaps_paid) == ("unreachable", True, False)


async def test_a_server_without_tls_may_be_replaced(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    answer = failed(await build(base_url=server.base_url.replace("http:", "https:")).submit(order(tmp_path)))
    assert (answer.code, answer.elsewhere) == ("unreachable", True)


async def test_a_model_that_is_gone_may_be_replaced(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    old = Model(
        id="gpt-image-1", title="Old", provider="openai", way="images", makes=Kind.IMAGE,
        abilities=frozenset({Tool.GENERATE_IMAGE}),
    )  # fmt: skip
    answer = failed(await build(models=(old,)).submit(order(tmp_path, model="gpt-image-1")))
    assert (answer.elsewhere, answer.perhaps_paid) == (True, False)


async def test_a_moderated_prompt_is_refused_in_plain_words_and_not_asked_again(
    server: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    answer = await build().submit(order(tmp_path, prompt="a LEWD painting"))
    assert isinstance(answer, Refused), answer
    assert "sexual" in answer.message
    assert "req_" not in answer.message
    assert len(server.calls) == 1


async def test_a_description_that_is_too_long_is_not_sent(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    for wish in (order(tmp_path, prompt="x" * 65_000), speech(tmp_path, "x" * 65_000)):
        answer = failed(await build().submit(wish))
        assert (answer.code, answer.elsewhere) == ("too_long", True)
    assert server.calls == []


# --- compatible servers -------------------------------------------------------------------------------------------


def own_model(way: str = "images", **more: Any) -> Model:
    return Model(
        id={"images": "flux.1-dev", "speech": "kokoro"}[way],
        title="Home",
        provider="openai",
        way=way,
        makes=Kind.IMAGE if way == "images" else Kind.SPEECH,
        abilities=frozenset(Tool),
        **({"price": Price(per_call=0.01), "settings": {"quality": "high", "partial_images": 2}} | more),
    )


@pytest.fixture
async def home() -> AsyncIterator[OpenAIServer]:
    """A small server of one's own, that links its files."""
    async with OpenAIServer(flavour="localai") as running:
        yield running


async def test_a_linked_picture_is_fetched_from_the_same_server(
    home: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    output = made(
        await build(base_url=home.base_url, models=(own_model(),)).submit(order(tmp_path, model="flux.1-dev"))
    )
    assert output.files[0].media_type == "image/png"
    assert len(home.calls_of(Route.FILES)) == 1
    assert output.cost_micros == 10_000


async def test_fields_that_a_server_does_not_know_are_dropped_once_and_remembered(
    home: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    async def show(path: Path) -> None: ...

    home.world.refuses = frozenset({"quality", "safety_identifier", "partial_images", "output_format", "size"})
    provider = build(base_url=home.base_url, models=(own_model(),))
    wish = order(tmp_path, model="flux.1-dev", preview=show, aspect="16:9")
    output = made(await provider.submit(wish))
    assert len(home.calls_of(Route.IMAGES_GENERATE)) == 6
    assert home.paid.total() == 1
    assert [note.split("“")[1].split("”")[0] for note in output.notes] == ["size", "quality"]
    assert made(await provider.submit(wish)).notes == output.notes
    assert len(home.calls_of(Route.IMAGES_GENERATE)) == 7


async def test_openai_itself_is_never_asked_with_less(server: OpenAIServer, pool: NativePool, tmp_path: Path) -> None:
    """What it refuses, it refuses for a reason; here a quality that no model has."""

    class Official(Connection):
        official = True  # type: ignore[assignment]

    connection, fetcher = Official(KEY, server.base_url), Fetcher(pool)
    wrong = own_model(settings={"quality": "golden"}).model_copy(update={"id": FLARE})
    provider = OpenAIProvider(connection, Catalogue(Listing(model=(wrong,)), ("openai",)), pool, fetcher)
    answer = failed(await provider.submit(order(tmp_path)))
    assert (answer.elsewhere, answer.perhaps_paid, len(server.calls)) == (True, False, 1)
    for each in (provider, fetcher, connection):
        await each.close()


@pytest.mark.parametrize(
    ("base_url", "official"),
    [
        (None, True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.evil.example/v1", False),
        ("http://127.0.0.1:11434/v1", False),
    ],
)
async def test_whose_service_it_is_stands_in_the_address(base_url: str | None, official: bool) -> None:
    assert Connection(KEY, base_url).official is official


async def test_a_link_to_elsewhere_is_not_followed(home: OpenAIServer, build: Build, tmp_path: Path) -> None:
    async with OpenAIServer(flavour="localai") as other:
        home.world.base_url = other.base_url
        answer = await build(base_url=home.base_url, models=(own_model(),)).submit(order(tmp_path, model="flux.1-dev"))
        assert failed(answer).perhaps_paid
        assert other.calls == []


class Always(dict[str, tuple[bytes, str]]):
    """Files that all have the same content, whatever they are called."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __setitem__(self, name: str, file: tuple[bytes, str]) -> None:
        super().__setitem__(name, (self._body, file[1]))


@pytest.mark.parametrize(
    "body", [b"", b"<html>so sorry</html>", b"\x89PNG\r\n\x1a\n" + b"\0" * 50], ids=["empty", "a page", "damaged"]
)
async def test_what_is_no_picture_is_not_kept(home: OpenAIServer, build: Build, tmp_path: Path, body: bytes) -> None:
    home.world.files = Always(body)
    answer = await build(base_url=home.base_url, models=(own_model(),)).submit(order(tmp_path, model="flux.1-dev"))
    assert failed(answer).perhaps_paid


async def test_a_home_server_speaks_with_the_wished_voice(home: OpenAIServer, build: Build, tmp_path: Path) -> None:
    home.world.refuses = frozenset({"instructions"})
    model = own_model("speech", settings={})
    wish = speech(tmp_path, model="kokoro", voice="af_sky", instruction="slowly")
    output = made(await build(base_url=home.base_url, models=(model,)).submit(wish))
    assert home.calls_of(Route.SPEECH)[-1].body["voice"] == "af_sky"
    assert "instructions" in output.notes[0]


# --- speech -------------------------------------------------------------------------------------------------------


async def test_speech_is_the_servers_own_mp3(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    output = made(await build().submit(speech(tmp_path, "Good evening. " * 10, voice="a deep male voice")))
    (call,) = server.calls_of(Route.SPEECH)
    assert call.body["voice"] in ("onyx", "cedar")
    assert output.files[0].media_type == "audio/mpeg"
    assert output.files[0].duration_s == pytest.approx(duration_s(output.files[0].path), abs=0.2)
    assert output.cost_micros == 139 * 15


async def test_a_voice_that_is_not_there_is_told(build: Build, tmp_path: Path) -> None:
    output = made(await build().submit(speech(tmp_path, voice="Klingon opera")))
    assert output.notes == ("There is no voice like “Klingon opera” here, so Marin speaks.",)


async def test_a_long_text_is_spoken_in_parts_and_joined(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    text = " ".join(f"This is sentence number {number}." for number in range(150))
    output = made(await build().submit(speech(tmp_path, text)))
    parts = [call.body["input"] for call in server.calls_of(Route.SPEECH)]
    assert len(parts) == 2
    assert " ".join(parts) == text
    assert all(len(part) <= 4_096 and part.endswith(".") for part in parts)
    assert output.files[0].duration_s == pytest.approx(sum(len(part) for part in parts) / 15, rel=0.01)
    assert duration_s(output.files[0].path) == pytest.approx(output.files[0].duration_s, rel=0.01)


def in_small_parts(model_id: str = TTS) -> Model:
    """The catalogue's model, spoken 200 characters at a time."""
    known = next(model for model in read_listing().model if model.id == model_id)
    return known.model_copy(update={"settings": {**known.settings, "part_characters": 200}})


async def test_finished_parts_are_not_paid_for_again(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    text = " ".join(f"This is sentence number {number}." for number in range(18))
    server.script(Route.SPEECH, Slow(0), Drop())
    provider = build(models=(in_small_parts(),))
    assert failed(await provider.submit(speech(tmp_path, text))).perhaps_paid
    output = made(await provider.submit(speech(tmp_path, text)))
    inputs = [call.body["input"] for call in server.calls_of(Route.SPEECH)]
    assert (len(inputs), len(set(inputs)), inputs[1]) == (4, 3, inputs[2])
    assert output.cost_micros == pytest.approx(sum(len(part) for part in set(inputs)) * 15, abs=3)


async def test_a_busy_service_is_waited_for_between_parts(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    server.script(Route.SPEECH, Slow(0), RateLimited(0.05), RateLimited(0.05))
    made(await build(models=(in_small_parts(),)).submit(speech(tmp_path, "A few words and no more. " * 12)))
    assert server.paid[Route.SPEECH] == 2


async def test_a_firm_refusal_after_a_paid_part_is_not_free(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    server.script(Route.SPEECH, Slow(0), Unauthorized())
    wish = speech(tmp_path, "A few words and no more. " * 12)
    answer = failed(await build(models=(in_small_parts(),)).submit(wish))
    assert (answer.perhaps_paid, answer.elsewhere) == (True, False)


@pytest.mark.parametrize("fault", AMBIGUOUS)
async def test_speech_is_paid_at_most_once_per_part(
    server: OpenAIServer, build: Build, tmp_path: Path, fault: str
) -> None:
    server.script(Route.SPEECH, AMBIGUOUS[fault])
    answer = await build(timeout_s=0.7 if fault == "timeout" else 30).submit(speech(tmp_path, "Good evening. " * 30))
    if fault != "bad json":  # half an MP3 is an MP3
        assert failed(answer).perhaps_paid
    assert len(server.calls) == 1


# --- the Realtime API ---------------------------------------------------------------------------------------------

AFTER = datetime(2027, 1, 7, 12, tzinfo=UTC)


async def test_from_january_on_speech_goes_by_the_realtime_api(
    server: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    server.now = AFTER
    catalogue = Catalogue(read_listing(), ("openai",), AFTER.date)
    assert [model.id for model in catalogue.route(Tool.GENERATE_SPEECH, Kind.SPEECH)] == [REALTIME]
    text = "The harbour closes at 18:30. Bring 2 coats."
    output = made(await build().submit(speech(tmp_path, text, model=REALTIME, voice="a calm woman")))
    (file,) = output.files
    assert (file.media_type, output.notes) == ("audio/mpeg", ())
    assert duration_s(file.path) == pytest.approx(len(text) / 15, abs=0.1)
    assert (server.paid[Route.REALTIME], server.paid[Route.SPEECH]) == (1, 0)
    assert 0 < output.cost_micros < 10_000
    before = failed(await build().submit(speech(tmp_path, text)))
    assert (before.elsewhere, before.perhaps_paid) == (True, False)


async def test_long_texts_are_spoken_in_several_responses(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    text = " ".join(f"This is sentence number {number}." for number in range(18))
    output = made(await build(models=(in_small_parts(REALTIME),)).submit(speech(tmp_path, text, model=REALTIME)))
    assert server.paid[Route.REALTIME] == 3
    assert duration_s(output.files[0].path) == pytest.approx(len(text) / 15, rel=0.02)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("the harbour closes at 18:30 today bring two warm coats and a hat", ()),
        ("The harbour closes at 18:30 today; bring two warm coats, and one hat!", ("own words",)),
        ("The harbour closes at 19:30 today. Bring two warm coats and a hat.", ("own words",)),
        ("Sure! Here is what I think about harbours in general, my friend.", None),
    ],
    ids=["the same", "a word", "a number", "another text"],
)
async def test_what_was_said_is_compared(
    server: OpenAIServer, build: Build, tmp_path: Path, said: str, kept: tuple[str, ...] | None
) -> None:
    server.world.speaker = lambda instructions, text: said
    wish = speech(tmp_path, "The harbour closes at 18:30 today. Bring two warm coats and a hat.", model=REALTIME)
    answer = await build().submit(wish)
    if kept is None:
        assert failed(answer).perhaps_paid
    else:
        notes = made(answer).notes
        assert len(notes) == len(kept)
        assert all(word in note for word, note in zip(kept, notes, strict=True))


@pytest.mark.parametrize("fault", ["timeout", "drop", "bad json", "empty", "cut"])
async def test_a_reading_that_breaks_off_is_paid_once(
    server: OpenAIServer, build: Build, tmp_path: Path, fault: str
) -> None:
    server.script(Route.REALTIME, AMBIGUOUS[fault])
    provider = build(timeout_s=0.7 if fault == "timeout" else 30)
    answer = failed(await provider.submit(speech(tmp_path, model=REALTIME)))
    assert (answer.perhaps_paid, answer.elsewhere) == (True, False)
    assert (server.paid.total(), len(server.calls)) == (1, 1)


@pytest.mark.parametrize("fault", ["500", "429", "quota", "401"])
async def test_a_refused_handshake_is_free(server: OpenAIServer, build: Build, tmp_path: Path, fault: str) -> None:
    server.script(Route.REALTIME, (AMBIGUOUS | FIRM)[fault] if fault != "500" else Status(500, billed=False))
    answer = failed(await build().submit(speech(tmp_path, model=REALTIME)))
    assert (answer.perhaps_paid, answer.elsewhere) == (False, True)
    assert server.paid.total() == 0


async def test_a_realtime_model_that_is_gone_may_be_replaced(
    server: OpenAIServer, build: Build, tmp_path: Path
) -> None:
    gone = next(model for model in read_listing().model if model.id == REALTIME).model_copy(
        update={"id": "gpt-realtime-1"}
    )
    answer = failed(await build(models=(gone,)).submit(speech(tmp_path, model="gpt-realtime-1")))
    assert (answer.elsewhere, answer.perhaps_paid) == (True, False)


# --- listening ----------------------------------------------------------------------------------------------------


async def test_what_was_spoken_can_be_heard(server: OpenAIServer, build: Build, tmp_path: Path) -> None:
    text = "The tide turns at nine."
    output = made(await build().submit(speech(tmp_path, text)))
    connection = Connection(KEY, server.base_url)
    path = output.files[0].path
    assert await Transcription(connection, Catalogue(read_listing(), ("openai",))).transcribe(path) == text
    server.script(Route.TRANSCRIPTIONS, Status(500))
    with pytest.raises(Busy, match="could not be heard"):
        await Transcription(connection, Catalogue(read_listing(), ("openai",))).transcribe(path)
    await connection.close()


async def test_neither_key_nor_words_are_logged(
    server: OpenAIServer,
    build: Build,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    words = "Zanzibar"
    for fault in (Slow(0), Unauthorized(), Drop()):
        for route in (Route.IMAGES_GENERATE, Route.SPEECH, Route.REALTIME):
            server.script(route, fault)
        for wish in (
            order(tmp_path, prompt=words),
            speech(tmp_path, words),
            speech(tmp_path, words, model=REALTIME, instruction=str(fault)),
        ):
            await build().submit(wish)
    written = caplog.text + "".join(capsys.readouterr())
    assert "call_refused" in written
    assert KEY not in written
    assert words not in written


# --- on the way --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"code": "moderation_blocked", "message": "safety_violations=[violence]."}, Refused),
        ({"code": "server_error", "message": "sorry"}, Failed),
    ],
)
async def test_an_error_inside_a_stream_is_read(
    build: Build, tmp_path: Path, event: dict[str, str], kind: type[object]
) -> None:
    async def show(path: Path) -> None: ...

    async def answer(request: web.Request) -> web.Response:
        line = json.dumps({"type": "error", "error": event})
        return web.Response(text=f"event: error\ndata: {line}\n\n", content_type="text/event-stream")

    app = web.Application()
    app.router.add_post("/v1/images/generations", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider = build(base_url=f"http://127.0.0.1:{runner.addresses[0][1]}/v1")
    made_of_it = await provider.submit(order(tmp_path, preview=show))
    assert isinstance(made_of_it, kind), made_of_it
    if isinstance(made_of_it, Failed):
        assert made_of_it.perhaps_paid
    await runner.cleanup()


async def test_previews_are_left_out_when_many_are_under_way(
    server: OpenAIServer, pool: NativePool, tmp_path: Path
) -> None:
    async def show(path: Path) -> None: ...

    server.script(Route.IMAGES_GENERATE, Slow(0.3))
    connection, fetcher = Connection(KEY, server.base_url, bounds=Bounds(streams_at_once=1)), Fetcher(pool)
    provider = OpenAIProvider(connection, Catalogue(read_listing(), ("openai",)), pool, fetcher)
    wishes = [order(tmp_path / name, preview=show) for name in "ab"]
    for wish in wishes:
        wish.folder.mkdir()
    for output in await asyncio.gather(*(provider.submit(wish) for wish in wishes)):
        made(output)
    assert sorted("stream" in call.body for call in server.calls) == [False, True]
    for each in (provider, fetcher, connection):
        await each.close()


def test_no_other_file_names_a_model() -> None:
    package = Path(OpenAIProvider.__init__.__code__.co_filename).parent
    ids = {model.id for model in read_listing(BUILT_IN).model if model.provider == "openai"}
    assert not [path for path in package.glob("*.py") for name in ids if name in path.read_text("utf-8")]
