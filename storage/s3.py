"""Objects in a bucket: Amazon S3, Cloudflare R2, MinIO, Ceph, and whatever else speaks S3."""

import asyncio
import re
import threading
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import file_digest, md5
from io import BufferedReader, BytesIO
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import Any, TypeVar

import structlog

from storage.errors import StoreAway
from storage.files import write_whole
from storage.objects import Stored, to_its_end, unless_cancelled
from storage.s3_wire import Bucket, Wire

T = TypeVar("T")
WHOLE_MAX = 16 * 1024 * 1024
"""Larger files go in parts, so that a broken line costs one part."""
PART = 8 * 1024 * 1024
"""At least 5 MiB, but for the last; all equal, which R2 demands. Source: AWS, "Amazon S3 multipart upload limits"."""
PARTS_MAX = 10_000
AT_ONCE = 1_000
"""Keys of one DeleteObjects. Source: AWS, API reference, DeleteObjects."""
LINK_MAX_S = 3_600
STALE = timedelta(days=1)
TIDY_EVERY_S = 6 * 3_600.0
NOT_IN_BULK = frozenset({"NotImplemented", "MethodNotAllowed", "MissingContentMD5", "InvalidRequest", "InvalidDigest"})
"""How stores say that they do not delete many at once, or not by our checksum."""
_KEY = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*", re.ASCII)
log = structlog.get_logger()


