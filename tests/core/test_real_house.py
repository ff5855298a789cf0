"""A whole house with real makers: wishes are brought into what a model has, and planners know what was attached."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import running
from bot.settings import Settings
from core.agent.planners import telling
from core.wishes import Wish
from storage.tables import StepState, new_id
from tests.core.real import Real, opened
from tests.fakes import media
from tests.fakes.openai import Asked, default_mind
from tests.fakes.openai.conversation import Reply

FILM = media.mp4((320, 180), 2.0)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Real]:
    async with opened(tmp_path / "data") as built:
        yield built


async def test_what_a_model_lacks_becomes_the_nearest_that_it_has_and_the_step_says_so(house: Real) -> None:
    film = await house.well("a video of a whale " + "and waves " * 200, options={"aspect": "1:1", "duration_s": 12})
    (asset,), (step,) = film.assets, film.steps
    assert step.detail == (
        "1:1 became 16:9, the nearest that Runway Gen-4.5 has. "
        "12 s became 10 s, the longest that Runway Gen-4.5 makes. "
        "The description was cut to its beginning: Runway Gen-4.5 reads at most 1,000 characters."
    )
    assert (asset.width, asset.height) == (1280, 720)
    assert asset.duration_s == pytest.approx(10, abs=0.2)
    wide = await house.well("a boat", model="flux-2-pro", options={"aspect": "21:9"})
    assert wide.steps[0].detail == "21:9 became 16:9, the nearest that FLUX.2 pro has."
    assert wide.assets[0].width
    assert wide.assets[0].height
    assert wide.assets[0].width / wide.assets[0].height == pytest.approx(16 / 9, rel=0.05)


async def test_a_text_that_is_too_long_to_be_spoken_whole_is_refused_before_it_costs(house: Real) -> None:
    view = await house.badly("say " + "The light still turns. " * 60, model="eleven_v4")
    assert view.steps[0].state is StepState.ERROR
    assert "speaks at most 1,000 at once" in view.steps[0].detail
    assert house.runway.paid == 0
    assert not view.steps[0].cost_usd


@pytest.mark.parametrize(
    ("model", "wish", "sent", "detail"),
    [
        ("gpt-4o-mini-tts", "deep male", "onyx", ""),
        ("gpt-4o-mini-tts", "like Marvin", "marin", "There is no voice like “like Marvin” here, so Marin speaks."),
        ("eleven_v4", "deep male", "Maya", "Eleven v4, by Runway has no voice “deep male”, so its usual one speaks."),
        ("eleven_v4", "frank", "Frank", ""),
    ],
)
async def test_a_wished_voice_is_chosen_by_whoever_knows_better(
    house: Real, model: str, wish: str, sent: str, detail: str
) -> None:
    view = await house.well("say the light still turns", model=model, options={"voice": wish})
    assert view.steps[0].detail == detail
    if model == "eleven_v4":
        assert house.runway.calls.to("text_to_speech")[-1].json["voice"]["presetId"] == sent
    else:
        assert house.openai.calls_of("audio.speech")[-1].body["voice"] == sent


async def test_a_language_model_is_told_what_was_attached_and_makes_the_film_longer(tmp_path: Path) -> None:
    heard: list[Asked] = []

    def mind(asked: Asked) -> Reply:
        heard.append(asked)
        return default_mind(asked)

    async with opened(tmp_path / "data", mind) as house:
        film = await house.upload(FILM, "waves.mp4")
        view = await house.well("make it longer", inputs=(film,))
    beside = json.loads(heard[0].newest.split(telling.BESIDE)[1])
    assert beside["attached_assets"] == [
        {"kind": "video", "uploaded": True, "file_name": "waves.mp4", "duration_s": 2.0, "asset_id": film}
    ]
    assert [(step.tool, step.state) for step in view.steps] == [("extend", StepState.COMPLETE)]
    assert (view.assets[0].kind, view.assets[0].parent_id) == ("video", film)


async def test_offline_an_uploaded_film_is_known_to_be_one_too(settings: Settings) -> None:
    async with running(settings) as app:
        file = app.spool.folder / "film"
        file.write_bytes(FILM)
        film = await app.uploads.take(app.local_user_id, file, "waves.mp4")
        wish = Wish(
            user_id=app.local_user_id,
            prompt="make it longer",
            event_key=new_id(),
            surface="rest",
            inputs=(film.id,),
        )
        view = await app.studio.finished(app.local_user_id, (await app.studio.create(wish)).id)
    assert (view.error, [step.tool for step in view.steps]) == (None, ["extend"])
    assert view.assets[0].duration_s == pytest.approx(7, abs=0.3)
