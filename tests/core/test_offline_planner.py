"""The offline planner understands everyday requests, changes of what is there, and never loops or chokes."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.agent.messages import Message, Role, ToolCall, Turn
from core.agent.planners.offline import replies
from core.agent.planners.offline.planner import OfflinePlanner
from core.agent.tools import TOOLS
from core.providers.base import Tool

IMAGE, VIDEO, SPEECH, UPLOAD = "a" * 32, "b" * 32, "c" * 32, "d" * 32
LIGHTHOUSE = "a lighthouse at dusk"
ALL_TOOLS = tuple(TOOLS.values())
SHORT = {
    "generate_image": "image",
    "generate_video": "video",
    "generate_speech": "speech",
    "edit_image": "edit",
}
Expected = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Made:
    """One asset of an earlier creation, and the call that made it."""

    tool: str
    arguments: dict[str, Any]
    id: str
    kind: str
    prompt: str
    version: str
    aspect: str | None = None
    duration_s: float | None = None


@dataclass
class Thread:
    """A conversation as the loop writes it, turn by turn."""

    messages: list[Message] = field(default_factory=lambda: [Message(role=Role.SYSTEM, text="You are Easel.")])
    calls: int = 0

    def creation(self, text: str, *made: Made) -> "Thread":
        """An earlier request with its results and closing sentence."""
        ids = [f"call_{self.calls + at}" for at in range(len(made))]
        calls = tuple(ToolCall(key, each.tool, json.dumps(each.arguments)) for key, each in zip(ids, made, strict=True))
        self.messages += [Message(role=Role.USER, text=text), Message(role=Role.ASSISTANT, calls=calls)]
        self.messages += [
            Message(role=Role.TOOL, call_id=key, text=json.dumps(_result(each)))
            for key, each in zip(ids, made, strict=True)
        ]
        self.messages.append(Message(role=Role.ASSISTANT, text="Here it is."))
        self.calls += len(made)
        return self


def _result(made: Made) -> dict[str, Any]:
    return {
        "asset_id": made.id,
        "kind": made.kind,
        "prompt": made.prompt,
        "version": made.version,
        "aspect": made.aspect,
        "duration_s": made.duration_s,
    }


PICTURE = Made("generate_image", {"prompt": LIGHTHOUSE}, IMAGE, "image", LIGHTHOUSE, "v1")
WIDE_PICTURE = Made("generate_image", {"prompt": LIGHTHOUSE}, IMAGE, "image", LIGHTHOUSE, "v1", aspect="16:9")
CLIP = Made("generate_video", {"prompt": "waves"}, VIDEO, "video", "waves", "v2", aspect="16:9", duration_s=5)
VOICE = Made("generate_speech", {"text": "The light.", "voice": "male"}, SPEECH, "speech", "The light.", "v3")


def a_picture() -> Thread:
    return Thread().creation(LIGHTHOUSE, PICTURE)


def everything() -> Thread:
    return Thread().creation("a lighthouse, waves and a narration", PICTURE, CLIP, VOICE)


async def plan(
    text: str,
    thread: Thread | None = None,
    inputs: tuple[str, ...] = (),
    chosen: dict[str, str] | None = None,
    known: dict[str, Any] | None = None,
) -> Turn:
    """`known`: what is told of each attached asset."""
    attached = tuple((each, json.dumps(known)) for each in inputs) if known else ()
    chosen_beside = tuple((chosen or {}).items())
    newest = Message(role=Role.USER, text=text, inputs=inputs, attached=attached, settings=chosen_beside)
    return await OfflinePlanner().next((*(thread or Thread()).messages, newest), ALL_TOOLS)


def arguments(call: ToolCall) -> dict[str, Any]:
    """The arguments as the loop checks them: they must fit the tool's model."""
    TOOLS[Tool(call.name)].arguments.model_validate_json(call.arguments)
    parsed: dict[str, Any] = json.loads(call.arguments)
    return parsed


def assert_calls(turn: Turn, expected: list[Expected]) -> None:
    """The same tools in the same order, with at least these arguments; None: the argument is absent."""
    made = [(SHORT.get(call.name, call.name), arguments(call)) for call in turn.calls]
    assert [name for name, _ in made] == [name for name, _ in expected], made or turn.text
    for (_, got), (_, wanted) in zip(made, expected, strict=True):
        assert {name: got.get(name) for name in wanted} == wanted


def image(prompt: str | None = None, **others: Any) -> Expected:
    return "image", ({"prompt": prompt} if prompt else {}) | others


