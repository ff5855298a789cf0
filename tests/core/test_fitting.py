"""A wish is brought into what a model has, and every change is said in plain words."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agent.catalogue import Model, read_listing
from core.agent.tools import ASPECTS
from core.providers.base import Kind, Order, Source, Tool
from core.providers.fitting import cut, duration_of, fit, overlong, words_of

SHAPES = {"1:1": "a", "3:2": "b", "2:3": "c"}


def model(makes: Kind = Kind.IMAGE, **more: Any) -> Model:
    facts = {"id": "m", "title": "FLUX", "provider": "p", "makes": makes, "abilities": frozenset(Tool)}
    return Model.model_validate(facts | more)


def order(kind: Kind = Kind.IMAGE, **more: Any) -> Order:
    tools = {Kind.IMAGE: Tool.GENERATE_IMAGE, Kind.VIDEO: Tool.GENERATE_VIDEO, Kind.SPEECH: Tool.GENERATE_SPEECH}
    facts = {"step_id": "s", "tool": tools[kind], "kind": kind, "model": "m", "prompt": "a fox"}
    return Order(**(facts | more))


def picture(tmp_path: Any) -> Source:
    return Source(
        role="first_frame",
        path=tmp_path,
        media_type="image/png",
        kind=Kind.IMAGE,
        prompt="",
        provider="",
        seed=None,
    )


def test_what_the_model_has_is_left_alone() -> None:
    wish = order(aspect="3:2", voice="x", duration_s=5)
    assert fit(wish, model(aspects=SHAPES)) == (wish, ())


@pytest.mark.parametrize(
    ("wished", "given"), [("16:9", "3:2"), ("9:16", "2:3"), ("4:3", "3:2"), ("21:9", "3:2"), ("9:21", "2:3")]
)
def test_a_shape_becomes_the_nearest(wished: str, given: str) -> None:
    fitted, notes = fit(order(aspect=wished), model(aspects=SHAPES))
    assert fitted.aspect == given
    assert notes == (f"{wished} became {given}, the nearest that FLUX has.",)


def test_a_model_without_a_list_takes_any_shape() -> None:
    assert fit(order(aspect="9:21"), model())[0].aspect == "9:21"


def test_a_film_that_starts_from_a_picture_has_the_shapes_for_that(tmp_path: Any) -> None:
    film = model(Kind.VIDEO, aspects={"16:9": "x"}, settings={"frame_aspects": {"16:9": "x", "1:1": "y"}})
    wish = order(Kind.VIDEO, aspect="1:1")
    assert fit(wish, film)[0].aspect == "16:9"
    assert fit(replace(wish, sources=(picture(tmp_path),)), film)[0].aspect == "1:1"


@pytest.mark.parametrize(
    ("wished", "durations", "made", "word"),
    [
        (12, (4, 6, 8), 8, "longest"),
        (1, (4, 6, 8), 4, "shortest"),
        (5, (4, 6, 8), 6, "nearest"),
        (4.4, (4, 6, 8), 4, "nearest"),
        (12, (), 10, "longest"),
        (1, (), 2, "shortest"),
    ],
)
def test_a_length_becomes_the_nearest(wished: float, durations: tuple[float, ...], made: float, word: str) -> None:
    film = model(Kind.VIDEO, durations=durations, min_duration_s=2, max_duration_s=10)
    fitted, notes = fit(order(Kind.VIDEO, duration_s=wished), film)
    assert fitted.duration_s == made
    assert notes == (f"{wished:g} s became {made:g} s, the {word} that FLUX makes.",)


@given(wished=st.floats(1, 60))
def test_what_is_made_never_costs_more_than_what_was_reserved_for_the_wish(wished: float) -> None:
    for each in read_listing().model:
        if each.makes is Kind.VIDEO and each.abilities & {Tool.GENERATE_VIDEO, Tool.ANIMATE, Tool.EXTEND}:
            made = duration_of(order(Kind.VIDEO, duration_s=wished), each)
            assert each.price_micros(duration_s=made) <= each.price_micros(duration_s=wished) or wished < min(
                each.durations or (each.min_duration_s,)
            )


def test_a_voice_is_found_in_any_case_and_replaced_aloud() -> None:
    speaker = model(Kind.SPEECH, voices=("Maya", "Frank"))
    assert fit(order(Kind.SPEECH, voice=" maya"), speaker)[0].voice == "Maya"
    fitted, notes = fit(order(Kind.SPEECH, voice="Marvin"), speaker)
    assert (fitted.voice, notes) == (None, ("FLUX has no voice “Marvin”, so its usual one speaks.",))


def test_a_wish_for_a_voice_is_left_to_a_provider_that_chooses_by_itself() -> None:
    speaker = model(Kind.SPEECH, voices=("marin", "cedar"), settings={"chooses_voice": True})
    wish = order(Kind.SPEECH, voice="deep male")
    assert fit(wish, speaker) == (wish, ())
    assert fit(order(Kind.SPEECH, voice="Cedar"), speaker)[0].voice == "cedar"


def test_the_models_whose_provider_chooses_voices_say_so() -> None:
    spoken = [each for each in read_listing().model if each.makes is Kind.SPEECH]
    assert {each.provider for each in spoken if each.settings.get("chooses_voice")} == {"openai"}
    assert all(each.settings.get("chooses_voice") for each in spoken if each.provider == "openai")


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("One fox. Two foxes. Three foxes.", 25, "One fox. Two foxes."),
        ("It costs 3.14 dollars today", 18, "It costs 3.14"),
        ("狐狸在跑。月亮升起。星星很亮。", 12, "狐狸在跑。月亮升起。"),
        ("He said “stop!” and then he ran away", 30, "He said “stop!”"),
        ("abcdefghijklmnop", 8, "abcdefgh"),
        ("A. bcdefgh ijklmnop qrstuv", 20, "A. bcdefgh ijklmnop"),
        ("Exactly here. And more", 13, "Exactly here."),
    ],
)
def test_a_long_description_is_cut_where_a_sentence_ends(text: str, most: int, kept: str) -> None:
    fitted, notes = fit(order(prompt=text), model(max_prompt=most))
    assert fitted.prompt == kept
    assert notes == (f"The description was cut to its beginning: FLUX reads at most {most} characters.",)


@given(text=st.text(max_size=80), most=st.integers(1, 40), utf16=st.booleans())
def test_a_cut_never_exceeds_the_room_nor_breaks_a_character(text: str, most: int, utf16: bool) -> None:
    kept = cut(text, model(max_prompt=most, settings={"prompt_units": "utf16"} if utf16 else {}))
    assert text.startswith(kept)
    assert (len(kept.encode("utf-16-le", "surrogatepass")) // 2 if utf16 else len(kept)) <= most


def test_an_emoji_counts_as_two_where_the_provider_counts_so() -> None:
    foxes = "🦊" * 10
    assert fit(order(prompt=foxes), model(max_prompt=10))[0].prompt == foxes
    assert len(cut(foxes, model(max_prompt=10, settings={"prompt_units": "utf16"}))) == 5


def test_a_text_to_be_spoken_is_never_cut_but_refused_before_it_costs() -> None:
    speaker = model(Kind.SPEECH, max_prompt=10)
    wish = order(Kind.SPEECH, prompt="Far too long a text.")
    assert fit(wish, speaker) == (wish, ())
    failed = overlong(wish, speaker)
    assert failed
    assert (failed.elsewhere, failed.perhaps_paid) == (True, False)
    assert "20 characters" in failed.message
    assert overlong(order(prompt="A long description."), model(max_prompt=3)) is None


def test_everything_said_in_words_fits_together() -> None:
    edit = order(tool=Tool.EDIT_IMAGE, prompt="a fox at night", instruction="darker", style="anime")
    assert words_of(edit, model()) == "darker\n\na fox at night\n\nStyle: anime."
    assert words_of(order(prompt=""), model(), "Motion.") == "Motion."
    assert len(words_of(order(prompt="fox " * 100, style="anime"), model(max_prompt=50))) <= 50


def test_every_listed_shape_is_one_that_people_can_wish_for() -> None:
    for each in read_listing().model:
        assert set(each.aspects) <= set(ASPECTS)
        assert set(each.settings.get("frame_aspects", {})) <= set(ASPECTS)
