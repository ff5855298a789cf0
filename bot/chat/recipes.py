"""How an asset was made, as pairs of a name and a value, for people; programs take the JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.chat import phrases

TOLD_APART = frozenset({"prompt", "text", "instruction", "instructions"})
"""Words that the recipe tells as what was asked for and sent."""
VALUE_MAX = 200


def pairs(recipe: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Everything but the two texts, which want room of their own: `("Model", "flux-1.1-pro")`."""
    return [(name, value) for name, value in _pairs(recipe) if value]


def _pairs(recipe: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Made by", _text(recipe["tool"]).replace("_", " ")
    yield "Model", _text(recipe["model"])
    yield "Provider", _text(recipe["provider"])
    yield "Seed", _text(recipe["seed"])
    yield "Size", f"{recipe['width']} × {recipe['height']}" if recipe["width"] and recipe["height"] else ""
    yield "Length", f"{recipe['duration_s']:g} s" if recipe["duration_s"] else ""
    for name, value in recipe["arguments"].items():
        if name not in TOLD_APART and isinstance(value, str | int | float):
            yield name.replace("_", " ").capitalize(), _text(value)
    yield "Made from", ", ".join(each["version"] or "an upload" for each in recipe["inputs"])
    yield "After a result of", _text(recipe["credit"])
    yield "Cost", phrases.dollars(recipe["cost_usd"]) if recipe["cost_usd"] else ""
    yield "Easel", _text(recipe["easel"])
    yield "SHA-256", _text(recipe["sha256"])


def _text(value: object) -> str:
    return "" if value is None else str(value)[:VALUE_MAX]
