"""Replicate by its HTTP interface: paid once whatever happens, every end in plain words, files byte for byte."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from core.agent.catalogue import Catalogue, Listing, Model, read_listing
from core.providers.base import Failed, Kind, NotBegun, Order, Output, Refused, Ticket, Tool, Unknown, Waiting
from core.providers.replicate import finding
from core.providers.replicate.prediction import links
from core.providers.replicate.provider import ReplicateProvider
from core.trust.links import Links
from tests.core.orders import End, Hands, Orders, ended, hands, large_png
from tests.fakes import replicate as fake
from tests.fakes.replicate import ReplicateServer, stand_ins

FLUX, VIDEO, UPSCALE, SPEECH = "flux-2-pro", "stand-in-video", "stand-in-upscale", "stand-in-speech"
PER_SECOND = {"per_second": 0.1}
VIDEO_NAMES = {"aspect": "aspect_ratio", "duration": "duration", "image": "image", "seed": "seed"}


def stand_in(name: str, model: str, makes: str, abilities: list[str], settings: dict[str, Any], **more: Any) -> Model:
    facts = {"id": model, "name": name, "title": name, "provider": "replicate", "makes": makes, "abilities": abilities}
    return Model.model_validate(facts | {"settings": settings} | more)


def listing() -> Listing:
    """The built-in FLUX models and the local server's stand-ins for what has no confirmed name."""
    upscale = f"stand-in/upscale:{stand_ins.upscale().version}"
    own = (
        stand_in(
            "stand-in/video", VIDEO, "video", ["generate_video", "animate"], VIDEO_NAMES, price={"per_second": 0.1}
        ),
        stand_in(upscale, UPSCALE, "image", ["upscale"], {"prompt": "", "image": "image", "fixed": {"scale": 2}}),
        stand_in("stand-in/speech", SPEECH, "speech", ["generate_speech"], {"prompt": "text", "voice": "voice"}),
    )
    return Listing(model=(*read_listing().model, *own))


@dataclass
class Stage:
    server: ReplicateServer
    provider: ReplicateProvider
    orders: Orders

    async def made(self, tool: Tool = Tool.GENERATE_IMAGE, model: str = FLUX, **more: Any) -> End:
        return await ended(self.provider, self.orders.of(tool, model, **more), pause=lambda: asyncio.sleep(0.01))

    async def submitted(self, tool: Tool = Tool.GENERATE_IMAGE, model: str = FLUX, **more: Any) -> Any:
        return await self.provider.submit(self.orders.of(tool, model, **more))

    @property
    def creates(self) -> int:
        return self.server.calls.count("create")

    @property
    def sent(self) -> dict[str, Any]:
        inputs: dict[str, Any] = self.server.calls.to("create")[-1].json["input"]
        return inputs


@asynccontextmanager
async def staged(tmp_path: Path, hands: Hands, *, token: str | None = None, **more: Any) -> AsyncIterator[Stage]:
    async with ReplicateServer(scale=0.01) as server:
        catalogue = Catalogue(listing(), ("replicate",))
        facts = {"base_url": server.base_url, "links": Links((), server.files_url), "timeout_s": 2.0, "patience_s": 0.0}
        provider = ReplicateProvider(token or server.api_token, catalogue, hands.fetcher, **(facts | more))
        try:
            yield Stage(server, provider, Orders(tmp_path))
        finally:
            await provider.close()
        assert server.leaked_tokens == []


__all__ = ["hands"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, hands: Hands) -> AsyncIterator[Stage]:
    async with staged(tmp_path, hands) as built:
        yield built


# --- the good way -------------------------------------------------------------------------------------------------


async def test_a_picture_is_made_and_kept_byte_for_byte(stage: Stage) -> None:
    output = await stage.made(aspect="16:9")
    assert isinstance(output, Output)
    (file,) = output.files
    assert (file.media_type, output.cost_micros, stage.server.paid) == ("image/png", 70_000, 1)
    assert file.width and file.height and file.width / file.height == pytest.approx(16 / 9, rel=0.05)
    (prediction,) = stage.server.predictions.values()
    async with httpx.AsyncClient() as client:
        original = (await client.get(prediction.output)).content
    assert hashlib.sha256(file.path.read_bytes()).digest() == hashlib.sha256(original).digest()
    assert stage.server.calls.to("create")[0].headers["Cancel-After"] == "1800s"
    assert "Prefer" not in stage.server.calls.to("create")[0].headers