class S3Objects:
    """Objects in one bucket. Reading, writing and signing wait for each other in no thread."""

    def __init__(self, bucket: Bucket, *, readers: int = 8, writers: int = 4) -> None:
        self.bucket = bucket
        self._wire = Wire(bucket, readers + writers)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="s3-read")
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="s3-write")
        self._signer = ThreadPoolExecutor(1, thread_name_prefix="s3-sign")
        self._tidy_at = 0.0
        self._encrypted: Mapping[str, str] = (
            {} if bucket.encryption == "none" else {"ServerSideEncryption": bucket.encryption}
        )

    async def put(self, key: str, source: Path | bytes, media_type: str, *, shared: bool = False) -> None:
        """Store a file and look that it is there, whole.

        Raises:
            StoreAway: it is not, or nobody can tell.
        """
        key, left = _checked(key), threading.Event()
        work = self._writers.submit(self._put, key, source, media_type, left)
        if shared:
            await to_its_end(work, left)
        else:
            await unless_cancelled(work, lambda: self._undo(key), self._writers, left)

    async def size(self, key: str) -> int | None:
        """Ask for the head."""
        key = _checked(key)
        return await self._run(self._readers, lambda: self._size(key))

    async def fetch(self, key: str, folder: Path) -> Path:
        """Download into the folder, whole or not at all."""
        key = _checked(key)
        return await self._run(self._readers, lambda: self._fetch(key, folder))

    def local(self, key: str) -> Path | None:
        """Nothing lies on this machine."""
        _checked(key)
        return None

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        """Read in chunks, each in the pool."""
        chunks = self._wire.chunks(_checked(key), start, length)
        try:
            while (chunk := await self._run(self._readers, lambda: next(chunks, None))) is not None:
                yield chunk
        finally:
            with suppress(ValueError):  # a thread still reads, as whoever waited for it was stopped
                chunks.close()

    async def url(
        self, key: str, expires_s: int, media_type: str | None = None, disposition: str | None = None
    ) -> str | None:
        """A fresh link, for at most an hour, that answers as what it is told to; None where links are off."""
        if not self.bucket.links:
            return None
        forced = {"ResponseContentType": media_type, "ResponseContentDisposition": disposition}
        wanted = {"Key": _checked(key)} | {name: value for name, value in forced.items() if value}
        return await self._run(self._signer, lambda: self._wire.link(min(expires_s, LINK_MAX_S), **wanted))

    async def delete(self, key: str) -> None:
        """Remove it."""
        key = _checked(key)
        await self._run(self._writers, lambda: self._wire.call("delete_object", Key=key))

    async def delete_all(self, prefix: str) -> int:
        """List and remove, page by page, and end uploads that are under way there."""
        folder = _checked(prefix.rstrip("/")) + "/"
        return await self._run(self._writers, lambda: self._delete_all(folder))

    async def keys(self, prefix: str = "") -> list[str]:
        """List, page by page."""
        return sorted(await self._run(self._readers, lambda: self._keys(prefix)))

    async def listing(self, prefix: str = "") -> AsyncIterator[list[Stored]]:
        """A page of the store's own at a time."""
        pages = self._wire.pages("list_objects_v2", Prefix=prefix)
        while (page := await self._run(self._readers, lambda: next(pages, None))) is not None:
            yield [Stored(each["Key"], int(each["Size"]), each["LastModified"]) for each in page.get("Contents", ())]

    def close(self) -> None:
        """Let running requests finish, and send no others; an upload in parts ends after its part."""
        self._wire.closing.set()
        for pool in (self._readers, self._writers, self._signer):
            pool.shutdown(wait=True, cancel_futures=True)
        self._wire.close()

    # --- writing --------------------------------------------------------------------------------------------------

    def _put(self, key: str, source: Path | bytes, media_type: str, left: threading.Event) -> None:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            if size <= WHOLE_MAX:
                self._put_whole(key, file, media_type)
            else:
                self._put_in_parts(key, file, size, media_type, left)
        stored = self._size(key)
        if stored != size:
            raise StoreAway("SizeDiffers")

    def _undo(self, key: str) -> None:
        """Nobody waits for this file any more. Where that fails, an audit finds it."""
        with suppress(StoreAway):
            self._wire.call("delete_object", Key=key)

    def _put_whole(self, key: str, file: BufferedReader | BytesIO, media_type: str) -> None:
        digest = _base64(file_digest(file, lambda: md5(usedforsecurity=False)).digest())
        file.seek(0)
        self._wire.call("put_object", Key=key, Body=file, ContentType=media_type, ContentMD5=digest, **self._encrypted)

    def _put_in_parts(
        self, key: str, file: BufferedReader | BytesIO, size: int, media_type: str, left: threading.Event
    ) -> None:
        self._tidy()
        begun = self._wire.call("create_multipart_upload", Key=key, ContentType=media_type, **self._encrypted)
        upload = {"Key": key, "UploadId": begun["UploadId"]}
        try:
            parts = [self._part(upload, number, data) for number, data in self._parts(file, size, left)]
            self._complete(upload, parts)
        except BaseException:
            self._abandon(upload)
            raise

    def _parts(self, file: BufferedReader | BytesIO, size: int, left: threading.Event) -> Iterable[tuple[int, bytes]]:
        length = PART
        while length * PARTS_MAX < size:
            length *= 2
        for number in range(1, -(-size // length) + 1):
            if left.is_set() or self._wire.closing.is_set():
                raise StoreAway("stopped")
            yield number, file.read(length)

    def _part(self, upload: dict[str, str], number: int, data: bytes) -> dict[str, Any]:
        digest = _base64(md5(data, usedforsecurity=False).digest())
        sent = self._wire.call("upload_part", **upload, PartNumber=number, Body=data, ContentMD5=digest)
        return {"PartNumber": number, "ETag": sent["ETag"]}

    def _complete(self, upload: dict[str, str], parts: list[dict[str, Any]]) -> None:
        try:
            self._wire.call("complete_multipart_upload", **upload, MultipartUpload={"Parts": parts})
        except StoreAway as error:
            if error.reason != "NoSuchUpload":  # else the first answer was lost: the object's size tells
                raise

    def _abandon(self, upload: dict[str, str]) -> None:
        """Give its parts back. Where that fails, a later look, or the bucket's lifecycle rule, does."""
        try:
            self._wire.call("abort_multipart_upload", **upload)
        except StoreAway as error:
            if error.reason != "NoSuchUpload":
                log.warning("upload_not_abandoned", reason=error.reason)

    def _tidy(self) -> None:
        """Now and then, end what killed processes left half uploaded."""
        if self._tidy_at and monotonic() - self._tidy_at < TIDY_EVERY_S:
            return
        self._tidy_at = monotonic()
        self._end_uploads(before=datetime.now(UTC) - STALE)

    def _end_uploads(self, prefix: str = "", before: datetime | None = None) -> None:
        """Not every store lists uploads, nor every key may: then it is left to the lifecycle rule."""
        try:
            for page in self._wire.pages("list_multipart_uploads", Prefix=prefix):
                for each in page.get("Uploads", ()):
                    if before is None or each["Initiated"] < before:
                        self._abandon({"Key": each["Key"], "UploadId": each["UploadId"]})
        except StoreAway as error:
            log.warning("uploads_not_listed", reason=error.reason)

    # --- reading and removing -------------------------------------------------------------------------------------

    def _size(self, key: str) -> int | None:
        try:
            return int(self._wire.call("head_object", Key=key)["ContentLength"])
        except FileNotFoundError:
            return None

    def _fetch(self, key: str, folder: Path) -> Path:
        target = folder / PurePosixPath(key).name
        write_whole(target, self._wire.chunks(key))
        return target

    def _keys(self, prefix: str) -> list[str]:
        pages = self._wire.pages("list_objects_v2", Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def _delete_all(self, folder: str) -> int:
        self._end_uploads(folder)
        keys = self._keys(folder)
        for first in range(0, len(keys), AT_ONCE):
            self._delete_many(keys[first : first + AT_ONCE])
        return len(keys)

    def _delete_many(self, keys: list[str]) -> None:
        try:
            answer = self._wire.call("delete_objects", Delete={"Objects": [{"Key": key} for key in keys]})
        except StoreAway as error:
            if error.reason not in NOT_IN_BULK:
                raise
            for key in keys:
                self._wire.call("delete_object", Key=key)
            return
        if refused := answer.get("Errors"):
            raise StoreAway(str(refused[0].get("Code") or "unknown"))
        if len(answer.get("Deleted", ())) < len(keys):
            raise StoreAway("NotTheStore")

    @staticmethod
    async def _run(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


def _checked(key: str) -> str:
    """Keys hold ids and an ending: nothing that a store, a proxy or a file system would read as a way."""
    if not _KEY.fullmatch(key):
        raise ValueError("a key names something inside the store")
    return key


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()