def video(prompt: str | None = None, **others: Any) -> Expected:
    return "video", ({"prompt": prompt} if prompt else {}) | others


def speech(text: str | None = None, **others: Any) -> Expected:
    return "speech", ({"text": text} if text else {}) | others


def edit(instruction: str, prompt: str, **others: Any) -> Expected:
    return "edit", {"image": IMAGE, "instruction": instruction, "prompt": prompt} | others


def call(name: str, **others: Any) -> Expected:
    return name, others


NEW: list[tuple[str, list[Expected]]] = [
    # several assets in one request
    (
        "a hero image, a 5 second clip of it and a narration",
        [image("a hero image"), video("a hero image", first_frame="call:0", duration_s=5), speech()],
    ),
    (
        "a lighthouse at dusk, wide, and a narration saying 'The light still turns.'",
        [image(LIGHTHOUSE, aspect="16:9"), speech("The light still turns.")],
    ),
    ("A lighthouse at dusk, with a short narration", [image("A lighthouse at dusk"), speech()]),
    ("an image of a cat and a video of a dog", [image("a cat"), video("a dog", first_frame=None)]),
    ("two images and a video of a fox", [image("a fox"), image("a fox"), video("a fox")]),
    ("an image and a video of a lighthouse", [image("a lighthouse"), video("a lighthouse")]),
    (
        "A lighthouse: an image, a 5 second video and a narration",
        [image("A lighthouse"), video(duration_s=5), speech()],
    ),
    ("For my bakery, a logo and a poster", [image("a logo for my bakery"), image("a poster for my bakery")]),
    (
        "I'm launching a coffee brand called Nook. I need a hero image, a 5 second clip of it and a narration",
        [image("a hero image for a coffee brand called Nook"), video(first_frame="call:0", duration_s=5), speech()],
    ),
    ("Create an image of a fox, then animate it", [image("a fox"), call("animate", image="call:0")]),
    ("1. a hero image of a cat\n2. a clip of it", [image("a hero image of a cat"), video(first_frame="call:0")]),
    ("a clip of the image and an image of a fox", [image("a fox"), video("a fox", first_frame="call:0")]),
    ("two images of a cat, and make them darker", [image("a cat, darker")] * 2),
    ("a red car in the desert, and make it darker", [image("a red car in the desert, darker")]),
    ("Hi! An image of a cat, please.", [image("a cat")]),
    ("a poster of the sea and animate it for 8 seconds", [image(), call("animate", image="call:0", duration_s=8)]),
    (
        "An image of a fox. Then a 10 second video from it. Finally, a voice-over: 'Hi'.",
        [image(), video(), speech("Hi")],
    ),
    ("a fox in the snow, digital painting", [image("a fox in the snow, digital painting")]),
    ("a red car, 35mm film", [image("a red car, 35mm film")]),
    ("a video of rain and narrate it", [video("rain"), speech()]),
    # speech: exactly the words
    ('a cat and a voice-over saying "Welcome home"', [image("a cat"), speech("Welcome home")]),
    ("a cat, and a voiceover saying “It's here.”", [image("a cat"), speech("It's here.")]),
    ("a narration saying ‘It’s the keeper’s home’", [speech("It’s the keeper’s home")]),
    ("a narration saying 'It's the dogs' home, really.'", [speech("It's the dogs' home, really.")]),
    ("Say hello", [speech("hello")]),
    ("say 'hello world' in a deep male voice", [speech("hello world", voice="male", instructions="deep")]),
    ("say good morning in a british accent", [speech("good morning", instructions="british accent")]),
    ('read aloud: "Good morning, class"', [speech("Good morning, class")]),
    ('a voice-over saying "Welcome" in a warm female voice', [speech("Welcome", voice="female", instructions="warm")]),
    ("Narrate 'Once upon a time'", [speech("Once upon a time")]),
    ("an audio clip saying 'Test'", [speech("Test")]),
    ("a voiceover: The castle sleeps.", [speech("The castle sleeps.")]),
    ("whisper 'good night'", [speech("good night", instructions="whispering")]),
    ("a narration about the sea", [speech("Picture this: the sea. Take a moment, and let it tell its story.")]),
    ("say 'one, two, and a picture of three'", [speech("one, two, and a picture of three")]),
    ("say 'hello' and make a picture of a cat", [speech("hello"), image("a cat")]),
    # counts
    ("three posters of a jazz festival", [image("a poster of a jazz festival")] * 3),
    ("3 logos for a bakery", [image("a logo for a bakery")] * 3),
    ("a pair of icons of foxes", [image("an icon of foxes")] * 2),
    ("a few sketches of a cat", [image("a sketch of a cat", style="sketch")] * 3),
    ("four versions of a logo for a gym", [image("a logo for a gym")] * 4),
    ("100 pictures of cats", [image("cats")] * 10),
    ("ten logos and ten posters of a cat", [image()] * 12),
    ("two 10-second clips of the sea", [video("the sea", duration_s=10)] * 2),
    ("two red cars racing", [image("two red cars racing")]),
    # durations
    ("a 10s video of waves", [video("waves", duration_s=10)]),
    ("a 5-second video of a horse in 9:16", [video("a horse", duration_s=5, aspect="9:16")]),
    ("half a minute of waves, video", [video("waves", duration_s=30)]),
    ("a video a minute long of a candle", [video("a candle", duration_s=60)]),
    ("a 90 second clip of rain", [video("rain", duration_s=60)]),
    ("a two minute movie of a storm", [video("a storm", duration_s=60)]),
    ("an 80s video of a mall", [video("an 80s video of a mall", duration_s=None)]),
    ("a 30 second exposure photo of stars", [image("a 30 second exposure photo of stars")]),
    # shapes
    ("Please make me a tall poster of a giraffe", [image("a poster of a giraffe", aspect="9:16")]),
    ("a phone wallpaper with mountains", [image("a phone wallpaper with mountains", aspect="9:16")]),
    ("a cat, 4 by 3", [image("a cat", aspect="4:3")]),
    ("a cat in 16:9", [image("a cat", aspect="16:9")]),
    ("a square logo for a bank", [image("a logo for a bank", aspect="1:1")]),
    ("a portrait photo of a woman", [image("a photo of a woman", aspect="3:4")]),
    ("portrait of a woman", [image("portrait of a woman", aspect=None)]),
    ("a mountain in landscape format", [image("a mountain", aspect="16:9")]),
    ("a mountain landscape", [image("a mountain landscape", aspect="16:9")]),
    ("an ultrawide picture of a city", [image("a city", aspect="21:9")]),
    ("a banner for a shoe shop", [image("a banner for a shoe shop", aspect="21:9")]),
    ("cinematic shot of a desert", [image("cinematic shot of a desert", aspect="21:9")]),
    ("a vertical video of a waterfall", [video("a waterfall", aspect="9:16")]),
    ("a wide river through a forest", [image("a wide river through a forest", aspect=None)]),
    ("a tall man in Times Square", [image("a tall man in Times Square", aspect=None)]),
    ("a clock at 10:30", [image("a clock at 10:30", aspect=None)]),
    # styles
    ("an anime girl on a bike", [image("an anime girl on a bike", style="anime")]),
    ("watercolor of a fox", [image("watercolor of a fox", style="artistic")]),
    ("a 3d render of a robot", [image("a 3d render of a robot", style="3d")]),
    ("can you create a minimal logo for Nook?", [image("a minimal logo for Nook", style="minimal")]),
    ("a photorealistic owl", [image("a photorealistic owl", style="photoreal")]),
    ("an illustration of a train", [image("an illustration of a train", style="illustration")]),
    ("a photo album on a table", [image("a photo album on a table", style=None)]),
    # the head noun decides
    ("a lighthouse with a video camera", [image("a lighthouse with a video camera")]),
    ("a photo of a movie theatre", [image("a photo of a movie theatre", style="photoreal")]),
    ("a book about speech", [image("a book about speech")]),
    ("a man giving a speech", [image("a man giving a speech")]),
    ("people watching movies", [image("people watching movies")]),
    ("a wall with a picture of a cat", [image("a wall with a picture of a cat")]),
    ("a cat and a dog", [image("a cat and a dog")]),
    ("a desk and a poster", [image("a desk and a poster")]),
    ("a flying car video", [video("a flying car video")]),
    ("animate a cat", [video("a cat")]),
    ("a time-lapse of clouds", [video("a time-lapse of clouds")]),
    ("a gif of a dancing banana", [video("a gif of a dancing banana")]),
    ("an animated logo for a bank", [video()]),
    ('a poster that says "Grand Opening"', [image('a poster that says "Grand Opening"')]),
    ("draw a cat", [image("a cat")]),
    ("a lighthouse", [image("a lighthouse", alt_text="A lighthouse")]),
    # other scripts and languages
    ("منارة عند الغروب، صورة واسعة", [image("منارة عند الغروب، صورة واسعة")]),
    ("夕暮れの灯台", [image("夕暮れの灯台")]),
    ("ein Leuchtturm in der Dämmerung", [image("ein Leuchtturm in der Dämmerung")]),
    ("🦊🌙", [image("🦊🌙")]),
]


