"""The tools' arguments as JSON schemas for language models, and their answers back as the tools take them.

Strict mode wants every property required and no other allowed; what is optional is nullable instead. Servers differ in
the limits they take (lengths, patterns, bounds), so a schema carries none: descriptions say them, `judge` checks them.
https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
"""

import json
from functools import cache
from typing import Any

from core.agent.planners.telling import clean
from core.agent.tools import TOOLS, ToolSpec
from core.providers.base import Tool

_KEPT = ("type", "enum", "items")
_TOO_DEEP = '"nested too deeply"'


@cache
def parameters(spec: ToolSpec, strict: bool) -> dict[str, Any]:
    """A tool's parameters. Loose ones leave optional properties out of `required`, and null out of their types:
    small models fill in whatever is required of them. Shared: never change what is returned.
    """
    schema = spec.arguments.model_json_schema()
    required = schema.get("required", [])
    properties = {name: _property(each, name in required, strict) for name, each in schema["properties"].items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if strict else required,
        "additionalProperties": False,
    }


def from_strict(name: str, arguments: str) -> str:
    """The arguments of one call without nulls, and without empty texts and lists where a field is optional.

    What is not a JSON object stays as it is: the loop tells the planner what is wrong with it.
    """
    try:
        found = json.loads(arguments)
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return clean(arguments)
    if not isinstance(found, dict):
        return clean(arguments)
    optional = _optional(name)
    kept = {key: value for key, value in found.items() if value is not None and not (key in optional and _empty(value))}
    return json.dumps(_cleaned(kept), ensure_ascii=False)


def _property(schema: dict[str, Any], required: bool, strict: bool) -> dict[str, Any]:
    inner = _inner(schema)
    kept: dict[str, Any] = {key: inner[key] for key in _KEPT if key in inner}
    if "items" in inner:
        kept["items"] = {"type": inner["items"]["type"]}
    if strict and not required:
        kept["type"] = [kept["type"], "null"]
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
    sentences = _sentences(schema, inner)
    return kept | ({"description": " ".join(sentences)} if sentences else {})


def _inner(schema: dict[str, Any]) -> dict[str, Any]:
    """A property's own schema, without the null that makes it optional."""
    variants: list[dict[str, Any]] = schema.get("anyOf", [schema])
    return next(each for each in variants if each.get("type") != "null")


def _sentences(schema: dict[str, Any], inner: dict[str, Any]) -> list[str]:
    """What is said of a property, of its type and of its items, without repeating a word that stands there already."""
    said: list[str] = []
    for each in (schema, inner, inner.get("items", {})):
        sentence = each.get("description", "")
        if sentence.rstrip(".") not in " ".join(said):
            said.append(sentence)
    return [*said, *_limits(inner)]


def _limits(inner: dict[str, Any]) -> list[str]:
    bounds = (("maxLength", "At most {:,} characters."), ("maxItems", "At most {} of them."))
    said = [words.format(inner[key]) for key, words in bounds if key in inner]
    if "minimum" in inner and "maximum" in inner:
        said.append(f"From {inner['minimum']:g} to {inner['maximum']:g}.")
    return said


def _optional(name: str) -> frozenset[str]:
    if name not in TOOLS:
        return frozenset()
    fields = TOOLS[Tool(name)].arguments.model_fields
    return frozenset(field for field, info in fields.items() if not info.is_required())


def _empty(value: Any) -> bool:
    return value in ("", [])


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(each) for key, each in value.items()}
    return value
