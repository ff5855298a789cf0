"""Words of people and models, made harmless for Slack: no pings, no disguised links, no formatting of their own.

`plain_text` and `rich_text` take words literally, so blocks use these. Only a message's `text`, the line of a
notification, is always read as mrkdwn: docs.slack.dev/messaging/formatting-message-text.
"""

import re
from typing import Any

Json = dict[str, Any]
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKS = re.compile(r"([*_~`]|(?<!\w):(?=[\w+'-]+:)|@(?=\w)|#(?=\w))")
_NEVER = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]")
_JOINER = "\u2060"
"""A word joiner has no width: it parts a mark from its word, and nothing else changes. Slack knows no backslash."""
BLANK = "…"


def quoted(text: str, limit: int = 2_900) -> str:
    """As mrkdwn that reads as it was typed, on one line, of at most `limit` characters."""
    line = " ".join(_NEVER.sub("", text).split())
    harmless = _escaped(line)
    while len(harmless) > limit:
        line = line[: len(line) - max(1, (len(harmless) - limit) // 5)].rstrip()
        harmless = _escaped(line.rstrip("…") + "…")
    return harmless


def _escaped(line: str) -> str:
    return _MARKS.sub(rf"{_JOINER}\1{_JOINER}", line).translate(_ESCAPES)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with its line ends; never empty, as Slack takes no empty text."""
    words = _NEVER.sub("", text).strip()
    if len(words) > limit:
        words = words[: limit - 1].rstrip() + "…"
    return words or BLANK


def plain(text: str, limit: int = 2_900) -> Json:
    """A text object that is shown as it is typed, `:smile:` and all."""
    return {"type": "plain_text", "text": cut(text, limit), "emoji": False}


def rich(*parts: Json) -> Json:
    """A rich_text block of paragraphs, quotes and so on."""
    return {"type": "rich_text", "elements": list(parts)}


def paragraph(text: str, limit: int = 2_900, *, bold: bool = False) -> Json:
    """A paragraph of a rich_text block."""
    return {"type": "rich_text_section", "elements": [_literal(text, limit, bold=bold)]}


def quotation(text: str, limit: int = 2_900) -> Json:
    """A quotation in a rich_text block."""
    return {"type": "rich_text_quote", "elements": [_literal(text, limit)]}


def _literal(text: str, limit: int, *, bold: bool = False) -> Json:
    element: Json = {"type": "text", "text": cut(text, limit)}
    return element | ({"style": {"bold": True}} if bold else {})
