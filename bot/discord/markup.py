"""Words of people and models, written so that Discord shows them as they are.

Nothing in them is markup, a mention or a link; nothing is hidden, and the reading direction stays what it is.
"""

import re
from collections.abc import Callable

_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
# Controls, zero-width and filler characters, direction marks, and the tags that carry unseen text. Joiners come below.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# Emoji and several scripts need joiners between two letters; beside ASCII they only hide something.
_LOOSE_JOINERS = re.compile("(?<![^\u0000-\u007f\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?![^\u0000-\u007f])")
_JOINERS = re.compile("([\u200c\u200d])[\u200c\u200d]+")
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
_STACKED = re.compile(f"([{_MARKS}]{{3}})[{_MARKS}]+")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")

# https://support.discord.com/hc/en-us/articles/210298617: a backslash takes the meaning from any of these.
_MARKUP = re.compile(r"[\\`*_~|\[\]<>@]|:(?=//)")
_LINE_START = re.compile(r"^([^\S\n]*)([#+-]|\d+(?=[.)]))", re.MULTILINE)


def quoted(text: str, limit: int | None = None) -> str:
    """Somebody's words, escaped; at most `limit` characters including what the escaping adds."""
    words = visible(text)
    return _escaped(words) if limit is None else _within(words, limit, _escaped)


def line(text: str, limit: int) -> str:
    """The same on one line."""
    return quoted(" ".join(visible(text).split()), limit)


def block(text: str, limit: int) -> str:
    """The same as a quotation, indented by Discord; empty for nothing."""
    words = _BLANK_LINES.sub("\n", visible(text))
    return _within(words, limit, _indented) if words else ""


def plain(text: str, limit: int) -> str:
    """One line for a place that knows no markup: a label, an alt text, a thread's name."""
    return _cut(" ".join(visible(text).split()), limit)


def visible(text: str) -> str:
    """Words without what cannot be seen, or turns the others around."""
    shown = _HIDDEN.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))
    return _STACKED.sub(r"\1", _LOOSE_JOINERS.sub("", _JOINERS.sub(r"\1", shown))).strip()


def mention(platform_id: str) -> str:
    """A person by id, shown by name; whether it pings is said by `allowed_mentions`, and there it never does."""
    return f"<@{platform_id}>" if platform_id.isdecimal() else ""


def _escaped(words: str) -> str:
    return _LINE_START.sub(_disarmed, _MARKUP.sub(r"\\\g<0>", words))


def _disarmed(start: re.Match[str]) -> str:
    """A heading, a list or small print only begins a line. A number is safe once the dot behind it is not bare."""
    return f"{start[1]}{start[2]}\\" if start[2].isdigit() else f"{start[1]}\\{start[2]}"


def _indented(words: str) -> str:
    return "\n".join(f"> {each}" for each in _escaped(words).split("\n"))


def _within(words: str, limit: int, write: Callable[[str], str]) -> str:
    """Escaping makes longer, so cut until what is written fits."""
    room = limit
    while room > 0 and len(written := write(_cut(words, room))) > limit:
        room -= max(1, (len(written) - limit) // 2)
    return written if room > 0 else ""


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where there is one not far back."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return "…"[:limit]
    head = text[: limit - 1]
    whole = head.rsplit(maxsplit=1)[0] if re.search(r"\s", head[len(head) // 2 :]) else head
    return whole.rstrip(" \n,;:.") + "…"