async def test_a_ticket_is_enough_to_go_on_after_a_restart(stage: Stage, tmp_path: Path) -> None:
    order = stage.orders.of(Tool.GENERATE_IMAGE, FLUX)
    ticket = await stage.provider.submit(order)
    assert isinstance(ticket, Ticket)
    again = Ticket(id=ticket.id, data=dict(ticket.data))
    while isinstance(end := await stage.provider.poll(again, order), Waiting):
        await asyncio.sleep(0.01)
    assert isinstance(end, Output)
    assert stage.server.paid == 1


async def test_small_files_travel_inside_and_large_ones_are_uploaded(stage: Stage) -> None:
    sources = (stage.orders.picture(), stage.orders.picture(data=large_png()))
    output = await stage.made(Tool.EDIT_IMAGE, instruction="at night", sources=sources)
    assert isinstance(output, Output)
    small, large = stage.sent["input_images"]
    assert small.startswith("data:image/png;base64,")
    assert large.startswith(stage.server.base_url + "/v1/files/")
    assert stage.sent["prompt"] == "at night\n\na fox in the snow"
    assert stage.sent["aspect_ratio"] == "match_input_image"
    assert stage.sent["seed"] == 4_294_967_295 % 2**31


async def test_a_mask_that_the_model_does_not_know_is_told(stage: Stage) -> None:
    sources = (stage.orders.picture(), stage.orders.picture("mask"))
    output = await stage.made(Tool.EDIT_IMAGE, instruction="darker", sources=sources)
    assert isinstance(output, Output)
    assert output.notes == ("FLUX.2 pro knows no masks, so it may have changed the whole picture.",)


async def test_a_film_costs_by_the_second_and_starts_from_a_picture(stage: Stage) -> None:
    output = await stage.made(Tool.ANIMATE, VIDEO, duration_s=3, aspect="16:9", sources=(stage.orders.picture(),))
    assert isinstance(output, Output)
    (file,) = output.files
    assert (file.media_type, file.duration_s, output.cost_micros) == ("video/mp4", 3.0, 300_000)
    assert stage.sent["image"].startswith("data:image/png")


async def test_a_communitys_model_runs_by_its_version(stage: Stage) -> None:
    output = await stage.made(Tool.UPSCALE, UPSCALE, sources=(stage.orders.picture(size=(64, 48)),))
    assert isinstance(output, Output)
    assert (output.files[0].width, output.files[0].height) == (128, 96)
    assert stage.server.calls.to("create")[0].path == "/v1/predictions"
    assert "prompt" not in stage.sent


async def test_speech_is_made_with_the_voice(stage: Stage) -> None:
    output = await stage.made(Tool.GENERATE_SPEECH, SPEECH, prompt="Good evening.", voice="brook")
    assert isinstance(output, Output)
    assert output.files[0].media_type == "audio/mpeg"
    assert stage.sent == {"text": "Good evening.", "voice": "brook"}


@pytest.mark.parametrize("shape", [fake.Shape.STR, fake.Shape.LIST, fake.Shape.DICT])
async def test_an_output_is_found_in_any_shape(stage: Stage, shape: fake.Shape) -> None:
    stage.server.outcomes.append(fake.succeeds(shape))
    output = await stage.made()
    assert isinstance(output, Output)
    assert len(output.files) == 1


async def test_a_posters_link_is_not_taken_for_the_video() -> None:
    both = {"image": "https://a.replicate.delivery/p.png", "video": "https://a.replicate.delivery/v.mp4"}
    assert links(both, Kind.VIDEO) == (both["video"],)
    assert links({"odd": {"deep": ["h", both["video"]]}}, Kind.VIDEO) == (both["video"],)
    assert links("h", Kind.IMAGE) == links({"score": 1}, Kind.IMAGE) == links(None, Kind.IMAGE) == ()


