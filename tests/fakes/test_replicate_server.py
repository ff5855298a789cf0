"""The stand-in for Replicate, spoken to by the vendor's own client."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import av
import httpx
import pydantic.v1
import pytest
from PIL import Image
from replicate import Client
from replicate.exceptions import ModelError, ReplicateError
from replicate.helpers import FileOutput
from replicate.prediction import Prediction

from tests.fakes import media
from tests.fakes import replicate as fake
from tests.fakes.replicate import ReplicateServer, Shape, Spoil

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning:pydantic")
FLUX = ("black-forest-labs", "flux-2-pro")
SPEECH = ("stand-in", "speech")
Json = dict[str, Any]


@pytest.fixture
async def server() -> AsyncIterator[ReplicateServer]:
    async with ReplicateServer(scale=0.02) as running:
        yield running


@pytest.fixture
async def client(server: ReplicateServer) -> AsyncIterator[Client]:
    quick = httpx.AsyncHTTPTransport(verify=False)  # loading certificates takes longer than most tests
    client = Client(api_token=server.api_token, base_url=server.base_url, transport=quick)
    yield client
    await client._async_client.aclose()


@pytest.fixture
async def web(server: ReplicateServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the account that sends what the SDK cannot."""
    headers = {"Authorization": f"Bearer {server.api_token}"}
    async with httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=3, verify=False) as client:
        yield client


async def create(client: Client, model: tuple[str, str] = FLUX, **values: Any) -> Prediction:
    return await client.models.predictions.async_create(model=model, input=values or {"prompt": "a lamp"}, wait=False)


async def finished(client: Client, prediction: Prediction) -> Prediction:
    async with asyncio.timeout(5):
        while prediction.status in {"starting", "processing"}:
            await asyncio.sleep(0.01)
            prediction = await client.predictions.async_get(prediction.id)
    return prediction


async def download(url: str) -> httpx.Response:
    """Without any token, as a careful client does it."""
    async with httpx.AsyncClient(timeout=5, verify=False) as plain:
        return await plain.get(url)


def data_uri(data: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.size


def film(data: bytes) -> tuple[int, int, float, bool]:
    with av.open(io.BytesIO(data)) as container:
        picture = next(container.decode(video=0))
        sound = bool(container.streams.audio)
        return picture.width, picture.height, round((container.duration or 0) / 1e6, 1), sound


# --- what it makes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        ("flux-2-pro", {"aspect_ratio": "16:9", "output_format": "png"}, (1360, 768)),
        ("flux-2-pro", {"aspect_ratio": "custom", "width": 256, "height": 512}, (256, 512)),
        ("flux-2-pro", {"resolution": "4 MP"}, (2048, 2048)),
        ("flux-1.1-pro", {"aspect_ratio": "3:2", "output_format": "jpg"}, (1248, 832)),
        ("flux-dev", {"megapixels": "0.25"}, (512, 512)),
    ],
)
async def test_a_picture_has_the_wished_size(client: Client, name: str, values: Json, wanted: tuple[int, int]) -> None:
    done = await finished(client, await create(client, (FLUX[0], name), prompt="a lamp", **values))
    assert done.status == "succeeded"
    assert done.metrics and done.metrics["predict_time"] == pytest.approx(0.02)
    url = done.output[0] if name == "flux-dev" else done.output
    answer = await download(url)
    assert size(answer.content) == wanted
    assert answer.headers["content-type"].startswith("image/")


async def test_a_model_of_lists_makes_as_many_as_wished(client: Client) -> None:
    done = await finished(client, await create(client, (FLUX[0], "flux-dev"), prompt="a lamp", num_outputs=3))
    assert len(done.output) == 3


async def test_a_video_has_the_wished_size_length_and_sound(client: Client) -> None:
    wish = {"prompt": "a lamp", "duration": 2, "resolution": "480p", "aspect_ratio": "9:16", "generate_audio": True}
    done = await finished(client, await create(client, ("stand-in", "video"), **wish))
    width, height, seconds, sound = film((await download(done.output)).content)
    assert (width, height, sound) == (480, 854, True)
    assert seconds == pytest.approx(2, abs=0.1)