@pytest.mark.parametrize(("text", "expected"), NEW, ids=[text[:60] for text, _ in NEW])
async def test_a_new_request_becomes_these_calls(text: str, expected: list[Expected]) -> None:
    assert_calls(await plan(text), expected)


CHANGES: list[tuple[str, list[Expected]]] = [
    ("make it darker", [edit("darker", f"{LIGHTHOUSE}, darker")]),
    ("bluer", [edit("bluer", f"{LIGHTHOUSE}, bluer")]),
    ("can you make it a bit brighter please?", [edit("a bit brighter", f"{LIGHTHOUSE}, a bit brighter")]),
    ("it's too dark", [edit("too dark", f"{LIGHTHOUSE}, brighter")]),
    ("at night", [edit("at night", "a lighthouse at night")]),
    ("now with a hat on the keeper", [edit("with a hat on the keeper", f"{LIGHTHOUSE}, with a hat on the keeper")]),
    ("but with snow", [edit("with snow", f"{LIGHTHOUSE}, with snow")]),
    ("without text", [edit("without text", f"{LIGHTHOUSE}, without text")]),
    ("add a boat and a dog", [edit("add a boat and a dog", f"{LIGHTHOUSE}, with a boat and a dog")]),
    ("remove the boat", [edit("remove the boat", f"{LIGHTHOUSE}, without the boat")]),
    ("make the sky purple", [edit("make the sky purple", f"{LIGHTHOUSE}, the sky purple")]),
    ("great, but the sky should be purple", [edit("the sky should be purple", f"{LIGHTHOUSE}, the sky purple")]),
    ("turn it into a watercolor", [edit("into a watercolor", f"{LIGHTHOUSE}, as a watercolor", style="artistic")]),
    ("an anime version of it", [edit("anime", f"{LIGHTHOUSE}, anime", style="anime")]),
    ("same but at night", [edit("at night", "a lighthouse at night")]),
    ("more contrast", [edit("more contrast", f"{LIGHTHOUSE}, more contrast")]),
    ("make the logo bigger", [edit("make the logo bigger", f"{LIGHTHOUSE}, the logo bigger")]),
    ("give it a hat", [edit("give it a hat", f"{LIGHTHOUSE}, with a hat")]),
    ("in black and white", [edit("in black and white", f"{LIGHTHOUSE}, in black and white")]),
    ("try a different angle", [edit("a different angle", f"{LIGHTHOUSE}, a different angle")]),
    ("longer hair", [edit("longer hair", f"{LIGHTHOUSE}, longer hair")]),
    ("red", [edit("red", f"{LIGHTHOUSE}, red")]),
    ("make it wider", [edit("wider", LIGHTHOUSE, aspect="16:9")]),
    ("taller", [edit("taller", LIGHTHOUSE, aspect="9:16")]),
    ("make it square", [edit("in 1:1", LIGHTHOUSE, aspect="1:1")]),
    ("make it portrait", [edit("in 3:4", LIGHTHOUSE, aspect="3:4")]),
    ("make it darker and wider", [edit("darker, wider", f"{LIGHTHOUSE}, darker", aspect="16:9")]),
    ("a darker picture", [edit("darker", f"{LIGHTHOUSE}, darker")]),
    ("v1 but bluer", [edit("bluer", f"{LIGHTHOUSE}, bluer")]),
    ("make the picture say 'OPEN'", [edit("say 'OPEN'", f"{LIGHTHOUSE}, with the words 'OPEN'")]),
    ("another one", [call("vary", image=IMAGE, prompt=LIGHTHOUSE)]),
    ("again", [call("vary", image=IMAGE)]),
    ("a different version", [call("vary", image=IMAGE)]),
    ("make 3 more", [call("vary", image=IMAGE)] * 3),
    ("two more", [call("vary", image=IMAGE)] * 2),
    ("three variations", [call("vary", image=IMAGE)] * 3),
    ("give me another one with a boat", [call("vary", image=IMAGE, prompt=f"{LIGHTHOUSE}, with a boat")]),
    ("animate it", [call("animate", image=IMAGE, prompt=LIGHTHOUSE)]),
    ("make it move", [call("animate", image=IMAGE)]),
    ("make a 10 second video of it", [call("animate", image=IMAGE, duration_s=10)]),
    ("turn this into a 5 second clip", [call("animate", image=IMAGE, duration_s=5)]),
    ("animate it with slow waves", [call("animate", image=IMAGE, prompt=f"{LIGHTHOUSE}, with slow waves")]),
    ("upscale it", [call("upscale", asset=IMAGE)]),
    ("bigger", [call("upscale", asset=IMAGE)]),
    ("higher resolution", [call("upscale", asset=IMAGE)]),
    ("upscale the video", [call("upscale", asset=VIDEO)]),
    ("make it longer", [call("extend", video=VIDEO, duration_s=5)]),
    ("extend the video by 10 seconds", [call("extend", video=VIDEO, duration_s=10)]),
    ("make it 5 seconds longer", [call("extend", video=VIDEO, duration_s=5)]),
    ("add 7 seconds", [call("extend", video=VIDEO, duration_s=7)]),
    ("make it 12 seconds", [call("extend", video=VIDEO, duration_s=7)]),
    ("make it 3 seconds", [video("waves", duration_s=3)]),
    ("make the video shorter", [video("waves", duration_s=2.5)]),
    ("make the video darker", [video("waves, darker", duration_s=5, aspect="16:9")]),
    ("another video", [video("waves")]),
    ("read it with a female voice", [speech("The light.", voice="female")]),
    ("slower", [speech("The light.", voice="male", instructions="slower")]),
    ("read it again, but slower", [speech("The light.", voice="male", instructions="slower")]),
    ("make the voice deeper", [speech("The light.", voice="male", instructions="deeper")]),
    ("say 'Good night.' instead", [speech("Good night.", voice="male")]),
    (
        "make it darker and add a narration saying 'Sleep well.'",
        [edit("darker", f"{LIGHTHOUSE}, darker"), speech("Sleep well.")],
    ),
    (
        "upscale it and make it darker",
        [call("upscale", asset=IMAGE), call("edit", image="call:0", instruction="darker")],
    ),
    ("make it darker and animate it", [edit("darker", f"{LIGHTHOUSE}, darker"), call("animate", image="call:0")]),
    ("add fog, and upscale it", [edit("add fog", f"{LIGHTHOUSE}, with fog"), call("upscale", asset="call:0")]),
    (
        "could you also add a voiceover?",
        [speech("Picture this: a lighthouse at dusk. Take a moment, and let it tell its story.")],
    ),
    ("a red car in the desert", [image("a red car in the desert")]),
    ("a video of a dog", [video("a dog")]),
    ("another picture of a dog", [image("a dog")]),
    ("draw a cat", [image("a cat")]),
    ("add a narration", [speech("Picture this: a lighthouse at dusk. Take a moment, and let it tell its story.")]),
]


