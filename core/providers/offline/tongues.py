"""Which espeak-ng voice speaks a text: the wish, else the script it is written in, else English."""

from dataclasses import dataclass

_DEFAULT = "en-us"
_FEMALE, _MALE = "+f3", "+m3"

_LANGUAGES = {
    "american": "en-us",
    "arabic": "ar",
    "british": "en-gb",
    "chinese": "cmn",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en-us",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "hungarian": "hu",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "mandarin": "cmn",
    "norwegian": "nb",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "scottish": "en-gb-scotland",
    "spanish": "es",
    "swedish": "sv",
    "turkish": "tr",
    "ukrainian": "uk",
    "vietnamese": "vi",
}
_CODES = {**{code: code for code in _LANGUAGES.values()}, "en": "en-us", "zh": "cmn", "no": "nb", "pt-br": "pt-br"}

_GENDERS = {
    "female": _FEMALE,
    "woman": _FEMALE,
    "girl": "+f4",
    "lady": _FEMALE,
    "feminine": _FEMALE,
    "male": _MALE,
    "man": _MALE,
    "boy": "+m1",
    "masculine": _MALE,
    "deep": "+m7",
    "whisper": "+whisper",
    "robot": "",
    "robotic": "",
}

_SCRIPTS = (
    ("぀", "ヿ", "ja"),
    ("一", "鿿", "cmn"),
    ("가", "힣", "ko"),
    ("Ѐ", "ӿ", "ru"),
    ("Ͱ", "Ͽ", "el"),
    ("֐", "׿", "he"),
    ("؀", "ۿ", "ar"),
    ("ऀ", "ॿ", "hi"),
    ("ঀ", "৿", "bn"),
    ("஀", "௿", "ta"),
    ("ఀ", "౿", "te"),
    ("฀", "๿", "th"),
    ("Ⴀ", "ჿ", "ka"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """A voice in espeak-ng's terms."""

    name: str
    words_per_minute: int = 158
    pitch: int = 48
    notes: tuple[str, ...] = ()


def choose_tongue(text: str, voice: str | None, manner: str = "") -> Tongue:
    """Take language and timbre from the wished voice, the language otherwise from the text's script."""
    words = (voice or "").lower().replace("_", "-").replace(",", " ").split()
    language = _first(words, _LANGUAGES) or _first(words, _CODES)
    timbre = _first(words, _GENDERS)
    known = not words or language is not None or timbre is not None or words == ["default"]
    notes = () if known else (f"The offline voice has no “{voice}”, so it speaks in its own.",)
    name = (language or _script_of(text) or _DEFAULT) + (_FEMALE if timbre is None else timbre)
    return Tongue(name=name, words_per_minute=_pace(manner), notes=notes)


def _first(words: list[str], table: dict[str, str]) -> str | None:
    return next((table[word] for word in words if word in table), None)


def _script_of(text: str) -> str | None:
    """The language of the first script that makes up a fair part of the letters."""
    letters = [letter for letter in text if letter.isalpha()]
    for first, last, language in _SCRIPTS:
        if sum(first <= letter <= last for letter in letters) > len(letters) * 0.2:
            return language
    return None


def _pace(manner: str) -> int:
    words = manner.lower()
    if "slow" in words or "calm" in words:
        return 130
    return 190 if "fast" in words or "quick" in words or "excited" in words else 158