async def test_speech_is_an_mp3_as_long_as_its_text(client: Client) -> None:
    done = await finished(client, await create(client, SPEECH, text="word " * 9))
    with av.open(io.BytesIO((await download(done.output)).content)) as container:
        assert container.format.name == "mp3"
        assert (container.duration or 0) / 1e6 == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("form", ["hex", "slug"])
async def test_a_version_runs_a_community_model_on_an_uploaded_file(client: Client, form: str) -> None:
    version = (await client.models.async_get("stand-in/upscale")).latest_version
    assert version and len(version.id) == 64
    uploaded = await client.files.async_create(io.BytesIO(media.png((40, 30))), filename="in.png")
    reference = version.id if form == "hex" else f"stand-in/upscale:{version.id}"
    made = await client.predictions.async_create(
        version=reference, input={"image": uploaded.urls["get"], "scale": 4}, wait=False
    )
    done = await finished(client, made)
    assert done.version == version.id
    assert size((await download(done.output)).content) == (160, 120)


async def test_a_schema_is_published_as_cog_writes_it(client: Client) -> None:
    version = (await client.models.async_get(*FLUX)).latest_version
    schemas = version.openapi_schema["components"]["schemas"]
    assert schemas["Input"]["required"] == ["prompt"]
    assert schemas["Input"]["properties"]["input_images"]["maxItems"] == 8
    assert schemas["Input"]["properties"]["aspect_ratio"]["allOf"] == [{"$ref": "#/components/schemas/aspect_ratio"}]
    assert "match_input_image" in schemas["aspect_ratio"]["enum"]
    assert schemas["Output"]["format"] == "uri"


async def test_stand_ins_say_what_they_are(client: Client) -> None:
    for name in ("video", "upscale", "speech"):
        assert "STAND-IN" in ((await client.models.async_get(f"stand-in/{name}")).description or "")


# --- the life of a prediction -------------------------------------------------------------------------------------


async def test_without_prefer_a_create_returns_at_once(client: Client, server: ReplicateServer) -> None:
    server.outcomes.append(fake.Outcome(starting_s=1e6, run_s=1))
    made = await create(client)
    assert (made.status, made.output, made.version) == ("starting", None, "hidden")
    assert made.urls and made.urls["get"].endswith(made.id) and made.urls["cancel"].endswith("/cancel")
    assert "Prefer" not in server.calls.to("create")[0].headers


async def test_a_prediction_starts_then_runs_then_ends(client: Client, server: ReplicateServer) -> None:
    server.outcomes.append(fake.Outcome(starting_s=10, run_s=20))
    made = await create(client)
    seen = []
    for _ in range(4):
        now = await client.predictions.async_get(made.id)
        seen.append((now.status, now.started_at is not None, bool(now.logs), now.output is not None))
        server.clock.advance(11)
    assert [status for status, *_ in seen] == ["starting", "processing", "processing", "succeeded"]
    assert seen[0] == ("starting", False, False, False)
    assert seen[3] == ("succeeded", True, True, True)


async def test_a_waited_for_prediction_carries_its_output_and_says_processing(web: httpx.AsyncClient) -> None:
    path = f"/v1/models/{'/'.join(FLUX)}/predictions"
    answer = await web.post(path, json={"input": {"prompt": "a lamp"}}, headers={"Prefer": "wait"})
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["completed_at"]) == ("processing", None)
    assert answer.json()["output"].startswith("http")


async def test_a_wait_that_ends_early_returns_an_unfinished_prediction(
    web: httpx.AsyncClient, server: ReplicateServer
) -> None:
    server.outcomes.append(fake.Outcome(starting_s=60))
    path = f"/v1/models/{'/'.join(FLUX)}/predictions"
    answer = await web.post(path, json={"input": {"prompt": "a lamp"}}, headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.json()["status"]) == (202, "starting")


async def test_run_of_the_vendors_client_waits_and_returns_output(client: Client) -> None:
    assert str(await client.async_run("/".join(FLUX), {"prompt": "a lamp"})).startswith("http")
    with pytest.raises(ModelError, match="E005"):
        await client.async_run("/".join(FLUX), {"prompt": f"a {fake.FORBIDDEN} thing"})


