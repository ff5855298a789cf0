"""The vocabulary: which words name a kind, a number, a colour, a mood. Nothing here reads a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.providers.base import Kind


@dataclass(frozen=True, slots=True)
class Noun:
    """A word for something that Easel makes."""

    singular: str
    kind: Kind
    telling: bool
    """True where the word belongs in the prompt: a poster is more than a picture."""


_NEUTRAL: dict[Kind, str] = {
    Kind.IMAGE: "image picture pic",
    Kind.VIDEO: "video clip movie film footage",
    Kind.SPEECH: "speech narration voice-over voiceover audio voice narrator monologue tts audiobook",
}
_TELLING: dict[Kind, str] = {
    Kind.IMAGE: "photo photograph poster logo painting drawing illustration icon wallpaper sketch banner portrait "
    "self-portrait artwork render rendering avatar sticker watercolor watercolour cartoon infographic "
    "thumbnail collage "
    "flyer postcard headshot mockup",
    Kind.VIDEO: "animation gif timelapse time-lapse trailer",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def plural(word: str) -> str:
    """The regular plural, enough for the words of this file."""
    return word + ("es" if word.endswith(("ch", "sh", "s", "x")) else "s")


def _nouns() -> dict[str, Noun]:
    found: dict[str, Noun] = {}
    for telling, table in ((False, _NEUTRAL), (True, _TELLING)):
        for kind, words in table.items():
            for word in words.split():
                found[word] = found[plural(word)] = Noun(word, kind, telling)
    return found


NOUNS: dict[str, Noun] = _nouns()
"""Singular and plural forms of every word that names a kind."""

SOUND_WORDS = _words("audio voice sound speech spoken narration voice-over voiceover")
SOUND_CARRIERS = _words("clip message note recording track file sample line memo text script")
"""After a sound word these name speech: a voice message, an audio clip."""
FILM_CARRIERS = _words("loop sequence file")

NUMBERS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "few": 3, "several": 3, "dozen": 12, "pair": 2, "couple": 2,
}  # fmt: skip

BOUNDARIES = _words(
    "of with without in at on for about from that which where who whose to by as under over near inside behind between "
    "like after before during against into through across while is are was were has have it them and or but "
    "so please too "
    "also now only first here thanks a an the his her their its this these those says called titled named based "
    "watches makes holds reads takes sees wears plays gives then instead"
)
"""Words that end the noun phrase at the start of a wish; the word before them is its head."""

NOUNS_IN_ING = _words(
    "painting drawing rendering building wedding morning evening king ring spring string wing ceiling clothing gaming "
    "editing marketing streaming training cooking hiking racing lightning"
)

EMPTY_ADJECTIVES = _words(
    "short small new nice beautiful quick simple cool good great lovely different brief little long single lengthy "
    "high-quality quality amazing stunning pretty matching accompanying final second other additional"
)
"""Adjectives that say nothing at all about what to show."""
ROLES = _words("hero main cover header background profile")
"""Adjectives that say what it is for, but not what it shows."""

_COLOURS = (
    "red blue green yellow orange purple pink black white brown grey gray gold golden silver teal violet colorful "
    "colourful pale vivid pastel neon monochrome"
)
_PLAIN = (
    "dark bright light warm cool cold soft sharp clean simple happy sad scary old young fast slow loud quiet "
    "deep high low "
    "strong weak thick thin smooth rough calm moody dramatic cozy cosy funny cute crazy wild rich big small "
    "tall wide long "
    "short narrow large huge tiny fat spooky sunny rainy snowy foggy misty stormy cloudy blurry grainy noisy "
    "dreamy gloomy "
    "realistic cinematic minimal minimalist abstract detailed vintage retro modern futuristic elegant playful serious "
    "cheerful romantic mysterious magical ethereal surreal gritty shiny glossy matte wet dry fancy busy empty full "
    "clear faint loose tight close near far flat round great nice good rustic epic anime watercolor "
    "watercolour photorealistic"
)
ADJECTIVES = _words(f"{_COLOURS} {_PLAIN}")
SCENES = _words("winter summer autumn night nighttime daytime sunset sunrise dusk dawn rain snow fog noon midnight") | {
    "golden hour",
    "blue hour",
    "black and white",
}
"""Words that alone, under a picture, wish that picture so."""
COLOURS = frozenset(_COLOURS.split())


def _comparatives(adjectives: Iterable[str]) -> frozenset[str]:
    forms = {"better", "worse", "farther", "further"}
    for word in adjectives:
        stem = word[:-1] + "i" if word.endswith("y") else word.removesuffix("e")
        forms |= {stem + "er", stem + stem[-1] + "er"}
    return frozenset(forms)


COMPARATIVES = _comparatives(ADJECTIVES)

OPPOSITES: dict[str, str] = {}
for _one, _other in (
    ("darker", "brighter"), ("darker", "lighter"), ("warmer", "cooler"), ("warmer", "colder"), ("bigger", "smaller"),
    ("larger", "smaller"), ("softer", "sharper"), ("simpler", "busier"), ("faster", "slower"), ("louder", "quieter"),
    ("happier", "sadder"), ("older", "younger"), ("deeper", "higher"), ("longer", "shorter"), ("wider", "narrower"),
    ("thicker", "thinner"), ("zoom in", "zoom out"), ("calmer", "wilder"), ("redder", "bluer"), ("smoother", "rougher"),
):  # fmt: skip
    OPPOSITES.setdefault(_one, _other)
    OPPOSITES.setdefault(_other, _one)

STYLES_BY_WORD: dict[str, str] = {
    "photorealistic": "photoreal", "photoreal": "photoreal", "photo-realistic": "photoreal",
    "hyperrealistic": "photoreal", "anime": "anime", "manga": "anime", "ghibli": "anime",
    "watercolor": "artistic", "watercolour": "artistic", "impressionist": "artistic", "artistic": "artistic",
    "3d": "3d", "minimal": "minimal", "minimalist": "minimal", "minimalistic": "minimal",
    "cartoon": "illustration", "comic": "illustration", "illustrated": "illustration",
}  # fmt: skip
"""Style words that mean a style wherever they stand."""
STYLES_BY_NOUN: dict[str, str] = {
    "photo": "photoreal", "photograph": "photoreal", "photography": "photoreal", "painting": "artistic",
    "oil painting": "artistic", "sketch": "sketch", "pencil": "sketch", "illustration": "illustration",
}  # fmt: skip
"""Nouns that mean a style only as the head of a wish, or after `as` or `in`: a photo album is no photo."""

FEMALE = _words("female woman woman's women's lady lady's girl girl's feminine")
MALE = _words("male man man's men's guy guy's gentleman's boy boy's masculine")
VOICES = _words("alloy ash ballad coral echo fable nova onyx sage shimmer verse marin cedar")
"""Names of voices that speech models are known to have."""
TONES = _words(
    "deep warm calm soft gentle cheerful happy sad slow fast quiet loud dramatic whispered whispering friendly serious "
    "excited energetic soothing robotic british american scottish irish australian french german italian old young"
)
MANNERS = _words(
    "slowly quickly softly quietly loudly cheerfully sadly calmly gently happily seriously dramatically clearly warmly "
    "slower faster softer quieter louder deeper higher calmer warmer happier sadder"
)
