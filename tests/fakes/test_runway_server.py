"""The stand-in for Runway, spoken to by the vendor's own client, which checks every answer against its models."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal, get_args, get_origin

import av
import httpx
import pytest
import runwayml
from aiohttp import web as aioweb
from PIL import Image
from runwayml import AsyncRunwayML
from typing_extensions import is_typeddict

from tests.fakes import media
from tests.fakes import runway as fake
from tests.fakes.replicate.wire.sources import look
from tests.fakes.runway import RunwayServer, Spoil
from tests.fakes.runway.api import CREATES
from tests.fakes.runway.contract import Field, fields

SCALE = 0.01
FINAL = {"SUCCEEDED", "FAILED", "CANCELLED"}
GEN = {"model": "gen4.5", "prompt_text": "a lamp", "ratio": "1280:720", "duration": 2}
VOICE = {"type": "runway-preset", "preset_id": "Maya"}
Body = dict[str, Any]


@pytest.fixture
async def server() -> AsyncIterator[RunwayServer]:
    async with RunwayServer(scale=SCALE) as running:
        yield running


def connected(server: RunwayServer, **options: Any) -> AsyncRunwayML:
    given = {"api_key": server.api_key, "base_url": server.base_url, "max_retries": 0, "timeout": 2.0, **options}
    quick = runwayml.DefaultAsyncHttpxClient(verify=False)  # loading certificates takes longer than most tests
    return AsyncRunwayML(**given, http_client=quick, _strict_response_validation=True)


@pytest.fixture
async def client(server: RunwayServer) -> AsyncIterator[AsyncRunwayML]:
    async with connected(server) as client:
        yield client


@pytest.fixture
async def picture_host() -> AsyncIterator[str]:
    """Somebody's web server on loopback: good, redirecting, lengthless and mistyped pictures, and a large one."""

    async def serve(request: aioweb.Request) -> aioweb.StreamResponse:
        name = request.match_info["name"]
        if name == "moved.png":
            raise aioweb.HTTPFound("/good.png")
        if name == "streamed.png":
            response = aioweb.StreamResponse(headers={"Content-Type": "image/png"})
            response.enable_chunked_encoding()
            await response.prepare(request)
            return response
        body = b"\0" * (17 * media.MB) if name == "large.png" else media.png((320, 256))
        kind = "application/octet-stream" if name == "mistyped.png" else "image/png"
        return aioweb.Response(body=body, content_type=kind)

    app = aioweb.Application()
    app.router.add_get("/{name}", serve)
    runner = aioweb.AppRunner(app, access_log=None)
    await runner.setup()
    await aioweb.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def finished(client: AsyncRunwayML, identity: str) -> Any:
    async with asyncio.timeout(8):
        while (task := await client.tasks.retrieve(identity)).status not in FINAL:
            await asyncio.sleep(5.1 * SCALE)
    return task


async def download(url: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=10, verify=False) as plain:
        return await plain.get(url)


def data_uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def picture_uri(size: tuple[int, int] = (320, 256)) -> str:
    return data_uri(media.png(size), "image/png")


def video_uri(seconds: float = 1, size: tuple[int, int] = (320, 180), *, audio: bool = False) -> str:
    return data_uri(media.mp4(size, seconds, audio=audio), "video/mp4")