@pytest.mark.parametrize(("advance_s", "billed"), [(0, 0), (20, 1)])
async def test_a_cancel_is_billed_only_once_it_runs(
    client: Client, server: ReplicateServer, advance_s: float, billed: int
) -> None:
    server.outcomes.append(fake.Outcome(starting_s=10, run_s=100))
    made = await create(client)
    server.clock.advance(advance_s)
    assert (await client.predictions.async_cancel(made.id)).status == "canceled"
    assert (await client.predictions.async_get(made.id)).output is None
    assert (server.paid, server.billed) == (1, billed)


@pytest.mark.parametrize(("starting_s", "status", "billed"), [(60, "aborted", 0), (1, "canceled", 1)])
async def test_a_deadline_aborts_what_waits_and_cancels_what_runs(
    web: httpx.AsyncClient, server: ReplicateServer, starting_s: float, status: str, billed: int
) -> None:
    server.outcomes.append(fake.Outcome(starting_s=starting_s, run_s=600))
    path = f"/v1/models/{'/'.join(FLUX)}/predictions"
    made = await web.post(path, json={"input": {"prompt": "a lamp"}}, headers={"Cancel-After": "1m"})
    server.clock.advance(61)
    ended = (await web.get(f"/v1/predictions/{made.json()['id']}")).json()
    assert (ended["status"], ended["output"], server.billed) == (status, None, billed)


@pytest.mark.parametrize("headers", [{"Cancel-After": "1s"}, {"Cancel-After": "soon"}, {"Prefer": "wait=90"}])
async def test_impossible_headers_are_refused(web: httpx.AsyncClient, server: ReplicateServer, headers: Json) -> None:
    path = f"/v1/models/{'/'.join(FLUX)}/predictions"
    assert (await web.post(path, json={"input": {"prompt": "x"}}, headers=headers)).status_code == 400
    assert server.paid == 0


async def test_everything_stops_after_half_an_hour(client: Client, server: ReplicateServer) -> None:
    server.outcomes.append(fake.never_ends())
    made = await create(client)
    server.clock.advance(1900)
    ended = await client.predictions.async_get(made.id)
    assert ended.status == "failed" and "30 minutes" in (ended.error or "")


@pytest.mark.parametrize(
    ("shape", "kind"),
    [(Shape.STR, str), (Shape.LIST, list), (Shape.DICT, dict), (Shape.NULL, type(None)), (Shape.ODD, list)],
)
async def test_an_output_may_have_any_shape(client: Client, server: ReplicateServer, shape: Shape, kind: type) -> None:
    server.outcomes.append(fake.succeeds(shape))
    done = await finished(client, await create(client))
    assert done.status == "succeeded"
    assert isinstance(done.output, kind)


async def test_a_failure_tells_its_error_and_a_flag_its_code(client: Client, server: ReplicateServer) -> None:
    server.outcomes.extend([fake.fails("CUDA out of memory"), fake.canceled()])
    failed, stopped = [await finished(client, await create(client)) for _ in range(2)]
    flagged = await finished(client, await create(client, prompt=f"a {fake.FORBIDDEN} thing"))
    assert (failed.status, failed.error, failed.output) == ("failed", "CUDA out of memory", None)
    assert (stopped.status, stopped.output) == ("canceled", None)
    assert flagged.status == "failed" and "sensitive" in (flagged.error or "")
    assert server.paid == 3


@pytest.mark.parametrize("status", ["aborted", "weird"])
async def test_the_vendors_client_cannot_read_statuses_it_does_not_know(
    client: Client, server: ReplicateServer, status: str
) -> None:
    server.outcomes.append(fake.Outcome(status=status))
    made = await create(client)
    server.clock.advance(10)
    with pytest.raises(pydantic.v1.ValidationError):
        await client.predictions.async_get(made.id)


