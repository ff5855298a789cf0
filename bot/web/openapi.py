"""`/openapi.json`: the table of routes and its models, written down for programs."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.web.route import JSON, Route
from bot.web.shapes import ErrorOut

VERSION = "1.0"
DOCUMENT: web.AppKey[str] = web.AppKey("document", str)
Mode = Literal["validation", "serialization"]
Json = dict[str, Any]

DESCRIPTIONS = {
    200: "Done.",
    201: "Stored.",
    202: "Recorded; it begins as soon as there is room.",
    204: "Gone.",
    206: "The part that was asked for.",
    304: "Unchanged since the reader's copy.",
    307: "The file lies at this short-lived link.",
    400: "The request is wrong; the message names the field.",
    401: "A token or a signed-in browser is needed.",
    403: "The request came from a foreign page or host.",
    404: "Missing, or somebody else's.",
    409: "Not in a state that allows this.",
    413: "More than Easel takes.",
    415: "Not the content type that Easel takes here.",
    416: "No such range in this file.",
    503: "Nothing was stored; try again after `Retry-After` seconds.",
}
HEADERS = {
    "Idempotency-Key": "The same key finds the same creation instead of making another: 1 to 200 printable characters.",
    "Last-Event-ID": "The last revision seen; the stream goes on behind it.",
}
PATH_SCHEMAS: dict[str, Json] = {
    "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "tag": {"type": "string", "description": "As it is kept: lower case."},
    "thread": {"type": "string", "description": "A creation's `thread`, plain or percent-encoded."},
}
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "Made by `easel token add NAME`."},
    "browser": {"type": "apiKey", "in": "cookie", "name": "easel", "description": "Set by the sign-in link."},
}


async def openapi(request: web.Request) -> web.Response:
    """`GET /openapi.json`."""
    return web.Response(text=request.app[DOCUMENT], content_type=JSON)


@cache
def document(routes: tuple[Route, ...]) -> str:
    """The whole description as JSON text."""
    return json.dumps(describe(routes), ensure_ascii=False)


def describe(routes: Sequence[Route]) -> Json:
    """The whole description, in OpenAPI 3.1."""
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Easel",
            "version": VERSION,
            "summary": "Images, video and speech by asking.",
            "description": "While every provider is offline and Easel is bound to this machine, no token is demanded.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {"schemas": _schemas(routes), "securitySchemes": SECURITY},
    }


def _operation(route: Route) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_header_parameters(route), *_query_parameters(route)],
        "responses": _responses(route),
        "security": [] if route.is_open else [{"token": []}, {"browser": []}],
    }
    if route.body:
        content = {route.body_type: {"schema": _ref(route.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> Iterable[Json]:
    return ({"name": name, "in": "path", "required": True, "schema": PATH_SCHEMAS[name]} for name in route.names)


def _header_parameters(route: Route) -> Iterable[Json]:
    string = {"type": "string"}
    return ({"name": name, "in": "header", "description": HEADERS[name], "schema": string} for name in route.headers)


def _query_parameters(route: Route) -> Iterable[Json]:
    if route.query is None:
        return
    schema = route.query.model_json_schema()
    shared = schema.get("$defs", {})
    for name, field in schema["properties"].items():
        yield {"name": name, "in": "query", "schema": _inlined(field, shared)}


def _inlined(schema: Any, shared: Json) -> Any:
    """Put what a parameter refers to in its place: parameters stand alone."""
    if isinstance(schema, list):
        return [_inlined(each, shared) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(shared[schema["$ref"].rsplit("/", 1)[-1]], shared)
    return {name: _inlined(value, shared) for name, value in schema.items()}


def _responses(route: Route) -> Json:
    found = {str(status): _success(route, status) for status in (route.status, *route.also)}
    found |= {str(status): _error(DESCRIPTIONS[status]) for status in route.statuses if str(status) not in found}
    return found | {"default": _error("Anything else that went wrong.")}


def _success(route: Route, status: int) -> Json:
    described: Json = {"description": DESCRIPTIONS[status]}
    if route.answer is None or status in (304, 307):
        return described
    if isinstance(route.answer, str):
        return described | {"content": {route.answer: {"schema": {"type": "string"}}}}
    return described | {"content": {JSON: {"schema": _ref(route.answer)}}}


def _error(description: str) -> Json:
    return {"description": description, "content": {JSON: {"schema": _ref(ErrorOut)}}}


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _schemas(routes: Sequence[Route]) -> Json:
    bodies: set[type[BaseModel]] = {route.body for route in routes if route.body}
    answers = {route.answer for route in routes if isinstance(route.answer, type)} | {ErrorOut}
    wanted: list[tuple[type[BaseModel], Mode]] = [
        *((model, "validation") for model in sorted(bodies, key=lambda model: model.__name__)),
        *((model, "serialization") for model in sorted(answers, key=lambda model: model.__name__)),
    ]
    _, schema = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    return dict(schema["$defs"])
