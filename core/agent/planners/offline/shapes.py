"""Words for the shape of a picture: which aspect they mean, and when they are not about shape at all."""

import re

from core.agent.planners.offline.words import NOUNS
from core.agent.tools import ASPECTS

_BY_WORD: dict[str, str] = {
    "ultrawide": "21:9", "ultra-wide": "21:9", "ultra wide": "21:9", "widescreen": "16:9", "wide": "16:9",
    "landscape": "16:9", "horizontal": "16:9", "vertical": "9:16", "tall": "9:16", "story": "9:16", "portrait": "3:4",
    "square": "1:1",
}  # fmt: skip
_COMPARED: dict[str, str] = {"wider": "16:9", "taller": "9:16", "narrower": "3:4", "squarer": "1:1"}
_TELLING: tuple[tuple[str, str], ...] = (
    (r"cinematic|panorama|panoramic|banners?", "21:9"),
    (r"(?:phone|mobile|iphone|android) (?:wallpaper|background)s?|lock ?screen", "9:16"),
    (r"(?:instagram|insta|facebook|snapchat) stor(?:y|ies)|tiktok|reels", "9:16"),
    (r"(?:desktop|laptop) (?:wallpaper|background)s?|youtube thumbnails?|wide[- ](?:shot|angle)|landscape", "16:9"),
    (r"(?<!self-)portrait(?!s? of\b)", "3:4"),
)
"""Words that shape a picture and describe it too: they stay in the prompt."""

_WORD = "|".join(_BY_WORD)
_MODIFIER = (
    r"(?:(?:hero|cover|header|background|profile|3d|anime|minimal|minimalist|watercolor|cinematic|abstract|short) )"
)
_RATIO = re.compile(
    r"(?:\b(?:in|at|with|as|to|into) )?(?:an? )?(?:\b(?:aspect )?ratio (?:of )?)?"
    r"\b(?P<width>\d{1,2})(?: ?[:x×] ?| by |-by-)(?P<height>\d{1,2})\b(?!:)"
    r"(?: (?:aspect ratio|aspect|ratio|format))?(?! (?:grid|matrix|array|tiles?|m|meters?|feet|foot|inch|inches|cm)\b)",
    re.IGNORECASE,
)
_REMOVED = re.compile(
    rf"(?:(?:\b(?:in|as|with) )?(?:an? )?\b(?P<format>{_WORD})[ -](?:format|orientation|mode|aspect ratio"
    rf"|aspect|ratio|crop|layout)\b"
    rf"|\b(?:in|as|to|into) (?:an? )?(?P<within>{_WORD})(?= ?$|[,.;])"
    rf"|(?:^|(?<=[,;:.])) ?(?:and )?(?:an? )?(?P<alone>{_WORD})(?: please)?(?= ?$|[,.;])"
    rf"|\b(?P<adjective>{_WORD}) (?={_MODIFIER}?(?P<noun>{'|'.join(NOUNS)})\b)"
    rf"|(?<!open)(?<!world)(?<!eyes) (?P<last>wide|widescreen|vertical|ultrawide)$)",
    re.IGNORECASE,
)
_KEPT = re.compile("|".join(rf"(?P<k{at}>\b(?:{words})\b)" for at, (words, _) in enumerate(_TELLING)), re.IGNORECASE)
_COMPARISON = re.compile(rf"({'|'.join(_COMPARED)})\b(?=$|,| and| but| with)[ ,]*(?:and |but )?", re.IGNORECASE)
_GENRES = frozenset({"painting", "paintings", "photography", "portrait", "portraits", "drawing", "drawings"})


def read_aspect(text: str) -> tuple[str | None, str]:
    """The aspect that the words ask for, and the text without the words that only did that."""
    for found in _RATIO.finditer(text):
        ratio = f"{int(found['width'])}:{int(found['height'])}"
        if ratio in ASPECTS:
            return ratio, text[: found.start()] + text[found.end() :]
    for found in _REMOVED.finditer(text):
        word = _word(found)
        keep = found["adjective"] and word in {"landscape", "portrait"} and found["noun"].lower() in _GENRES
        if not keep:
            return _BY_WORD[word], text[: found.start()] + text[found.end() :]
    return _telling(text), text


def read_comparison(text: str) -> tuple[str, str] | None:
    """`wider and darker`: the comparative, and what is left."""
    found = _COMPARISON.match(text)
    return (found[1].lower(), text[found.end() :]) if found else None


def compared(word: str, aspect: str | None) -> str:
    """What `wider` means for a picture that has this aspect."""
    if word == "wider" and aspect in {"16:9", "21:9"}:
        return "21:9"
    if word == "taller" and aspect in {"9:16", "9:21"}:
        return "9:21"
    return _COMPARED[word]


def aspect_of(value: str) -> str | None:
    """The aspect that a setting names, by figures or by a word."""
    value = value.strip().lower()
    return value if value in ASPECTS else _BY_WORD.get(value)


def _word(found: re.Match[str]) -> str:
    groups = (found[name] for name in ("format", "within", "alone", "adjective", "last"))
    return next(group for group in groups if group).lower()


def _telling(text: str) -> str | None:
    found = _KEPT.search(text)
    return _TELLING[int((found.lastgroup or "k0")[1:])][1] if found else None
