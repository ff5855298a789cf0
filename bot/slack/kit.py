"""Pieces of forms and pages in Block Kit; every limit is from https://docs.slack.dev/reference/block-kit"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.slack.markup import Json, cut, plain

NOTES_MAX = 3000
PART_MAX, PARTS_MAX = 2_900, 4
INVALID = frozenset({"invalid_blocks", "invalid_arguments", "invalid_blocks_format", "invalid_attachments"})
"""What Slack answers to blocks that it does not take."""


def section(text: str, accessory: Json | None = None) -> Json:
    """A paragraph, perhaps with a picture or a button beside it."""
    return {"type": "section", "text": plain(text)} | ({"accessory": accessory} if accessory else {})


def small(*lines: str) -> Json:
    """A line in small type."""
    return {"type": "context", "elements": [plain(line, 1_000) for line in lines[:10]]}


def told(title: str, text: str) -> list[Json]:
    """Words under their title; a long text goes on in further sections."""
    if not text:
        return []
    parts = [text[start : start + PART_MAX] for start in range(0, len(text), PART_MAX)]
    return [small(title), *(section(part) for part in parts[:PARTS_MAX])]


def header(text: str) -> Json:
    """A line in large type."""
    return {"type": "header", "text": plain(text, 150)}


def alert(text: str, *, good: bool = True) -> Json:
    """A line that stands out at the top of a page; Slack takes it in modals alone."""
    return {"type": "alert", "text": plain(text), "level": "success" if good else "warning"}


def divider() -> Json:
    """A thin line."""
    return {"type": "divider"}


def picture(url: str, alt_text: str) -> Json:
    """An image element that Slack fetches from a lasting address."""
    return {"type": "image", "image_url": url, "alt_text": cut(alt_text or "A result", 2_000)}


def sure(title: str, text: str, yes: str) -> Json:
    """The question before something that cannot be undone."""
    words = {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain("Keep", 30)}
    return words | {"style": "danger"}


def option(value: str, label: str) -> Json:
    """One entry of a menu or one box to tick."""
    return {"text": plain(label, 75), "value": value}


def menu(name: str, options: Iterable[tuple[str, str]], chosen: str | None = None, *, hint: str = "") -> Json:
    """A menu of (value, label) pairs."""
    listed = [option(value, label) for value, label in options][:100]
    first = [each for each in listed if each["value"] == chosen]
    made: Json = {"type": "static_select", "action_id": name, "options": listed}
    made |= {"placeholder": plain(hint, 150)} if hint else {}
    return made | ({"initial_option": first[0]} if first else {})


def menu_of_several(options: Iterable[tuple[str, str]], chosen: Iterable[str], *, hint: str = "") -> Json:
    """A menu of which any number may be chosen."""
    listed, on = [option(value, label) for value, label in options][:100], set(chosen)
    first = [each for each in listed if each["value"] in on]
    made: Json = {"type": "multi_static_select", "options": listed}
    made |= {"placeholder": plain(hint, 150)} if hint else {}
    return made | ({"initial_options": first} if first else {})


def boxes(options: Iterable[tuple[str, str]], ticked: Iterable[str]) -> Json:
    """Boxes to tick."""
    listed, on = [option(value, label) for value, label in options], set(ticked)
    first = [each for each in listed if each["value"] in on]
    made: Json = {"type": "checkboxes", "options": listed}
    return made | ({"initial_options": first} if first else {})


def words(most: int, *, lines: bool = True, initial: str = "", hint: str = "") -> Json:
    """A text to type."""
    made: Json = {"type": "plain_text_input", "multiline": lines, "max_length": most}
    made |= {"initial_value": cut(initial, most)} if initial else {}
    return made | ({"placeholder": plain(hint, 150)} if hint else {})


def dollars(initial: float | None) -> Json:
    """An amount of money to type."""
    made = {"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "max_value": "1000000"}
    return made | ({} if initial is None else {"initial_value": f"{initial:g}"})


def field(name: str, label: str, element: Json, *, optional: bool = False, hint: str = "", mark: str = "") -> Json:
    """An input of a form; its block and its element have one name.

    Where a page is shown anew, Slack leaves in an input of the same name what was typed; another `mark` empties it.
    """
    block_id = f"{name}~{mark}" if mark else name
    made: Json = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": element | {"action_id": name},
    }
    return made | ({"optional": True} if optional else {}) | ({"hint": plain(hint)} if hint else {})


def modal(
    name: str, title: str, blocks: Sequence[Json], *, submit: str = "", notes: Mapping[str, Any] | None = None
) -> Json:
    """A form, or a page to read where there is nothing to submit."""
    view: Json = {"type": "modal", "callback_id": f"easel_{name}", "title": plain(title, 24), "blocks": list(blocks)}
    view |= {"close": plain("Close", 24), "private_metadata": kept(notes or {})}
    return view | ({"submit": plain(submit, 24)} if submit else {})


def kept(notes: Mapping[str, Any]) -> str:
    """What a view keeps for Easel, out of sight."""
    text = json.dumps(notes, separators=(",", ":"), ensure_ascii=False)
    assert len(text) <= NOTES_MAX, "more than a view can keep"
    return text
