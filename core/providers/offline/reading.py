"""What the sketcher understands of a prompt: time, weather, mood, place, subjects with their colours, lettering."""

import random
import re
from dataclasses import dataclass
from enum import StrEnum

from core.providers.offline import vocabulary as known
from core.providers.offline.colour import Colour, colour
from core.providers.offline.lines import lettering_of, title_of


class Time(StrEnum):
    """The time of day."""

    DAWN = "dawn"
    MORNING = "morning"
    DAY = "day"
    SUNSET = "sunset"
    DUSK = "dusk"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to draw, in the colour that the words give it."""

    name: str
    accent: Colour | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A prompt, understood. Words it does not know only colour what is abstract."""

    time: Time
    weather: frozenset[str]
    moods: frozenset[str]
    setting: str | None
    """None: nothing in the words says what or where; the picture becomes abstract."""
    subjects: tuple[Subject, ...]
    tint: Colour | None
    lettering: str | None
    poster: bool
    bare: bool
    """Fewer things in the picture."""
    words: tuple[str, ...]


_SUBJECTS_CAP = 3
_LOOK_BACK = 3
_UNSPOKEN_TIMES = (Time.DAWN, Time.MORNING, Time.DAY, Time.SUNSET)
_TIMES_OF_MOOD = {
    "joyful": (Time.SUNSET, Time.MORNING),
    "dark": (Time.DUSK, Time.NIGHT),
    "dramatic": (Time.DUSK, Time.SUNSET),
}
_HOLDERS = frozenset({"umbrella", "portrait", "astronaut", "bicycle"})
"""Subjects that show a person already, or stand for one."""
_JOINED = {
    r"hot[- ]air[- ]balloons?": "hot-air-balloon",
    r"golden hour": "golden-hour",
    r"blue hour": "blue-hour",
    r"still life": "still-life",
    r"new york": "york",
}
_NOT_SEEN = re.compile(r"[\"“”].{1,200}?[\"“”]|(?<!\w)['‘].{1,200}?['’](?!\w)|black and white")
"""Lettering, and words that colour the finished picture and nothing in it."""
_LEFT_OUT = re.compile(r"\b(?:without|no|minus|remove(?: the)?)\s+(?:any |an? |the )?(\w+)(?:\s+(?:and|or)\s+(\w+))?")


def read(prompt: str, seed: int) -> Reading:
    """Understand a prompt. The seed chooses the time of day where the words do not."""
    plain = _NOT_SEEN.sub(" ", prompt.lower())
    words = _words(_LEFT_OUT.sub(" ", plain))
    subjects, used = _subjects(words)
    moods = _all(words, known.MOODS)
    poster = bool({"poster", "flyer", "postcard", "cover", "banner", "invitation", "logo"} & set(words))
    return Reading(
        time=_time(words, moods, seed),
        weather=_all(words, known.WEATHER),
        moods=moods,
        setting=_setting(words, subjects, poster=poster),
        subjects=subjects[:_SUBJECTS_CAP],
        tint=_tint(words, used),
        lettering=lettering_of(prompt) or (title_of(prompt) if poster else None),
        poster=poster,
        bare=bool(known.BARE & set(words)),
        words=tuple(words),
    )


def _words(text: str) -> list[str]:
    for pattern, word in _JOINED.items():
        text = re.sub(pattern, word, text)
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", text)


def _all(words: list[str], table: dict[str, str]) -> frozenset[str]:
    return frozenset(table[word] for word in words if word in table)


def _time(words: list[str], moods: frozenset[str], seed: int) -> Time:
    named = [known.TIMES[word] for word in words if word in known.TIMES]
    if named:
        return Time(named[-1])
    fitting = next((times for mood, times in _TIMES_OF_MOOD.items() if mood in moods), _UNSPOKEN_TIMES)
    return random.Random(f"{seed}:time").choice(fitting)


def _subjects(words: list[str]) -> tuple[tuple[Subject, ...], set[int]]:
    """The subjects in their order, and the places of the colour words that belong to them."""
    found: dict[str, Subject] = {}
    used: set[int] = set()
    for place, word in enumerate(words):
        name = _subject(word)
        if name is None:
            continue
        before = range(place - 1, max(-1, place - 1 - _LOOK_BACK), -1)
        at = next((i for i in before if words[i] in known.COLOURS and i not in used), None)
        count = next((known.NUMBERS[words[i]] for i in before if words[i] in known.NUMBERS), 1)
        if at is not None:
            used.add(at)
        accent = colour(known.COLOURS[words[at]]) if at is not None else None
        if name not in found or accent:
            found[name] = Subject(name, accent, max(count, found[name].count if name in found else 1))
    if found.keys() & _HOLDERS:
        found.pop("person", None)
    if len(found) > 1:
        found.pop("portrait", None)
    return tuple(found.values()), used


def _subject(word: str) -> str | None:
    for form in (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word[:-3] + "y" if word.endswith("ies") else word,
    ):
        if form in known.SUBJECTS:
            return known.SUBJECTS[form]
    return None


def _setting(words: list[str], subjects: tuple[Subject, ...], *, poster: bool) -> str | None:
    named = [known.SETTINGS[word] for word in words if word in known.SETTINGS]
    if named:
        return named[0]
    if subjects:
        return known.HOMES.get(subjects[0].name, "hills")
    if poster:
        return None
    spoken = _all(words, known.WEATHER) or _all(words, known.TIMES)
    return "hills" if spoken else None


def _tint(words: list[str], used: set[int]) -> Colour | None:
    free = [known.COLOURS[word] for place, word in enumerate(words) if word in known.COLOURS and place not in used]
    return colour(free[-1]) if free else None