async def test_waiting_says_where_it_stands(stage: Stage) -> None:
    stage.server.outcomes.append(fake.Outcome(starting_s=60))
    order = stage.orders.of(Tool.GENERATE_IMAGE, FLUX)
    ticket = await stage.provider.submit(order)
    assert isinstance(ticket, Ticket)
    assert await stage.provider.poll(ticket, order) == Waiting(None, "Waiting for a machine at Replicate")


# --- a create that broke off --------------------------------------------------------------------------------------


def moment(stage: Stage, ago_s: float = 0.0) -> datetime:
    """Some seconds ago, by the server's clock."""
    return datetime.fromtimestamp(stage.server.clock.now() - ago_s, UTC)


async def begun(stage: Stage, **more: Any) -> Ticket:
    ticket = await stage.submitted(**more)
    assert isinstance(ticket, Ticket)
    return ticket


async def test_what_a_lost_create_began_is_found_by_what_it_asked_for(stage: Stage) -> None:
    sources = (stage.orders.picture(), stage.orders.picture(data=large_png()))
    order = stage.orders.of(Tool.EDIT_IMAGE, FLUX, instruction="at night", sources=sources)
    since = moment(stage)
    await begun(stage, prompt="a hen")
    ticket = await stage.provider.submit(order)
    await begun(stage, prompt="a hen")
    found = await stage.provider.find(order, since, set())
    assert found == ticket
    assert stage.server.paid == 3
    while isinstance(end := await stage.provider.poll(found, order), Waiting):
        await asyncio.sleep(0.01)
    assert isinstance(end, Output)


async def test_one_that_is_made_by_its_version_is_found_too(stage: Stage) -> None:
    order = stage.orders.of(Tool.UPSCALE, UPSCALE, sources=(stage.orders.picture(),))
    since = moment(stage)
    ticket = await stage.provider.submit(order)
    assert await stage.provider.find(order, since, set()) == ticket


async def test_of_two_like_it_the_one_is_found_that_nobody_has(stage: Stage) -> None:
    order, since = stage.orders.of(Tool.GENERATE_IMAGE, FLUX), moment(stage)
    tickets = [await stage.provider.submit(order) for _ in range(2)]
    for known, other in (tickets, tickets[::-1]):
        assert isinstance(known, Ticket)
        assert await stage.provider.find(order, since, {known.id}) == other
    assert isinstance(await stage.provider.find(order, since, {each.id for each in tickets}), Unknown)


async def later(stage: Stage, *, model: str = FLUX, after_s: float = 6.0) -> Ticket:
    """Something else that began so much later."""
    stage.server.clock.advance(after_s)
    return await begun(stage, tool=Tool.GENERATE_VIDEO if model == VIDEO else Tool.GENERATE_IMAGE, model=model)


async def test_a_create_that_never_arrived_is_known_by_what_began_after_it(stage: Stage) -> None:
    order, since = stage.orders.of(Tool.GENERATE_IMAGE, FLUX, prompt="never sent"), moment(stage)
    unknown = await stage.provider.find(order, since, set())
    assert unknown == Unknown(2.0), "an empty list may be behind"
    await later(stage, model=VIDEO, after_s=4.0)
    assert await stage.provider.find(order, since, set()) == unknown, "this may have begun just after"
    await later(stage, model=VIDEO, after_s=2.0)
    assert await stage.provider.find(order, since, set()) == NotBegun()


async def test_what_began_before_this_process_shows_nothing_of_a_call_that_the_last_one_made_at_its_end(
    stage: Stage,
) -> None:
    order = stage.orders.of(Tool.GENERATE_IMAGE, FLUX, prompt="never sent")
    intended_at = moment(stage, ago_s=60)
    await begun(stage, tool=Tool.GENERATE_VIDEO, model=VIDEO)
    assert isinstance(await stage.provider.find(order, intended_at, set()), Unknown)
    await later(stage, model=VIDEO)
    assert await stage.provider.find(order, intended_at, set()) == NotBegun()