# --- what it makes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "body", "wanted"),
    [
        ("text_to_video", GEN, (1280, 720, 2, False)),
        ("text_to_video", {**GEN, "model": "veo3.1_fast", "ratio": "720:1280", "duration": 4}, (720, 1280, 4, True)),
        ("text_to_video", {**GEN, "model": "veo3.1", "duration": 4, "audio": False}, (1280, 720, 4, False)),
        ("image_to_video", {**GEN, "ratio": "832:1104", "prompt_image": picture_uri()}, (832, 1104, 2, False)),
        (
            "video_to_video",
            {
                "model": "seedance2_5",
                "mode": "extend",
                "prompt_video": video_uri(1, audio=True),
                "prompt_text": "on",
                "duration": 4,
            },
            (320, 180, 5, True),
        ),
        ("video_to_video", {"model": "aleph2", "video_uri": video_uri(1)}, (320, 180, 1, False)),
        (
            "video_upscale",
            {"model": "magnific_video_upscaler_creative", "video_uri": video_uri(0.5), "resolution": "1k"},
            (1920, 1072, 0.5, False),
        ),
    ],
)
async def test_a_video_has_the_wished_size_length_and_sound(
    client: AsyncRunwayML, resource: str, body: Body, wanted: tuple[int, int, float, bool]
) -> None:
    made = await getattr(client, resource).create(**body)
    assert made.estimated_cost.credits > 0
    task = await finished(client, made.id)
    assert task.cost.credits == made.estimated_cost.credits
    found = look((await download(task.output[0])).content)
    assert (found.kind, found.width, found.height, found.audio) == ("video", *wanted[:2], wanted[3])
    assert found.duration_s == pytest.approx(wanted[2], abs=0.1)


@pytest.mark.parametrize(
    ("resource", "body", "size"),
    [
        ("image_upscale", {"model": "magnific_precision_upscaler_v2", "image_uri": picture_uri()}, (640, 512)),
        ("text_to_image", {"model": "gen4_image", "prompt_text": "a lamp", "ratio": "1360:768"}, (1360, 768)),
    ],
)
async def test_a_picture_has_the_wished_size(
    client: AsyncRunwayML, resource: str, body: Body, size: tuple[int, int]
) -> None:
    task = await finished(client, (await getattr(client, resource).create(**body)).id)
    with Image.open(io.BytesIO((await download(task.output[0])).content)) as picture:
        assert (picture.format, picture.size) == ("PNG", size)


@pytest.mark.parametrize(
    ("resource", "body", "form", "seconds"),
    [
        ("text_to_speech", {"model": "eleven_v4", "prompt_text": "word " * 9, "voice": VOICE}, "mp3", 3),
        ("text_to_speech", {"model": "seed_audio", "prompt_text": "word " * 9, "output_format": "wav"}, "wav", 3),
        ("sound_effect", {"model": "eleven_text_to_sound_v2", "prompt_text": "rain", "duration": 2}, "mp3", 2),
    ],
)
async def test_sound_is_as_long_as_its_text_or_as_wished(
    client: AsyncRunwayML, resource: str, body: Body, form: str, seconds: float
) -> None:
    made = await getattr(client, resource).create(**body)
    assert made.estimated_cost.credits == 1
    task = await finished(client, made.id)
    with av.open(io.BytesIO((await download(task.output[0])).content)) as container:
        assert container.format.name == form
        assert (container.duration or 0) / 1e6 == pytest.approx(seconds, abs=0.2)


VARIANTS = [
    (route, one) for route, (union, _) in CREATES.items() for one in (get_args(union) or (union,)) if is_typeddict(one)
]
NEEDED = {"prompt_text": "a lamp", "duration": 5, "voice": VOICE, "reference_images": [{"uri": picture_uri()}]}


@pytest.mark.parametrize(("route", "variant"), VARIANTS, ids=lambda value: getattr(value, "__name__", value))
async def test_every_model_of_the_sdk_runs_on_the_least_it_needs(
    client: AsyncRunwayML, server: RunwayServer, route: str, variant: type
) -> None:
    body = {one.attribute: least(one) for one in fields(variant).values() if one.required}
    if not body.keys() & {"prompt_text", "prompt_image", "prompt_video", "video_uri", "image_uri"}:
        body["prompt_text"] = "a lamp"
    made = await getattr(client, route).create(**body)
    assert made.estimated_cost.credits > 0
    server.clock.advance(1)
    task: Any = await client.tasks.retrieve(made.id)
    assert len(task.output) == 1
    name = httpx.URL(task.output[0]).path
    assert name.endswith((".mp4", ".png", ".mp3"))


