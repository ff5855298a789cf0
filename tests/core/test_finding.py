from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from core.errors import Invalid
from core.gallery.finding import HOW, parse
from storage.finding import Fact, Query

AT = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # a Sunday
KEYS = ("kind", "made", "model", "provider", "aspect", "is", "rated", "tag", "in", "on", "after", "before", "by")


def day(year: int, month: int, date: int = 1) -> datetime:
    return datetime(year, month, date, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("misty fox", {"words": "misty fox"}),
        ('a fox "soft light"', {"words": "a fox", "phrases": ("soft light",)}),
        ("“soft light”", {"phrases": ("soft light",)}),
        ('fox "soft', {"words": "fox", "phrases": ("soft",)}),
        ('fox ""', {"words": "fox"}),
        ('fox -fog -"red sky"', {"words": "fox", "without": ("fog", "red sky")}),
        ("fox - owl", {"words": "fox - owl"}),
        ("well-known", {"words": "well-known"}),
        ("kind:video", {"facts": (Fact("kind", "video"),)}),
        ("KIND:Films", {"facts": (Fact("kind", "video"),)}),
        ("kind:vid", {"facts": (Fact("kind", "video"),)}),
        ("-kind:speech", {"facts": (Fact("kind", "speech", False),)}),
        ("made:upscaled", {"facts": (Fact("tool", "upscale"),)}),
        ("model:gpt-image", {"facts": (Fact("model", "gpt-image"),)}),
        ('model:"flux 1.1"', {"facts": (Fact("model", "flux 1.1"),)}),
        ("provider:Replicate", {"facts": (Fact("provider", "replicate"),)}),
        ("aspect:portrait", {"facts": (Fact("aspect", "tall"),)}),
        ("aspect:16:9", {"facts": (Fact("aspect", "16x9"),)}),
        ("aspect:1920x1080", {"facts": (Fact("aspect", "16x9"),)}),
        ("is:favorite", {"facts": (Fact("is", "favourite"),)}),
        ("-is:shared", {"facts": (Fact("is", "shared", False),)}),
        ("rated:👍", {"facts": (Fact("rated", "up"),)}),
        ("tag:#Jazz", {"facts": (Fact("tag", "jazz"),)}),
        ('tag:"Summer Night"', {"facts": (Fact("tag", "summer-night"),)}),
        ("in:“Jazz festival” fox", {"collection": "Jazz festival", "words": "fox"}),
        ("thread:rest:-:-:T1", {"thread": "rest:-:-:T1"}),
        ("by:me fox", {"words": "fox"}),
        ("by:workspace fox", {"words": "fox", "others": True}),
        ("by:server", {"others": True}),
    ],
)
def test_what_is_said_is_understood(text: str, said: dict[str, Any]) -> None:
    assert parse(text, at=AT) == replace(Query(), **said)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("on:2026-11-05", day(2026, 11, 5), day(2026, 11, 6)),
        ("on:2026-12", day(2026, 12), day(2027, 1)),
        ("on:2024-2", day(2024, 2), day(2024, 3)),
        ("on:2025", day(2025, 1), day(2026, 1)),
        ("on:today", day(2026, 11, 22), day(2026, 11, 23)),
        ("on:Yesterday", day(2026, 11, 21), day(2026, 11, 22)),
        ("on:this-week", day(2026, 11, 16), day(2026, 11, 23)),
        ("on:last-week", day(2026, 11, 9), day(2026, 11, 16)),
        ("on:this-month", day(2026, 11), day(2026, 12)),
        ("on:last-month", day(2026, 10), day(2026, 11)),
        ("after:2026-11-01", day(2026, 11, 1), None),
        ("before:2026-11", None, day(2026, 11)),
        ("after:2026-11 before:2026-12-05", day(2026, 11), day(2026, 12, 5)),
        ("after:2026 on:2026-11 after:2025", day(2026, 11), day(2026, 12)),
    ],
)
def test_days_and_months_are_spans(text: str, since: datetime | None, until: datetime | None) -> None:
    found = parse(text, at=AT)
    assert (found.since, found.until) == (since, until)


def test_today_is_that_of_the_one_who_asks() -> None:
    east = timezone(timedelta(hours=9))
    found = parse("on:today", at=AT.astimezone(east))
    assert found.since == datetime(2026, 11, 23, tzinfo=east)


@pytest.mark.parametrize(
    "text",
    [
        "ratio 3:2",
        "https://example.org/a?b=c",
        "C:\\pictures",
        "note: a fox",
        "at 10:30",
        ":smile:",
        "größe:rot",
        "a:b",
    ],
)
def test_a_word_with_a_colon_is_a_word(text: str) -> None:
    assert parse(text) == Query(words=text)


@pytest.mark.parametrize(
    ("text", "key", "may_be"),
    [
        ("colour:red", "colour:", "kind:"),
        ("knid:video", "knid:", "kind:"),
        ("kind:painting", "kind:", "image, video, speech or upload"),
        ("kind:", "kind:", "kind:video"),
        ('tag:""', "tag:", "tag:jazz"),
        ("made:small", "made:", "upscaled"),
        ("aspect:round", "aspect:", "wide"),
        ("aspect:7:1", "aspect:", "16:9"),
        ("aspect:0:0", "aspect:", "16:9"),
        ("is:good", "is:", "favourite"),
        ("rated:five", "rated:", "up or down"),
        ("on:2026-13", "on:", "2026-11-05"),
        ("after:2026-02-30", "after:", "2026-11-05"),
        ("before:0001", "before:", "yesterday"),
        ("by:bob", "by:", "me or workspace"),
        ("model:...", "model:", "model:flux"),
        ("-in:walls", "in:", "minus"),
        ("in:a in:b", "in:", "once"),
        ("by:workspace is:favourite", "others", "words"),
        ("by:workspace tag:jazz", "others", "words"),
        ("by:workspace rated:up", "others", "words"),
        ("by:workspace thread:x", "others", "words"),
    ],
)
def test_what_cannot_be_said_is_answered_with_what_can(text: str, key: str, may_be: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert key in refused.value.message
    assert may_be in refused.value.message


def test_what_a_surface_narrows_down_stays_narrow() -> None:
    within = Query(kind="image", favourite=True, limit=7, before=3, workspaces=("w",))
    assert parse("fox", within) == replace(within, words="fox")
    with pytest.raises(Invalid, match="others"):
        parse("by:workspace", Query(favourite=True))


def test_too_much_at_once_is_refused() -> None:
    with pytest.raises(Invalid, match="30"):
        parse(" ".join(f"tag:t{number}" for number in range(31)))


def test_every_line_that_explains_the_search_can_be_searched_by() -> None:
    for key in KEYS:
        assert any(f"{key}:" in line for line in HOW), key
    for line in HOW[2:5]:
        for example in line.replace(" or ", " · ").split(" · "):
            assert parse(example) != Query(words=example), example


PIECES = st.sampled_from(
    [*(f"{key}:" for key in KEYS), '"', "-", "“", ":", "16:9", "2026-11", "video", "workspace", " "]
)


@limits(max_examples=500, deadline=None)
@given(text=st.text(max_size=80) | st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join))
def test_any_text_is_a_query_or_is_refused_in_a_sentence(text: str) -> None:
    within = Query(kind="image", limit=5, before=9, workspaces=("mine",))
    try:
        found = parse(text, within)
    except Invalid as refused:
        assert refused.message.endswith(".")
        assert refused.code == "search"
        return
    assert (found.kind, found.limit, found.before, found.workspaces) == ("image", 5, 9, ("mine",))
