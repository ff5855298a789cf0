"""Reads multipart forms, and turns their texts into the types that the SDK's request types name."""

import re
import types
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

from aiohttp import BodyPartReader, web
from typing_extensions import is_typeddict

from tests.fakes.openai.errors import ApiError, bad, wrong_type
from tests.fakes.openai.journal import Upload
from tests.fakes.openai.shapes import fields_of

_NESTED = re.compile(r"(\w+)\[(\w+)\]")


@dataclass(slots=True)
class Form:
    """A multipart form: texts by name (`name[]` and repeated names are lists), and files."""

    texts: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=lambda: defaultdict(list))

    def facts(self) -> dict[str, Any]:
        """What the journal keeps."""
        return {**self.texts, "files": [upload.facts() for each in self.files.values() for upload in each]}


async def read_form(request: web.Request) -> Form:
    """Read a form of any size; the endpoints know the limits."""
    if not request.content_type.startswith("multipart/form-data"):
        message = f"Unsupported content type: '{request.content_type}'. This API method takes 'multipart/form-data'."
        raise bad(message, code="unsupported_content_type")
    form = Form()
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader):
                await _take(form, part)
    except ValueError as error:
        raise ApiError(400, "Could not parse multipart form.") from error
    return form


async def _take(form: Form, part: BodyPartReader) -> None:
    name = part.name or ""
    data = bytes(await part.read(decode=True))
    if part.filename is not None:
        kind = part.headers.get("Content-Type", "application/octet-stream")
        form.files[name.removesuffix("[]")].append(Upload(name, part.filename, kind, data))
        return
    text = data.decode()
    if name.endswith("[]"):
        form.texts.setdefault(name.removesuffix("[]"), []).append(text)
    elif nested := _NESTED.fullmatch(name):
        form.texts.setdefault(nested.group(1), {})[nested.group(2)] = text
    else:
        form.texts[name] = text


def typed(texts: dict[str, Any], shape: Any) -> dict[str, Any]:
    """The form's texts as JSON would say them: numbers, booleans, lists."""
    hints = fields_of(shape) | {"stream": bool}
    return {name: _value(name, value, hints.get(name)) for name, value in texts.items()}


def _value(name: str, value: Any, hint: Any) -> Any:
    kinds = set(_scalars(hint))
    if not isinstance(value, str) or str in kinds:
        return value
    if bool in kinds:
        return _boolean(name, value)
    for kind, word in ((int, "an integer"), (float, "a decimal")):
        if kind in kinds:
            try:
                return kind(value)
            except ValueError:
                raise wrong_type(name, word, value) from None
    return value


def _boolean(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise wrong_type(name, "a boolean", value)
    return value.lower() == "true"


def _scalars(hint: Any) -> list[Any]:
    origin = get_origin(hint)
    if origin in (Required, NotRequired, Union, types.UnionType):
        return [kind for each in get_args(hint) for kind in _scalars(each)]
    if origin is Literal:
        return [type(word) for word in get_args(hint)]
    return [] if hint is None or is_typeddict(hint) else [hint]