def least(one: Field) -> Any:
    """The first literal, or something that fits."""
    for hint in (one.hint, *get_args(one.hint)):
        if get_origin(hint) is Literal:
            return get_args(hint)[0]
    if one.attribute in NEEDED:
        return NEEDED[one.attribute]
    return video_uri(1) if "video" in one.attribute else picture_uri()


async def test_an_upload_goes_to_storage_without_the_key_and_serves_as_input(
    client: AsyncRunwayML, server: RunwayServer
) -> None:
    uploaded = await client.uploads.create_ephemeral(file=("frame.png", media.png((320, 256))))
    assert uploaded.uri.startswith("runway://")
    made = await client.image_to_video.create(
        **{**GEN, "model": "gen4_turbo", "prompt_image": [{"uri": uploaded.uri, "position": "first"}]}
    )
    assert (await finished(client, made.id)).status == "SUCCEEDED"
    assert [call.status for call in server.calls.to("upload")] == [204]
    assert server.leaked_tokens == []


async def test_first_and_last_frame(client: AsyncRunwayML) -> None:
    frames = [{"uri": picture_uri(), "position": "first"}, {"uri": picture_uri(), "position": "last"}]
    made = await client.image_to_video.create(model="veo3.1", ratio="1280:720", duration=4, prompt_image=frames)
    assert (await finished(client, made.id)).status == "SUCCEEDED"


async def test_a_picture_on_loopback_is_fetched(client: AsyncRunwayML, picture_host: str) -> None:
    made = await client.image_to_video.create(**GEN, prompt_image=f"{picture_host}/good.png")
    assert (await finished(client, made.id)).status == "SUCCEEDED"


async def test_the_organisation_tells_balance_limits_and_use(client: AsyncRunwayML, server: RunwayServer) -> None:
    await finished(client, (await client.text_to_video.create(**GEN)).id)
    organisation = await client.organization.retrieve()
    assert organisation.credit_balance == 1_000_000 - 24 == 1_000_000 - server.spent_credits
    assert organisation.tier.models["gen4.5"].max_concurrent_generations == 2
    assert organisation.usage.models["gen4.5"].daily_generations == 1
    (day,) = (await client.organization.retrieve_usage()).results
    assert [(used.model, used.amount) for used in day.used_credits] == [("gen4.5", 24)]


# --- the life of a task -------------------------------------------------------------------------------------------


async def test_a_task_waits_runs_and_ends(client: AsyncRunwayML, server: RunwayServer) -> None:
    server.outcomes.append(fake.Outcome(pending_s=10, run_s=20))
    identity = (await client.text_to_video.create(**GEN)).id
    seen = []
    for _ in range(4):
        seen.append(await client.tasks.retrieve(identity))
        server.clock.advance(11)
    assert [task.status for task in seen] == ["PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]
    assert 0 < seen[1].progress < seen[2].progress < 1
    assert seen[0].estimated_cost.credits == seen[3].cost.credits == 24


async def test_more_tasks_than_places_are_throttled_model_by_model(client: AsyncRunwayML, server: RunwayServer) -> None:
    server.outcomes.extend([fake.Outcome(pending_s=1, run_s=99)] * 4)
    tasks = [(await client.text_to_video.create(**GEN)).id for _ in range(3)]
    tasks.append((await client.text_to_video.create(**{**GEN, "model": "veo3.1", "duration": 4})).id)
    server.clock.advance(2)
    assert [(await client.tasks.retrieve(one)).status for one in tasks] == [
        "RUNNING",
        "RUNNING",
        "THROTTLED",
        "RUNNING",
    ]
    server.clock.advance(100)
    assert (await client.tasks.retrieve(tasks[2])).status == "RUNNING"
    server.clock.advance(100)
    assert (await client.tasks.retrieve(tasks[2])).status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("outcome", "status", "code", "credits"),
    [
        (fake.fails(), "FAILED", "INTERNAL.BAD_OUTPUT.CODE01", 0),
        (fake.fails("ASSET.INVALID"), "FAILED", "ASSET.INVALID", 0),
        (fake.fails(None), "FAILED", None, 0),
        (fake.moderated("SAFETY.OUTPUT.VIDEO"), "FAILED", "SAFETY.OUTPUT.VIDEO", 24),
        (fake.cancelled(), "CANCELLED", None, 0),
        (fake.succeeds(credits=20), "SUCCEEDED", None, 20),
    ],
)
async def test_a_task_ends_as_scripted_and_costs_what_that_costs(
    client: AsyncRunwayML,
    server: RunwayServer,
    outcome: fake.Outcome,
    status: str,
    code: str | None,
    credits: int,  # noqa: A002
) -> None:
    server.outcomes.append(outcome)
    task = await finished(client, (await client.text_to_video.create(**GEN)).id)
    assert (task.status, getattr(task, "failure_code", None), task.cost.credits) == (status, code, credits)
    assert (server.paid, server.spent_credits) == (1, credits)