# --- what it refuses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({}, "input", "prompt is required"),
        ({"prompt": "x", "negative": "y"}, "input", "Additional property negative is not allowed"),
        ({"prompt": 5}, "input.prompt", "Expected: string, given: integer"),
        ({"prompt": "x", "seed": None}, "input.seed", "given: null"),
        ({"prompt": "x", "aspect_ratio": "7:1"}, "input.aspect_ratio", "must be one of"),
        ({"prompt": "x", "width": 128}, "input.width", "greater than or equal to 256"),
        ({"prompt": "x", "width": 2064}, "input.width", "less than or equal to 2048"),
        ({"prompt": "x", "width": 1000}, "input.width", "multiple of 16"),
        ({"prompt": "x", "safety_tolerance": 6}, "input.safety_tolerance", "less than or equal to 5"),
        ({"prompt": "x", "input_images": ["https://example.com/a.png"] * 9}, "input.input_images", "at most 8"),
        ({"prompt": "x", "input_images": ["file:///etc/passwd"]}, "input.input_images.0", "format 'uri'"),
        ({"prompt": "x", "input_images": [data_uri(bytes(257 * 1024))]}, "input.input_images.0", "256kb"),
    ],
)
async def test_an_input_outside_the_schema_is_422(
    web: httpx.AsyncClient, server: ReplicateServer, values: Json, field: str, words: str
) -> None:
    answer = await web.post(f"/v1/models/{'/'.join(FLUX)}/predictions", json={"input": values})
    assert (answer.status_code, answer.json()["title"]) == (422, "Input validation failed")
    (complaint,) = answer.json()["invalid_fields"]
    assert complaint["field"] == field and words in complaint["description"]
    assert f"- {field}: " in answer.json()["detail"]
    assert server.paid == 0


async def test_a_refusal_reaches_the_vendors_client(client: Client) -> None:
    with pytest.raises(ReplicateError, match="prompt is required") as caught:
        await create(client, aspect_ratio="1:1")
    assert caught.value.status == 422


async def test_a_data_uri_of_256_kb_passes(client: Client) -> None:
    padded = media.png().ljust(256 * 1024, b"\0")
    done = await finished(client, await create(client, prompt="x", input_images=[data_uri(padded)]))
    assert done.status == "succeeded"


@pytest.mark.parametrize("uri", [data_uri(b"not a picture"), data_uri(media.wav(), "audio/wav")])
async def test_a_source_that_is_no_picture_fails_the_prediction(client: Client, uri: str) -> None:
    done = await finished(client, await create(client, prompt="x", input_images=[uri]))
    assert done.status == "failed" and done.error


async def test_models_and_versions_that_do_not_exist(client: Client, server: ReplicateServer) -> None:
    for model in [("nobody", "nothing"), ("stand-in", "upscale")]:
        with pytest.raises(ReplicateError) as caught:
            await create(client, model)
        assert caught.value.status == 404
    for version in ["f" * 64, "abc", "black-forest-labs/flux-2-pro"]:
        with pytest.raises(ReplicateError, match="Invalid version") as caught:
            await client.predictions.async_create(version=version, input={"prompt": "x"}, wait=False)
        assert caught.value.status == 422
    with pytest.raises(ReplicateError):
        await client.predictions.async_get("gm3qorzdhgbfurvjtvhg6dckhu")
    assert server.paid == 0


async def test_bodies_that_are_no_orders(web: httpx.AsyncClient, server: ReplicateServer) -> None:
    path = f"/v1/models/{'/'.join(FLUX)}/predictions"
    assert (await web.post(path, content=b"{", headers={"Content-Type": "application/json"})).status_code == 400
    assert (await web.post(path, json={"prompt": "x"})).status_code == 422
    assert (await web.post(path, json={"input": {"prompt": "x"}, "webhook": "http://example.com"})).status_code == 400
    assert (await web.post(path, json={"input": {"prompt": "x"}, "priority": 1})).status_code == 400
    assert (await web.get("/v1/nothing")).json()["detail"] == "The requested resource could not be found."
    assert (await web.put("/v1/files", json={})).status_code == 405
    assert server.paid == 0


async def test_a_wrong_token_is_401_everywhere(server: ReplicateServer) -> None:
    stranger = Client(api_token="r8_wrong", base_url=server.base_url)
    for call in (create(stranger), stranger.predictions.async_get("x"), stranger.files.async_list()):
        with pytest.raises(ReplicateError) as caught:
            await call
        assert (caught.value.status, caught.value.title) == (401, "Unauthenticated")
    await stranger._async_client.aclose()
    assert server.paid == 0


