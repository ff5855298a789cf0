"""Layout blocks: docs.slack.dev/reference/block-kit/blocks, lengths as in `slack_sdk.models.blocks.blocks`."""

from typing import Any

from tests.fakes.slack.kit.elements import ELEMENTS, IN_ACTIONS, IN_INPUTS, IN_SECTIONS
from tests.fakes.slack.kit.rich_text import rich_text
from tests.fakes.slack.kit.shape import (
    Check,
    Findings,
    Needed,
    anything,
    at_least_one,
    exactly_one,
    fields,
    many,
    number,
    one_of,
    only,
    text,
    truth,
    typed,
    url,
    whole,
)
from tests.fakes.slack.kit.texts import IMAGE_SOURCE, plain, rich, shown

MARKDOWN = 12_000
NAMED: dict[str, Check | Needed] = {"block_id": text(255, 1)}
TASK_STATUS = one_of("pending", "in_progress", "complete", "error")
SOURCE = typed({"url": fields({"url": Needed(url()), "text": Needed(text(least=1))})})


def block(known: dict[str, Check | Needed], *rules: Check) -> Check:
    return fields(NAMED | known, *rules)


def modals_only(value: Any, at: str, found: Findings) -> None:
    """`alert` anywhere else answers invalid_blocks (github.com/slackapi/node-slack-sdk/issues/2567)."""
    if found.surface != "modal":
        found.add(at, "unsupported block: only available in modals")


def messages_only(value: Any, at: str, found: Findings) -> None:
    if found.surface != "message":
        found.add(at, "unsupported block: only available in messages")


def _files_in_modals(value: Any, at: str, found: Findings) -> None:
    if value["element"]["type"] == "file_input" and found.surface != "modal":
        found.add(f"{at}/element/type", "unsupported type: file_input")


def _collapsing(value: Any, at: str, found: Findings) -> None:
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        found.add(at, "default_collapsed requires is_collapsible")
    if value.get("has_header_divider") and value.get("is_collapsible"):
        found.add(at, "has_header_divider cannot be set when is_collapsible is true")


IMAGE = only(ELEMENTS, "image")
CARD = block(
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": rich(150),
        "subtitle": rich(150),
        "body": rich(200),
        "actions": many(only(ELEMENTS, "button"), 1, 3),
    },
    at_least_one("hero_image", "title", "body", "actions"),
)
"""At most three buttons (unconfirmed: one client's source, not on docs.slack.dev)."""
TASK_CARD = block(
    {
        "task_id": Needed(text(255, 1)),
        "title": Needed(text(256, 1)),
        "status": Needed(TASK_STATUS),
        "details": typed({"rich_text": rich_text(1)}),
        "output": typed({"rich_text": rich_text(1)}),
        "sources": many(SOURCE),
    },
)
CELL = typed(
    {
        "raw_text": fields({"text": Needed(text())}),
        "raw_number": fields({"value": Needed(number), "text": Needed(text())}),
        "rich_text": rich_text(),
    }
)


def _column(value: Any, at: str, found: Findings) -> None:
    if value is not None:
        fields({"align": one_of("left", "center", "right"), "is_wrapped": truth})(value, at, found)


def _noted(value: Any, at: str, found: Findings) -> None:
    """A context element: an image or a text."""
    is_image = isinstance(value, dict) and value.get("type") == "image"
    (IMAGE if is_image else rich(2000))(value, at, found)


BLOCKS: dict[str, Check] = {
    "section": block(
        {
            "text": rich(3000),
            "fields": many(rich(2000), 1, 10),
            "accessory": only(ELEMENTS, *IN_SECTIONS),
            "expand": truth,
        },
        at_least_one("text", "fields"),
    ),
    "divider": block({}),
    "header": block({"text": Needed(plain(150)), "level": whole(1, 6)}),
    "image": block(IMAGE_SOURCE | {"title": plain(2000)}, exactly_one("image_url", "slack_file"), shown),
    "actions": block({"elements": Needed(many(only(ELEMENTS, *IN_ACTIONS), 1, 25))}),
    "context": block({"elements": Needed(many(_noted, 1, 10))}),
    "context_actions": block(
        {"elements": Needed(many(only(ELEMENTS, "feedback_buttons", "icon_button"), 1, 5))}, messages_only
    ),
    "input": block(
        {
            "label": Needed(plain(2000)),
            "element": Needed(only(ELEMENTS, *IN_INPUTS)),
            "hint": plain(2000),
            "optional": truth,
            "dispatch_action": truth,
        },
        _files_in_modals,
    ),
    "markdown": block({"text": Needed(text(MARKDOWN, 1))}, messages_only),
    "rich_text": rich_text(),
    "file": block({"external_id": Needed(text(255, 1)), "source": Needed(one_of("remote"))}),
    "call": block({"call_id": Needed(text(least=1)), "api_decoration_available": truth, "call": anything}),
    "video": block(
        {
            "alt_text": Needed(text(least=1)),
            "video_url": Needed(url(3000, ("https",))),
            "thumbnail_url": Needed(url()),
            "title": Needed(plain(199)),
            "title_url": url(3000, ("https",)),
            "description": plain(200),
            "provider_icon_url": url(),
            "provider_name": text(),
            "author_name": text(49),
        }
    ),
    "table": block({"rows": Needed(many(many(CELL, 1, 20), 1, 100)), "column_settings": many(_column, 0, 20)}),
    "task_card": TASK_CARD,
    "plan": block({"title": Needed(text(256, 1)), "tasks": many(typed({"task_card": TASK_CARD}), 0, 50)}),
    "card": CARD,
    "carousel": block({"elements": Needed(many(typed({"card": CARD}), 1, 10))}),
    "alert": block(
        {"text": Needed(rich(3000)), "level": one_of("default", "info", "warning", "error", "success")}, modals_only
    ),
    "auth_provider": block(
        {
            "value": Needed(text(150, 1)),
            "name": Needed(plain(75)),
            "is_connected": Needed(truth),
            "description": plain(150),
            "icon_url": url(3000, ("https",)),
            "auth_url": url(3000, ("https",)),
            "disconnect_url": url(3000, ("https",)),
            "connected_identity": plain(75),
            "connected_context": plain(75),
            "accessory": only(ELEMENTS, "overflow"),
            "fallback": many(anything),
        }
    ),
}
IN_CONTAINERS = (
    *("actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"),
)
"""docs.slack.dev/tools/node-slack-sdk: ContainerBlock.child_blocks."""
BLOCKS["container"] = block(
    {
        "child_blocks": Needed(many(only(BLOCKS, *IN_CONTAINERS), 1, 10)),
        "title": plain(150),
        "rich_text_title": typed({"rich_text": rich_text()}),
        "subtitle": rich(150),
        "icon": IMAGE,
        "width": one_of("narrow", "standard", "wide", "full"),
        "is_collapsible": truth,
        "default_collapsed": truth,
        "has_header_divider": truth,
    },
    at_least_one("title", "rich_text_title"),
    _collapsing,
)
ANY_BLOCK = typed(BLOCKS)