async def test_a_forbidden_prompt_is_moderated_and_paid(client: AsyncRunwayML, server: RunwayServer) -> None:
    body = {**GEN, "prompt_text": f"a {fake.FORBIDDEN} thing"}
    task = await finished(client, (await client.text_to_video.create(**body)).id)
    assert (task.failure_code, server.spent_credits) == ("SAFETY.INPUT.TEXT", 24)


@pytest.mark.parametrize(
    ("advance_s", "unrefunded", "credits"), [(0, 0, 0), (15, 1, 24), (40, 0, 24)], ids=["pending", "running", "over"]
)
async def test_a_deleted_task_is_gone_and_refunded_only_if_it_had_not_begun(
    client: AsyncRunwayML,
    server: RunwayServer,
    advance_s: float,
    unrefunded: int,
    credits: int,  # noqa: A002
) -> None:
    server.outcomes.append(fake.Outcome(pending_s=10, run_s=20))
    identity = (await client.text_to_video.create(**GEN)).id
    server.clock.advance(advance_s)
    await client.tasks.delete(identity)
    for call in (client.tasks.retrieve, client.tasks.delete):
        with pytest.raises(runwayml.NotFoundError, match="Could not find Task"):
            await call(identity)
    assert (server.unrefunded, server.spent_credits) == (unrefunded, credits)


async def test_a_deleted_task_makes_room(client: AsyncRunwayML, server: RunwayServer) -> None:
    server.outcomes.extend([fake.never_ends()] * 3)
    tasks = [(await client.text_to_video.create(**GEN)).id for _ in range(3)]
    server.clock.advance(5)
    await client.tasks.delete(tasks[0])
    assert (await client.tasks.retrieve(tasks[2])).status in {"PENDING", "RUNNING"}


async def test_hasty_polls_are_counted(client: AsyncRunwayML, server: RunwayServer) -> None:
    identity = (await client.text_to_video.create(**GEN)).id
    await finished(client, identity)
    assert server.hasty_polls == 0
    await client.tasks.retrieve(identity)
    await client.tasks.retrieve(identity)
    assert server.hasty_polls == 2


async def test_links_end_after_a_day_and_a_look_brings_fresh_ones(client: AsyncRunwayML, server: RunwayServer) -> None:
    task = await finished(client, (await client.text_to_video.create(**GEN)).id)
    assert (await download(task.output[0])).status_code == 200
    assert (await download(task.output[0].partition("?")[0])).status_code == 403
    server.clock.advance(24 * 3600 + 1)
    assert (await download(task.output[0])).status_code == 403
    fresh = await client.tasks.retrieve(task.id)
    assert (await download(fresh.output[0])).status_code == 200


async def test_a_success_may_be_empty(client: AsyncRunwayML, server: RunwayServer) -> None:
    server.outcomes.append(fake.Outcome(no_output=True))
    assert (await finished(client, (await client.text_to_video.create(**GEN)).id)).output == []


