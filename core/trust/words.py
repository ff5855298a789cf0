"""Text from outside, made safe to store and to show: no control characters, no trick with the reading direction."""

import re
import unicodedata

from core.errors import Invalid, TooLarge

PROMPT_MAX = 10_000
NAME_MAX = 200

# Overrides and isolates reverse what a reader sees; right-to-left scripts do not need them.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


def clean(text: str) -> str:
    """Remove what cannot be seen and normalise line ends and composition; the words stay as typed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = lines.encode("utf-8", "ignore").decode("utf-8")  # half a surrogate pair cannot be stored
    return unicodedata.normalize("NFC", _HIDDEN.sub("", whole)).strip()


def clean_prompt(text: str) -> str:
    """A wish as it is stored.

    Raises:
        Invalid: nothing readable is left.
        TooLarge: more than `PROMPT_MAX` characters.
    """
    if len(text) > PROMPT_MAX:
        raise TooLarge(f"That is {len(text):,} characters; Easel takes up to {PROMPT_MAX:,}.", "prompt_too_long")
    words = clean(text)
    if not any(not unicodedata.category(letter).startswith(("Z", "C")) for letter in words):
        raise Invalid("Tell Easel what to make: the text is empty.", "empty_prompt")
    return words
