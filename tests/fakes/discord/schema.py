"""Discord's own OpenAPI description as a judge of bodies: https://github.com/discord/discord-api-spec.

Unions of components are told apart by their `type`, so a complaint names the field that is wrong, and judging a page of
components takes a millisecond.
"""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

SPEC = Path(__file__).parents[4] / "shared" / "specs" / "discord-openapi.json"
Schema = dict[str, Any]


@functools.cache
def oracle(path: Path = SPEC) -> "Oracle | None":
    """The judge, or None where the description is not at hand."""
    return Oracle(json.loads(path.read_text())) if path.is_file() else None


class Oracle:
    """Judges requests and answers by method and route."""

    def __init__(self, spec: Schema) -> None:
        self._paths, self._schemas = spec["paths"], spec["components"]["schemas"]
        self._kind = functools.cache(self._kind_of)
        self._judge = _judge(self._schemas, self._kind)
        self._validators: dict[tuple[str, ...], Any] = {}

    def request(self, method: str, template: str, body: Any) -> ValidationError | None:
        """The first thing that is wrong with a body."""
        key = ("request", method, template)
        if key not in self._validators:
            content = self._operation(method, template).get("requestBody", {}).get("content", {})
            self._validators[key] = self._validator(content)
        return next(self._validators[key].iter_errors(body), None) if self._validators[key] else None

    def answer(self, method: str, template: str, status: int, body: Any) -> ValidationError | None:
        """The same for what this server says."""
        key = ("answer", method, template, str(status))
        if key not in self._validators:
            content = self._operation(method, template).get("responses", {}).get(str(status), {}).get("content", {})
            self._validators[key] = self._validator(content)
        return next(self._validators[key].iter_errors(body), None) if self._validators[key] else None

    def named(self, name: str, body: Any) -> ValidationError | None:
        """Against one schema by its name."""
        return next(self._judge({"$ref": f"#/components/schemas/{name}"}).iter_errors(body), None)

    def _operation(self, method: str, template: str) -> Schema:
        return dict(self._paths.get(template, {}).get(method.lower(), {}))

    def _validator(self, content: Schema) -> Any:
        schema = content.get("application/json", {}).get("schema")
        return self._judge(schema) if schema else None

    def _kind_of(self, ref: str) -> int | None:
        """The one value that a component's `type` may have."""
        kind = self._schemas[ref.rsplit("/", 1)[-1]].get("properties", {}).get("type", {})
        return kind["enum"][0] if len(kind.get("enum", ())) == 1 else None


def _judge(schemas: dict[str, Schema], kind: Any) -> Any:
    original = Draft202012Validator.VALIDATORS

    def ref(validator: Any, target: str, instance: Any, schema: Schema) -> Iterator[ValidationError]:
        yield from validator.descend(instance, schemas[target.rsplit("/", 1)[-1]])

    def one_of(validator: Any, choices: list[Schema], instance: Any, schema: Schema) -> Iterator[ValidationError]:
        number = instance.get("type") if isinstance(instance, dict) else None
        if isinstance(number, int):
            chosen = [one["$ref"] for one in choices if "$ref" in one and kind(one["$ref"]) == number]
            if len(chosen) == 1:
                yield from ref(validator, chosen[0], instance, schema)
                return
        if all(set(one) <= {"title", "description", "const"} for one in choices):
            if instance not in [one["const"] for one in choices]:
                yield ValidationError(f"{instance!r} is not one of the allowed values")
            return
        if instance is None and {"type": "null"} in choices:
            return
        yield from original["anyOf"](validator, choices, instance, schema)

    def kinds(validator: Any, types: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
        """Numbers pass for snowflakes: Discord takes both, and its own libraries send both."""
        number = isinstance(instance, int) and not isinstance(instance, bool)
        if not (number and schema.get("format") == "snowflake"):
            yield from original["type"](validator, types, instance, schema)

    def nothing(validator: Any, value: Any, instance: Any, schema: Schema) -> Iterator[ValidationError]:
        return iter(())

    keywords = {"$ref": ref, "oneOf": one_of, "anyOf": one_of, "type": kinds, "format": nothing}
    return extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
