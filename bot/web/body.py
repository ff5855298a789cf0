"""Reading a request and writing an answer: JSON through models, and mistakes as one sentence that names the field."""

from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.web.context import USER
from core.errors import Invalid, NotFound, Unsupported
from storage.tables import new_id

Model = TypeVar("Model", bound=BaseModel)

JSON = "application/json"
KEY_MAX = 200
ID_LENGTH = 32
_HEX = frozenset("0123456789abcdef")


async def read_body(request: web.Request, model: type[Model]) -> Model:
    """The request's JSON as a model.

    Raises:
        Unsupported: the body does not say that it is JSON.
        Invalid: it is not, or not of this shape.
        web.HTTPRequestEntityTooLarge: more than the application's `client_max_size`.
    """
    if request.content_type != JSON:
        raise Unsupported("Send the body as JSON, with the header `Content-Type: application/json`.")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        raise Invalid(sentence(error)) from None


def read_query(request: web.Request, model: type[Model]) -> Model:
    """The address's parameters as a model; an empty one counts as left out.

    Raises:
        Invalid: a parameter is unknown or wrong.
    """
    try:
        return model.model_validate({name: value for name, value in request.query.items() if value})
    except ValidationError as error:
        raise Invalid(sentence(error)) from None


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong, in one sentence."""
    first = error.errors(include_url=False, include_context=True, include_input=False)[0]
    place = _place(first["loc"])
    if first["type"] == "json_invalid":
        return "The body is not valid JSON."
    if not place:
        return "The body must be a JSON object."
    return f"`{place}` {_problem(first['type'], first['msg'], first.get('ctx', {}))}."


def _place(loc: tuple[int | str, ...]) -> str:
    names = (f"[{part}]" if isinstance(part, int) else f".{_printable(part)[:60]}" for part in loc)
    return "".join(names).lstrip(".")


def _problem(kind: str, message: str, context: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        return "is not a field that Easel knows"
    if kind == "missing":
        return "is missing"
    if "expected" in context:
        return f"must be {context['expected']}"
    plain = message.removesuffix(".").replace("Input should be", "must be").replace("String should", "must")
    return plain if plain.startswith("must") else f"is wrong: {plain[:1].lower()}{plain[1:]}"


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())


def answer(model: BaseModel, status: int = 200) -> web.Response:
    """A model as the JSON body of a response."""
    return web.Response(text=model.model_dump_json(), status=status, content_type=JSON)


def event_key(request: web.Request) -> str:
    """The name of this delivery: the client's `Idempotency-Key` within its own user, or one that never comes again."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= KEY_MAX and key.isascii() and key.isprintable()):
        raise Invalid(f"`Idempotency-Key` takes 1 to {KEY_MAX} printable ASCII characters.", "bad_key")
    return f"rest:{request[USER]}:{key}" if key else f"once:{new_id()}"


def path_id(request: web.Request) -> str:
    """The id in the address; what cannot be an id is as missing as an unknown one."""
    return known_id(request.match_info["id"])


def known_id(text: str) -> str:
    """An id, checked at the door: nothing else ever reaches a query."""
    if len(text) != ID_LENGTH or not _HEX.issuperset(text):
        raise NotFound
    return text
