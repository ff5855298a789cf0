"""Checks a body against the vendor's own request types, strictly: nothing unknown, nothing missing, every literal.

The unions in `runwayml.types.*_create_params` are the truth about models, ratios and durations; issues are worded as
zod words them, which is what the API answers with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Required, Union, get_args, get_origin

from runwayml._utils import PropertyInfo
from typing_extensions import get_type_hints, is_typeddict

from tests.fakes.runway.prose import Limits, limits
from tests.fakes.runway.refusals import Issue, Path, asset_issue, issue

SILENT_PROMPT_LIMIT = 1000
"""For models whose documentation states no length."""
HIGHEST_SEED = 4_294_967_295
ASSET_FIELDS = {"prompt_image": "image", "references": "image", "reference_audios": "audio", "uri": "image"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A URI found in a body, and the kind of medium that must lie behind it."""

    path: Path
    kind: str
    uri: str


@dataclass(slots=True)
class Findings:
    """What a check found."""

    issues: list[Issue] = field(default_factory=list)
    assets: list[Named] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a request type."""

    attribute: str
    wire: str
    hint: Any
    required: bool
    limits: Limits


def variant(union: Any, body: Any) -> type | None:
    """The request type that this body's `model` names."""
    for one in get_args(union) or (union,):
        hint = get_type_hints(one, include_extras=True)["model"]
        model = get_args(_bare(hint)[0])
        if isinstance(body, dict) and body.get("model") in model:
            return one
    return None


def check(union: Any, body: Any) -> Findings:
    findings = Findings()
    if not isinstance(body, dict):
        findings.issues.append(_wrong_type("object", body, []))
    elif (chosen := variant(union, body)) is None:
        if not isinstance(body.get("model"), str):
            findings.issues.append(_wrong_type("string", body.get("model", ...), ["model"]))
        more = {"errors": [], "note": "No matching discriminator", "discriminator": "model"}
        findings.issues.append(issue("invalid_union", ["model"], "Invalid input", **more))
    else:
        _object(chosen, body, [], findings)
    return findings


@cache
def fields(owner: type) -> dict[str, Field]:
    """By their names on the wire. The types' own `__required_keys__` is empty: the hints are strings at birth."""
    found = {}
    for attribute, hint in get_type_hints(owner, include_extras=True).items():
        bare, alias, required = _bare(hint)
        wire = alias or attribute
        found[wire] = Field(
            attribute=attribute, wire=wire, hint=bare, required=required, limits=limits(owner, attribute)
        )
    return found


def _bare(hint: Any) -> tuple[Any, str | None, bool]:
    """The hint without its wrappings, the alias among them, and whether it is required."""
    alias, required = None, False
    while get_origin(hint) in {Required, Annotated}:
        if get_origin(hint) is Required:
            required, hint = True, get_args(hint)[0]
        else:
            hint, *notes = get_args(hint)
            alias = next((note.alias for note in notes if isinstance(note, PropertyInfo)), alias)
    return hint, alias, required


def _object(owner: type, body: dict[str, Any], path: Path, findings: Findings) -> None:
    known = fields(owner)
    for name in [name for name, one in known.items() if one.required and name not in body]:
        findings.issues.append(_wrong_type(_expected(known[name].hint), ..., [*path, name]))
    for name, value in body.items():
        if name in known:
            _field(known[name], value, [*path, name], findings)
    if extra := [name for name in body if name not in known]:
        names = ", ".join(f'"{name}"' for name in extra)
        message = f"Unrecognized key{'s' if len(extra) > 1 else ''}: {names}"
        findings.issues.append(issue("unrecognized_keys", path, message, keys=extra))


def _field(one: Field, value: Any, path: Path, findings: Findings) -> None:
    before = len(findings.issues)
    _value(one.hint, value, path, findings)
    if len(findings.issues) > before:
        return
    findings.issues.extend(_limited(one, value, path))
    kind = one.limits.asset or ASSET_FIELDS.get(one.attribute)
    if kind is None:
        return
    if isinstance(value, str):
        findings.assets.append(Named(path=path, kind=kind, uri=value))
    elif isinstance(value, list):
        _listed_assets(one, kind, value, path, findings)


