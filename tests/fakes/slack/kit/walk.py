"""Goes through checked blocks: every block with its children, every element, every text."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
CHILDREN = ("child_blocks", "tasks")
TEXT_TYPES = {"plain_text", "mrkdwn"}


def blocks_within(blocks: list[Json], at: str = "") -> Iterator[tuple[str, Json]]:
    """Each block and the blocks inside it, with its JSON pointer."""
    for index, block in enumerate(blocks):
        where = f"{at}/{index}"
        yield where, block
        for name in CHILDREN:
            yield from blocks_within(block.get(name, []), f"{where}/{name}")
        if block["type"] == "carousel":
            yield from blocks_within(block["elements"], f"{where}/elements")


def elements_of(block: Json) -> list[Json]:
    """The interactive elements that stand directly in a block."""
    match block["type"]:
        case "section" | "auth_provider":
            found = [block["accessory"]] if "accessory" in block else []
        case "actions" | "context_actions":
            found = block["elements"]
        case "input":
            found = [block["element"]]
        case "card":
            found = block.get("actions", [])
        case _:
            found = []
    return [element for element in found if element["type"] != "image"]


def texts_within(value: Any) -> Iterator[Json]:
    """Every text object and rich-text element, however deep."""
    if isinstance(value, list):
        for one in value:
            yield from texts_within(one)
    elif isinstance(value, dict):
        yield value
        for one in value.values():
            yield from texts_within(one)


def said(blocks: list[Json]) -> int:
    """Characters a message's blocks say."""
    total = 0
    for one in texts_within(blocks):
        words = one.get("text")
        total += len(words) if isinstance(words, str) else 0
    return total
