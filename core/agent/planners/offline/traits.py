"""What a wish says beside its subject: shape, length, style and number. Settings win over words."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.agent.planners.offline.fragments import tidy
from core.agent.planners.offline.heads import MOST_AT_ONCE, NUMBER, number
from core.agent.planners.offline.shapes import aspect_of, read_aspect
from core.agent.planners.offline.words import STYLES_BY_NOUN, STYLES_BY_WORD
from core.agent.tools import STYLES

_DURATION = re.compile(
    r"(?:, ?)?(?:\b(?:for|lasting|lasts|around|about|of|exactly|by|to|an extra|another|that is|that's) )?"
    rf"(?<!after )(?<!every )(?<!per )\b(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?|half an?|an?|{NUMBER})(?P<gap>[ -]?)"
    r"(?P<unit>seconds?|secs?|s|minutes?|mins?)\b(?: and a (?P<half>half))?(?:[ -](?:long|in length"
    r"|duration)\b)?(?! hand)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"(?:\bin |\bas )?\b(?P<number>{NUMBER}) (?:different |alternative |new )?"
    r"(?:versions|variations|variants|options|takes|alternatives)\b(?: of\b)?",
    re.IGNORECASE,
)
_STYLE_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(STYLES_BY_WORD)})(?![\w]|-?print)", re.IGNORECASE)
_STYLE_NOUN = re.compile(
    rf"(?:^|, |\b(?:as|in|into|like) )(?:an? |the )?(?:[\w-]+ )?({'|'.join(STYLES_BY_NOUN)})(?: style)?(?=$|[,.])",
    re.IGNORECASE,
)
_DECADES = frozenset({"70", "80", "90"})
_SHORTEST_S, _LONGEST_S = 1.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """None: the person did not say."""

    aspect: str | None = None
    duration_s: float | None = None
    style: str | None = None
    count: int | None = None


def read_traits(text: str, *, timed: bool) -> tuple[Traits, str]:
    """Find the traits, and return the text without the words that only said them. Style words stay: they describe.

    `timed`: the wish is a video or speech. A 30 second exposure of a picture is no duration.
    """
    aspect, rest = read_aspect(text)
    duration_s, rest = read_duration(rest) if timed else (None, rest)
    count, rest = _read_count(rest)
    return Traits(aspect=aspect, duration_s=duration_s, style=read_style(text), count=count), tidy(rest)


def read_duration(text: str) -> tuple[float | None, str]:
    """The first length of time, in seconds from 1 to 60, and the text without it."""
    for found in _DURATION.finditer(text):
        seconds = _seconds(found, text)
        if seconds is not None:
            clamped = min(max(seconds, _SHORTEST_S), _LONGEST_S)
            return clamped, tidy(text[: found.start()] + " " + text[found.end() :])
    return None, text


def _seconds(found: re.Match[str], text: str) -> float | None:
    figure, unit = found["number"].lower(), found["unit"].lower()
    if unit == "s" and (
        not figure[0].isdigit() or figure in _DECADES or text[: found.start("number")].endswith("the ")
    ):
        return None  # the 90s, an 80s film
    if figure in {"a", "an"} and not unit.startswith("m"):
        return None  # "a second clip" is one more clip
    amount = _amount(figure) + (0.5 if found["half"] else 0.0)
    return amount * (60 if unit.startswith("m") else 1)


def _amount(figure: str) -> float:
    if figure[0].isdigit():
        return float(figure)
    if figure in {"half a", "half an"}:
        return 0.5
    return float(number(figure) or 1)


def _read_count(text: str) -> tuple[int | None, str]:
    found = _COUNT.search(text)
    if not found:
        return None, text
    count = number(found["number"]) or 1
    return max(1, min(count, MOST_AT_ONCE)), text[: found.start()] + " " + text[found.end() :]


def read_style(text: str, noun: str = "") -> str | None:
    """The style that the head noun or the first style word names."""
    if found := _STYLE_WORD.search(text):
        return STYLES_BY_WORD[found[0].lower()]
    if noun in STYLES_BY_NOUN:
        return STYLES_BY_NOUN[noun]
    named = _STYLE_NOUN.search(text)
    return STYLES_BY_NOUN[named[1].lower()] if named else None


def with_settings(traits: Traits, settings: Mapping[str, str]) -> Traits:
    """What the person chose outside the words, where it can be understood."""
    return replace(
        traits,
        aspect=aspect_of(settings.get("aspect", "")) or traits.aspect,
        duration_s=_figure(settings.get("duration_s", ""), _SHORTEST_S, _LONGEST_S) or traits.duration_s,
        style=_style_setting(settings.get("style", "")) or traits.style,
        count=int(_figure(settings.get("count", ""), 1, MOST_AT_ONCE) or 0) or traits.count,
    )


def _style_setting(value: str) -> str | None:
    value = value.strip().lower()
    return value if value in STYLES else STYLES_BY_WORD.get(value) or STYLES_BY_NOUN.get(value)


def _figure(value: str, low: float, high: float) -> float | None:
    try:
        figure = float(value)
    except ValueError:
        return None
    return None if math.isnan(figure) else min(max(figure, low), high)