async def test_none_is_believed_beside_an_order_of_that_model_that_nobody_knows(stage: Stage) -> None:
    order, since = stage.orders.of(Tool.GENERATE_IMAGE, FLUX, prompt="never sent"), moment(stage)
    other = await later(stage)
    assert isinstance(await stage.provider.find(order, since, set()), Unknown)
    assert await stage.provider.find(order, since, {other.id}) == NotBegun()


async def test_none_is_believed_where_the_list_does_not_reach_back(stage: Stage) -> None:
    order, since = stage.orders.of(Tool.GENERATE_IMAGE, FLUX, prompt="never sent"), moment(stage)
    await later(stage, model=VIDEO)
    page = {"next": "https://api.replicate.com/v1/predictions?cursor=x", "previous": None}
    stage.server.script("list", *[fake.answers(200, page | {"results": await listed(stage)})] * 2)
    assert isinstance(await stage.provider.find(order, since, set()), Unknown)


async def listed(stage: Stage) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {stage.server.api_token}"}) as client:
        results: list[dict[str, Any]] = (await client.get(f"{stage.server.base_url}/v1/predictions")).json()["results"]
    return results


async def test_an_hour_later_the_inputs_are_gone_and_nobody_can_say(stage: Stage) -> None:
    order, since = stage.orders.of(Tool.GENERATE_IMAGE, FLUX), moment(stage)
    await stage.provider.submit(order)
    await later(stage, model=VIDEO, after_s=3700)
    assert isinstance(await stage.provider.find(order, since, set()), Unknown)


NO_ZONE = {"id": "x", "model": "m", "created_at": "2026-11-22T10:00:00"}


@pytest.mark.parametrize(
    "fault",
    [
        fake.server_error(500),
        fake.drops(),
        fake.html_page(),
        fake.throttled(1),
        fake.answers(200, []),
        fake.answers(200, {"results": None}),
        fake.answers(200, {"results": [NO_ZONE]}),
    ],
    ids=lambda fault: fault.name,
)
async def test_where_there_is_no_list_it_is_looked_for_again_for_a_while(
    stage: Stage, fault: fake.Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = stage.orders.of(Tool.GENERATE_IMAGE, FLUX)
    await stage.provider.submit(order)
    stage.server.script("list", fault, fault)
    assert await stage.provider.find(order, datetime.now(UTC), set()) == Unknown(2.0)
    monkeypatch.setattr(finding, "LOOKS", timedelta(0))
    assert await stage.provider.find(order, datetime.now(UTC), set()) == Unknown()


async def test_who_may_not_see_the_list_is_not_kept_waiting(stage: Stage) -> None:
    stage.server.script("list", fake.answers(404, {"detail": "Not found."}))
    assert await stage.provider.find(stage.orders.of(Tool.GENERATE_IMAGE, FLUX), datetime.now(UTC), set()) == Unknown()


async def test_bringing_a_file_comes_before_the_paid_call(stage: Stage) -> None:
    order = stage.orders.of(Tool.EDIT_IMAGE, FLUX, sources=(stage.orders.picture(data=large_png()),))
    ready = await stage.provider.prepare(order)
    assert isinstance(ready, Order)
    assert (stage.server.calls.count("files.create"), stage.creates) == (1, 0)
    assert isinstance(await stage.provider.submit(ready), Ticket)
    assert (stage.server.calls.count("files.create"), stage.creates) == (1, 1)


# --- money: a create that goes wrong --------------------------------------------------------------------------------

AMBIGUOUS = {
    "500": fake.server_error(500),
    "500 although it runs": fake.server_error(500, accepted=True),
    "502": fake.server_error(502),
    "503": fake.server_error(503),
    "hangs": fake.hangs(),
    "drops": fake.drops(),
    "broken": fake.broken_json(),
    "empty": fake.empty_body(),
    "html": fake.html_page(),
    "truncated": fake.truncated(),
    "a list": fake.answers(201, [1, 2], accepted=True),
    "no id": fake.answers(201, {"status": "starting"}, accepted=True),
    "redirect": fake.answers(302, None, Location="/elsewhere"),
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
    "401": (fake.unauthorised(), "no_access"),
    "402": (fake.no_credit(), "no_credit"),
    "403": (fake.answers(403, {"detail": "Forbidden"}), "no_access"),
    "404": (fake.answers(404, {"detail": "The requested resource could not be found."}), "no_model"),
    "429": (fake.throttled(7), "busy"),
}


@pytest.mark.parametrize("name", SURELY_NOT)
async def test_a_create_that_surely_did_not_run_may_go_elsewhere(stage: Stage, name: str) -> None:
    behaviour, code = SURELY_NOT[name]
    stage.server.script("create", behaviour)
    failed = await stage.submitted()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid) == (code, True, False)
    assert (stage.creates, stage.server.paid) == (1, 0)
    assert stage.server.api_token not in failed.message


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [
        (fake.throttled(7), 7),
        (fake.throttled(30, retry_after=False), 30),
        (fake.answers(429, "slow down"), 10),
        (fake.answers(429, {}, Retry_After="99999"), 600),
    ],
)
async def test_a_429_says_when_to_come_back(stage: Stage, behaviour: fake.Behaviour, seconds: float) -> None:
    stage.server.script("create", behaviour)
    failed = await stage.submitted()
    assert isinstance(failed, Failed)
    assert failed.again_s == seconds


