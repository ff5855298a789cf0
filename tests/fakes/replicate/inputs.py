"""What a model accepts: its own schema, nothing unknown, and no data URI above 256 kB.

Complaints are worded as gojsonschema words them, which is what Replicate's answers look like. Source of the limit:
replicate.com/docs/reference/http#predictions.create ("Use a data URL when you have a small file <= 256kb").
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tests.fakes.replicate import refusals
from tests.fakes.replicate.model import Model

DATA_URI_BYTES = 256 * 1024
URI_SCHEMES = ("https://", "http://", "data:")
GIVEN = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


def checked(model: Model, values: Any) -> dict[str, Any]:
    """The input with the model's defaults, or the refusal with all complaints."""
    complaints = list(_complaints(model, values))
    if complaints:
        raise refusals.invalid_input(complaints)
    return {**model.defaults(), **values}


def uris(model: Model, values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Path (`input_images.0`) → the kind of medium wanted there, and the URI."""
    found = {}
    for name, kind in model.media_fields.items():
        value = values.get(name)
        listed = isinstance(value, list)
        for i, one in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(one, str):
                found[f"{name}.{i}" if listed else name] = (kind, one)
    return found


def _complaints(model: Model, values: Any) -> Iterator[dict[str, str]]:
    schema = {"$ref": "#/components/schemas/Input", **model.schema()}
    for error in Draft202012Validator(schema).iter_errors(values):
        yield _complaint(error)
    if not isinstance(values, dict):
        return
    for name in values.keys() - model.fields.keys():
        yield {
            "type": "additional_property_not_allowed",
            "field": "input",
            "description": f"Additional property {name} is not allowed",
        }
    for path, (_, uri) in uris(model, values).items():
        yield from _uri_complaints(path, uri)


def _uri_complaints(path: str, uri: str) -> Iterator[dict[str, str]]:
    if not uri.startswith(URI_SCHEMES):
        yield {"type": "format", "field": f"input.{path}", "description": "Does not match format 'uri'"}
    elif uri.startswith("data:") and len(uri) > DATA_URI_BYTES * 4 / 3 + 64:
        description = "Data URIs may hold at most 256kb; upload larger files and pass their URL"
        yield {"type": "too_large", "field": f"input.{path}", "description": description}


def _complaint(error: ValidationError) -> dict[str, str]:
    path = ".".join(["input", *(str(part) for part in error.absolute_path)])
    limit = error.validator_value
    match error.validator:
        case "required":
            missing = next(name for name in limit if name not in error.instance and f"'{name}'" in error.message)
            return {"type": "required", "field": path, "description": f"{missing} is required"}
        case "type":
            description = f"Invalid type. Expected: {limit}, given: {GIVEN.get(type(error.instance), 'null')}"
            return {"type": "invalid_type", "field": path, "description": description}
        case "enum":
            allowed = ", ".join(f'"{value}"' for value in limit)
            return {"type": "enum", "field": path, "description": f"{path} must be one of the following: {allowed}"}
    return {"type": str(error.validator), "field": path, "description": _limits(str(error.validator), limit)}


def _limits(validator: str, limit: Any) -> str:
    sentences = {
        "minimum": f"Must be greater than or equal to {limit}",
        "maximum": f"Must be less than or equal to {limit}",
        "multipleOf": f"Must be a multiple of {limit}",
        "maxItems": f"Array must have at most {limit} items",
        "minLength": f"String length must be greater than or equal to {limit}",
        "maxLength": f"String length must be less than or equal to {limit}",
    }
    return sentences.get(validator, f"Does not satisfy {validator} {limit}")