@pytest.mark.parametrize(("text", "expected"), CHANGES, ids=[text[:60] for text, _ in CHANGES])
async def test_under_a_picture_a_video_and_a_voice_words_change_the_right_one(
    text: str, expected: list[Expected]
) -> None:
    assert_calls(await plan(text, everything()), expected)


TALK = [
    "hi",
    "Hello!",
    "what can you do?",
    "thanks",
    "Thank you so much!",
    "how much does it cost?",
    "",
    "  ",
    "!!!",
    "help",
]


@pytest.mark.parametrize("text", TALK)
async def test_small_talk_is_answered_without_calls(text: str) -> None:
    turn = await plan(text)
    assert turn.text
    assert not turn.calls


IMPOSSIBLE = [
    "make it longer",
    "make it darker",
    "animate it",
    "upscale it",
    "read it with a female voice",
    "a video of it",
]


@pytest.mark.parametrize("text", IMPOSSIBLE)
async def test_a_change_of_nothing_is_declined_kindly(text: str) -> None:
    turn = await plan(text)
    assert turn.text.endswith(".")
    assert not turn.calls


@pytest.mark.parametrize(
    "text", ["make the video darker", "slow down the video", "another narration", "make the voice deeper"]
)
async def test_a_kind_that_is_named_but_missing_is_said_to_be_missing(text: str) -> None:
    turn = await plan(text, a_picture())
    assert not turn.calls
    assert turn.text


