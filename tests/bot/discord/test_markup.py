"""Words of strangers: shown as they are, and nothing more."""

import re

import pytest

from bot.discord.markup import block, line, mention, plain, quoted, visible
from tests.bot.discord.outbound import hostile

ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
"""What Discord takes for a plain character."""


def active(text: str) -> str:
    """What is left for Discord to read as markup."""
    return ESCAPED.sub("x", text)


@pytest.mark.parametrize("words", hostile(), ids=lambda words: repr(words[:30]))
def test_nothing_in_quoted_words_is_markup_a_mention_or_a_link(words: str) -> None:
    left = active(quoted(words))
    assert not re.search(r"[*_~|`\[\]<>@]|://", left)
    assert not re.search(r"^\s*(?:#|[-+] |-#|\d+[.)])", left, re.MULTILINE)


@pytest.mark.parametrize("words", hostile(), ids=lambda words: repr(words[:30]))
def test_a_reader_sees_exactly_the_visible_words(words: str) -> None:
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", quoted(words)) == visible(words)


@pytest.mark.parametrize("words", hostile(), ids=lambda words: repr(words[:30]))
@pytest.mark.parametrize("limit", [1, 2, 7, 100, 1_000])
def test_a_limit_holds_with_all_that_escaping_adds_and_no_escape_is_cut_in_two(words: str, limit: int) -> None:
    for written in (quoted(words, limit), line(words, limit), block(words, limit), plain(words, limit)):
        assert len(written) <= limit
    assert not active(quoted(words, limit)).endswith("\\")


@pytest.mark.parametrize("words", hostile(), ids=lambda words: repr(words[:30]))
def test_nothing_is_hidden_and_nothing_turns_the_reading_direction(words: str) -> None:
    assert not re.search(
        "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\U000e0000-\U000e0fff]", quoted(words)
    )


@pytest.mark.parametrize("words", ["שלום עולם", "مرحبا", "می‌خواهم", "👩‍👩‍👧 ❤️", "日本語 한국어", "naïve café"])
def test_other_scripts_and_emoji_stay_as_they_were(words: str) -> None:
    assert quoted(words) == words


def test_a_quotation_indents_every_line_so_that_no_word_gets_out() -> None:
    assert block("one\n\n\ntwo\n> three", 100).split("\n") == ["> one", "> two", "> \\> three"]


def test_one_line_stays_one_line() -> None:
    assert "\n" not in line("a\nb\u2028c\r\nd", 100)


def test_only_a_number_is_mentioned_as_a_person() -> None:
    assert mention("123") == "<@123>"
    assert mention("&123") == mention("everyone") == mention("") == ""


def test_long_words_are_cut_between_two_of_them() -> None:
    assert quoted("one two three four", 12) == "one two…"