# --- what it refuses ----------------------------------------------------------------------------------------------

IMAGE = {**GEN, "prompt_image": picture_uri()}
EXTEND = {"model": "seedance2_5", "mode": "extend", "prompt_video": video_uri(1), "prompt_text": "on", "duration": 4}
EDIT = {"model": "aleph2", "video_uri": video_uri(1)}
SPEECH = {"model": "eleven_v4", "prompt_text": "words", "voice": VOICE}
LARGE = data_uri(bytes(4 * media.MB), "image/png")
FRAME = {"uri": picture_uri(), "position": "first"}


@pytest.mark.parametrize(
    ("resource", "body", "change", "path", "code"),
    [
        ("text_to_video", GEN, {"model": "gen3a_turbo"}, ["model"], "invalid_union"),
        ("text_to_video", GEN, {"model": "gen4_turbo"}, ["model"], "invalid_union"),
        ("text_to_video", GEN, {"ratio": "960:960"}, ["ratio"], "invalid_value"),
        ("text_to_video", GEN, {"duration": 11}, ["duration"], "too_big"),
        ("text_to_video", GEN, {"duration": 1}, ["duration"], "too_small"),
        ("text_to_video", GEN, {"duration": 2.5}, ["duration"], "invalid_type"),
        ("text_to_video", GEN, {"model": "veo3.1", "duration": 5}, ["duration"], "invalid_value"),
        ("text_to_video", GEN, {"model": "gemini_omni_flash_1.1", "duration": 11}, ["duration"], "too_big"),
        ("text_to_video", GEN, {"prompt_text": "a" * 1001}, ["promptText"], "too_big"),
        ("text_to_video", GEN, {"prompt_text": "\N{GRINNING FACE}" * 501}, ["promptText"], "too_big"),
        ("text_to_video", GEN, {"prompt_text": ""}, ["promptText"], "too_small"),
        ("video_to_video", EDIT, {"ratio": "wide"}, ["ratio"], "invalid_format"),
        ("text_to_video", GEN, {"seed": -1}, ["seed"], "too_small"),
        ("text_to_video", GEN, {"seed": 2**32}, ["seed"], "too_big"),
        ("text_to_video", GEN, {"prores_profile": "422"}, ["proresProfile"], "custom"),
        ("text_to_video", GEN, {"extra_body": {"audio": True}}, [], "unrecognized_keys"),
        ("text_to_video", GEN, {"extra_body": {"duration": None}}, ["duration"], "invalid_type"),
        ("image_to_video", IMAGE, {"ratio": "1920:1080"}, ["ratio"], "invalid_value"),
        ("image_to_video", IMAGE, {"model": "gen4_turbo", "duration": 11}, ["duration"], "too_big"),
        ("image_to_video", IMAGE, {"prompt_image": [FRAME, FRAME]}, ["promptImage"], "custom"),
        ("image_to_video", IMAGE, {"prompt_image": []}, ["promptImage"], "too_small"),
        ("image_to_video", IMAGE, {"prompt_image": [{**FRAME, "position": "last"}]}, ["promptImage"], "invalid_union"),
        (
            "image_to_video",
            {**IMAGE, "model": "veo3.1", "duration": 4},
            {"prompt_image": [{**FRAME, "position": "last"}]},
            ["promptImage"],
            "custom",
        ),
        ("image_to_video", IMAGE, {"prompt_image": "ftp://example.com/a.png"}, ["promptImage"], "custom"),
        ("image_to_video", IMAGE, {"prompt_image": "http://example.com/a.png"}, ["promptImage"], "custom"),
        ("image_to_video", IMAGE, {"prompt_image": "https://93.184.216.34/a.png"}, ["promptImage"], "custom"),
        ("image_to_video", IMAGE, {"prompt_image": "https://example.com/" + "a" * 2040}, ["promptImage"], "custom"),
        ("image_to_video", IMAGE, {"prompt_image": "runway://nothing-was-uploaded"}, ["promptImage"], "custom"),
        ("image_to_video", IMAGE, {"prompt_image": video_uri(1)}, ["promptImage"], "custom"),
        ("image_to_video", IMAGE, {"prompt_image": data_uri(b"no picture", "image/png")}, ["promptImage"], "custom"),
        (
            "image_to_video",
            IMAGE,
            {"prompt_image": LARGE},
            ["promptImage"],
            "custom",
        ),
        ("video_to_video", EXTEND, {"ratio": "1280:720"}, ["ratio"], "custom"),
        ("video_to_video", EXTEND, {"prompt_text": runwayml.omit}, ["promptText"], "custom"),
        ("video_to_video", EXTEND, {"mode": "edit"}, ["duration"], "custom"),
        ("video_to_video", EXTEND, {"prompt_video": picture_uri()}, ["promptVideo"], "custom"),
        (
            "video_upscale",
            {"model": "magnific_video_upscaler_creative", "video_uri": video_uri(31, (64, 48))},
            {},
            ["videoUri"],
            "too_big",
        ),
        (
            "image_upscale",
            {"model": "magnific_precision_upscaler_v2", "image_uri": picture_uri()},
            {"sharpen": 101},
            ["sharpen"],
            "too_big",
        ),
        (
            "image_upscale",
            {"model": "magnific_precision_upscaler_v2", "image_uri": picture_uri()},
            {"scale_factor": 3},
            ["scaleFactor"],
            "invalid_value",
        ),
        ("text_to_speech", SPEECH, {"voice": {**VOICE, "preset_id": "Nobody"}}, ["voice", "presetId"], "invalid_value"),
        ("text_to_speech", SPEECH, {"model": "eleven_v3", "speed": 1.3}, ["speed"], "too_big"),
        ("text_to_speech", SPEECH, {"prompt_text": "a" * 1001}, ["promptText"], "too_big"),
        (
            "sound_effect",
            {"model": "eleven_text_to_sound_v2", "prompt_text": "rain"},
            {"duration": 31},
            ["duration"],
            "too_big",
        ),
    ],
)
async def test_a_body_outside_the_contract_is_400_with_its_issue(
    client: AsyncRunwayML, server: RunwayServer, resource: str, body: Body, change: Body, path: list[Any], code: str
) -> None:
    with pytest.raises(runwayml.BadRequestError) as refused:
        await getattr(client, resource).create(**{**body, **change})
    answer: Any = refused.value.body
    assert answer["error"] == "Validation of body failed"
    assert [(issue["path"], issue["code"]) for issue in answer["issues"]] == [(path, code)]
    assert server.paid == 0


