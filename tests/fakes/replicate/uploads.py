"""The files API: inputs uploaded beforehand, private to the account, gone after an hour.

Source: replicate.com/docs/reference/http#files.create (multipart, `content` required, at most 100 MB; `expires_at` of
the example is an hour after `created_at`).
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.replicate import refusals
from tests.fakes.replicate.wire.clock import Clock

LIMIT_BYTES = 100 * 1024 * 1024
RETENTION_S = 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it came."""

    id: str
    name: str
    media_type: str
    data: bytes
    metadata: dict[str, Any]
    created_at: float

    @property
    def expires_at(self) -> float:
        return self.created_at + RETENTION_S


class Uploads:
    """The account's files."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: dict[str, Upload] = {}

    async def receive(self, request: web.Request, identity: str) -> Upload:
        """Reads the multipart form."""
        if request.content_type != "multipart/form-data":
            raise refusals.bad_request("Expected multipart/form-data")
        content: tuple[str, str, bytes] | None = None
        metadata: dict[str, Any] = {}
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise refusals.bad_request("Nested multipart is not supported")
            data = bytes(await part.read())
            if part.name == "content":
                content = (part.filename or "file", part.headers.get("Content-Type", "application/octet-stream"), data)
            elif part.name == "metadata":
                metadata = _metadata(data)
        if content is None:
            raise refusals.invalid_input(
                [{"type": "required", "field": "content", "description": "content is required"}]
            )
        if len(content[2]) > LIMIT_BYTES:
            raise refusals.bad_request("The file is larger than 100 MB")
        return self._keep(identity, *content, metadata)

    def find(self, identity: str) -> Upload:
        upload = self._all.get(identity)
        if upload is None or self._clock.now() >= upload.expires_at:
            raise refusals.not_found()
        return upload

    def remove(self, identity: str) -> None:
        self.find(identity)
        del self._all[identity]

    def all(self) -> list[Upload]:
        return [upload for upload in self._all.values() if self._clock.now() < upload.expires_at]

    def _keep(self, identity: str, name: str, media_type: str, data: bytes, metadata: dict[str, Any]) -> Upload:
        upload = Upload(
            id=identity,
            name=name,
            media_type=media_type.partition(";")[0],
            data=data,
            metadata=metadata,
            created_at=self._clock.now(),
        )
        self._all[identity] = upload
        return upload


def described(upload: Upload, clock: Clock, api_url: str) -> dict[str, Any]:
    """The file object."""
    digest = hashlib.sha256(upload.data).hexdigest()
    return {
        "id": upload.id,
        "name": upload.name,
        "content_type": upload.media_type,
        "size": len(upload.data),
        "etag": digest[:32],
        "checksums": {"sha256": digest, "md5": hashlib.md5(upload.data, usedforsecurity=False).hexdigest()},
        "metadata": upload.metadata,
        "created_at": clock.iso(upload.created_at),
        "expires_at": clock.iso(upload.expires_at),
        "urls": {"get": f"{api_url}/v1/files/{upload.id}"},
    }


def _metadata(data: bytes) -> dict[str, Any]:
    try:
        metadata = json.loads(data)
    except ValueError as error:
        raise refusals.bad_request("metadata is not JSON") from error
    if not isinstance(metadata, dict):
        raise refusals.bad_request("metadata is not an object")
    return metadata
