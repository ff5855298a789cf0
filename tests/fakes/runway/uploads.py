"""Ephemeral uploads: `POST /v1/uploads` gives a form, the form goes to storage, `runway://` names it for 24 hours.

Sources: `runwayml/resources/uploads.py` (the flow), docs.dev.runwayml.com/assets/uploads. The documented limit is
200 MB; this server keeps 64 MB for all inputs unless told otherwise.
"""

import mimetypes
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.replicate.wire.clock import Clock
from tests.fakes.replicate.wire.host import Refusal
from tests.fakes.replicate.wire.sources import Unusable
from tests.fakes.runway import refusals

LIFETIME_S = 24 * 60 * 60
FORM_LIFETIME_S = 60 * 60


@dataclass(slots=True, kw_only=True)
class Upload:
    """A form that was given out, and the bytes once they came."""

    uri: str
    media_type: str
    fields: dict[str, str]
    created_at: float
    data: bytes | None = field(default=None, repr=False)


class Uploads:
    """By the key of their form."""

    def __init__(self, clock: Clock, limit_bytes: int) -> None:
        self._clock, self._limit = clock, limit_bytes
        self._all: dict[str, Upload] = {}

    def begin(self, body: Any, upload_url: str) -> dict[str, Any]:
        """What `/v1/uploads` answers; the type of the file is told by its name."""
        media_type = mimetypes.guess_type(_filename(body))[0] or ""
        if media_type.partition("/")[0] not in {"image", "video", "audio"}:
            raise refusals.invalid([refusals.issue("custom", ["filename"], "Unsupported file extension.")])
        key = f"ephemeral/{secrets.token_hex(16)}"
        fields = {
            "key": key,
            "Content-Type": media_type,
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "Policy": secrets.token_urlsafe(48),
            "X-Amz-Signature": secrets.token_hex(32),
        }
        upload = Upload(
            uri=f"runway://{secrets.token_urlsafe(64)}",
            media_type=media_type,
            fields=fields,
            created_at=self._clock.now(),
        )
        self._all[key] = upload
        return {"uploadUrl": upload_url, "fields": fields, "runwayUri": upload.uri}

    async def receive(self, request: web.Request) -> web.Response:
        """The storage's side: the form's fields first, unchanged, then the file."""
        sent: dict[str, str] = {}
        data: bytes | None = None
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "file":
                data = bytes(await part.read())
            else:
                sent[str(part.name)] = await part.text()
        upload = self._all.get(sent.get("key", ""))
        expired = upload is None or self._clock.now() > upload.created_at + FORM_LIFETIME_S
        if upload is None or expired or any(sent.get(name) != value for name, value in upload.fields.items()):
            raise _storage(403, "AccessDenied")
        if data is None:
            raise _storage(400, "InvalidArgument")
        if len(data) > self._limit:
            raise _storage(400, "EntityTooLarge")
        upload.data = data
        return web.Response(status=204)

    def find(self, uri: str) -> tuple[str, bytes]:
        upload = next((one for one in self._all.values() if one.uri == uri), None)
        if upload is None or self._clock.now() > upload.created_at + LIFETIME_S:
            raise Unusable("The upload does not exist or has expired")
        if upload.data is None:
            raise Unusable("The file was never uploaded")
        return upload.media_type, upload.data


def _filename(body: Any) -> str:
    issues = []
    given = body if isinstance(body, dict) else {}
    if not isinstance(given.get("filename"), str):
        message = "Invalid input: expected string, received undefined"
        issues.append(refusals.issue("invalid_type", ["filename"], message, expected="string"))
    if given.get("type") != "ephemeral":
        message = 'Invalid input: expected "ephemeral"'
        issues.append(refusals.issue("invalid_value", ["type"], message, values=["ephemeral"]))
    if issues:
        raise refusals.invalid(issues)
    return str(given["filename"])


def _storage(status: int, code: str) -> Refusal:
    return Refusal(status, f"<Error><Code>{code}</Code></Error>", {"Content-Type": "application/xml"})