async def test_more_creates_than_a_minute_holds_are_429(client: Client, server: ReplicateServer) -> None:
    for _ in range(600):
        await create(client)
    with pytest.raises(ReplicateError) as refused:
        await create(client)
    assert refused.value.status == 429 and "Your rate limit resets in ~" in (refused.value.detail or "")
    server.clock.advance(61)
    await create(client)
    assert server.paid == 601


async def test_granted_credit_means_six_a_minute(web: httpx.AsyncClient) -> None:
    async with ReplicateServer(scale=0.02, low_credit=True) as poor:
        path = f"{poor.base_url}/v1/models/{'/'.join(FLUX)}/predictions"
        statuses = []
        for _ in range(8):
            answer = await web.post(path, json={"input": {"prompt": "x"}})
            statuses.append(answer.status_code)
            poor.clock.advance(1.01)
        assert statuses == [201] * 6 + [429] * 2
        assert "reduced to 6 requests per minute" in answer.json()["detail"]
        assert int(answer.headers["Retry-After"]) == answer.json()["retry_after"] > 40


# --- files --------------------------------------------------------------------------------------------------------


async def test_files_live_an_hour_and_can_be_deleted(client: Client, server: ReplicateServer) -> None:
    kept = await client.files.async_create(io.BytesIO(b"abc"), filename="a.txt", metadata={"a": 1})
    assert (kept.name, kept.size, kept.content_type, kept.metadata) == ("a.txt", 3, "text/plain", {"a": 1})
    other = await client.files.async_create(io.BytesIO(b"abcd"), filename="b.png")
    assert len(await client.files.async_list()) == 2
    assert await client.files.async_delete(other.id)
    assert (await client.files.async_get(kept.id)).checksums["sha256"].startswith("ba7816bf")
    server.clock.advance(3601)
    for gone in (kept, other):
        with pytest.raises(ReplicateError) as caught:
            await client.files.async_get(gone.id)
        assert caught.value.status == 404


async def test_a_form_without_content_is_refused(web: httpx.AsyncClient) -> None:
    assert (await web.post("/v1/files", files={"other": b"x"})).status_code == 422
    assert (await web.post("/v1/files", json={})).status_code == 400


async def test_an_expired_file_fails_the_prediction_that_names_it(client: Client, server: ReplicateServer) -> None:
    uploaded = await client.files.async_create(io.BytesIO(media.png()), filename="in.png")
    server.clock.advance(3601)
    done = await finished(client, await create(client, prompt="x", input_images=[uploaded.urls["get"]]))
    assert done.status == "failed" and "404" in (done.error or "")


async def test_outputs_and_inputs_are_gone_after_an_hour(client: Client, server: ReplicateServer) -> None:
    done = await finished(client, await create(client))
    assert (await download(done.output)).status_code == 200
    server.clock.advance(3601)
    assert (await download(done.output)).status_code == 404
    later = await client.predictions.async_get(done.id)
    assert (later.status, later.output, later.input) == ("succeeded", None, {})


@pytest.mark.parametrize("spoil", [Spoil.HTML, Spoil.EMPTY, Spoil.WRONG_KIND, Spoil.MISLABELLED])
async def test_a_download_may_be_something_else(client: Client, server: ReplicateServer, spoil: Spoil) -> None:
    server.outcomes.append(fake.succeeds(spoil=spoil))
    done = await finished(client, await create(client, prompt="x", output_format="png"))
    answer = await download(done.output)
    assert answer.status_code == 200
    if spoil is Spoil.MISLABELLED:
        assert (answer.headers["content-type"], size(answer.content)) == ("application/octet-stream", (1024, 1024))
    else:
        assert answer.headers["content-type"] == "image/png"
        with pytest.raises(OSError, match="cannot identify"):
            size(answer.content)


async def test_a_download_may_break_off(client: Client, server: ReplicateServer) -> None:
    server.outcomes.append(fake.succeeds(spoil=Spoil.TRUNCATED))
    done = await finished(client, await create(client))
    with pytest.raises(httpx.RemoteProtocolError):
        await download(done.output)