async def test_an_order_out_of_contract_is_free_but_stays_here(stage: Stage) -> None:
    stage.server.script("create", fake.answers(422, {"title": "Input validation failed", "detail": "- input: bad"}))
    failed = await stage.submitted()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid) == ("rejected", False, False)


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9", "https://nobody.invalid"])
async def test_no_connection_means_that_nothing_was_sent(tmp_path: Path, hands: Hands, base_url: str) -> None:
    async with staged(tmp_path, hands, base_url=base_url) as stage:
        failed = await stage.submitted()
        assert isinstance(failed, Failed)
        assert (failed.code, failed.elsewhere, failed.perhaps_paid) == ("unreachable", True, False)


async def test_plain_text_behind_https_means_that_nothing_was_sent(tmp_path: Path, hands: Hands) -> None:
    async with staged(tmp_path, hands) as other:
        async with staged(tmp_path, hands, base_url=other.server.base_url.replace("http:", "https:")) as stage:
            failed = await stage.submitted()
        assert isinstance(failed, Failed)
        assert (failed.elsewhere, failed.perhaps_paid, other.server.paid) == (True, False, 0)


async def test_twenty_orders_meet_every_fault_and_none_is_paid_twice(tmp_path: Path, hands: Hands) -> None:
    async with staged(tmp_path, hands, timeout_s=0.5) as stage:
        faults = [fake.server_error(500, accepted=True), fake.hangs(), fake.drops(), fake.broken_json()]
        stage.server.script("create", *faults * 4, *[fake.throttled(1)] * 4)
        ends = await asyncio.gather(*(stage.submitted(prompt=f"fox {i}") for i in range(20)))
        assert (stage.creates, stage.server.paid) == (20, 16)
        assert sum(isinstance(end, Failed) and end.perhaps_paid for end in ends) == 16
        assert sum(isinstance(end, Failed) and end.again_s == 1 for end in ends) == 4


async def test_a_failed_upload_costs_nothing_and_begins_nothing(stage: Stage) -> None:
    stage.server.always("files.create", fake.server_error(500))
    failed = await stage.submitted(
        Tool.EDIT_IMAGE, instruction="darker", sources=(stage.orders.picture(data=large_png()),)
    )
    assert isinstance(failed, Failed)
    assert (failed.code, failed.elsewhere, failed.perhaps_paid) == ("upload_failed", True, False)
    assert stage.creates == 0


async def test_a_dropped_upload_is_tried_again_for_it_is_free(stage: Stage) -> None:
    stage.server.script("files.create", fake.drops(accepted=False))
    output = await stage.made(Tool.EDIT_IMAGE, instruction="dark", sources=(stage.orders.picture(data=large_png()),))
    assert isinstance(output, Output)
    assert (stage.server.calls.count("files.create"), stage.creates) == (2, 1)