async def test_longer_needs_a_video() -> None:
    turn = await plan("make it longer", a_picture())
    assert "video" in turn.text
    assert not turn.calls


@pytest.mark.parametrize(
    ("text", "chosen", "expected"),
    [
        ("a lighthouse", {"kind": "video", "duration_s": "8"}, [video("a lighthouse", duration_s=8)]),
        ("an image of a cat", {"kind": "video"}, [video("a cat")]),
        ("a video of a cat", {"kind": "image"}, [image("a cat")]),
        ("The light still turns, and turns.", {"kind": "speech"}, [speech("The light still turns, and turns.")]),
        ("Hello!", {"kind": "speech"}, [speech("Hello!")]),
        ("a narration saying 'x'", {"kind": "speech", "voice": "nova"}, [speech("x", voice="nova")]),
        ("say hello in a male voice", {"voice": "female"}, [speech("hello", voice="female")]),
        ("a wide picture of a cat", {"aspect": "1:1"}, [image("a cat", aspect="1:1")]),
        ("a cat", {"count": "3", "style": "anime"}, [image("a cat", style="anime")] * 3),
        ("a cat and a narration", {"count": "2"}, [image("a cat"), image("a cat"), speech()]),
        ("a cat", {"aspect": "odd", "count": "many", "duration_s": "nan", "style": "?"}, [image("a cat", aspect=None)]),
    ],
)
async def test_settings_win_over_words(text: str, chosen: dict[str, str], expected: list[Expected]) -> None:
    assert_calls(await plan(text, chosen=chosen), expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make it look like winter", [call("edit", image=UPLOAD, instruction="look like winter")]),
        ("animate this", [call("animate", image=UPLOAD)]),
        ("a video of this", [call("animate", image=UPLOAD)]),
        ("a poster from this photo", [call("edit", image=UPLOAD, prompt="a poster", instruction="a poster")]),
        ("turn this photo into a poster", [call("edit", image=UPLOAD, instruction="into a poster")]),
        ("upscale it", [call("upscale", asset=UPLOAD)]),
        ("a narration for it saying 'Home'", [speech("Home")]),
        ("a watercolor", [call("edit", image=UPLOAD, style="artistic")]),
    ],
)
async def test_an_attached_picture_is_worked_on(text: str, expected: list[Expected]) -> None:
    assert_calls(await plan(text, everything(), inputs=(UPLOAD,)), expected)


