"""One request as the routes get it, and the record that tests read."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web
from multidict import MultiMapping

from tests.fakes.discord.files import Upload
from tests.fakes.discord.refusals import invalid, refused

FILE = re.compile(r"files\[(\d+)\]")
Act = Callable[["Ask"], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status other than 200, or 204 for nothing."""

    status: int
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A path of the API and who answers for it. `major` is the parameter that has rate limits of its own."""

    method: str
    path: str
    name: str
    act: Act
    major: str = ""
    token: bool = True
    """Whether the bot's token must come with it; the links of an interaction are a secret themselves."""


@dataclass(slots=True, kw_only=True)
class Call:
    """One request that arrived. `status` stays None where no answer left the server."""

    at: float
    name: str
    method: str
    route: str
    path: str
    body: Any = field(default=None, repr=False)
    files: tuple[tuple[str, int], ...] = ()
    status: int | None = None
    code: int | None = None
    why: str = ""
    behaviour: str = ""


@dataclass(slots=True, kw_only=True)
class Ask:
    """What a route needs to know."""

    route: Route
    params: Mapping[str, str]
    query: MultiMapping[str]
    body: Any = None
    uploads: dict[int, Upload] = field(default_factory=dict)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in {"1", "true"}


async def read(request: web.Request, most_bytes: int) -> tuple[Any, dict[int, Upload]]:
    """JSON, or a form with `payload_json` and files; 413 above the limit of a whole request."""
    if (request.content_length or 0) > most_bytes:
        await request.read()
        raise refused(40005)
    if request.content_type == "multipart/form-data":
        return await _form(request, most_bytes)
    raw = await request.read()
    if not raw:
        return None, {}
    if request.content_type != "application/json":
        raise invalid([], "CONTENT_TYPE", 'Expected "Content-Type" header to be one of {"application/json"}.')
    return _parsed(raw), {}


async def _form(request: web.Request, most_bytes: int) -> tuple[Any, dict[int, Upload]]:
    body: Any = {}
    uploads: dict[int, Upload] = {}
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise invalid([], "FORM_NESTED", "A form has no forms within")
        data = bytes(await part.read())
        size += len(data)
        if part.name == "payload_json":
            body = _parsed(data)
        elif found := FILE.fullmatch(part.name or ""):
            kind = part.headers.get("Content-Type", "")
            upload = Upload(part.filename or "", data, "" if kind == "application/octet-stream" else kind)
            uploads[int(found.group(1))] = upload
        else:
            raise invalid([part.name or "?"], "FORM_FIELD_UNKNOWN", "A form has payload_json and files[n]")
    if size > most_bytes:
        raise refused(40005)
    if any(not upload.name for upload in uploads.values()):
        raise invalid(["files"], "BASE_TYPE_REQUIRED", "A file needs a filename")
    return body, uploads


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise refused(50109) from None
