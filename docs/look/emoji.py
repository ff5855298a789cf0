"""Emoji: drawn here in a flat style, because no colour font may be expected on the machine that makes the pictures."""

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from docs.look.errors import NotDrawn

DRAWN = {
    "🎨": "art", "🖼": "frame_with_picture", "🎬": "clapper", "🎞": "film_frames", "🔊": "loud_sound",
    "🎙": "studio_microphone", "✨": "sparkles", "⌛": "hourglass", "⏳": "hourglass_flowing_sand",
    "✅": "white_check_mark", "✔": "heavy_check_mark", "❌": "x", "⚠": "warning", "⭐": "star", "❤": "heart",
    "🔁": "repeat", "🔀": "twisted_rightwards_arrows", "🔄": "arrows_counterclockwise", "♻": "recycle",
    "🗑": "wastebasket", "▶": "arrow_forward", "⏩": "fast_forward", "⏪": "rewind", "⏹": "black_square_for_stop",
    "⬆": "arrow_up", "⬅": "arrow_left", "➡": "arrow_right", "⬇": "arrow_down", "↔": "left_right_arrow",
    "⏫": "arrow_double_up", "➕": "heavy_plus_sign", "🔒": "lock", "👍": "thumbsup", "👎": "thumbsdown", "🔍": "mag",
    "✏": "pencil2", "🎲": "game_die", "🌙": "crescent_moon", "☀": "sunny", "🔥": "fire", "👋": "wave", "🎉": "tada",
    "💰": "moneybag", "🔗": "link", "👀": "eyes", "🚀": "rocket", "💡": "bulb", "🤖": "robot_face", "🦊": "fox_face",
    "📷": "camera", "🖌": "paintbrush", "⏱": "stopwatch", "💬": "speech_balloon", "📥": "inbox_tray",
    "📁": "file_folder", "🔔": "bell", "⚡": "zap", "🚫": "no_entry_sign", "🙂": "slightly_smiling_face", "😄": "smile",
    "😍": "heart_eyes", "🔴": "red_circle", "🟢": "large_green_circle", "🔵": "large_blue_circle",
    "🟡": "large_yellow_circle", "⚪": "white_circle", "⚫": "black_circle", "✂": "scissors", "⚙": "gear",
    "📌": "pushpin",
}  # fmt: skip
"""Each emoji with Slack's name for it, which is also the name of its drawing in `templates/emoji.svg`."""

ALIASES = {"+1": "thumbsup", "-1": "thumbsdown", "framed_picture": "frame_with_picture", "lower_left_paintbrush":
           "paintbrush", "stop_button": "black_square_for_stop", "green_circle": "large_green_circle"}  # fmt: skip
NAMES = frozenset(DRAWN.values())

# what Unicode shows in colour unasked, and anything that asks for colour with U+FE0F
ALONE = (
    "\U0001f000-\U0001faff⌚⌛⏩-⏬⏰⏳◽◾☔☕♈-♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽"
    "✅✊✋✨❌❎❓-❕❗➕-➗➰➿⬛⬜⭐⭕"
)
EMOJI = re.compile(f"(?:[{ALONE}]|.\ufe0f)[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d.\ufe0f?)*")
CODE = re.compile(r":([a-z0-9_+'-]+):")


def drawing(name: str) -> Markup:
    """An emoji by its name; one without a drawing is refused."""
    name = ALIASES.get(name, name)
    if name not in NAMES:
        raise NotDrawn(f"no drawing of the emoji {name}")
    return Markup('<svg class="emoji" role="img" aria-label="{0}"><use href="#e-{0}"/></svg>').format(name)


def character(text: str) -> Markup:
    """One emoji as Unicode has it; skin tones show as the plain one."""
    plain = re.sub("[\ufe0f\U0001f3fb-\U0001f3ff]", "", text)
    if plain not in DRAWN:
        raise NotDrawn(f"no drawing of the emoji {text}")
    return drawing(DRAWN[plain])


def words(text: str) -> Markup:
    """Plain text made safe, its emoji drawn."""
    return _replaced(EMOJI, text, lambda match: character(match[0]), escape)


def coded_words(text: str) -> Markup:
    """The same, where `:name:` is an emoji too; an unknown name stays as typed, as in the real client."""
    known = NAMES | ALIASES.keys()
    return _replaced(CODE, text, lambda match: drawing(match[1]) if match[1] in known else escape(match[0]), words)


def _replaced(
    pattern: re.Pattern[str], text: str, found: Callable[[re.Match[str]], Markup], rest: Callable[[str], Markup]
) -> Markup:
    out, end = Markup(), 0
    for match in pattern.finditer(text):
        out, end = out + rest(text[end : match.start()]) + found(match), match.end()
    return out + rest(text[end:])


def alone(text: str) -> bool:
    """Whether a message is nothing but a few emoji, which clients show large."""
    rest = EMOJI.sub("", text).strip()
    return bool(text.strip()) and not rest and len(EMOJI.findall(text)) <= 27
