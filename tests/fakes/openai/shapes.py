"""Checks a JSON body against the SDK's own request types, as strictly as the platform does.

`openai.types` is generated from the platform's OpenAPI document: a field that no `TypedDict` there names is refused as
`unknown_parameter`, and so are absent required fields, wrong types and words outside a `Literal`.
"""

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

from openai._types import SequenceNotStr
from openai.types.responses import (
    FunctionToolParam,
    ResponseInputImageParam,
    ResponseOutputMessageParam,
    ResponseOutputTextParam,
)
from typing_extensions import get_type_hints, is_typeddict

from tests.fakes.openai.errors import ApiError, missing, unknown_parameter, wrong_type, wrong_value

LENIENT: dict[object, frozenset[str]] = {
    ResponseInputImageParam: frozenset({"detail"}),
    FunctionToolParam: frozenset({"parameters", "strict"}),
    ResponseOutputMessageParam: frozenset({"id", "status", "type"}),
    ResponseOutputTextParam: frozenset({"annotations"}),
}
"""What the SDK calls required and the platform fills in: the guides leave these out."""

_TAGS = ("type", "role")
_ARRAYS = (list, tuple, Iterable, Sequence, SequenceNotStr)
_SCALARS: dict[object, str] = {str: "a string", int: "an integer", float: "a decimal", bool: "a boolean"}


def check(value: object, shape: Any, at: str = "") -> None:
    """Raise the platform's error for the first thing in `value` that `shape` does not allow."""
    origin, args = get_origin(shape), get_args(shape)
    if shape is Any or shape is object:
        return
    if origin in (Required, NotRequired, Annotated):
        check(value, args[0], at)
    elif origin in (Union, types.UnionType):
        _check_union(value, args, at)
    elif origin is Literal:
        _check_literal(value, args, at)
    elif is_typeddict(shape):
        _check_object(value, shape, at)
    elif origin in (dict, Mapping):
        _check_mapping(value, args[1], at)
    elif origin in _ARRAYS:
        _check_array(value, args[0], at)
    else:
        _check_scalar(value, shape, at)


def check_body(body: Mapping[str, Any], shape: Any, **more: Any) -> None:
    """A request's body: `shape`, and the fields that the SDK keeps in subclasses of it (`stream`)."""
    check({name: value for name, value in body.items() if name not in more}, shape)
    for name, kind in more.items():
        if name in body:
            check(body[name], kind, name)


@cache
def fields_of(shape: Any) -> dict[str, Any]:
    """A `TypedDict`'s fields with their types, `Required[…]` kept."""
    return get_type_hints(shape, include_extras=True)


def _check_object(value: object, shape: Any, at: str) -> None:
    if not isinstance(value, dict):
        raise wrong_type(at, "an object", value)
    hints = fields_of(shape)
    for name in value:
        if name not in hints:
            raise unknown_parameter(_join(at, name))
    for name, hint in hints.items():
        if name in value:
            check(value[name], hint, _join(at, name))
        elif get_origin(hint) is Required and name not in LENIENT.get(shape, ()):
            raise missing(_join(at, name))


def _check_mapping(value: object, inner: Any, at: str) -> None:
    if not isinstance(value, dict):
        raise wrong_type(at, "an object", value)
    for name, each in value.items():
        check(each, inner, _join(at, name))


def _check_array(value: object, inner: Any, at: str) -> None:
    if not isinstance(value, list):
        raise wrong_type(at, "an array", value)
    for i, each in enumerate(value):
        check(each, inner, f"{at}[{i}]")


def _check_literal(value: object, words: Sequence[object], at: str) -> None:
    if not isinstance(value, type(words[0])) or isinstance(value, bool) != isinstance(words[0], bool):
        raise wrong_type(at, f"one of {', '.join(repr(word) for word in words)}", value)
    if value not in words:
        raise wrong_value(at, value, words)


def _check_scalar(value: object, shape: object, at: str) -> None:
    if shape in (None, type(None)):
        fits = value is None
    elif shape is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif shape is int:
        fits = isinstance(value, int) and not isinstance(value, bool)
    else:
        fits = isinstance(shape, type) and isinstance(value, shape)
    if not fits:
        raise wrong_type(at, _SCALARS.get(shape, "null"), value)


def _check_union(value: object, members: Sequence[Any], at: str) -> None:
    flat = list(_flatten(members))
    if value is None and type(None) in flat:
        return
    if isinstance(value, dict) and any(is_typeddict(member) for member in flat):
        flat = _tagged(value, flat, at)
    errors = list(_errors(value, flat, at))
    if len(errors) == len(flat):
        raise max(errors, key=lambda error: (error.code != "invalid_type", len(error.param or "")))


def _errors(value: object, members: Sequence[Any], at: str) -> Iterator[ApiError]:
    for member in members:
        try:
            check(value, member, at)
        except ApiError as error:
            yield error
        else:
            return


def _flatten(members: Iterable[Any]) -> Iterator[Any]:
    for member in members:
        origin = get_origin(member)
        if origin is Annotated:
            yield from _flatten(get_args(member)[:1])
        elif origin in (Union, types.UnionType):
            yield from _flatten(get_args(member))
        else:
            yield member


def _tagged(value: dict[str, Any], members: list[Any], at: str) -> list[Any]:
    """Those members whose `type` and `role` are the value's; a word that none knows is refused by name."""
    left = members
    for tag in _TAGS:
        fitting = [member for member in left if not is_typeddict(member) or _fits(value, member, tag)]
        if not any(is_typeddict(member) for member in fitting):
            if tag not in value:
                raise missing(_join(at, tag))
            known = [word for member in left if is_typeddict(member) for word in _words(member, tag)]
            raise wrong_value(_join(at, tag), value[tag], dict.fromkeys(known))
        left = fitting
    return left


def _fits(value: dict[str, Any], member: Any, tag: str) -> bool:
    hint = fields_of(member).get(tag)
    if hint is None:
        return tag not in value
    if tag not in value:
        return get_origin(hint) is not Required or tag in LENIENT.get(member, ())
    words = _words(member, tag)
    return not words or value[tag] in words


def _words(member: Any, tag: str) -> list[object]:
    hint = fields_of(member).get(tag)
    return [word for each in _flatten([_bare(hint)]) if get_origin(each) is Literal for word in get_args(each)]


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in (Required, NotRequired) else hint


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
