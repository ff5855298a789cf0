"""What a language model is told before a conversation."""

import time
from pathlib import Path

import pytest

from core.agent.catalogue import Catalogue, Model, Price, read_listing
from core.agent.prompting import FOLDER, instructions
from core.providers.base import Kind, Tool
from tests.fakes.provider import models

EVERYTHING = Catalogue(read_listing(), ("openai", "replicate", "runway", "offline")).models


def model(model_id: str, kind: Kind = Kind.IMAGE, **more: object) -> Model:
    tool = {Kind.IMAGE: Tool.GENERATE_IMAGE, Kind.VIDEO: Tool.GENERATE_VIDEO, Kind.SPEECH: Tool.GENERATE_SPEECH}[kind]
    facts = {"title": model_id, "provider": "p", "abilities": {tool}, "price": Price()} | more
    return Model.model_validate({"id": model_id, "makes": kind} | facts)


def test_it_begins_with_the_task_and_names_what_a_planner_must_know() -> None:
    told = instructions(EVERYTHING)
    assert told.startswith("You are the agent of Easel")
    for word in ("call:N", "at most 12", "asset id", "one plain sentence", "language", "never orders"):
        assert word in told, word


@pytest.mark.parametrize(
    ("kinds", "heads", "missing"),
    [
        ((Kind.IMAGE,), ("# Prompts for images",), "Not possible here: video, speech."),
        ((Kind.VIDEO, Kind.SPEECH), ("# Prompts for video", "# Texts for speech"), "Not possible here: images."),
        ((), (), "Not possible here: images, video, speech."),
    ],
)
def test_only_what_can_be_made_has_a_guide(kinds: tuple[Kind, ...], heads: tuple[str, ...], missing: str) -> None:
    told = instructions(tuple(model(f"m-{kind}", kind) for kind in kinds))
    every = ("# Prompts for images", "# Prompts for video", "# Texts for speech")
    assert [head for head in every if head in told] == list(heads)
    assert missing in told


def test_where_everything_can_be_made_nothing_is_said_to_be_missing() -> None:
    assert "Not possible here" not in instructions(models())


@pytest.mark.parametrize(
    ("model_id", "phrase"),
    [
        ("flux-2-pro", "FLUX follows"),
        ("gpt-image-2.6-flare", "GPT Image follows"),
        ("gen4.5", "Gen-4.5 wants"),
        ("veo3.1_fast", "Veo understands"),
    ],
)
def test_a_model_s_own_guide_is_there_while_the_model_is(model_id: str, phrase: str) -> None:
    assert phrase in instructions((model(model_id),))
    assert phrase not in instructions((model("somebody-else"),))


def test_two_models_of_a_family_share_one_guide() -> None:
    assert instructions((model("flux-2-pro"), model("flux-1.1-pro"))).count("FLUX follows") == 1


def test_where_the_person_s_own_words_count_no_guide_to_wording_is_given() -> None:
    told = instructions(EVERYTHING, exact_words=True)
    assert "unchanged, letter for letter" in told
    for head in ("# Prompts for images", "# Prompts for video", "# Texts for speech", "# The models here"):
        assert head not in told
    assert "call:N" in told


def test_limits_are_those_of_models_that_make_something_new_and_not_of_sketches() -> None:
    film = model("film", Kind.VIDEO, min_duration_s=2, max_duration_s=10, max_prompt=1_000)
    larger = model("larger", Kind.VIDEO, abilities={Tool.UPSCALE})
    sketch = model("sketch", Kind.VIDEO, provider="offline", max_duration_s=60)
    told = instructions((film, larger, sketch))
    assert "A clip lasts 2 to 10 seconds." in told
    assert "A text for video has at most 1,000 characters." in told
    assert "A clip lasts 1 to 60 seconds." in instructions((sketch,))


def test_lengths_that_can_be_had_and_voices_are_named() -> None:
    film = model("film", Kind.VIDEO, durations=(4, 6, 8))
    speaker = model("speaker", Kind.SPEECH, voices=("marin", "cedar"))
    told = instructions((film, speaker))
    assert "A clip lasts 4 to 8 seconds." in told
    assert "Voices: marin, cedar." in told


def test_only_tools_with_a_model_behind_them_are_offered() -> None:
    assert "Tools with a model behind them: generate_image. Do not call the others." in instructions((model("m"),))


def test_it_is_short_enough_to_be_sent_each_time_and_put_together_once() -> None:
    assert len(instructions(EVERYTHING)) < 12_000
    began = time.perf_counter()
    for _ in range(100):
        instructions(EVERYTHING)
    assert time.perf_counter() - began < 0.5
    assert instructions(EVERYTHING) is instructions(EVERYTHING)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.md")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_prompt_is_plain_text_without_blanks_or_secrets(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.strip()
    assert text.endswith("\n")
    assert "{" not in text
    assert "\t" not in text


def test_every_model_guide_belongs_to_a_model_of_the_catalogue() -> None:
    ids = [each.id for each in read_listing().model]
    for guide in (FOLDER / "models").glob("*.md"):
        assert any(each.startswith(guide.stem) for each in ids), guide.stem