async def test_a_text_that_is_too_long_is_refused_before_it_costs(stage: Stage) -> None:
    failed = await stage.submitted(Tool.GENERATE_SPEECH, SPEECH, prompt="x" * 10_001)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.perhaps_paid, stage.creates) == ("too_long", False, 0)


# --- the poll -----------------------------------------------------------------------------------------------------


async def test_errors_while_polling_are_not_the_end(tmp_path: Path, hands: Hands) -> None:
    async with staged(tmp_path, hands, timeout_s=0.2) as stage:
        odd = [fake.html_page(), fake.hangs(), fake.drops(), fake.empty_body(), fake.broken_json(), fake.unauthorised()]
        stage.server.script("get", *[fake.server_error(500)] * 10, *odd, fake.throttled(1), fake.answers(200, []))
        assert isinstance(await stage.made(), Output)
        assert stage.server.paid == 1


async def test_an_unknown_status_is_still_under_way(stage: Stage) -> None:
    order = stage.orders.of(Tool.GENERATE_IMAGE, FLUX)
    ticket = await stage.provider.submit(order)
    assert isinstance(ticket, Ticket)
    stage.server.script("get", fake.answers(200, {"id": ticket.id, "status": "weird", "logs": " 40%|████ | 4/10\n"}))
    assert await stage.provider.poll(ticket, order) == Waiting(0.4, "")


@pytest.mark.parametrize("status", ["aborted", "weird"])
async def test_an_odd_status_at_creation_never_loses_the_id(stage: Stage, status: str) -> None:
    body = {"id": "p123", "status": status, "output": None}
    stage.server.script("create", fake.answers(201, body, accepted=True))
    assert await stage.submitted() == Ticket("p123")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("CUDA out of memory. Tried to allocate 2.00 GiB", "ran out of memory"),
        ("Prediction interrupted; it ran for more than 30 minutes", "30 minutes"),
        ("Traceback: KeyError 'secret r8_x'", "could not make this"),
    ],
)
async def test_a_failed_prediction_is_free_and_says_why_in_plain_words(stage: Stage, error: str, said: str) -> None:
    stage.server.outcomes.append(fake.fails(error))
    failed = await stage.made()
    assert isinstance(failed, Failed)
    assert said in failed.message
    assert "Traceback" not in failed.message
    assert (failed.elsewhere, failed.perhaps_paid) == (True, False)


async def test_what_is_flagged_is_refused_and_asked_once(stage: Stage) -> None:
    refused = await stage.made(prompt=f"a {fake.FORBIDDEN} picture")
    assert isinstance(refused, Refused)
    assert "declined" in refused.message
    assert stage.creates == 1


async def test_a_flagged_create_is_refused(stage: Stage) -> None:
    stage.server.script("create", fake.answers(422, {"detail": "The input was flagged as sensitive."}))
    assert isinstance(await stage.submitted(), Refused)


async def test_aborted_is_free_and_canceled_is_billed(stage: Stage) -> None:
    stage.server.outcomes.extend((fake.aborted(), fake.canceled()))
    aborted, canceled = await stage.made(), await stage.made()
    assert isinstance(aborted, Failed)
    assert isinstance(canceled, Failed)
    assert (aborted.elsewhere, aborted.perhaps_paid) == (True, False)
    assert (canceled.elsewhere, canceled.perhaps_paid) == (False, True)


