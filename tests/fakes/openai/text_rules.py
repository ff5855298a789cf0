"""What Responses and Chat Completions refuse alike: tools, schemas, efforts, sampling."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.fakes.openai import schemas
from tests.fakes.openai.errors import ApiError, bad, out_of_range, too_long, unsupported_parameter, unsupported_value
from tests.fakes.openai.models import default_effort, efforts

TOOLS_MAX = 128
IDENTIFIER_MAX = {"safety_identifier": 128, "prompt_cache_key": 64}
METADATA_MAX = 16
_DEFAULTS: Mapping[str, object] = {"temperature": 1, "top_p": 1, "logprobs": False, "top_logprobs": 0}


def effort_of(model: str, wished: str | None, param: str) -> str:
    """The reasoning effort in force, or a refusal of the wished one."""
    known = efforts(model)
    if wished is None:
        return default_effort(model)
    if not known:
        raise unsupported_parameter(param)
    if wished not in known:
        listed = ", ".join(f"'{word}'" for word in known)
        raise unsupported_value(param, wished, f"Supported values are: {listed}.")
    return wished


def check_sampling(body: Mapping[str, Any], effort: str) -> None:
    """A model that reasons takes no sampling parameters: https://developers.openai.com/api/docs/guides/latest-model"""
    if effort != "none":
        for name, default in _DEFAULTS.items():
            if body.get(name) not in (None, default):
                raise unsupported_parameter(name)
    for name, most in (("temperature", 2.0), ("top_p", 1.0)):
        value = body.get(name)
        if value is not None and not 0 <= value <= most:
            raise out_of_range(name, 0.0, most, float(value))


def check_identity(body: Mapping[str, Any]) -> None:
    """Lengths of `safety_identifier`, `prompt_cache_key` and `metadata`."""
    for name, most in IDENTIFIER_MAX.items():
        value = body.get(name) or ""
        if len(value) > most:
            raise too_long(name, most, len(value))
    metadata = body.get("metadata") or {}
    if len(metadata) > METADATA_MAX:
        message = f"Invalid 'metadata': too many properties. Expected an object with at most {METADATA_MAX} properties."
        raise bad(message, "metadata", "object_above_max_properties")
    for name, value in metadata.items():
        if len(value) > 512:
            raise too_long(f"metadata.{name}", 512, len(value))


def check_functions(tools: Sequence[Mapping[str, Any]], paths: Iterable[str]) -> None:
    """Names, and schemas as strict as each tool asks for."""
    if len(tools) > TOOLS_MAX:
        message = f"Invalid 'tools': array too long. Expected an array with maximum length {TOOLS_MAX}."
        raise bad(message, "tools", "array_above_max_length")
    for tool, path in zip(tools, paths, strict=True):
        schemas.check_name(tool["name"], f"{path}.name")
        judge = schemas.check_strict if tool.get("strict") else schemas.check_loose
        judge(tool.get("parameters"), f"function '{tool['name']}'", f"{path}.parameters")


def check_answer_schema(name: str, schema: Mapping[str, Any], strict: bool | None, path: str) -> None:
    """A structured answer's schema."""
    schemas.check_name(name, f"{path}.name")
    if strict:
        schemas.check_strict(schema, f"response_format '{name}'", f"{path}.schema")


def choice_of(choice: Any, names: Iterable[str], wanted: str | None) -> str:
    """The tool choice as one word: `wanted` is the function that an object names."""
    known = list(names)
    if choice is None:
        return "auto"
    if isinstance(choice, str):
        if choice == "required" and not known:
            raise _choice_error("'required' must be specified with 'tools' parameter.")
        return choice
    if wanted is not None and wanted not in known:
        raise _choice_error(f"'{wanted}' not found in 'tools' parameter.")
    return wanted or "auto"


def _choice_error(message: str) -> ApiError:
    return bad(f"Tool choice {message}", "tool_choice", None)
