"""A model on Replicate: its schema as `GET /v1/models/{owner}/{name}` publishes it, and what a run of it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tests.fakes.replicate.wire.render import Plan
from tests.fakes.replicate.wire.sources import Medium

Input = Mapping[str, Any]


Planner = Callable[[Input, Mapping[str, Medium]], list[Plan]]
"""The validated input (with defaults) and the media found at its URI fields → the files of a run.

Raises `ValueError` with the sentence a failed prediction says.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`official` models run by name and hide their version; `stand_in` ones exist nowhere but here."""

    owner: str
    name: str
    kind: str
    """`image`, `video` or `speech`: how long a run takes."""
    description: str
    fields: Mapping[str, Any]
    """The properties of the input schema."""
    required: tuple[str, ...] = ("prompt",)
    enums: Mapping[str, list[Any]] = field(default_factory=dict)
    """Named lists of choices, published beside Input as cog does it."""
    many: bool = False
    """Whether the output is a list of URIs."""
    media_fields: Mapping[str, str] = field(default_factory=dict)
    """URI fields → the kind of medium that must be found there."""
    plan: Planner
    official: bool = True
    stand_in: bool = False

    @property
    def slug(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def version(self) -> str:
        """64 hexadecimal digits."""
        return sha256(self.slug.encode()).hexdigest()

    def schema(self) -> dict[str, Any]:
        """An OpenAPI document, in the form that cog writes."""
        output: dict[str, Any] = {"type": "string", "format": "uri", "title": "Output"}
        if self.many:
            output = {"type": "array", "items": {"type": "string", "format": "uri"}, "title": "Output"}
        inputs = {
            "type": "object",
            "title": "Input",
            "required": list(self.required),
            "properties": {
                name: {"x-order": order, "title": name.replace("_", " ").title(), **dict(schema)}
                for order, (name, schema) in enumerate(self.fields.items())
            },
        }
        enums = {
            name: {"enum": values, "title": name, "description": "An enumeration."}
            for name, values in self.enums.items()
        }
        return {
            "openapi": "3.0.2",
            "info": {"title": "Cog", "version": "0.1.0"},
            "paths": {},
            "components": {"schemas": {"Input": inputs, "Output": output, **enums}},
        }

    def defaults(self) -> dict[str, Any]:
        return {name: schema["default"] for name, schema in self.fields.items() if "default" in schema}


def choice(name: str, default: Any, description: str = "") -> dict[str, Any]:
    """A field whose values are an enumeration, referred to as cog does it."""
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "default": default, "description": description}


def text(description: str = "") -> dict[str, Any]:
    return {"type": "string", "description": description}


def uri(description: str = "") -> dict[str, Any]:
    return {"type": "string", "format": "uri", "description": description}


def integer(low: int | None = None, high: int | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "integer", **_range(low, high), **more}


def number(low: float | None = None, high: float | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "number", **_range(low, high), **more}


def yes_or_no(default: bool) -> dict[str, Any]:
    return {"type": "boolean", "default": default}


def _range(low: float | None, high: float | None) -> dict[str, Any]:
    given = {"minimum": low, "maximum": high}
    return {name: value for name, value in given.items() if value is not None}
