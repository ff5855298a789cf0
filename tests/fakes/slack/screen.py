"""What a person can put a finger on: the elements that really stand on a message or a view."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.kit.walk import blocks_within, elements_of
from tests.fakes.slack.message import Message
from tests.fakes.slack.view import View

Json = dict[str, Any]
PRESSED = {"button", "workflow_button", "icon_button", "feedback_buttons", "overflow"}


class Impossible(AssertionError):
    """A person cannot do this: it is not there, not theirs to see, or the client would not let them."""


@dataclass(frozen=True, slots=True)
class Finger:
    """An element, the block it stands in, and what the action's payload says of the choice."""

    block_id: str
    element: Json
    choice: Json


def blocks_of(target: Message | View) -> list[Json]:
    return target.blocks if isinstance(target, View) else list(target.described().get("blocks", []))


def elements(target: Message | View, user: str) -> Iterator[tuple[Json, Json]]:
    """(block, element) pairs that this user sees."""
    for _, block in blocks_within(blocks_of(target)):
        for element in elements_of(block):
            visible = element.get("visible_to_user_ids")
            if visible is None or user in visible:
                yield block, element


def labels(target: Message | View, user: str = "") -> list[str]:
    """Every label that can be pressed, in order: what a test prints when it finds nothing."""
    return [label for _, element in elements(target, user) for label, _ in _presses(element)]


def press(target: Message | View, user: str, wanted: str, value: str | None = None) -> Finger:
    """The element whose action_id or label is `wanted`; `value` tells apart those that share one."""
    found = []
    for block, element in elements(target, user):
        for label, choice in _presses(element):
            fits = wanted == label or wanted == element.get("action_id")
            if fits and value in (None, choice.get("value"), choice.get("selected_option", {}).get("value")):
                found.append(Finger(block.get("block_id", ""), element, choice))
    if not found:
        raise Impossible(f"nothing to press called {wanted!r}; there are {labels(target, user)}")
    alike = {finger.element.get("action_id") for finger in found}
    if len(found) > 1 and (len(alike) > 1 or found[0].element["type"] not in {"feedback_buttons"}):
        raise Impossible(f"{len(found)} things are called {wanted!r}: say which by its value")
    return found[0]


def _presses(element: Json) -> list[tuple[str, Json]]:
    match element["type"]:
        case "button" | "workflow_button" | "icon_button":
            kept: Json = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
            return [(element["text"]["text"], kept)]
        case "feedback_buttons":
            sides = [element["positive_button"], element["negative_button"]]
            return [(side["text"]["text"], {"text": side["text"], "value": side["value"]}) for side in sides]
        case "overflow":
            return [(option["text"]["text"], {"selected_option": option}) for option in element["options"]]
        case _:
            return []


def action(finger: Finger, ts: str) -> Json:
    """One entry of a block_actions payload's `actions`."""
    body = {
        "type": finger.element["type"],
        "action_id": finger.element["action_id"],
        "block_id": finger.block_id,
        "action_ts": ts,
    }
    return body | finger.choice
