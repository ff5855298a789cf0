"""How a text is to be spoken: the words, the voice, the manner."""

import re
from dataclasses import dataclass

from core.agent.planners.offline.fragments import tidy
from core.agent.planners.offline.quotes import MARK, Quoted
from core.agent.planners.offline.words import FEMALE, MALE, MANNERS, OPPOSITES, TONES, VOICES

_VOICE_AT_END = re.compile(
    r"[ ,]+(?:(?:spoken|read|said|narrated) )?(?:in|with|using|by) (?:an? |the )?((?:[\w'’-]+ ){0,4}"
    r"(?:voice|accent|tone|narrator|woman|man|girl|boy))[ .]*$",
    re.IGNORECASE,
)
_MANNER_AT_END = re.compile(rf"[ ,]+((?:very )?(?:{'|'.join(MANNERS)}))[ .]*$", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:\b(?:that (?:says|reads|goes|tells)|which says|saying|says|reading|with the (?:words|text|line)"
    r"|words)\b:?|:) ?",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"(?:say|speak|narrate|recite|announce|pronounce|whisper|read)\b(?: (?:aloud|out loud|out|to me|me|us|the "
    r"(?:words|text|line|following)"
    r"|this(?= ?:| (?:aloud|out))|it(?= (?:aloud|out))))*[ :]*",
    re.IGNORECASE,
)
_ALOUD = re.compile(r"[ ,]+(?:aloud|out loud|to me|for me|instead|please)[ .]*$", re.IGNORECASE)
_QUOTE = re.compile(MARK)
_TITLE_BEFORE = re.compile(r"(?:for|about|called|named|titled|by|from) $", re.IGNORECASE)
_WORD = re.compile(r"[\w'’-]+")
_LONGEST_VOICE = 60


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who speaks and how; None where the person did not say."""

    voice: str | None = None
    manner: str | None = None

    def over(self, earlier: "Delivery") -> "Delivery":
        """This one's wishes on top of an earlier speech's."""
        return Delivery(self.voice or earlier.voice, _merged(earlier.manner, self.manner))


def read_delivery(text: str) -> Delivery:
    """Find voice and manner in words that are not to be spoken."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text[:400])]
    named = next((word for word in words if word in VOICES), None)
    gender = "female" if FEMALE.intersection(words) else "male" if MALE.intersection(words) else None
    manner = [word for word in words if word in TONES or word in MANNERS]
    accent = ["accent"] if "accent" in words and manner else []
    return Delivery(named or gender, " ".join(dict.fromkeys([*manner, *accent])) or None)


def read_spoken(quoted: Quoted, text: str, *, command: bool) -> tuple[str, str]:
    """The exact words to speak (empty: none are given), and the words around them.

    `command`: the text begins with a verb such as `say`, whose object may come without quotation marks.
    """
    lead = _COMMAND.match(text) if command else _LEAD.search(text)
    marks = [found for found in _QUOTE.finditer(text, lead.end() if lead else 0) if lead or not _is_title(text, found)]
    if marks:
        return " ".join(quoted.words(found[0]) for found in marks), _QUOTE.sub(" ", text)
    if not lead:
        return "", text
    spoken, around = _without_direction(text[lead.end() :])
    return quoted.restore(spoken).strip(" ,;:"), f"{text[: lead.start()]} {around}"


def whole_text_spoken(text: str) -> tuple[str, str]:
    """The text of a person who asked for speech outside the words: all but a direction at its end."""
    return _without_direction(text)


def cut_voice(voice: str) -> str:
    """A voice name as long as a call may carry it."""
    return tidy(voice)[:_LONGEST_VOICE]


def _is_title(text: str, found: re.Match[str]) -> bool:
    return bool(_TITLE_BEFORE.search(text[max(0, found.start() - 10) : found.start()]))


def _without_direction(text: str) -> tuple[str, str]:
    """Split `hello in a deep male voice, slowly` into what is spoken and how."""
    around: list[str] = []
    for pattern in (_ALOUD, _MANNER_AT_END, _VOICE_AT_END, _ALOUD):
        tail = max(0, len(text) - 120)
        if found := pattern.search(text, tail):
            around.append(found[0])
            text = text[: found.start()]
    return text, " ".join(around)


def _merged(earlier: str | None, wished: str | None) -> str | None:
    if not earlier or not wished:
        return wished or earlier
    fresh = wished.split()
    cancelled = {OPPOSITES.get(word) for word in fresh}
    kept = [word for word in earlier.split() if word not in cancelled and word not in fresh]
    return " ".join([*kept, *fresh])[:1_000]
