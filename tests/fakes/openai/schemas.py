"""What strict mode takes of JSON Schema, and values that fit a schema.

https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas: every object lists all its
properties in `required` and says `additionalProperties: false`; the root is an object and no `anyOf`; a `$ref` stands
alone. Strings may have `pattern` and `format`, numbers `multipleOf` and their four bounds, arrays `minItems` and
`maxItems`. Whatever else JSON Schema knows is refused, also `default`, `minLength`, `maxLength`, `oneOf` and `allOf`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, SchemaError

from tests.fakes.openai.errors import ApiError, bad

_ANYWHERE = frozenset({"type", "title", "description", "enum", "const", "anyOf", "$ref", "$defs", "definitions"})
_BY_TYPE: dict[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "string": frozenset({"pattern", "format"}),
    "number": frozenset({"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "integer": frozenset({"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "boolean": frozenset(),
    "null": frozenset(),
}
_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
MOST_PROPERTIES = 5_000
MOST_LEVELS = 10
MOST_ENUM_VALUES = 1_000
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ROOT_ONLY = frozenset({"$schema", "strict"})


def check_name(name: str, param: str) -> None:
    """A function's or a schema's name."""
    if not _NAME.fullmatch(name):
        message = f"Invalid '{param}': string does not match pattern. Expected a string that matches '^[a-zA-Z0-9_-]+$'"
        raise bad(f"{message} of at most 64 characters.", param, "invalid_value")


def check_loose(schema: Mapping[str, Any] | None, what: str, param: str) -> None:
    """Without strict mode only the root matters."""
    _check_valid(schema, what, param)
    if schema and schema.get("type") != "object":
        got = schema.get("type")
        raise _invalid(what, f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{got}\"'.", param)


def check_strict(schema: Mapping[str, Any] | None, what: str, param: str) -> None:
    """Raise 400 `invalid_function_parameters` or `invalid_json_schema` for what strict mode refuses."""
    _check_valid(schema, what, param)
    if not schema or schema.get("type") != "object":
        got = (schema or {}).get("type")
        raise _invalid(what, f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{got}\"'.", param)
    if "anyOf" in schema:
        raise _invalid(what, "schema must not have 'anyOf' at the top level.", param)
    for path, node in _nodes({k: v for k, v in schema.items() if k not in _ROOT_ONLY}, ()):
        if problem := _problem(node, schema):
            raise _invalid(what, f"In context={path}, {problem}", param)
        if sum(step in ("properties", "items") for step in path) > MOST_LEVELS:
            raise _invalid(what, f"schema exceeds {MOST_LEVELS} levels of nesting.", param)
    _check_totals(schema, what, param)


def _check_valid(schema: Mapping[str, Any] | None, what: str, param: str) -> None:
    if wrong := _wrong(json.dumps(schema or {}, sort_keys=True)):
        raise _invalid(what, f"{wrong}.", param)


@lru_cache(64)
def _wrong(schema: str) -> str:
    """What is no JSON Schema in this text; the same tools come with every request."""
    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return str(error.message)
    return ""


def _check_totals(schema: Mapping[str, Any], what: str, param: str) -> None:
    nodes = [node for _, node in _nodes(schema, ()) if isinstance(node, dict)]
    if sum(len(node.get("properties", {})) for node in nodes) > MOST_PROPERTIES:
        raise _invalid(what, f"schema exceeds {MOST_PROPERTIES} properties.", param)
    if sum(len(node.get("enum", ())) for node in nodes) > MOST_ENUM_VALUES:
        raise _invalid(what, f"schema exceeds {MOST_ENUM_VALUES} enum values.", param)


def _nodes(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every schema within a schema, with the way to it."""
    yield path, node
    if not isinstance(node, dict):
        return
    for key in ("properties", "$defs", "definitions"):
        for name, inner in (node.get(key) or {}).items():
            yield from _nodes(inner, (*path, key, name))
    if "items" in node:
        yield from _nodes(node["items"], (*path, "items"))
    for i, inner in enumerate(node.get("anyOf") or ()):
        yield from _nodes(inner, (*path, "anyOf", str(i)))


def _problem(node: Any, root: Mapping[str, Any]) -> str:
    """What is wrong with one schema, apart from those within it."""
    if not isinstance(node, dict):
        return f"{json.dumps(node)} is not of type 'object'."
    if "$ref" in node:
        return _ref_problem(node, root)
    kinds = _kinds(node)
    if not kinds and not {"anyOf", "enum", "const"} & node.keys():
        return "schema must have a 'type' key."
    if unknown := [kind for kind in kinds if kind not in _BY_TYPE]:
        return f"'{unknown[0]}' is not a valid type."
    permitted = _ANYWHERE.union(*(_BY_TYPE[kind] for kind in kinds))
    if refused := [key for key in node if key not in permitted]:
        return f"'{refused[0]}' is not permitted."
    return _object_problem(node) if "object" in kinds else _leaf_problem(node, kinds)


def _ref_problem(node: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    if others := sorted(set(node) - {"$ref"}):
        return f"$ref cannot have keywords {others}."
    target: Any = root
    for step in str(node["$ref"]).removeprefix("#").strip("/").split("/") if node["$ref"] != "#" else ():
        target = target.get(step) if isinstance(target, dict) else None
    return "" if target is not None else f"reference can only point to definitions: '{node['$ref']}'."


def _object_problem(node: Mapping[str, Any]) -> str:
    if node.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    properties, required = node.get("properties", {}), node.get("required", [])
    rule = "'required' is required to be supplied and to be an array including every key in properties."
    if absent := [name for name in properties if name not in required]:
        return f"{rule} Missing '{absent[0]}'."
    if extra := [name for name in required if name not in properties]:
        return f"{rule} Extra required key '{extra[0]}' supplied."
    return ""


def _leaf_problem(node: Mapping[str, Any], kinds: list[str]) -> str:
    if "array" in kinds and "items" not in node:
        return "array schema missing items."
    if "format" in node and node["format"] not in _FORMATS:
        return f"'{node['format']}' is not a valid format."
    return ""


def _kinds(node: Mapping[str, Any]) -> list[str]:
    kind = node.get("type")
    return list(kind) if isinstance(kind, list) else [kind] if kind else []


def _invalid(what: str, problem: str, param: str) -> ApiError:
    code = "invalid_function_parameters" if what.startswith("function") else "invalid_json_schema"
    return bad(f"Invalid schema for {what}: {problem}", param, code)


def example(schema: Mapping[str, Any], known: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """A small value that fits a schema: `known` fields by name, null where it may be, the first word of an enum."""
    root = root or schema
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return example((root.get("$defs") or root.get("definitions") or {}).get(name, {}), known, root)
    kinds = _kinds(schema)
    if "properties" in schema:
        wanted = schema.get("required", list(schema["properties"]))
        return {
            name: known[name] if name in known else example(inner, {}, root)
            for name, inner in schema["properties"].items()
            if name in wanted or name in known
        }
    if "anyOf" in schema:
        nullable = any("null" in _kinds(each) for each in schema["anyOf"])
        return None if nullable else example(schema["anyOf"][0], {}, root)
    if "null" in kinds:
        return None
    if words := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return words[0]
    return {"integer": 1, "number": 1, "boolean": False, "array": [], "object": {}}.get(kinds[0] if kinds else "", "x")
