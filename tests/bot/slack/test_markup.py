"""Words made harmless: what is quoted reads as typed and does nothing."""

import html
import re

from hypothesis import given
from hypothesis import strategies as some

from bot.slack.markup import cut, plain, quoted
from tests.fakes.slack.mentions import in_mrkdwn

INVISIBLE = "\u2060"


@given(some.text(max_size=400))
def test_whatever_is_quoted_pings_nobody_and_links_nowhere(text: str) -> None:
    marks = in_mrkdwn(quoted(text), {"ada": "U1", "a": "U2"})
    assert marks.pings == ()
    assert marks.links == ()


@given(some.text(alphabet="ab *_~`<>&@#:|!", max_size=200))
def test_what_is_quoted_reads_as_it_was_typed(text: str) -> None:
    assert html.unescape(quoted(text).replace(INVISIBLE, "")) == " ".join(text.split())


@given(some.text(max_size=2_000), some.integers(20, 300))
def test_a_quote_keeps_its_limit_and_never_ends_in_half_an_escape(text: str, limit: int) -> None:
    line = quoted(text, limit)
    assert len(line) <= limit
    assert not re.search(r"&(?!amp;|lt;|gt;)", line)


def test_formatting_of_ones_own_stays_plain() -> None:
    for text in ("*a*", "_a_", "~a~", "`a`", ":smile:", "@ada", "#general"):
        assert not re.search(r"(^|\s)[*_~`:@#]\w", quoted(text))


@given(some.text(max_size=300), some.integers(1, 100))
def test_a_plain_text_is_never_empty_and_never_too_long(text: str, limit: int) -> None:
    made = plain(text, limit)
    assert 1 <= len(made["text"]) <= limit
    assert made["emoji"] is False
    assert cut(text, limit) == made["text"]