async def test_an_empty_body_is_answered_as_the_platform_answers_it(server: RunwayServer) -> None:
    headers = {"Authorization": f"Bearer {server.api_key}", "X-Runway-Version": "2024-11-06"}
    async with httpx.AsyncClient(base_url=server.base_url, headers=headers) as plain:
        empty = (await plain.post("/v1/text_to_speech", json={})).json()
        assert [issue["code"] for issue in empty["issues"]] == ["invalid_type", "invalid_union"]
        assert empty["issues"][1]["note"] == "No matching discriminator"
        missing = (await plain.post("/v1/text_to_video", json={"model": "gen4.5"})).json()
        assert [issue["path"] for issue in missing["issues"]] == [["duration"], ["promptText"], ["ratio"]]
        assert missing["issues"][0]["message"] == "Invalid input: expected number, received undefined"
        assert (await plain.post("/v1/text_to_video", content=b"{")).status_code == 400
        assert (await plain.get("/v1/text_to_video")).status_code == 405
        assert (await plain.get("/v1/nothing")).status_code == 404


async def test_a_thousand_units_are_five_hundred_faces(client: AsyncRunwayML) -> None:
    await client.text_to_video.create(**{**GEN, "prompt_text": "\N{GRINNING FACE}" * 500})


@pytest.mark.parametrize("name", ["moved.png", "streamed.png", "mistyped.png", "large.png"])
async def test_pictures_behind_urls_must_come_straight_sized_and_typed(
    client: AsyncRunwayML, server: RunwayServer, picture_host: str, name: str
) -> None:
    with pytest.raises(runwayml.BadRequestError, match="Invalid asset"):
        await client.image_to_video.create(**GEN, prompt_image=f"{picture_host}/{name}")
    assert server.paid == 0