async def test_a_huge_file_can_be_left_early(client: Client, server: ReplicateServer) -> None:
    server.outcomes.append(fake.succeeds(spoil=Spoil.HUGE))
    done = await finished(client, await create(client, prompt="x", output_format="png"))
    async with httpx.AsyncClient(verify=False) as plain, plain.stream("GET", done.output) as answer:
        assert int(answer.headers["content-length"]) == 300 * media.MB
        first = await anext(answer.aiter_bytes())
    assert first.startswith(b"\x89PNG")


async def test_a_redirect_leads_to_another_host(client: Client, server: ReplicateServer) -> None:
    server.outcomes.append(fake.succeeds(spoil=Spoil.REDIRECT))
    done = await finished(client, await create(client))
    answer = await download(done.output)
    assert (answer.status_code, answer.headers["location"].startswith(server.elsewhere_url)) == (302, True)
    assert (await download(answer.headers["location"])).status_code == 200
    assert server.leaked_tokens == []


async def test_the_vendors_downloads_leak_the_token_and_that_is_noted(client: Client, server: ReplicateServer) -> None:
    done = await finished(client, await create(client))
    await FileOutput(done.output, client).aread()
    assert server.leaked_tokens == [f"Bearer {server.api_token}"]


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "paid"),
    [
        (fake.server_error(), 0),
        (fake.server_error(503, accepted=True), 1),
        (fake.throttled(), 0),
        (fake.unauthorised(), 0),
        (fake.no_credit(), 0),
        (fake.drops(), 1),
        (fake.drops(accepted=False), 0),
        (fake.hangs(), 1),
        (fake.hangs(accepted=False), 0),
        (fake.broken_json(), 1),
        (fake.empty_body(), 1),
        (fake.truncated(), 1),
        (fake.html_page(), 1),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
async def test_a_fault_breaks_one_create_and_the_books_know_whether_it_was_paid(
    client: Client, server: ReplicateServer, behaviour: fake.Behaviour, paid: int
) -> None:
    server.script("create", behaviour)
    with pytest.raises((ReplicateError, httpx.HTTPError, ValueError, TimeoutError)):
        await asyncio.wait_for(create(client), 3)
    assert (server.paid, server.calls.count("create")) == (paid, 1)
    await create(client)
    assert server.paid == paid + 1
    listed = (await client.predictions.async_list()).results
    assert len(listed) == paid + 1


async def test_a_429_tells_when_to_come_back(web: httpx.AsyncClient, server: ReplicateServer) -> None:
    server.script("create", fake.throttled(7))
    answer = await web.post(f"/v1/models/{'/'.join(FLUX)}/predictions", json={"input": {"prompt": "x"}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["detail"] == "Request was throttled. Your rate limit resets in ~7s."


async def test_without_wait_the_vendors_client_has_no_timeout_at_all(server: ReplicateServer) -> None:
    hurried = Client(api_token=server.api_token, base_url=server.base_url, timeout=httpx.Timeout(0.1))
    server.always("any", fake.hangs(accepted=False))
    with pytest.raises(httpx.ReadTimeout):
        await hurried.predictions.async_get("x")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(create(hurried), 0.5)
    await hurried._async_client.aclose()


async def test_the_vendors_client_repeats_reads_but_not_creates(client: Client, server: ReplicateServer) -> None:
    made = await create(client)
    server.script("get", fake.throttled(0), fake.server_error(503))
    await client.predictions.async_get(made.id)
    assert [call.status for call in server.calls.to("get")] == [429, 503, 200]


async def test_a_slow_answer_comes_after_the_work(client: Client, server: ReplicateServer) -> None:
    server.script("create", fake.slow(0.2), fake.fine())
    task = asyncio.create_task(create(client))
    await asyncio.sleep(0.1)
    assert server.paid == 1 and not task.done()
    assert (await task).id in server.predictions


async def test_a_script_for_no_route_is_a_mistake(server: ReplicateServer) -> None:
    with pytest.raises(ValueError, match="no route"):
        server.script("predictions.create", fake.hangs())


async def test_a_stopped_server_comes_back_where_it_was(client: Client, server: ReplicateServer) -> None:
    made, url = await create(client), server.base_url
    await server.stop()
    with pytest.raises(httpx.ConnectError):
        await client.predictions.async_get(made.id)
    await server.start()
    assert server.base_url == url
    assert (await finished(client, made)).status == "succeeded"
