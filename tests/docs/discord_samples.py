"""One of each: Discord's components, messages and attachments, as its REST API gives them."""

from typing import Any

Json = dict[str, Any]
PICTURE = "https://cdn.discordapp.com/attachments/1/2/dusk.png?ex=1&hm=2"
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    "hgGAWjR9awAAAABJRU5ErkJggg=="
)
FILES = {PICTURE: PIXEL}
ADA: Json = {"id": "1", "username": "ada", "global_name": "Ada"}
EASEL: Json = {"id": "2", "username": "Easel", "bot": True, "public_flags": 65536}
MEDIA: Json = {"url": PICTURE, "width": 1024, "height": 768, "content_type": "image/png"}
OPTIONS = [
    {"label": "Pictures", "value": "i", "emoji": {"name": "🎨"}, "default": True},
    {"label": "Clips", "value": "v"},
]


def text(content: str) -> Json:
    return {"type": 10, "id": 3, "content": content}


def button(style: int = 2, **more: Any) -> Json:
    return {"type": 2, "style": style, "custom_id": "gen:1:vary", "label": "Vary"} | more


def gallery(count: int, **more: Any) -> Json:
    return {"type": 12, "items": [{"media": MEDIA, "description": "A lighthouse at dusk"} | more for _ in range(count)]}


COMPONENTS: dict[int, Json] = {
    1: {"type": 1, "components": [button()]},
    2: button(emoji={"name": "🎲", "id": None}),
    3: {"type": 3, "custom_id": "k", "placeholder": "Everything", "options": OPTIONS},
    4: {"type": 4, "custom_id": "w", "style": 2, "label": "Words", "placeholder": "at night", "max_length": 4000},
    5: {"type": 5, "custom_id": "u", "placeholder": "Who"},
    6: {"type": 6, "custom_id": "r", "placeholder": "Which role"},
    7: {"type": 7, "custom_id": "m", "default_values": [{"id": "9", "type": "user"}]},
    8: {"type": 8, "custom_id": "c", "placeholder": "Where", "channel_types": [0]},
    9: {"type": 9, "components": [text("Beside a picture")], "accessory": {"type": 11, "media": MEDIA}},
    10: text("## Words"),
    11: {"type": 11, "media": MEDIA, "description": "A thumbnail", "spoiler": True},
    12: gallery(3),
    13: {"type": 13, "file": {"url": "https://cdn/prompt.txt"}, "name": "prompt.txt", "size": 1830},
    14: {"type": 14, "divider": True, "spacing": 2},
    17: {"type": 17, "accent_color": 0xE2925F, "components": [text("Inside a container")]},
    18: {"type": 18, "label": "What should change?", "component": {"type": 4, "custom_id": "w", "style": 1}},
    19: {"type": 19, "custom_id": "f", "max_values": 3},
    21: {
        "type": 21,
        "custom_id": "s",
        "options": [{"label": "Wide", "value": "w", "description": "16:9", "default": True}],
    },
    22: {"type": 22, "custom_id": "k", "options": [{"label": "The seed", "value": "s"}]},
    23: {"type": 23, "custom_id": "y", "default": True},
}
SHOWN = {
    1: "Vary", 2: "e-game_die", 3: "Pictures", 4: "at night", 5: "Who", 6: "Which role", 7: "unknown", 8: "Where",
    9: "Beside a picture", 10: "<h2>Words</h2>", 11: "A thumbnail", 12: "A lighthouse at dusk", 13: "1.79 KB",
    14: "separator large", 17: "--accent:#e2925f", 18: "What should change?", 19: "Upload up to 3 files", 21: "16:9",
    22: "The seed", 23: "mark",
}  # fmt: skip
"""What must stand in the page for each component."""

ATTACHMENTS = [
    {"id": "1", "filename": "dusk.png", "size": 1, "url": PICTURE, "content_type": "image/png", "description": "Dusk"},
    {"id": "2", "filename": "clip.mp4", "size": 1, "url": PICTURE, "content_type": "video/mp4", "duration_secs": 6.0},
    {"id": "3", "filename": "speech.mp3", "size": 83000, "url": "https://cdn/s", "content_type": "audio/mpeg"},
    {"id": "4", "filename": "prompt.txt", "size": 1830, "url": "https://cdn/p", "content_type": "text/plain"},
]
EMBED: Json = {
    "type": "rich", "title": "An embed", "description": "With *words*", "color": 0x57F287, "author": {"name": "Ada"},
    "fields": [{"name": "Model", "value": "gpt-image-2", "inline": True}], "image": {"url": PICTURE},
    "thumbnail": {"url": PICTURE}, "footer": {"text": "A footer"}, "timestamp": "2026-11-22T14:00:00+00:00",
}  # fmt: skip


def message(*components: Json, minute: int = 3, **more: Any) -> Json:
    return {
        "id": "10", "type": 0, "flags": 1 << 15 if components else 0, "author": EASEL, "content": "", "mentions": [],
        "timestamp": f"2026-11-22T14:{minute:02}:00.000000+00:00", "attachments": [], "embeds": [],
        "components": list(components),
    } | more  # fmt: skip


def conversation() -> list[Json]:
    """Every kind of message."""
    made = message(COMPONENTS[17], gallery(2), type=20, flags=1 << 15 | 1 << 6)
    made["interaction_metadata"] = {"id": "5", "type": 2, "user": ADA, "name": "create"}
    return [
        made,
        message(content="Words", attachments=ATTACHMENTS, embeds=[EMBED], minute=4, edited_timestamp="2026-11-22"),
        message(content="**at night**, <@2>", type=19, author=ADA, mentions=[EASEL], referenced_message=made, minute=5),
        message(
            content="A lighthouse", type=18, author=ADA, thread={"name": "A lighthouse", "message_count": 2}, minute=6
        ),
        message(type=21, referenced_message=message(content="How it began"), minute=7),
        message(content="used it", type=23, interaction={"type": 2, "name": "Refine", "user": ADA}, minute=8),
        message(content="hm", reactions=[{"emoji": {"name": "🔥"}, "count": 2, "me": True}], minute=20),
    ]


MODAL: Json = {
    "title": "Refine",
    "custom_id": "refine:1",
    "components": [text("Words"), *(
        {"type": 18, "label": f"Field {kind}", "component": COMPONENTS[kind]} for kind in (3, 4, 5, 19, 21, 22, 23)
    )],
}  # fmt: skip
