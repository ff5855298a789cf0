"""The head noun of a wish decides its kind: a photo of a movie theatre is a photo, a video camera is no video."""

import re
from dataclasses import dataclass

from core.agent.planners.offline.words import (
    ADJECTIVES,
    BOUNDARIES,
    FILM_CARRIERS,
    NOUNS,
    NOUNS_IN_ING,
    NUMBERS,
    SOUND_CARRIERS,
    SOUND_WORDS,
    Noun,
)
from core.providers.base import Kind

MOST_AT_ONCE = 10
"""The highest count of one wish."""

NUMBER = rf"(?:\d{{1,4}}|half a dozen|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"

_POLITE = (
    r"(?:(?:please|pls|kindly|just|now|then|also|and|so|okay|ok|easel|maybe|perhaps|instead|but)(?=[ ,])"
    r"|(?:hi|hey|hello)(?= (?:easel|there|can|could|please|i|make)\b)"
    r"|(?:can|could|would|will) (?:you|we|i|it)(?= )|(?:may|can|could) i (?:have|get|see)(?= )"
    r"|(?:i|we)(?:'d|’d| would)? (?:want|need|like|love)(?: to (?:have|see|get|make|create))?(?= )|(?:let's"
    r"|lets|let me)(?= )"
    r"|(?:give|show|get|send) (?:me|us)(?= )|to (?:make|create|see|have)(?= )|you to(?= )|for (?:me|us)(?= )"
    r"|(?:have|see|try)(?= (?:an?|it|this|the|my|with|again)\b)|(?:what if|what about|how about)(?= )|as well(?= ))"
)
_VERBS = (
    r"(?:(?:paint|render|design|build|sketch|add|include|do|write|record|compose|get|craft|prepare|illustrate)"
    rf"(?: (?:for )?(?:me|us))?(?= (?:an?|the|some|my|our|another|one|{NUMBER})\b)"
    r"|(?:make|create|generate|draw|produce)(?: (?:for )?(?:me|us))?(?= ))"
)
_POLITE_LEAD = re.compile(rf"{_POLITE}[ ,]*", re.IGNORECASE)
_ANY_LEAD = re.compile(rf"(?:{_POLITE}|{_VERBS})[ ,]*", re.IGNORECASE)
_TRAILS = re.compile(r"(?<![ ,])[ ,]+(?:please|pls|too|as well|thanks|thank you|for me|for us)[.?!]*$", re.IGNORECASE)
_OPENING = re.compile(
    rf"(?:(?P<article>an?|the|some|my|our|your|this|that|these|those|another) )?"
    rf"(?:(?P<group>pair|couple|set|series|collection|bunch|batch)(?: of)? )?"
    rf"(?:(?P<number>{NUMBER}) (?!(?:seconds?|secs?|s|minutes?|mins?|hours?|days?|years?|k)\b))?"
    rf"(?:(?:different|unique|distinct) )?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")
_LONGEST_PHRASE = 9


@dataclass(frozen=True, slots=True)
class Head:
    """The noun phrase that opens a wish, cut where its noun stands."""

    noun: Noun
    article: str
    count: int
    before: str
    """Adjectives between article or number and noun."""
    phrase: str
    """Adjectives and noun, the noun in the singular."""
    after: str
    """All that follows the noun."""


def strip_leads(text: str) -> str:
    """Drop `please make me` and its like from the front, and `please` from the end."""
    return _stripped(text, _ANY_LEAD)


def strip_politeness(text: str) -> str:
    """Drop `could you please`, but keep the verb that says what to do."""
    return _stripped(text, _POLITE_LEAD)


def _stripped(text: str, lead: re.Pattern[str]) -> str:
    position = 0
    for _ in range(8):
        found = lead.match(text, position)
        if not found or found.end() >= len(text):
            break
        position = found.end()
    return _TRAILS.sub("", text[position:].strip())


def number(words: str | None) -> int | None:
    """The number that a word or figure stands for."""
    if not words:
        return None
    lowered = words.lower()
    return int(lowered) if lowered.isdecimal() else 6 if lowered.startswith("half") else NUMBERS.get(lowered)


def find_head(text: str) -> Head | None:
    """The kind noun that heads the first noun phrase, or None where another noun does."""
    text = strip_leads(text)
    opening = _OPENING.match(text)
    start = opening.end() if opening else 0
    tokens = _phrase(text, start)
    noun = _noun([token[0].lower().replace("’", "'") for token in tokens])
    if opening is None or noun is None:
        return None
    before = text[start : _noun_start(tokens, noun)].strip()
    return Head(
        noun=noun,
        article=(opening["article"] or "").lower(),
        count=_count(opening),
        before=before,
        phrase=f"{before} {_written(tokens, noun)}".strip(),
        after=text[tokens[-1].end() :].strip(),
    )


def _count(opening: re.Match[str]) -> int:
    stated = number(opening["number"]) or (2 if (opening["group"] or "").lower() in {"pair", "couple"} else 1)
    return max(1, min(stated, MOST_AT_ONCE))


def _phrase(text: str, start: int) -> list[re.Match[str]]:
    """The tokens of the noun phrase: up to a preposition, a verb, a mark or a figure after the noun."""
    tokens: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text, start):
        if len(tokens) == _LONGEST_PHRASE:
            return []
        if _ends_phrase(token[0].lower(), [found[0].lower() for found in tokens]):
            break
        tokens.append(token)
    return tokens


def _ends_phrase(word: str, before: list[str]) -> bool:
    if word in {"over", "lapse"} and before and before[-1] in {"voice", "time"}:
        return False
    if not word[0].isalnum() or word in BOUNDARIES:
        return True
    if before and word.endswith("ing") and word not in NOUNS_IN_ING:
        return before[-1] not in ADJECTIVES
    return bool(before) and word[0].isdigit() and before[-1] in NOUNS


def _noun(words: list[str]) -> Noun | None:
    previous, last = ["", "", *words][-2:]
    if pair := NOUNS.get(f"{previous}-{last}"):
        return pair
    if previous in SOUND_WORDS and last.removesuffix("s") in SOUND_CARRIERS:
        return NOUNS["audio"]
    if last in FILM_CARRIERS and previous in NOUNS:
        return NOUNS[previous]
    noun = NOUNS.get(last)
    if noun and noun.kind is Kind.IMAGE and previous == "animated":
        return Noun(noun.singular, Kind.VIDEO, telling=True)
    return noun


def _noun_start(tokens: list[re.Match[str]], noun: Noun) -> int:
    last = tokens[-1][0].lower()
    two_words = (len(tokens) > 1 and NOUNS.get(last, noun).singular != noun.singular) or last not in NOUNS
    return tokens[-2 if two_words and len(tokens) > 1 else -1].start()


def _written(tokens: list[re.Match[str]], noun: Noun) -> str:
    """The noun as the person wrote it, but in the singular."""
    last = tokens[-1][0]
    return last if last.lower() == noun.singular else noun.singular