# --- the files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [fake.Shape.NULL, fake.Shape.EMPTY_LIST, fake.Shape.ODD])
async def test_an_output_without_a_file_was_paid(stage: Stage, shape: fake.Shape) -> None:
    stage.server.outcomes.append(fake.succeeds(shape))
    failed = await stage.made()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.perhaps_paid, failed.elsewhere) == ("no_output", True, False)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (fake.Spoil.HTML, "wrong_media"),
        (fake.Spoil.EMPTY, "wrong_media"),
        (fake.Spoil.TRUNCATED, "download_failed"),
        (fake.Spoil.WRONG_KIND, "wrong_media"),
        (fake.Spoil.HUGE, "too_large"),
        (fake.Spoil.REDIRECT, "link_refused"),
    ],
)
async def test_a_spoilt_file_was_paid_and_leaves_nothing_behind(stage: Stage, spoil: fake.Spoil, code: str) -> None:
    stage.server.outcomes.append(fake.succeeds(spoil=spoil))
    order = stage.orders.of(Tool.GENERATE_IMAGE, FLUX)
    failed = await ended(stage.provider, order, pause=lambda: asyncio.sleep(0.01))
    assert isinstance(failed, Failed)
    assert (failed.code, failed.perhaps_paid, failed.elsewhere) == (code, True, False)
    assert list(order.folder.iterdir()) == []


async def test_a_file_under_a_wrong_label_is_known_by_its_bytes(stage: Stage) -> None:
    stage.server.outcomes.append(fake.succeeds(spoil=fake.Spoil.MISLABELLED))
    output = await stage.made()
    assert isinstance(output, Output)
    assert output.files[0].media_type == "image/png"


async def test_a_file_host_that_is_away_for_a_while_loses_nothing(tmp_path: Path, hands: Hands) -> None:
    async with staged(tmp_path, hands, patience_s=60.0) as stage:
        stage.server.script("output", *[fake.server_error(503)] * 3)
        order = stage.orders.of(Tool.GENERATE_IMAGE, FLUX)
        ticket = await stage.provider.submit(order)
        assert isinstance(ticket, Ticket)
        seen = []
        while isinstance(end := await stage.provider.poll(ticket, order), Waiting):
            seen.append(end.detail)
            await asyncio.sleep(0.02)
        assert isinstance(end, Output)
        assert "Fetching the result" in seen
        assert stage.server.paid == 1


async def test_a_link_to_another_host_is_never_followed(stage: Stage) -> None:
    stage.server.outcomes.append(fake.Outcome(output=f"{stage.server.elsewhere_url}/x.png"))
    failed = await stage.made()
    assert isinstance(failed, Failed)
    assert (failed.code, failed.perhaps_paid) == ("link_refused", True)
    assert stage.server.calls.count("output") == 0


# --- cancelling ---------------------------------------------------------------------------------------------------


async def test_cancelling_is_free_before_a_machine_was_there_and_billed_after(stage: Stage) -> None:
    stage.server.outcomes.extend((fake.Outcome(starting_s=60), fake.Outcome(starting_s=0, run_s=60)))
    early, late = await stage.submitted(), await stage.submitted()
    await asyncio.sleep(0.05)
    assert await stage.provider.cancel(early) is True
    assert await stage.provider.cancel(late) is False
    assert stage.server.billed == 1
    assert {each.status(stage.server.clock.now()) for each in stage.server.predictions.values()} == {"canceled"}


async def test_cancelling_too_late_or_in_vain_is_no_error(stage: Stage) -> None:
    done = stage.orders.of(Tool.GENERATE_IMAGE, FLUX)
    ticket = await stage.provider.submit(done)
    assert isinstance(ticket, Ticket)
    await asyncio.sleep(0.1)
    assert await stage.provider.cancel(ticket) is False
    assert await stage.provider.cancel(Ticket("unknown")) is False
    stage.server.always("any", fake.drops())
    assert await stage.provider.cancel(ticket) is False


async def test_a_cancel_that_met_a_fault_is_sent_again(stage: Stage) -> None:
    stage.server.outcomes.append(fake.Outcome(starting_s=60))
    ticket = await stage.submitted()
    stage.server.script("cancel", fake.server_error(500))
    assert await stage.provider.cancel(ticket) is True


# --- the catalogue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [each for each in read_listing().model if each.provider == "replicate"])
async def test_every_listed_shape_is_one_that_the_model_has(stage: Stage, model: Model) -> None:
    for aspect in model.aspects:
        answer = await stage.submitted(model=model.id, aspect=aspect)
        assert isinstance(answer, Ticket), aspect
