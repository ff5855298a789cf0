"""A call's arguments: query string, form and JSON body merged, then read into their kinds."""

import json
from typing import Any

from aiohttp import web

from tests.fakes.slack.errors import Refused, invalid
from tests.fakes.slack.methods import Kind, Method

TRUE, FALSE = {"1", "true", "True"}, {"0", "false", "False"}


async def merged(request: web.Request, method: Method) -> dict[str, Any]:
    """What was sent, by any of the three ways the SDK uses."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await _json(request)
        raw |= body if method.takes_json else {}
    elif request.method == "POST":
        raw |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return raw


async def _json(request: web.Request) -> dict[str, Any]:
    data = await request.read()
    if not data:
        return {}
    try:
        body = json.loads(data)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return body


def read(method: Method, raw: dict[str, Any]) -> dict[str, Any]:
    """Refuses what is unknown, missing or of the wrong kind."""
    if unknown := [name for name in raw if method.kind(name) is None]:
        raise Refused("invalid_arg_name", response_metadata={"messages": [f"[ERROR] {one}" for one in unknown]})
    if missing := [name for name in method.needed if raw.get(name) in (None, "")]:
        empty_allowed = [name for name in missing if name == "status" and raw.get(name) == ""]
        if missing != empty_allowed:
            raise invalid(*(f"missing required field: {name}" for name in missing))
    return {name: _value(name, method.kind(name), value) for name, value in raw.items()}


def _value(name: str, kind: Kind | None, value: Any) -> Any:
    match kind:
        case "json" if isinstance(value, str):
            return _parsed(name, value)
        case "json" if isinstance(value, dict | list):
            return value
        case "truth" if isinstance(value, bool) or value in TRUE | FALSE | {0, 1}:
            return value in TRUE or value is True or value == 1
        case "whole" if not isinstance(value, bool) and str(value).isdigit():
            return int(value)
        case "ids" if isinstance(value, str):
            return [one.strip() for one in value.split(",") if one.strip()]
        case "ids" if isinstance(value, list):
            return value
        case "text" if isinstance(value, str):
            return value
    raise invalid(f"invalid type of {name} [json-pointer:/{name}]")


def _parsed(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise invalid(f"{name} is not valid JSON [json-pointer:/{name}]") from None