async def test_a_foreign_https_url_passes_unseen(client: AsyncRunwayML) -> None:
    await client.image_to_video.create(**GEN, prompt_image="https://example.com/picture.png")


@pytest.mark.parametrize("change", [{"api_key": "key_wrong"}, {"default_headers": {"X-Runway-Version": "2023-01-01"}}])
async def test_a_wrong_key_or_version_is_refused(server: RunwayServer, change: Body) -> None:
    async with connected(server, **change) as stranger:
        with pytest.raises((runwayml.AuthenticationError, runwayml.BadRequestError)):
            await stranger.text_to_video.create(**GEN)
    assert server.paid == 0


async def test_the_daily_limit_is_429_and_rolls(client: AsyncRunwayML) -> None:
    async with RunwayServer(scale=SCALE, daily_limit=1) as small, connected(small) as poor:
        await poor.text_to_video.create(**GEN)
        with pytest.raises(runwayml.RateLimitError, match="daily task limit"):
            await poor.text_to_video.create(**GEN)
        small.clock.advance(24 * 3600 + 1)
        await poor.text_to_video.create(**GEN)
        assert small.paid == 2


async def test_too_few_credits_are_400() -> None:
    async with RunwayServer(scale=SCALE, credits=30) as small, connected(small) as poor:
        await poor.text_to_video.create(**GEN)
        with pytest.raises(runwayml.BadRequestError, match="not have enough credits"):
            await poor.text_to_video.create(**GEN)
        assert small.paid == 1


async def test_uploads_that_storage_refuses(server: RunwayServer, client: AsyncRunwayML) -> None:
    with pytest.raises(runwayml.BadRequestError):
        await client.uploads.create_ephemeral(file=("notes.txt", b"words"))
    async with RunwayServer(scale=SCALE, upload_limit_bytes=1000) as small, connected(small) as narrow:
        with pytest.raises(runwayml.APIStatusError, match="status 400"):
            await narrow.uploads.create_ephemeral(file=("a.png", bytes(1001)))
    headers = {"Authorization": f"Bearer {server.api_key}", "X-Runway-Version": "2024-11-06"}
    async with httpx.AsyncClient(headers=headers) as plain:
        begun = (
            await plain.post(f"{server.base_url}/v1/uploads", json={"filename": "a.png", "type": "ephemeral"})
        ).json()
        forged = {**begun["fields"], "Policy": "mine"}
        answer = await plain.post(begun["uploadUrl"], data=forged, files={"file": ("a.png", media.png())})
        assert (answer.status_code, "AccessDenied" in answer.text) == (403, True)
    assert server.leaked_tokens == [f"Bearer {server.api_key}"]
    with pytest.raises(runwayml.BadRequestError, match="never uploaded"):
        await client.image_to_video.create(**GEN, prompt_image=begun["runwayUri"])


async def test_an_upload_ends_after_a_day(client: AsyncRunwayML, server: RunwayServer) -> None:
    uploaded = await client.uploads.create_ephemeral(file=("frame.png", media.png((320, 256))))
    server.clock.advance(24 * 3600 + 1)
    with pytest.raises(runwayml.BadRequestError, match="expired"):
        await client.image_to_video.create(**GEN, prompt_image=uploaded.uri)