FILM = {"kind": "video", "uploaded": True, "file_name": "waves.mp4", "duration_s": 4}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make it longer", [call("extend", video=UPLOAD, prompt=None)]),
        ("extend it by 3 seconds", [call("extend", video=UPLOAD, duration_s=3)]),
        ("make it 10 seconds long", [call("extend", video=UPLOAD, duration_s=6)]),
        ("upscale it", [call("upscale", asset=UPLOAD)]),
        ("make it darker", [call("vary", image=UPLOAD, prompt="darker")]),
        ("a picture of a fox", [image("a fox")]),
        ("a video of a fox", [video("a fox", first_frame=None)]),
    ],
)
async def test_an_attached_film_is_known_to_be_one(text: str, expected: list[Expected]) -> None:
    assert_calls(await plan(text, a_picture(), inputs=(UPLOAD,), known=FILM), expected)


async def test_an_attached_film_stays_one_in_later_requests() -> None:
    thread = Thread()
    film = Message(role=Role.USER, text="hello", inputs=(UPLOAD,), attached=((UPLOAD, json.dumps(FILM)),))
    thread.messages += [film, Message(role=Role.ASSISTANT, text="Hello!")]
    assert_calls(await plan("make it longer", thread), [call("extend", video=UPLOAD)])


@pytest.mark.parametrize("text", ["make it shorter", "make it 2 seconds long"])
async def test_an_attached_film_is_never_cut(text: str) -> None:
    turn = await plan(text, inputs=(UPLOAD,), known=FILM)
    assert (turn.calls, turn.text) == ((), replies.NOT_SHORTER)


async def test_a_picture_from_another_thread_keeps_its_description() -> None:
    made = {"kind": "image", "prompt": "a red boat", "version": "v2"}
    turn = await plan("make it darker", inputs=(UPLOAD,), known=made)
    assert_calls(turn, [call("edit", image=UPLOAD, prompt="a red boat, darker", instruction="darker")])


@given(told=st.text(max_size=60) | st.dictionaries(st.sampled_from(["kind", "prompt", "duration_s"]), st.none()))
async def test_whatever_is_told_of_an_attached_asset_is_read(told: Any) -> None:
    facts = told if isinstance(told, str) else json.dumps(told)
    newest = Message(role=Role.USER, text="make it darker", inputs=(UPLOAD,), attached=((UPLOAD, facts),))
    turn = await OfflinePlanner().next((newest,), ALL_TOOLS)
    assert_calls(turn, [call("edit", image=UPLOAD)])


