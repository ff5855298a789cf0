"""Whether a voice that may choose its words said what it was given."""

import re
import unicodedata
from difflib import SequenceMatcher

_WORDS = re.compile(
    r"\d+(?:[.,:]\d+)*"  # numbers in one piece
    r"|[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"  # scripts without spaces: letter by letter
    r"|[^\W\d_\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+(?:['’][^\W\d_]+)*"
)


def difference(wanted: str, said: str) -> float:
    """The share (0..1) of words that were left out, added or exchanged, whatever their case and punctuation."""
    words, heard = _words(wanted), _words(said)
    if not words:
        return 0.0
    same = sum(block.size for block in SequenceMatcher(None, words, heard, autojunk=False).get_matching_blocks())
    return 1 - same / max(len(words), len(heard))


def missing_numbers(wanted: str, said: str) -> bool:
    """Whether a figure is not among those that were said: one wrong digit is one word in a hundred, and matters."""
    return not _numbers(wanted) <= _numbers(said)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return [_figure(word) for word in _WORDS.findall(plain)]


def _numbers(text: str) -> set[str]:
    return {word for word in _words(text) if word[0].isdigit()}


def _figure(word: str) -> str:
    """`1,000` and `1000` are said the same."""
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", word) if word[0].isdigit() else word