async def test_an_input_over_64_mb_is_refused() -> None:
    async with RunwayServer(scale=SCALE, upload_limit_bytes=200 * media.MB) as wide, connected(wide) as client:
        large = media.png((320, 256)).ljust(64 * media.MB + 1, b"\0")
        uploaded = await client.uploads.create_ephemeral(file=("frame.png", large))
        with pytest.raises(runwayml.BadRequestError, match="larger than 64 MB"):
            await client.image_to_video.create(**GEN, prompt_image=uploaded.uri)
        assert wide.paid == 0


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "paid"),
    [
        (fake.server_error(), 0),
        (fake.server_error(502, accepted=True), 1),
        (fake.throttled(7), 0),
        (fake.quota(), 0),
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
    server: RunwayServer, behaviour: fake.Behaviour, paid: int
) -> None:
    server.script("text_to_video", behaviour)
    async with connected(server, timeout=0.3) as client:
        with pytest.raises((runwayml.APIError, ValueError)):
            await client.text_to_video.create(**GEN)
        assert (server.paid, server.calls.count("text_to_video")) == (paid, 1)
        await client.text_to_video.create(**GEN)
    assert server.paid == paid + 1


async def test_a_429_tells_when_to_come_back(client: AsyncRunwayML, server: RunwayServer) -> None:
    server.script("create", fake.throttled(7))
    with pytest.raises(runwayml.RateLimitError) as refused:
        await client.text_to_video.create(**GEN)
    assert refused.value.response.headers["Retry-After"] == "7"


async def test_the_vendors_own_retries_pay_three_times(server: RunwayServer) -> None:
    server.script("create", *[fake.server_error(accepted=True)] * 3)
    async with connected(server, max_retries=2) as eager:
        with pytest.raises(runwayml.InternalServerError):
            await eager.text_to_video.create(**GEN)
    assert server.paid == 3


async def test_an_unusable_answer_to_a_poll_changes_nothing(client: AsyncRunwayML, server: RunwayServer) -> None:
    identity = (await client.text_to_video.create(**GEN)).id
    server.script("retrieve", fake.server_error(503), fake.html_page(), fake.answers(200, {"status": "WEIRD"}))
    for _ in range(3):
        with pytest.raises((runwayml.APIError, ValueError)):
            await client.tasks.retrieve(identity)
    assert (await finished(client, identity)).status == "SUCCEEDED"


Check = Callable[[httpx.Response], bool]


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (Spoil.HTML, lambda answer: b"<h1>" in answer.content),
        (Spoil.EMPTY, lambda answer: answer.content == b""),
        (Spoil.WRONG_KIND, lambda answer: look(answer.content).kind == "audio"),
    ],
)
async def test_a_download_may_be_something_else(
    client: AsyncRunwayML, server: RunwayServer, spoil: Spoil, check: Check
) -> None:
    server.outcomes.append(fake.succeeds(spoil=spoil))
    task = await finished(client, (await client.text_to_video.create(**GEN)).id)
    answer = await download(task.output[0])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert check(answer)


async def test_a_redirect_leads_to_another_host_and_leaks_are_noted(
    client: AsyncRunwayML, server: RunwayServer
) -> None:
    server.outcomes.append(fake.succeeds(spoil=Spoil.REDIRECT))
    task = await finished(client, (await client.text_to_video.create(**GEN)).id)
    async with httpx.AsyncClient(headers={"Authorization": "Bearer secret"}) as careless:
        answer = await careless.get(task.output[0])
    assert answer.headers["location"].startswith(server.elsewhere_url)
    assert server.leaked_tokens == ["Bearer secret"]
    assert (await download(answer.headers["location"])).status_code == 200


async def test_a_download_may_fail_by_script(client: AsyncRunwayML, server: RunwayServer) -> None:
    task = await finished(client, (await client.text_to_video.create(**GEN)).id)
    fates: list[tuple[fake.Behaviour, Callable[[], Awaitable[Any]]]] = [
        (fake.server_error(503), lambda: download(task.output[0])),
        (fake.fine(), lambda: download(task.output[0])),
    ]
    server.script("output", *[fate for fate, _ in fates])
    assert [(await call()).status_code for _, call in fates] == [503, 200]