async def test_an_attached_picture_without_words_is_asked_about() -> None:
    turn = await plan("", inputs=(UPLOAD,))
    assert turn.text.endswith(".")
    assert not turn.calls


async def test_the_asset_that_was_replied_to_is_it() -> None:
    assert_calls(await plan("make it darker", everything(), inputs=(VIDEO,)), [video("waves, darker")])


async def test_without_a_picture_it_is_the_newest_asset() -> None:
    spoken = Thread().creation("say it", VOICE)
    assert_calls(await plan("again", spoken), [speech("The light.", voice="male")])
    filmed = Thread().creation("waves", CLIP)
    assert_calls(await plan("make it darker", filmed), [video("waves, darker")])


async def test_a_wide_picture_grows_wider_still() -> None:
    thread = Thread().creation(LIGHTHOUSE, WIDE_PICTURE)
    assert_calls(await plan("wider", thread), [edit("wider", LIGHTHOUSE, aspect="21:9")])


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("a cat, darker", "brighter", "a cat"),
        ("a cat, darker", "darker", "a cat, darker"),
        ("a cat, blue", "make it red", "a cat, red"),
        ("a cat, with a hat", "remove the hat", "a cat"),
        ("a cat at dusk, darker", "at dawn", "a cat at dawn, darker"),
        ("a cat, darker", "with snow", "a cat, darker, with snow"),
    ],
)
async def test_changes_neither_repeat_nor_contradict(before: str, text: str, after: str) -> None:
    thread = Thread().creation("a cat", Made("edit_image", {}, IMAGE, "image", before, "v1"))
    assert arguments((await plan(text, thread)).calls[0])["prompt"] == after


async def test_a_conversation_of_many_turns() -> None:
    thread = a_picture()
    assert_calls(await plan("make it bluer", thread), [edit("bluer", f"{LIGHTHOUSE}, bluer")])
    bluer = Made("edit_image", {"image": IMAGE}, "1" * 32, "image", f"{LIGHTHOUSE}, bluer", "v2", aspect="16:9")
    thread.creation("make it bluer", bluer)
    assert_calls(await plan("and wider", thread), [call("edit", image="1" * 32, aspect="21:9")])
    thread.creation("animate it", Made("animate", {"image": "1" * 32}, "2" * 32, "video", "bluer", "v3", duration_s=5))
    assert_calls(await plan("longer", thread), [call("extend", video="2" * 32)])
    assert_calls(await plan("make the video darker", thread), [video("bluer, darker", first_frame="1" * 32)])
    assert_calls(await plan("the first one, but at night", thread), [edit("at night", "a lighthouse at night")])
    assert (await plan("darker", thread)).calls[0].id == "call_3"


async def test_them_means_all_pictures_of_the_latest_creation() -> None:
    pictures = [Made("generate_image", {}, str(at) * 32, "image", f"cat {at}", f"v1{at}") for at in range(3)]
    thread = a_picture().creation("three cats", *pictures)
    assert_calls(await plan("make them darker", thread), [call("edit", image=str(at) * 32) for at in range(3)])


async def test_try_again_after_a_failure_plans_the_same_request() -> None:
    failed = Thread()
    failed.messages += [
        Message(role=Role.USER, text="three posters of a cat"),
        Message(role=Role.ASSISTANT, calls=(ToolCall("call_0", "generate_image", "{}"),)),
        Message(role=Role.TOOL, call_id="call_0", text='{"error": "The model is busy."}'),
        Message(role=Role.ASSISTANT, text="That did not work out."),
    ]
    turn = await plan("try again", failed)
    assert_calls(turn, [image("a poster of a cat")] * 3)
    assert turn.calls[0].id == "call_1"


async def close(*results: dict[str, Any], tools: tuple[str, ...]) -> str:
    calls = tuple(ToolCall(f"call_{at}", tool, "{}") for at, tool in enumerate(tools))
    answers = (Message(role=Role.TOOL, call_id=f"call_{at}", text=json.dumps(each)) for at, each in enumerate(results))
    user = Message(role=Role.USER, text="a cat and a narration")
    turn = await OfflinePlanner().next((user, Message(role=Role.ASSISTANT, calls=calls), *answers), ALL_TOOLS)
    assert not turn.calls
    return turn.text


