"""Text from outside, made safe to store and to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid, TooLarge
from core.trust.words import PROMPT_MAX, clean, clean_prompt

TEN_THOUSAND = 10_000


def test_words_stay_as_they_were_typed() -> None:
    for text in (
        "a lighthouse, dusk — 16:9!",
        "línea\nsegunda",
        "tab\there",
        "👩‍🚀 in a café",
        "1 < 2 & <b>'\"`",
        "٣ قطط",
    ):
        assert clean(text) == text


@pytest.mark.parametrize("letter", [*map(chr, range(9)), "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9f", "\ufeff"])
def test_control_characters_go(letter: str) -> None:
    assert clean(f"a{letter}b") == "ab"


@pytest.mark.parametrize("letter", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_nothing_turns_the_reading_direction_around(letter: str) -> None:
    assert clean(f"photo{letter}gnp.exe") == "photognp.exe"


def test_scripts_that_run_right_to_left_are_kept_whole() -> None:
    for text in ("منارة عند الغروب", "מגדלור בשקיעה", "می\u200cخواهم", "\u200fنص"):
        assert clean(text) == text


def test_composition_is_one_and_line_ends_are_one() -> None:
    assert clean("cafe\u0301") == "café"
    assert clean("cafe\u202e\u0301") == "café"
    assert clean("a\r\nb\rc\n") == "a\nb\nc"


def test_half_a_letter_is_dropped() -> None:
    assert clean("a\ud83db") == "ab"


@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_cleaning_again_changes_nothing_and_what_is_left_can_be_stored(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in once)


def test_ten_thousand_characters_pass_and_one_more_does_not() -> None:
    assert PROMPT_MAX == TEN_THOUSAND
    assert len(clean_prompt("x" * TEN_THOUSAND)) == TEN_THOUSAND
    assert len(clean_prompt("灯" * TEN_THOUSAND)) == TEN_THOUSAND
    with pytest.raises(TooLarge, match="10,001") as refused:
        clean_prompt("x" * (TEN_THOUSAND + 1))
    assert refused.value.code == "prompt_too_long"


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t ", "\u200b", "\u200d\u200b \u2060", "\u202e\u202c", "\x00", "\ufeff", "\u00a0"]
)
def test_nothing_readable_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_prompt(text)
    assert refused.value.code == "empty_prompt"


@pytest.mark.parametrize("text", [".", "🏝", "灯", "\u200b a", "?"])
def test_anything_readable_passes(text: str) -> None:
    assert clean_prompt(text)
