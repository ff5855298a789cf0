"""What a person typed, freed from Slack's own markup: https://docs.slack.dev/messaging/formatting-message-text"""

import re

_TOKEN = re.compile(r"<(@[UWB][A-Z0-9]+|#[CG][A-Z0-9]+|![^<>|]+|(?:https?|mailto|tel):[^<>|\s]+)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def heard(text: str, bot_user: str = "") -> str:
    """Plain words: Easel's own name is left out, others are told by what the reader would see."""
    plain = _TOKEN.sub(lambda found: _told(found[1], found[2] or "", bot_user), text)
    for entity, letter in _ENTITIES:
        plain = plain.replace(entity, letter)
    return plain.strip()


def _told(what: str, label: str, bot_user: str) -> str:
    if what.startswith("@"):
        return "" if what[1:] == bot_user else f"@{label}" if label else "somebody"
    if what.startswith("#"):
        return f"#{label}" if label else "a channel"
    if what.startswith("!"):
        return label
    return label or what.removeprefix("mailto:").removeprefix("tel:")