async def test_the_closing_sentence_names_what_was_made() -> None:
    picture, voice = {"asset_id": IMAGE, "kind": "image"}, {"asset_id": SPEECH, "kind": "speech"}
    both = await close(picture, voice, tools=("generate_image", "generate_speech"))
    assert both == "Here is your picture, and the narration to go with it. Reply to change anything."
    three = await close(picture, picture, picture, tools=("generate_image",) * 3)
    assert three == "Here are your 3 pictures. Reply to change anything."
    assert await close(voice, tools=("generate_speech",)) == "Here is your narration. Reply to change anything."


async def test_the_closing_sentence_names_what_failed() -> None:
    picture = {"asset_id": IMAGE, "kind": "image"}
    refused = {"error": "The provider would not make this picture."}
    partly = await close(picture, {"error": "timeout"}, tools=("generate_image", "generate_video"))
    assert partly == "Here is your picture. But the video did not work out. Reply to change anything."
    assert refused["error"] in await close(refused, tools=("generate_image",))


async def test_argument_errors_end_with_words_instead_of_another_try() -> None:
    text = await close(
        {"error": "1 validation error for GenerateImage\nprompt: field required"}, tools=("generate_image",)
    )
    assert text == "The picture did not work out. Try again, or say it in other words."


async def test_nobody_has_spoken() -> None:
    assert (await OfflinePlanner().next((), ())).text


async def test_a_tool_that_is_not_offered_is_not_called() -> None:
    only_speech = (TOOLS[Tool.GENERATE_SPEECH],)
    turn = await OfflinePlanner().next((Message(role=Role.USER, text="a cat"),), only_speech)
    assert turn.text
    assert not turn.calls


VOCABULARY = (
    "a an the it this make turn image video narration of and with , . : ; ' \" “ ” ‘ saying say 5 second 10s three "
    "wide darker longer again another add remove v2 them square 16:9 at night in voice female poster clip "
    "please but too 's "
    "call:0 hello"
)
WORDS = st.sampled_from([*VOCABULARY.split(), "\n"])
TEXTS = st.one_of(
    st.text(max_size=2_000),
    st.lists(WORDS, max_size=300).map(" ".join),
    st.lists(WORDS, max_size=40).map("".join),
    st.tuples(st.text(min_size=1, max_size=6), st.integers(1, 10_000)).map(lambda pair: (pair[0] * pair[1])[:10_000]),
    st.tuples(WORDS, st.sampled_from(["", " ", ", "]), st.integers(1, 5_000)).map(
        lambda three: ((three[0] + three[1]) * three[2])[:10_000]
    ),
)


@given(text=TEXTS, thread=st.sampled_from(["none", "picture", "everything"]), attached=st.booleans())
@settings(max_examples=300, deadline=None)
async def test_any_text_gives_valid_calls_within_a_second(text: str, thread: str, attached: bool) -> None:
    before = {"none": Thread, "picture": a_picture, "everything": everything}[thread]()
    started = time.process_time()
    turn = await plan(text, before, inputs=(UPLOAD,) if attached else ())
    assert time.process_time() - started < 1
    assert bool(turn.text) != bool(turn.calls)
    assert len(turn.calls) <= 12
    for each in turn.calls:
        arguments(each)


@pytest.mark.parametrize(
    "unit",
    [
        "'",
        '"',
        "“",
        " ",
        ",",
        "\n",
        ".",
        "a ",
        "5 second ",
        "16:9 ",
        "it ",
        "and ",
        "a-",
        "with a ",
        "the first ",
        "say ",
        "as a b ",
        "1",
        "of it ",
    ],
)
@pytest.mark.parametrize("lead", ["", "make it ", "say ", "a picture of "])
async def test_long_repetitions_are_read_in_linear_time(unit: str, lead: str) -> None:
    text = (lead + unit * 10_000)[:10_000]
    started = time.process_time()
    turn = await plan(text, everything())
    assert time.process_time() - started < 1
    for each in turn.calls:
        arguments(each)


@given(garbage=st.one_of(st.text(max_size=200), st.recursive(st.none() | st.integers(), st.lists).map(json.dumps)))
@settings(max_examples=50, deadline=None)
async def test_unreadable_tool_results_are_no_assets(garbage: str) -> None:
    thread = Thread()
    thread.messages += [
        Message(role=Role.USER, text="a cat", inputs=("not an id",)),
        Message(role=Role.ASSISTANT, calls=(ToolCall("call_0", "no_such_tool", garbage),)),
        Message(role=Role.TOOL, call_id="call_0", text=garbage),
    ]
    assert (await OfflinePlanner().next(tuple(thread.messages), ALL_TOOLS)).text
    assert_calls(await plan("a dog", thread), [image("a dog")])
