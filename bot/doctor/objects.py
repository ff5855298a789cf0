"""Whether finished files can be kept: a small file is put into the bucket, read, linked to and removed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.app import App
from bot.doctor.findings import Finding, bad, good, note
from bot.settings import is_loopback
from bot.watch.stores import WatchedObjects
from core.trust.disk import working_folder
from storage.errors import StoreAway
from storage.objects import FileObjects, ObjectStore
from storage.s3 import S3Objects
from storage.s3_wire import Bucket
from storage.tables import new_id

PROBE = b"Easel's doctor was here."
START, LENGTH = 8, 6
FORCED = {"Content-Type": "text/plain", "Content-Disposition": 'attachment; filename="probe.txt"'}
LIMIT_S = 10.0
CAUSES: Mapping[str, str] = {
    "AccessDenied": "The key may not do this: compare the bucket's policy with docs/storage.md.",
    "403": "The key may not do this: compare the bucket's policy with docs/storage.md.",
    "AllAccessDisabled": "The bucket is closed.",
    "InvalidAccessKeyId": "The store does not know AWS_ACCESS_KEY_ID.",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID.",
    "ExpiredToken": "AWS_SESSION_TOKEN has expired.",
    "NoCredentialsError": "There is no key: set AWS_ACCESS_KEY_ID, or give the machine a role.",
    "NoSuchBucket": "There is no such bucket (S3_BUCKET).",
    "AuthorizationHeaderMalformed": "The bucket lies in another region (AWS_REGION).",
    "PermanentRedirect": "The bucket lies in another region (AWS_REGION).",
    "RequestTimeTooSkewed": "This machine's clock is wrong.",
    "SizeDiffers": "The store kept another number of bytes than it was given.",
    "NotImplemented": "The store does not know something that Easel asks for; with EASEL_S3_ENCRYPTION=none it may.",
}


class Unwell(Exception):
    """What was tried, and why it did not work."""

    def __init__(self, step: str, cause: str) -> None:
        super().__init__(step)
        self.step = step
        self.cause = cause


async def objects(app: App, *, asked: bool) -> list[Finding]:
    """Where finished files lie; a bucket is tried out where `asked`."""
    store = app.objects.itself if isinstance(app.objects, WatchedObjects) else app.objects
    if isinstance(store, FileObjects):
        return [good("Objects", f"files under {store.folder}.")]
    if not isinstance(store, S3Objects):
        return []
    where = _where(store.bucket)
    if not asked:
        return [note("Objects", f"{where}; it was not asked (--offline).")]
    try:
        await _try_out(store, app.settings.data_dir)
    except Unwell as error:
        return [bad("Objects", f"{where}: to {error.step} did not work. {error.cause}"), *_clear_text(store.bucket)]
    way = "signed links" if store.bucket.links else "Easel passes files on (EASEL_S3_LINKS is off)"
    found = good("Objects", f"{where}: put, list, read, read a part, link and delete all work; {way}.")
    return [found, *_clear_text(store.bucket)]


async def _try_out(store: ObjectStore, folder: Path) -> None:
    key = f"doctor/{new_id()}.txt"
    async with working_folder(folder) as room:
        file = room / "probe.txt"
        file.write_bytes(PROBE)
        async with _step("put a file"):
            await store.put(key, file, "application/octet-stream")
    try:
        await _read_back(store, key)
        await _follow_link(store, key)
        async with _step("delete it"):
            await store.delete_all("doctor/")
    except Unwell:
        with suppress(StoreAway):
            await store.delete(key)
        raise
    async with _step("see it gone"):
        _expect(await store.size(key) is None, "It is still there.")


async def _read_back(store: ObjectStore, key: str) -> None:
    async with _step("list the bucket"):
        _expect(key in await store.keys("doctor/"), "What was put is not listed.")
    async with _step("read it"):
        _expect(await _bytes(store, key) == PROBE, "Other bytes came back.")
    async with _step("read a part of it"):
        part = PROBE[START : START + LENGTH]
        _expect(await _bytes(store, key, START, LENGTH) == part, "Other bytes came back.")


async def _follow_link(store: ObjectStore, key: str) -> None:
    async with _step("follow a signed link"):
        link = await store.url(key, 60, FORCED["Content-Type"], FORCED["Content-Disposition"])
        if link is None:
            return
        async with httpx.AsyncClient(timeout=LIMIT_S) as browser:
            answer = await browser.get(link, headers={"Range": f"bytes={START}-{START + LENGTH - 1}"})
        _expect(answer.status_code == 206, f"The store answered {answer.status_code}.")
        _expect(answer.content == PROBE[START : START + LENGTH], "Other bytes came back.")
        said = all(answer.headers.get(name, "").startswith(value) for name, value in FORCED.items())
        _expect(said, "The store does not let a link say the file's type and name.")


@asynccontextmanager
async def _step(name: str) -> AsyncIterator[None]:
    try:
        yield
    except StoreAway as error:
        raise Unwell(name, CAUSES.get(error.reason, f"The store could not do it now ({error.reason}).")) from error
    except FileNotFoundError as error:
        raise Unwell(name, "What was put is not there.") from error
    except httpx.HTTPError as error:
        raise Unwell(name, f"The address of the link could not be reached ({type(error).__name__}).") from error
    except ValueError as error:
        raise Unwell(name, str(error)) from error


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


async def _bytes(store: ObjectStore, key: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.open(key, start, length)])


def _where(bucket: Bucket) -> str:
    return f"the bucket {bucket.name} at {urlsplit(bucket.endpoint or '').netloc or 'Amazon S3'}"


def _clear_text(bucket: Bucket) -> list[Finding]:
    address = urlsplit(bucket.endpoint or "")
    if address.scheme != "http" or is_loopback(address.hostname or ""):
        return []
    return [note("Objects", "The store is reached by plain http: files travel in clear text.")]