def _listed_assets(one: Field, kind: str, values: list[Any], path: Path, findings: Findings) -> None:
    """Plain texts, and the entries that the SDK types as `object`; typed entries speak for themselves."""
    untyped = any(object in get_args(part) for part in (one.hint, *get_args(one.hint)))
    for i, value in enumerate(values):
        if isinstance(value, str):
            findings.assets.append(Named(path=[*path, i], kind=kind, uri=value))
        elif untyped and isinstance(value, dict) and isinstance(value.get("uri"), str):
            findings.assets.append(Named(path=[*path, i, "uri"], kind=kind, uri=value["uri"]))
        elif untyped:
            findings.issues.append(asset_issue([*path, i], "Expected an object with a uri."))


def _value(hint: Any, value: Any, path: Path, findings: Findings) -> None:
    hint = _bare(hint)[0]
    origin = get_origin(hint)
    if hint is object or hint is Any:
        return
    if is_typeddict(hint):
        _typed(hint, value, path, findings)
    elif origin is Literal:
        _literal(get_args(hint), value, path, findings)
    elif origin in {Union, UnionType}:
        _union(get_args(hint), value, path, findings)
    elif origin in {list, Sequence, Iterable} or getattr(origin, "__name__", "") in {"Iterable", "Sequence"}:
        _list(get_args(hint)[0], value, path, findings)
    elif not _is(hint, value):
        findings.issues.append(_wrong_type(_expected(hint), value, path))


def _typed(owner: type, value: Any, path: Path, findings: Findings) -> None:
    if isinstance(value, dict):
        _object(owner, value, path, findings)
    else:
        findings.issues.append(_wrong_type("object", value, path))


def _list(hint: Any, value: Any, path: Path, findings: Findings) -> None:
    if not isinstance(value, list):
        findings.issues.append(_wrong_type("array", value, path))
        return
    for i, one in enumerate(value):
        _value(hint, one, [*path, i], findings)


def _literal(allowed: tuple[Any, ...], value: Any, path: Path, findings: Findings) -> None:
    if any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed):
        return
    words = "|".join(f'"{one}"' if isinstance(one, str) else str(one) for one in allowed)
    message = f"Invalid input: expected {words}" if len(allowed) == 1 else f"Invalid option: expected one of {words}"
    findings.issues.append(issue("invalid_value", path, message, values=list(allowed)))


def _union(hints: tuple[Any, ...], value: Any, path: Path, findings: Findings) -> None:
    errors = []
    for hint in hints:
        tried = Findings()
        _value(hint, value, path, tried)
        if not tried.issues:
            findings.assets.extend(tried.assets)
            return
        errors.append(tried.issues)
    findings.issues.append(issue("invalid_union", path, "Invalid input", errors=errors))


def _is(hint: Any, value: Any) -> bool:
    if hint is bool or isinstance(value, bool):
        return hint is bool and isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(value, hint)


def _expected(hint: Any) -> str:
    names = {str: "string", int: "number", float: "number", bool: "boolean"}
    if is_typeddict(hint):
        return "object"
    return names.get(hint, "array" if get_origin(hint) not in {Literal, Union} else "string")


def _wrong_type(expected: str, value: Any, path: Path) -> Issue:
    names = {type(...): "undefined", type(None): "null", str: "string", bool: "boolean", list: "array", dict: "object"}
    received = names.get(type(value), "number")
    message = f"Invalid input: expected {expected}, received {received}"
    return issue("invalid_type", path, message, expected=expected)


def _limited(one: Field, value: Any, path: Path) -> list[Issue]:
    stated = one.limits
    if isinstance(value, bool):
        return []
    if isinstance(value, str) and one.attribute == "prompt_text":
        return _bounded(len(value.encode("utf-16-le")) // 2, 1, stated.longest or SILENT_PROMPT_LIMIT, "string", path)
    if isinstance(value, list):
        return _bounded(len(value), stated.least, stated.most, "array", path)
    if isinstance(value, int | float):
        low, high = (0, HIGHEST_SEED) if one.attribute == "seed" else (stated.low, stated.high)
        return _bounded(value, low, high, "number", path)
    return []


def _bounded(value: float, low: float | None, high: float | None, origin: str, path: Path) -> list[Issue]:
    unit = {"string": " characters", "array": " items", "number": ""}[origin]
    verb = "be" if origin == "number" else "have"
    if high is not None and value > high:
        message = f"Too big: expected {origin} to {verb} <={high:g}{unit}"
        return [issue("too_big", path, message, origin=origin, maximum=high, inclusive=True)]
    if low is not None and value < low:
        message = f"Too small: expected {origin} to {verb} >={low:g}{unit}"
        return [issue("too_small", path, message, origin=origin, minimum=low, inclusive=True)]
    return []
