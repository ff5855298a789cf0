"""The offline provider: real drawings, films and speech, made in real children and decoded again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest
import pytest_asyncio
from PIL import Image, ImageChops, ImageFilter, ImageStat

from core.native.pool import NativePool
from core.providers.base import Kind, Made, Order, Output, Refused, Source, Tool
from core.providers.offline import lines, reading, sizes
from core.providers.offline.provider import LABEL, OfflineProvider
from core.providers.offline.reading import Time
from core.providers.offline.tongues import choose_tongue

FRAME_S = 1 / 24
KINDS = {Tool.GENERATE_VIDEO: Kind.VIDEO, Tool.ANIMATE: Kind.VIDEO, Tool.EXTEND: Kind.VIDEO}
Make = Callable[..., Awaitable[Output]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def provider() -> AsyncIterator[OfflineProvider]:
    pool = NativePool()
    yield OfflineProvider(pool)
    await pool.close()


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., Order]:
    count = 0

    def build(tool: Tool, prompt: str = "", **fields: Any) -> Order:
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        kind = fields.pop("kind", KINDS.get(tool, Kind.IMAGE))
        return Order(step_id=str(count), tool=tool, kind=kind, model="m", prompt=prompt, folder=folder, **fields)

    return build


@pytest.fixture
def make(provider: OfflineProvider, order: Callable[..., Order]) -> Make:
    async def submit(tool: Tool, prompt: str = "", **fields: Any) -> Output:
        output = await provider.submit(order(tool, prompt, **fields))
        assert isinstance(output, Output), output
        return output

    return submit


def source(made: Made, prompt: str = "", *, kind: Kind = Kind.IMAGE, provider: str = "offline") -> tuple[Source, ...]:
    return (
        Source(
            role="video" if kind is Kind.VIDEO else "image",
            path=made.path,
            media_type=made.media_type,
            kind=kind,
            prompt=prompt,
            provider=provider,
            seed=made.seed,
            duration_s=made.duration_s,
        ),
    )


def load(made: Made) -> Image.Image:
    with Image.open(made.path) as picture:
        return picture.convert("RGB")


def brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(picture.convert("L")).mean[0]


def difference(a: Image.Image, b: Image.Image) -> float:
    """The mean difference per channel, 0..255."""
    return sum(ImageStat.Stat(ImageChops.difference(a, b.resize(a.size))).mean) / 3


def edges(picture: Image.Image) -> Image.Image:
    """Where the outlines are, whatever the light."""
    small = picture.convert("L").resize((160, 90), Image.Resampling.BOX)
    found = small.filter(ImageFilter.FIND_EDGES).crop((2, 2, 158, 88))
    ranks = sorted(found.tobytes())
    threshold = max(4, ranks[len(ranks) * 9 // 10])
    return found.point([255 if value >= threshold else 0 for value in range(256)])


def composition_shared(a: Image.Image, b: Image.Image) -> float:
    """The share of strong outlines of `a` that `b` has too, at most a pixel of 160 away."""
    mine, theirs = edges(a), edges(b).filter(ImageFilter.MaxFilter(3))
    both = ImageChops.multiply(mine, theirs)
    return ImageStat.Stat(both).sum[0] / ImageStat.Stat(mine).sum[0]


def frames_of(path: Path) -> list[Image.Image]:
    with av.open(path) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


# Pictures -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("aspect", ["1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9", "9:21"])
async def test_a_drawing_has_the_asked_shape_and_says_what_it_is(make: Make, aspect: str) -> None:
    made = (await make(Tool.GENERATE_IMAGE, "a lighthouse at dusk", aspect=aspect, seed=7)).files[0]
    with Image.open(made.path) as picture:
        assert picture.format == "PNG"
        assert picture.size == (made.width, made.height) == sizes.size_for(aspect)
        assert picture.text["Comment"] == LABEL  # type: ignore[attr-defined]
    assert made.media_type == "image/png"
    assert made.seed == 7
    assert made.path.stat().st_size < 2_500_000


async def test_the_same_seed_and_words_give_the_same_bytes(make: Make) -> None:
    first, again, other = [
        (await make(Tool.GENERATE_IMAGE, "a red fox in the snow", seed=seed)).files[0].path.read_bytes()
        for seed in (3, 3, 4)
    ]
    assert first == again != other


PROMPTS = (
    "a lighthouse at dusk",
    "a lighthouse at noon",
    "a red fox in the snow",
    "a cup of coffee on a rainy morning",
    "a city at night with neon",
    "a hot-air balloon over mountains at dawn",
    "a robot",
    "goldfish underwater",
    "desert dunes at sunset",
    "the idea of blue",
    "the idea of orange",
)


async def test_different_words_give_visibly_different_pictures(make: Make) -> None:
    pictures = [load((await make(Tool.GENERATE_IMAGE, prompt, aspect="3:2", seed=5)).files[0]) for prompt in PROMPTS]
    pairs = [(a, b) for i, a in enumerate(pictures) for b in pictures[i + 1 :]]
    assert min(difference(a, b) for a, b in pairs) > 10


@pytest.mark.parametrize(("change", "sign"), [("darker", -1), ("brighter", 1), ("at night", -1)])
async def test_a_change_of_light_keeps_the_composition(make: Make, change: str, sign: int) -> None:
    prompt = "a lighthouse at noon"
    first = (await make(Tool.GENERATE_IMAGE, prompt, aspect="16:9", seed=11)).files[0]
    longer = f"{prompt}, {change}"
    second = (await make(Tool.EDIT_IMAGE, longer, instruction=change, seed=99, sources=source(first, prompt))).files[0]
    before, after = load(first), load(second)
    assert sign * (brightness(after) - brightness(before)) > 12
    assert second.seed == first.seed == 11
    assert (second.width, second.height) == (1280, 720)
    if change != "at night":
        assert composition_shared(before, after) > 0.85
    stranger = load((await make(Tool.GENERATE_IMAGE, prompt, aspect="16:9", seed=12)).files[0])
    assert composition_shared(before, after) > composition_shared(before, stranger)


async def test_a_chain_of_edits_adds_up(make: Make) -> None:
    prompt = "a lighthouse at dusk"
    first = (await make(Tool.GENERATE_IMAGE, prompt, aspect="16:9", seed=1)).files[0]
    levels = [brightness(load(first))]
    for _ in range(2):
        prompt += ", darker"
        first = (await make(Tool.EDIT_IMAGE, prompt, instruction="darker", sources=source(first, prompt))).files[0]
        levels.append(brightness(load(first)))
    assert levels[0] - 5 > levels[1] > levels[2] + 5


@pytest.mark.parametrize(("word", "channel"), [("redder", 0), ("greener", 1), ("bluer", 2), ("warmer", 0)])
async def test_a_colour_word_moves_its_channel(make: Make, word: str, channel: int) -> None:
    first = (await make(Tool.GENERATE_IMAGE, "hills at noon", seed=2)).files[0]
    second = (
        await make(Tool.EDIT_IMAGE, f"hills at noon, {word}", instruction=word, sources=source(first, "x"))
    ).files[0]
    before, after = (ImageStat.Stat(load(made)).mean for made in (first, second))
    assert after[channel] / sum(after) > before[channel] / sum(before) + 0.015


async def test_an_added_subject_appears_and_the_rest_stays(make: Make) -> None:
    first = (await make(Tool.GENERATE_IMAGE, "a lighthouse at dusk", aspect="16:9", seed=1)).files[0]
    second = (
        await make(
            Tool.EDIT_IMAGE, "a lighthouse at dusk, add a boat", instruction="add a boat", sources=source(first, "x")
        )
    ).files[0]
    box = ImageChops.difference(load(first), load(second)).getbbox()
    assert box is not None
    assert (box[2] - box[0]) * (box[3] - box[1]) < 0.25 * 1280 * 720


async def test_wider_gives_the_next_wider_shape(make: Make) -> None:
    first = (await make(Tool.GENERATE_IMAGE, "a boat", aspect="3:2")).files[0]
    parent = source(first, "a boat")
    wider = (await make(Tool.EDIT_IMAGE, "a boat, wider", instruction="wider", sources=parent)).files[0]
    assert (wider.width, wider.height) == (1280, 720)
    tall = (await make(Tool.EDIT_IMAGE, "a boat", instruction="x", aspect="9:16", sources=parent)).files[0]
    assert (tall.width, tall.height) == (720, 1280)


async def test_lettering_is_drawn_when_asked_and_not_without(make: Make) -> None:
    async def bottom(prompt: str) -> Image.Image:
        made = (await make(Tool.GENERATE_IMAGE, prompt, aspect="2:3", seed=4)).files[0]
        return load(made).crop((0, 1010, 800, 1190)).convert("L")

    lettered, other = await bottom("a poster saying 'HELLO'"), await bottom("a poster saying 'GOODBYE'")
    plain = await bottom("a poster saying 'HELLO', without text")
    assert lettered.histogram()[255 * 9 // 10 :] != plain.histogram()[255 * 9 // 10 :]
    assert sum(lettered.histogram()[:70]) > 2_000
    assert brightness(lettered) > 200
    assert difference(lettered.convert("RGB"), other.convert("RGB")) > 2
    assert abs(brightness(plain) - brightness(lettered)) > 15


async def test_a_foreign_picture_keeps_its_content_and_changes(make: Make, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.radial_gradient("L").resize((600, 400)).convert("RGB").save(photo)
    upload = source(Made(path=photo, media_type="image/jpeg"), kind=Kind.UPLOAD, provider="")
    darker = await make(Tool.EDIT_IMAGE, "darker", instruction="darker", sources=upload)
    assert brightness(load(darker.files[0])) < brightness(load(Made(path=photo, media_type=""))) - 12
    assert (darker.files[0].width, darker.files[0].height) == (600, 400)
    assert darker.files[0].seed is None
    assert darker.notes == ()
    other = await make(Tool.EDIT_IMAGE, "as a dream", instruction="make it a dream", sources=upload)
    assert difference(load(other.files[0]), load(Made(path=photo, media_type=""))) > 8
    assert "light, colour and shape" in other.notes[0]
    bare = await make(Tool.EDIT_IMAGE, "x", instruction="without text", sources=upload)
    assert "cannot take things out" in bare.notes[0]
    wide = (await make(Tool.EDIT_IMAGE, "x", instruction="wider", sources=upload)).files[0]
    assert wide.width is not None
    assert wide.height == 400
    assert 1.7 < wide.width / wide.height < 1.8


async def test_a_retouched_photo_is_never_redrawn(make: Make, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (300, 200), "#cc3311").save(photo)
    upload = source(Made(path=photo, media_type="image/png"), kind=Kind.UPLOAD, provider="")
    once = (await make(Tool.EDIT_IMAGE, "darker", instruction="darker", sources=upload)).files[0]
    twice = (await make(Tool.EDIT_IMAGE, "darker, darker", instruction="darker", sources=source(once, "darker"))).files[
        0
    ]
    assert (twice.width, twice.height) == (300, 200)
    assert load(twice).getcolors(maxcolors=1) is not None


async def test_variations_differ_from_their_parent(make: Make, tmp_path: Path) -> None:
    first = (await make(Tool.GENERATE_IMAGE, "a cat", seed=1)).files[0]
    drawn = (await make(Tool.VARY, "a cat", seed=2, sources=source(first, "a cat"))).files[0]
    assert drawn.seed == 2
    assert difference(load(first), load(drawn)) > 8
    foreign = source(first, "a cat", provider="openai")
    varied = (await make(Tool.VARY, "", seed=3, sources=foreign)).files[0]
    assert varied.seed is None
    assert difference(load(first), load(varied)) > 5


async def test_upscaling_doubles_and_has_a_limit(
    make: Make, provider: OfflineProvider, order: Callable[..., Order], tmp_path: Path
) -> None:
    first = (await make(Tool.GENERATE_IMAGE, "a cat", seed=1)).files[0]
    larger = (await make(Tool.UPSCALE, sources=source(first, "a cat"))).files[0]
    assert load(larger).size == (larger.width, larger.height) == (2400, 1600)
    big = tmp_path / "big.png"
    Image.new("RGB", (4000, 3000)).save(big)
    huge = order(Tool.UPSCALE, sources=source(Made(path=big, media_type="image/png")))
    refused = await provider.submit(huge)
    assert isinstance(refused, Refused)
    assert "40 megapixels" in refused.message


async def test_an_edit_without_a_picture_is_refused(provider: OfflineProvider, order: Callable[..., Order]) -> None:
    assert isinstance(await provider.submit(order(Tool.EDIT_IMAGE, "darker")), Refused)


# Films --------------------------------------------------------------------------------------------------------------


async def test_a_film_is_a_playable_mp4_of_the_asked_length(make: Make) -> None:
    made = (await make(Tool.GENERATE_VIDEO, "a lighthouse at dusk", duration_s=2, seed=5)).files[0]
    data = made.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # it plays while it loads
    assert (made.media_type, made.width, made.height, made.duration_s) == ("video/mp4", 1280, 720, 2.0)
    with av.open(made.path) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert audio.codec_context.name == "aac"
        assert container.metadata["comment"] == LABEL
        assert abs(container.duration / av.time_base - 2) <= FRAME_S
    frames = frames_of(made.path)
    assert len(frames) == 48
    assert difference(frames[0], frames[-1]) > 3
    assert difference(frames[10], frames[11]) < difference(frames[0], frames[-1])


async def test_a_film_is_five_seconds_by_default_and_upright_on_wish(make: Make) -> None:
    made = (await make(Tool.GENERATE_VIDEO, "a boat", aspect="9:16")).files[0]
    assert made.duration_s == 5.0
    assert (made.width, made.height) == (720, 1280)


async def test_animating_starts_from_the_picture(make: Make) -> None:
    picture = (await make(Tool.GENERATE_IMAGE, "a red fox in the snow", aspect="1:1", seed=1)).files[0]
    made = (await make(Tool.ANIMATE, "", duration_s=1, sources=source(picture, "x"))).files[0]
    assert (made.width, made.height) == (1024, 1024)
    first, last = (frames_of(made.path)[index] for index in (0, -1))
    assert min(difference(load(picture), first), difference(load(picture), last)) < 12


async def test_extending_keeps_the_first_part_and_goes_on_without_a_cut(make: Make) -> None:
    clip = (await make(Tool.GENERATE_VIDEO, "a sailboat at sea", duration_s=1, seed=1)).files[0]
    longer = (await make(Tool.EXTEND, duration_s=1.5, sources=source(clip, kind=Kind.VIDEO))).files[0]
    assert longer.duration_s is not None
    assert abs(longer.duration_s - 2.5) <= FRAME_S
    before, after = frames_of(clip.path), frames_of(longer.path)
    assert len(after) == 60
    assert difference(before[0], after[0]) < 4
    assert difference(after[23], after[24]) < 4
    assert difference(after[24], after[-1]) > 3


async def test_upscaling_a_film_stops_at_1920(
    make: Make, provider: OfflineProvider, order: Callable[..., Order]
) -> None:
    clip = (await make(Tool.GENERATE_VIDEO, "the sea", duration_s=1)).files[0]
    larger = (await make(Tool.UPSCALE, kind=Kind.VIDEO, sources=source(clip, kind=Kind.VIDEO))).files[0]
    assert (larger.width, larger.height, larger.duration_s) == (1920, 1080, 1.0)
    again = await provider.submit(order(Tool.UPSCALE, kind=Kind.VIDEO, sources=source(larger, kind=Kind.VIDEO)))
    assert isinstance(again, Refused)


# Speech -------------------------------------------------------------------------------------------------------------


async def test_speech_is_an_mp3_as_long_as_it_says(make: Make) -> None:
    output = await make(Tool.GENERATE_SPEECH, "The lighthouse stands at the edge of the sea.", kind=Kind.SPEECH)
    made = output.files[0]
    with av.open(made.path) as container:
        frames = list(container.decode(audio=0))
        assert container.streams.audio[0].codec_context.name.startswith("mp3")
        assert container.streams.audio[0].channels == 1
        assert container.metadata["comment"] == LABEL
    seconds = sum(frame.samples / frame.sample_rate for frame in frames)
    assert made.media_type == "audio/mpeg"
    assert made.duration_s is not None
    assert abs(made.duration_s - seconds) < 0.01
    assert 1.5 < seconds < 6
    assert output.notes == ()


async def test_voices_sound_different_and_an_unknown_one_is_said(make: Make) -> None:
    async def spoken(voice: str | None) -> tuple[bytes, tuple[str, ...]]:
        output = await make(Tool.GENERATE_SPEECH, "Good morning, dear friends.", kind=Kind.SPEECH, voice=voice)
        return output.files[0].path.read_bytes(), output.notes

    voices = [await spoken(voice) for voice in ("female", "male", "german", "zorblax")]
    assert len({data for data, _ in voices[:3]}) == 3
    assert [bool(notes) for _, notes in voices] == [False, False, False, True]
    assert "zorblax" in voices[3][1][0]


async def test_a_long_text_is_spoken_whole(make: Make) -> None:
    text = "One two three four. " * 40
    made = (await make(Tool.GENERATE_SPEECH, text, kind=Kind.SPEECH)).files[0]
    assert made.duration_s is not None
    assert made.duration_s > 35


# What words mean ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "voice", "name"),
    [
        ("Hello", None, "en-us+f3"),
        ("Hello", "male", "en-us+m3"),
        ("Guten Tag", "de", "de+f3"),
        ("Bonjour", "French male", "fr+m3"),
        ("Привет, мир", None, "ru+f3"),
        ("你好", None, "cmn+f3"),
        ("Γειά σου", "male", "el+m3"),
    ],
)
async def test_the_voice_follows_wish_and_script(text: str, voice: str | None, name: str) -> None:
    assert choose_tongue(text, voice).name == name


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("a poster saying 'HELLO'", "HELLO"),
        ('a sign with the text "Open late"', "Open late"),
        ("a card that says happy birthday, blue", "happy birthday"),
        ("a poster saying 'A', now saying 'B'", "B"),
        ("a poster saying 'A', without text", None),
        ("the fox's den and the owl's tree", None),
        ("a lighthouse", None),
    ],
)
async def test_lettering_is_what_the_words_ask_to_see(prompt: str, words: str | None) -> None:
    assert lines.lettering_of(prompt) == words


async def test_a_prompt_is_understood() -> None:
    found = reading.read("a woman with a blue umbrella in the rainy city at dusk, without cars", seed=1)
    assert [subject.name for subject in found.subjects] == ["umbrella"]
    assert found.subjects[0].accent is not None
    assert (found.time, found.setting, found.weather, found.tint) == (Time.DUSK, "city", frozenset({"rain"}), None)
    assert reading.read("a boat, at noon, at night", 1).time is Time.NIGHT
    assert reading.read("quantum entanglement", 1).setting is None
    assert reading.read("two penguins", 1).subjects[0].count == 2


async def test_an_odd_prompt_is_drawn_too(make: Make) -> None:
    for prompt in ("", "🦊🌊", "夕暮れの灯台", "x" * 10_000, "' " * 3_000, "a poster saying '夕暮れ'"):
        made = (await make(Tool.GENERATE_IMAGE, prompt, seed=1)).files[0]
        assert load(made).size == (made.width, made.height)
