"""Runway by its own SDK, with the vendor's validation on: paid once whatever happens, moderated work never repeated."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from runwayml import AsyncRunwayML

from core.agent.catalogue import Catalogue, Listing, Model, read_listing
from core.providers.base import Failed, Kind, Order, Output, Refused, Ticket, Tool, Waiting
from core.providers.fitting import fit
from core.providers.runway.provider import RunwayProvider
from core.trust.links import Links
from tests.core.orders import End, Hands, Orders, ended, hands, large_png
from tests.fakes import media
from tests.fakes import runway as fake
from tests.fakes.runway import RunwayServer

FILM, VEO, EXTEND, RESTYLE = "gen4.5", "veo3.1_fast", "seedance2_5", "aleph2"
UPSCALE_VIDEO, UPSCALE_IMAGE, SPEECH = "magnific_video_upscaler_creative", "magnific_precision_upscaler_v2", "eleven_v4"
LISTING = read_listing()
MODELS = [each for each in LISTING.model if each.provider == "runway"]
SCALE = 0.01


@dataclass
class Stage:
    server: RunwayServer
    client: AsyncRunwayML
    provider: RunwayProvider
    orders: Orders

    async def made(self, tool: Tool = Tool.GENERATE_VIDEO, model: str = FILM, **more: Any) -> End:
        more = {"duration_s": 2} | more if model in (FILM, "gen4_turbo") else more
        return await ended(self.provider, self.orders.of(tool, model, **more), pause=polite)

    async def submitted(self, tool: Tool = Tool.GENERATE_VIDEO, model: str = FILM, **more: Any) -> Any:
        return await self.provider.submit(self.orders.of(tool, model, **more))

    @property
    def creates(self) -> int:
        return sum(call.method == "POST" and call.route.endswith(CREATES) for call in self.server.calls)

    @property
    def sent(self) -> dict[str, Any]:
        body: dict[str, Any] = [call for call in self.server.calls if call.route.endswith(CREATES)][-1].json
        return body


CREATES = ("_to_video", "_upscale", "_to_speech")


async def polite() -> None:
    """Runway asks for 5 s between two looks, which the server shortens."""
    await asyncio.sleep(5 * SCALE * 1.02)


@asynccontextmanager
async def staged(
    tmp_path: Path,
    hands: Hands,
    *,
    base_url: str | None = None,
    timeout_s: float = 5,
    patience_s: float = 0,
    models: Any = (),
) -> AsyncIterator[Stage]:
    async with RunwayServer(scale=SCALE) as server:
        client = AsyncRunwayML(
            api_key=server.api_key,
            base_url=base_url or server.base_url,
            timeout=timeout_s,
            _strict_response_validation=True,
        )
        catalogue = Catalogue(Listing(model=(*models, *LISTING.model)), ("runway",))
        links = Links((), server.files_url)
        provider = RunwayProvider(client, catalogue, hands.fetcher, hands.pool, links=links, patience_s=patience_s)
        try:
            yield Stage(server, client, provider, Orders(tmp_path))
        finally:
            await provider.close()
        assert server.leaked_tokens == []
        assert server.hasty_polls == 0


__all__ = ["hands"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, hands: Hands) -> AsyncIterator[Stage]:
    async with staged(tmp_path, hands) as built:
        yield built


# --- the good way -------------------------------------------------------------------------------------------------


async def test_words_become_a_film_and_cost_what_runway_says(stage: Stage) -> None:
    output = await stage.made(aspect="9:16")
    assert isinstance(output, Output)
    (file,) = output.files
    assert (file.media_type, file.width, file.height, file.duration_s) == ("video/mp4", 720, 1280, 2.0)
    assert output.cost_micros == stage.server.spent_credits * 10_000 == 240_000
    assert (stage.sent["model"], stage.sent["seed"]) == (FILM, 4_294_967_295)
    assert stage.server.paid == stage.creates == 1


async def test_the_answers_are_those_that_the_vendors_types_describe(stage: Stage) -> None:
    ticket = await stage.submitted(duration_s=2)
    task = await stage.client.tasks.retrieve(ticket.id)
    assert task.status in ("PENDING", "THROTTLED", "RUNNING")


async def test_a_ticket_is_enough_to_go_on_after_a_restart(stage: Stage) -> None:
    order = stage.orders.of(Tool.GENERATE_VIDEO, FILM, duration_s=2)
    ticket = await stage.provider.submit(order)
    assert isinstance(ticket, Ticket)
    assert ticket.data == {"way": "video", "most_micros": 240_000}
    again = Ticket(ticket.id, dict(ticket.data))
    await polite()
    while isinstance(end := await stage.provider.poll(again, order), Waiting):
        await polite()
    assert isinstance(end, Output)
    assert stage.server.paid == 1


@pytest.mark.parametrize(
    ("size", "ratio"), [((640, 480), "1104:832"), ((500, 500), "960:960"), ((1600, 640), "1584:672")]
)
async def test_a_film_from_a_picture_keeps_its_shape(stage: Stage, size: tuple[int, int], ratio: str) -> None:
    output = await stage.made(Tool.ANIMATE, prompt="", sources=(stage.orders.picture(size=size),))
    assert isinstance(output, Output)
    assert stage.server.calls[0].route == "image_to_video"
    assert stage.sent["ratio"] == ratio
    assert stage.sent["promptText"] == "Gentle, natural motion."
    assert stage.sent["promptImage"].startswith("data:image/png;base64,")


async def test_a_large_picture_is_uploaded_first(stage: Stage) -> None:
    output = await stage.made(aspect="16:9", sources=(stage.orders.picture("first_frame", data=large_png()),))
    assert isinstance(output, Output)
    assert stage.sent["promptImage"].startswith("runway://")
    assert stage.server.calls.count("uploads", "upload") == 2


async def test_bringing_a_file_comes_before_the_paid_call(stage: Stage) -> None:
    order = stage.orders.of(Tool.ANIMATE, FILM, aspect="16:9", sources=(stage.orders.picture(data=large_png()),))
    ready = await stage.provider.prepare(order)
    assert isinstance(ready, Order)
    assert (stage.server.calls.count("upload"), stage.creates) == (1, 0)
    assert isinstance(await stage.provider.submit(ready), Ticket)
    assert (stage.server.calls.count("upload"), stage.creates) == (1, 1)


async def test_a_veo_film_has_sound_and_one_of_its_lengths(stage: Stage) -> None:
    wish = stage.orders.of(Tool.GENERATE_VIDEO, VEO, duration_s=5, aspect="1:1")
    order, notes = fit(wish, next(each for each in MODELS if each.id == VEO))
    assert len(notes) == 2
    output = await ended(stage.provider, order, pause=polite)
    assert isinstance(output, Output)
    assert (stage.sent["duration"], stage.sent["audio"]) == (6, True)
    assert output.cost_micros == 900_000


async def test_a_film_is_made_longer(stage: Stage) -> None:
    output = await stage.made(Tool.EXTEND, EXTEND, duration_s=4, sources=(stage.orders.film(),))
    assert isinstance(output, Output)
    assert output.files[0].duration_s == pytest.approx(5, abs=0.1)
    assert (stage.sent["mode"], stage.sent["duration"]) == ("extend", 4)
    assert "ratio" not in stage.sent


async def test_a_film_is_made_anew_from_a_film(stage: Stage) -> None:
    output = await stage.made(Tool.VARY, RESTYLE, kind=Kind.VIDEO, aspect="1:1", sources=(stage.orders.film(),))
    assert isinstance(output, Output)
    assert stage.sent["targetAspectRatio"] == "1:1"


async def test_films_and_pictures_are_made_larger(stage: Stage) -> None:
    film = await stage.made(Tool.UPSCALE, UPSCALE_VIDEO, kind=Kind.VIDEO, sources=(stage.orders.film(),))
    picture = await stage.made(Tool.UPSCALE, UPSCALE_IMAGE, sources=(stage.orders.picture(size=(100, 80)),))
    assert isinstance(film, Output)
    assert isinstance(picture, Output)
    assert film.files[0].width == 2560
    assert (picture.files[0].width, picture.files[0].height) == (200, 160)


@pytest.mark.parametrize(("wished", "spoken"), [(None, "Maya"), ("Frank", "Frank"), ("Marvin", "Maya")])
async def test_a_text_is_spoken(stage: Stage, wished: str | None, spoken: str) -> None:
    output = await stage.made(Tool.GENERATE_SPEECH, SPEECH, prompt="Good evening.", voice=wished)
    assert isinstance(output, Output)
    assert output.files[0].media_type == "audio/mpeg"
    assert stage.sent["voice"] == {"type": "runway-preset", "presetId": spoken}
    assert output.cost_micros == 10_000


async def test_a_long_upload_streams_as_a_file(stage: Stage, tmp_path: Path) -> None:
    film = media.mp4((320, 180), 1.0, audio=True)
    padded = film + (8 * media.MB).to_bytes(4, "big") + b"free" + bytes(8 * media.MB - 8)
    output = await stage.made(Tool.EXTEND, EXTEND, duration_s=4, sources=(stage.orders.film(data=padded),))
    assert isinstance(output, Output)
    assert stage.sent["promptVideo"].startswith("runway://")


# --- money: a create that goes wrong --------------------------------------------------------------------------------

AMBIGUOUS = {
    "500": fake.server_error(500),
    "500 although it runs": fake.server_error(500, accepted=True),
    "502": fake.server_error(502),
    "503": fake.server_error(503),
    "504": fake.server_error(504),
    "hangs": fake.hangs(),
    "drops": fake.drops(),
    "broken": fake.broken_json(),
    "empty": fake.empty_body(),
    "html": fake.html_page(),
    "truncated": fake.truncated(),
    "no id": fake.answers(200, {"estimatedCost": {"credits": 1}}, accepted=True),
    "a list": fake.answers(200, [], accepted=True),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
async def test_an_ambiguous_create_is_one_post_and_may_have_been_paid(tmp_path: Path, hands: Hands, name: str) -> None:
    async with staged(tmp_path, hands, timeout_s=0.3) as stage:
        stage.server.always("create", AMBIGUOUS[name])
        failed = await stage.submitted()
        assert isinstance(failed, Failed)
        assert (failed.perhaps_paid, failed.elsewhere, failed.again_s) == (True, False, None)
        assert "may have been charged" in failed.message
        assert stage.creates == 1
        assert stage.server.paid <= 1


SURELY_NOT = {
    "401": (fake.unauthorised(), "no_access", None),
    "400 no credit": (fake.no_credit(), "no_credit", None),
    "403": (fake.answers(403, {"error": "Forbidden"}), "no_access", None),
    "404": (fake.answers(404, {"error": "Not found"}), "no_model", None),
    "429": (fake.throttled(7), "busy", 7),
    "429 silent": (fake.throttled(), "busy", 10),
    "429 for today": (fake.quota(), "quota", None),
}


@pytest.mark.parametrize("name", SURELY_NOT)
async def test_a_create_that_surely_did_not_run_may_go_elsewhere(stage: Stage, name: str) -> None:
    behaviour, code, again_s = SURELY_NOT[name]
    stage.server.always("create", behaviour)
    failed = await stage.submitted()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid, failed.again_s) == (code, True, False, again_s)
    assert (stage.creates, stage.server.paid) == (1, 0)
    assert stage.server.api_key not in failed.message


async def test_an_order_out_of_contract_is_free_but_stays_here(stage: Stage) -> None:
    stage.server.script("create", fake.answers(400, {"error": "Validation of body failed", "issues": []}))
    failed = await stage.submitted()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid) == ("rejected", False, False)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9", "https://nobody.invalid", "https://127.0.0.1:9"])
async def test_no_connection_means_that_nothing_was_sent(tmp_path: Path, hands: Hands, base_url: str) -> None:
    async with staged(tmp_path, hands, base_url=base_url) as stage:
        failed = await stage.submitted()
        assert isinstance(failed, Failed)
        assert (failed.code, failed.elsewhere, failed.perhaps_paid) == ("unreachable", True, False)


async def test_twenty_orders_meet_every_fault_and_none_is_paid_twice(tmp_path: Path, hands: Hands) -> None:
    async with staged(tmp_path, hands, timeout_s=0.5) as stage:
        faults = [fake.server_error(500, accepted=True), fake.hangs(), fake.drops(), fake.broken_json()]
        stage.server.script("create", *faults * 4, *[fake.throttled(1)] * 4)
        ends = await asyncio.gather(*(stage.submitted(prompt=f"fox {i}") for i in range(20)))
        assert (stage.creates, stage.server.paid) == (20, 16)
        assert sum(isinstance(end, Failed) and end.perhaps_paid for end in ends) == 16
        assert sum(isinstance(end, Failed) and end.again_s == 1 for end in ends) == 4


@pytest.mark.parametrize("route", ["uploads", "upload"])
async def test_a_failed_upload_costs_nothing_and_begins_nothing(stage: Stage, route: str) -> None:
    stage.server.always(route, fake.server_error(500))
    failed = await stage.submitted(Tool.ANIMATE, sources=(stage.orders.picture(data=large_png()),))
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid) == ("upload_failed", True, False)
    assert stage.creates == 0


async def test_a_dropped_upload_is_tried_again_for_it_is_free(stage: Stage) -> None:
    stage.server.script("upload", fake.drops(accepted=False))
    output = await stage.made(Tool.ANIMATE, aspect="16:9", sources=(stage.orders.picture(data=large_png()),))
    assert isinstance(output, Output)
    assert (stage.server.calls.count("upload"), stage.creates) == (2, 1)


async def test_what_costs_more_than_was_reserved_is_cancelled_and_told(tmp_path: Path, hands: Hands) -> None:
    dear = next(each for each in MODELS if each.id == FILM).model_copy(update={"id": "cheap", "name": FILM})
    cheap = Model.model_validate(dear.model_dump() | {"price": {"per_second": 0.01}})
    async with staged(tmp_path, hands, models=(cheap,)) as stage:
        stage.server.outcomes.append(fake.Outcome(pending_s=60))
        failed = await stage.submitted(model="cheap", duration_s=5)
        assert isinstance(failed, Failed)
        assert failed.message.startswith("Runway asks $0.60 for this, more than the $0.05 that Easel had set aside")
        assert (failed.elsewhere, failed.perhaps_paid) == (True, False)
        assert stage.server.calls.count("delete") == 1
        assert stage.server.spent_credits == 0


async def test_a_film_longer_than_runway_takes_is_refused_before_it_costs(stage: Stage) -> None:
    film = stage.orders.film(31)
    failed = await stage.submitted(Tool.UPSCALE, UPSCALE_VIDEO, kind=Kind.VIDEO, sources=(film,))
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid, stage.creates) == ("too_long", True, False, 0)


async def test_a_text_that_is_too_long_is_refused_before_it_costs(stage: Stage) -> None:
    failed = await stage.submitted(Tool.GENERATE_SPEECH, SPEECH, prompt="🦊" * 501)
    assert isinstance(failed, Failed)
    assert "1,002 characters" in failed.message
    assert stage.creates == 0


# --- the poll -----------------------------------------------------------------------------------------------------


async def test_errors_while_polling_are_not_the_end(tmp_path: Path, hands: Hands) -> None:
    async with staged(tmp_path, hands, timeout_s=0.3) as stage:
        odd = [fake.html_page(), fake.hangs(), fake.drops(), fake.empty_body(), fake.broken_json(), fake.unauthorised()]
        stage.server.script("retrieve", *[fake.server_error(500)] * 10, *odd, fake.throttled(1), fake.answers(200, []))
        assert isinstance(await stage.made(), Output)
        assert stage.server.paid == 1


async def test_an_unknown_status_is_still_under_way(stage: Stage) -> None:
    order = stage.orders.of(Tool.GENERATE_VIDEO, FILM, duration_s=2)
    ticket = await stage.provider.submit(order)
    assert isinstance(ticket, Ticket)
    body = {"id": ticket.id, "status": "WEIRD", "progress": 0.4}
    stage.server.script("retrieve", fake.answers(200, body))
    assert await stage.provider.poll(ticket, order) == Waiting(0.4, "")


async def test_waiting_says_where_it_stands(stage: Stage) -> None:
    stage.server.outcomes.extend([fake.Outcome(pending_s=0, run_s=60), fake.Outcome(pending_s=60), fake.never_ends()])
    order = stage.orders.of(Tool.GENERATE_VIDEO, FILM, duration_s=2)
    tickets = [await stage.provider.submit(order) for _ in range(3)]
    seen = [await stage.provider.poll(each, order) for each in tickets if isinstance(each, Ticket)]
    details = [each.detail for each in seen if isinstance(each, Waiting)]
    assert details == ["", "Waiting for Runway", "In the queue at Runway"]
    assert isinstance(seen[0], Waiting)
    assert seen[0].progress is not None


@pytest.mark.parametrize("code", ["SAFETY.INPUT.TEXT", "SAFETY.OUTPUT.VIDEO", "SAFETY"])
async def test_moderated_work_is_refused_and_never_repeated(stage: Stage, code: str) -> None:
    stage.server.outcomes.append(fake.moderated(code))
    refused = await stage.made()
    assert isinstance(refused, Refused)
    assert "declined" in refused.message
    assert code not in refused.message
    assert stage.creates == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("INTERNAL.BAD_OUTPUT.CODE01", "not good enough"),
        ("INPUT_PREPROCESSING.INTERNAL", "could not use the file"),
        ("ASSET.INVALID", "could not use the file"),
        (None, "could not make this"),
    ],
)
async def test_a_failed_task_is_free_and_says_why_in_plain_words(stage: Stage, code: str | None, said: str) -> None:
    stage.server.outcomes.append(fake.fails(code, "Traceback: key_fff"))
    failed = await stage.made()
    assert isinstance(failed, Failed)
    assert said in failed.message
    assert "Traceback" not in failed.message
    assert (failed.elsewhere, failed.perhaps_paid) == (True, False)


async def test_an_end_that_was_charged_counts_as_spent(stage: Stage) -> None:
    stage.server.outcomes.append(fake.Outcome(status="FAILED", failure="x", credits=24))
    failed = await stage.made()
    assert isinstance(failed, Failed)
    assert (failed.elsewhere, failed.perhaps_paid) == (False, True)


async def test_a_task_that_somebody_else_cancelled_is_free(stage: Stage) -> None:
    stage.server.outcomes.append(fake.cancelled())
    failed = await stage.made()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid) == ("stopped", True, False)


# --- the files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (fake.Outcome(no_output=True), "no_output"),
        (fake.succeeds(spoil=fake.Spoil.HTML), "wrong_media"),
        (fake.succeeds(spoil=fake.Spoil.EMPTY), "wrong_media"),
        (fake.succeeds(spoil=fake.Spoil.TRUNCATED), "download_failed"),
        (fake.succeeds(spoil=fake.Spoil.WRONG_KIND), "wrong_media"),
        (fake.succeeds(spoil=fake.Spoil.REDIRECT), "link_refused"),
    ],
)
async def test_a_spoilt_file_was_paid_and_leaves_nothing_behind(stage: Stage, outcome: fake.Outcome, code: str) -> None:
    stage.server.outcomes.append(outcome)
    order = stage.orders.of(Tool.GENERATE_VIDEO, FILM, duration_s=2)
    failed = await ended(stage.provider, order, pause=polite)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.perhaps_paid, failed.elsewhere) == (code, True, False)
    assert list(order.folder.iterdir()) == []


async def test_a_file_host_that_is_away_for_a_while_loses_nothing(tmp_path: Path, hands: Hands) -> None:
    async with staged(tmp_path, hands, patience_s=60) as stage:
        stage.server.script("output", *[fake.server_error(503)] * 3)
        assert isinstance(await stage.made(), Output)
        assert stage.server.paid == 1


async def test_a_link_that_ended_is_fresh_at_the_next_look(stage: Stage) -> None:
    order = stage.orders.of(Tool.GENERATE_VIDEO, FILM, duration_s=2)
    ticket = await stage.provider.submit(order)
    assert isinstance(ticket, Ticket)
    await asyncio.sleep(0.2)
    stage.server.clock.advance(3 * 24 * 3600)
    assert isinstance(await stage.provider.poll(ticket, order), Output)


# --- cancelling ---------------------------------------------------------------------------------------------------


async def test_cancelling_is_free_only_before_it_began(stage: Stage) -> None:
    stage.server.outcomes.extend([fake.Outcome(pending_s=60), fake.Outcome(pending_s=0, run_s=60)])
    waiting, running = await stage.submitted(duration_s=2), await stage.submitted(duration_s=2)
    await asyncio.sleep(0.05)
    assert await stage.provider.cancel(waiting) is True
    assert await stage.provider.cancel(running) is False
    assert stage.server.unrefunded == 1
    assert stage.server.spent_credits == 24


async def test_cancelling_too_late_destroys_nothing(stage: Stage) -> None:
    order = stage.orders.of(Tool.GENERATE_VIDEO, FILM, duration_s=2)
    ticket = await stage.provider.submit(order)
    assert isinstance(ticket, Ticket)
    await asyncio.sleep(0.2)
    assert await stage.provider.cancel(ticket) is False
    await polite()
    assert isinstance(await stage.provider.poll(ticket, order), Output)


async def test_cancelling_in_vain_is_no_error(stage: Stage) -> None:
    stage.server.outcomes.append(fake.never_ends())
    ticket = await stage.submitted(duration_s=2)
    assert await stage.provider.cancel(Ticket("unknown")) is False
    stage.server.always("delete", fake.drops(accepted=False))
    assert await stage.provider.cancel(ticket) is False


async def test_a_cancel_that_met_a_fault_is_sent_again(stage: Stage) -> None:
    stage.server.outcomes.append(fake.Outcome(pending_s=60))
    ticket = await stage.submitted(duration_s=2)
    stage.server.script("delete", fake.server_error(500))
    assert await stage.provider.cancel(ticket) is True


# --- the catalogue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [each for each in MODELS if each.way == "video"], ids=lambda model: model.id)
async def test_every_listed_shape_and_length_is_one_that_the_model_has(stage: Stage, model: Model) -> None:
    picture = (stage.orders.picture(),)
    tools = [tool for tool in (Tool.GENERATE_VIDEO, Tool.ANIMATE) if tool in model.abilities]
    for tool in tools:
        sources = picture if tool is Tool.ANIMATE else ()
        shapes = model.settings.get("frame_aspects", model.aspects) if sources else model.aspects
        for aspect in shapes:
            answer = await stage.submitted(tool, model.id, aspect=aspect, sources=sources)
            assert isinstance(answer, Ticket), aspect
        for duration_s in model.durations:
            answer = await stage.submitted(tool, model.id, duration_s=duration_s, sources=sources)
            assert isinstance(answer, Ticket), duration_s


@pytest.mark.parametrize("model", [each for each in MODELS if each.way == "speech"], ids=lambda model: model.id)
async def test_every_listed_voice_speaks_and_costs_no_more_than_reserved(stage: Stage, model: Model) -> None:
    for i, voice in enumerate(model.voices):
        answer = await stage.submitted(Tool.GENERATE_SPEECH, model.id, prompt="x" * (i * 7 + 1), voice=voice)
        assert isinstance(answer, Ticket), voice


async def test_every_length_of_an_extension_costs_no_more_than_reserved(stage: Stage) -> None:
    model = next(each for each in MODELS if each.id == EXTEND)
    for duration_s in model.durations:
        film = stage.orders.film(1.0)
        answer = await stage.submitted(Tool.EXTEND, EXTEND, duration_s=duration_s, sources=(film,))
        assert isinstance(answer, Ticket), duration_s
