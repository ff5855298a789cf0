"""What one bucket holds: objects and half-done uploads, as files in a folder."""

import secrets
from base64 import b64decode
from binascii import Error
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5, sha256
from pathlib import Path
from zlib import crc32

from aiohttp import web

from tests.fakes.s3.refusals import Refused
from tests.fakes.s3.signing import UNSIGNED

PART_MIN = 5 * 1024 * 1024
PART_NUMBER_MAX = 10_000
"""Source: AWS, "Amazon S3 multipart upload limits"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A received body, on disk."""

    path: Path
    size: int
    md5: bytes

    @property
    def etag(self) -> str:
        return f'"{self.md5.hex()}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One object."""

    path: Path
    size: int
    etag: str
    media_type: str
    modified: datetime
    encryption: str


@dataclass(slots=True, kw_only=True)
class Upload:
    """One upload in parts."""

    id: str
    key: str
    media_type: str
    encryption: str
    begun: datetime
    parts: dict[int, Body] = field(default_factory=dict)


@dataclass(slots=True)
class Shelf:
    """One bucket."""

    folder: Path
    objects: dict[str, Stored] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    async def receive(self, request: web.Request, payload: str, pieces: AsyncIterator[bytes]) -> Body:
        """Take a body to disk, and compare it with everything that was said of it."""
        path = self.folder / secrets.token_hex(8)
        sums = (md5(), sha256())
        crc, size = 0, 0
        with path.open("wb") as file:
            async for piece in pieces:
                size, crc = size + len(piece), crc32(piece, crc)
                for each in sums:
                    each.update(piece)
                file.write(piece)
        try:
            _compare(request.headers, payload, sums[0].digest(), sums[1].digest(), crc)
            if size != request.content_length:
                raise Refused("MissingContentLength")
        except Refused:
            path.unlink()
            raise
        return Body(path=path, size=size, md5=sums[0].digest())

    def empty(self) -> Body:
        """Nothing, on disk."""
        path = self.folder / secrets.token_hex(8)
        path.touch()
        return Body(path=path, size=0, md5=md5().digest())

    def keep(self, key: str, stored: Stored) -> None:
        """In the place of what was there."""
        self.remove(key)
        self.objects[key] = stored

    def remove(self, key: str) -> None:
        if old := self.objects.pop(key, None):
            old.path.unlink()

    def upload(self, upload_id: str, key: str) -> Upload:
        found = self.uploads.get(upload_id)
        if found is None or found.key != key:
            raise Refused("NoSuchUpload")
        return found

    def add_part(self, upload: Upload, number: str, body: Body) -> None:
        if not number.isdigit() or not 1 <= int(number) <= PART_NUMBER_MAX:
            raise Refused("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        if old := upload.parts.get(int(number)):
            old.path.unlink()
        upload.parts[int(number)] = body

    def complete(self, upload: Upload, named: list[tuple[int, str]], now: datetime, *, equal: bool) -> Stored:
        """Join the named parts."""
        parts = self._parts(upload, named)
        if any(part.size < PART_MIN for part in parts[:-1]):
            raise Refused("EntityTooSmall")
        if equal and len({part.size for part in parts[:-1]} | {max(parts[0].size, parts[-1].size)}) > 1:
            raise Refused("InvalidPart", "All non-trailing parts must have the same length.")
        path = self.folder / secrets.token_hex(8)
        with path.open("wb") as file:
            for part in parts:
                file.write(part.path.read_bytes())
        etag = f'"{md5(b"".join(part.md5 for part in parts)).hexdigest()}-{len(parts)}"'
        stored = Stored(
            path=path,
            size=sum(part.size for part in parts),
            etag=etag,
            media_type=upload.media_type,
            modified=now,
            encryption=upload.encryption,
        )
        self.abort(upload)
        self.keep(upload.key, stored)
        return stored

    def abort(self, upload: Upload) -> None:
        del self.uploads[upload.id]
        for part in upload.parts.values():
            part.path.unlink()

    @staticmethod
    def _parts(upload: Upload, named: list[tuple[int, str]]) -> list[Body]:
        numbers = [number for number, _ in named]
        if not numbers:
            raise Refused("MalformedXML")
        if numbers != sorted(set(numbers)):
            raise Refused("InvalidPartOrder")
        for number, etag in named:
            part = upload.parts.get(number)
            if part is None or part.etag.strip('"') != etag.strip('"'):
                raise Refused("InvalidPart")
        return [upload.parts[number] for number in numbers]


def _compare(headers: Mapping[str, str], payload: str, md5_sum: bytes, sha_sum: bytes, crc: int) -> None:
    if payload not in (UNSIGNED, sha_sum.hex()):
        raise Refused("NotImplemented" if payload.startswith("STREAMING") else "XAmzContentSHA256Mismatch")
    said = {
        "Content-MD5": md5_sum,
        "x-amz-checksum-sha256": sha_sum,
        "x-amz-checksum-crc32": crc.to_bytes(4, "big"),
    }
    for name, right in said.items():
        if name in headers and _decoded(headers[name], len(right)) != right:
            raise Refused("BadDigest")
    if any(name.lower().startswith("x-amz-checksum-") and name.lower() not in said for name in headers):
        raise Refused("NotImplemented")


def _decoded(text: str, length: int) -> bytes:
    try:
        found = b64decode(text, validate=True)
    except Error:
        found = b""
    if len(found) != length:
        raise Refused("InvalidDigest")
    return found
