"""Composition objects: texts, options, confirmations, Slack files.

Lengths: docs.slack.dev/reference/block-kit/composition-objects and `slack_sdk.models.blocks.basic_components`.
"""

from typing import Any

from tests.fakes.slack.kit.shape import (
    Check,
    Findings,
    Needed,
    exactly_one,
    fields,
    many,
    one_of,
    text,
    truth,
    typed,
    url,
)


def plain(most: int, least: int = 1) -> Check:
    return typed({"plain_text": fields({"text": Needed(text(most, least)), "emoji": truth})})


def rich(most: int, least: int = 1) -> Check:
    """plain_text or mrkdwn."""
    words = Needed(text(most, least))
    return typed(
        {
            "plain_text": fields({"text": words, "emoji": truth}),
            "mrkdwn": fields({"text": words, "verbatim": truth}),
        }
    )


def mrkdwn(most: int) -> Check:
    return typed({"mrkdwn": fields({"text": Needed(text(most, 1)), "verbatim": truth})})


CONFIRM = fields(
    {
        "title": Needed(plain(100)),
        "text": Needed(rich(300)),
        "confirm": Needed(plain(30)),
        "deny": Needed(plain(30)),
        "style": one_of("primary", "danger"),
    }
)
OPTION = fields({"text": Needed(plain(75)), "value": Needed(text(150, 1)), "description": plain(75)})
CHOICE = fields({"text": Needed(rich(75)), "value": Needed(text(150, 1)), "description": rich(75)})
"""An option of checkboxes or radio buttons, which may be formatted."""
OVERFLOW_OPTION = fields(
    {"text": Needed(plain(75)), "value": Needed(text(150, 1)), "description": plain(75), "url": url()}
)
OPTION_GROUP = fields({"label": Needed(plain(75)), "options": Needed(many(OPTION, 1, 100))})
DISPATCH = fields({"trigger_actions_on": Needed(many(one_of("on_enter_pressed", "on_character_entered"), 1, 2))})
FILTER = fields(
    {
        "include": many(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_bot_users": truth,
        "exclude_external_shared_channels": truth,
    }
)


def _usable(value: Any, at: str, found: Findings) -> None:
    name = value.get("id") or value.get("url")
    if fault := found.file_fault(name):
        found.add(at, fault)


SLACK_FILE = fields({"id": text(least=1), "url": url()}, exactly_one("id", "url"), _usable)
IMAGE_SOURCE: dict[str, Check | Needed] = {
    "alt_text": Needed(text(2000)),
    "image_url": url(),
    "slack_file": SLACK_FILE,
}


def shown(value: Any, at: str, found: Findings) -> None:
    """png, jpg and gif only, as far as the address tells (docs.slack.dev/reference/block-kit/blocks/image-block)."""
    name = str(value.get("image_url", "")).partition("?")[0].lower()
    if name.rpartition(".")[2] in {"webp", "heic", "svg", "avif", "tiff", "bmp", "mp4", "mp3"}:
        found.add(f"{at}/image_url", "downloading image failed: unsupported format")
