"""Where the promises of a bucket are held: a strict local S3 of four kinds, moto, and a real one where it is named."""

import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from storage.objects import ObjectStore, Stored
from storage.s3 import S3Objects
from storage.s3_wire import ANYWHERE, Bucket, Wire
from tests.fakes.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server

KINDS: dict[str, dict[str, Any]] = {
    "amazon": {},
    "small pages": {"page": 2},
    "older": {"crc": False, "encryption": False, "equal_parts": True},
    "without bulk": {"bulk": False},
}
MOTO, REAL = "moto", "real_bucket"
PLACES = (*KINDS, MOTO, REAL)
WANTED = ("S3_TEST_ENDPOINT", "S3_TEST_KEY", "S3_TEST_SECRET")
GIVEN = {name: os.environ[name] for name in os.environ if name.startswith("S3_TEST_")}
"""Read once, as no test sees the machine's own environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bucket, or what lies under one prefix of it, empty when a test gets it."""

    bucket: Bucket
    prefix: str = ""
    lax: str = ""
    """Why nobody is kept out, where nobody is."""

    def open(self, **other: Any) -> ObjectStore:
        """A store here; `other`: what is told differently of the bucket, such as a wrong secret."""
        objects = S3Objects(replace(self.bucket, **other))
        return Within(objects, self.prefix) if self.prefix else objects

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Boto3's own client, for what no store does."""
        wire = Wire(self.bucket, 2)
        try:
            yield wire.client
        finally:
            wire.close()

    def uploads(self) -> list[str]:
        """Keys of uploads in parts that are neither complete nor given back."""
        with self.client() as client:
            answer = client.list_multipart_uploads(Bucket=self.bucket.name, Prefix=self.prefix)
        return [each["Key"].removeprefix(self.prefix) for each in answer.get("Uploads", ())]


class Within:
    """A store under a prefix of another, whose own check of a key sees the key as it was asked for."""

    def __init__(self, store: S3Objects, prefix: str) -> None:
        self._store, self._prefix = store, prefix

    async def put(self, key: str, source: Path | bytes, media_type: str, *, shared: bool = False) -> None:
        await self._store.put(self._key(key), source, media_type, shared=shared)

    async def size(self, key: str) -> int | None:
        return await self._store.size(self._key(key))

    async def fetch(self, key: str, folder: Path) -> Path:
        return await self._store.fetch(self._key(key), folder)

    def local(self, key: str) -> Path | None:
        return self._store.local(key)

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        return self._store.open(self._key(key), start, length)

    async def url(
        self, key: str, expires_s: int, media_type: str | None = None, disposition: str | None = None
    ) -> str | None:
        return await self._store.url(self._key(key), expires_s, media_type, disposition)

    async def delete(self, key: str) -> None:
        await self._store.delete(self._key(key))

    async def delete_all(self, prefix: str) -> int:
        return await self._store.delete_all(self._key(prefix.rstrip("/")))

    async def keys(self, prefix: str = "") -> list[str]:
        return [key.removeprefix(self._prefix) for key in await self._store.keys(self._prefix + prefix)]

    async def listing(self, prefix: str = "") -> AsyncIterator[list[Stored]]:
        async for page in self._store.listing(self._prefix + prefix):
            yield [replace(each, key=each.key.removeprefix(self._prefix)) for each in page]

    def close(self) -> None:
        self._store.close()

    def _key(self, key: str) -> str:
        self._store.local(key)
        return self._prefix + key


def bucket_of(server: S3Server, **more: object) -> Bucket:
    keys = {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY}
    return Bucket(**({"name": BUCKET, "endpoint": server.url, "region": REGION} | keys | more))


@contextmanager
def placed(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    """One of the places, for one test."""
    if kind in KINDS:
        with S3Server(folder / "s3", **KINDS[kind]) as server:
            yield Place(bucket=bucket_of(server))
    else:
        part = {MOTO: part_of_moto, REAL: part_of_real}[kind]
        with part(request.getfixturevalue(kind)) as place:
            yield place


@contextmanager
def part_of_moto(url: str) -> Iterator[Place]:
    """A bucket of its own."""
    bucket = Bucket(name=f"easel-{secrets.token_hex(8)}", endpoint=url, access_key_id="any", secret_access_key="any")
    place = Place(bucket=bucket, lax="who may enter, at moto, which looks at no secret and at no time")
    with place.client() as client:
        client.create_bucket(Bucket=bucket.name)
    yield place


@contextmanager
def part_of_real(bucket: Bucket) -> Iterator[Place]:
    """A prefix of its own, emptied afterwards."""
    place = Place(bucket=bucket, prefix=f"easel-test-{secrets.token_hex(8)}/")
    try:
        yield place
    finally:
        emptied(place)


def emptied(place: Place) -> None:
    """End uploads, and remove objects one by one, by the client alone: no store of ours is trusted to clean up."""
    with place.client() as client:
        where = {"Bucket": place.bucket.name}
        for page in client.get_paginator("list_multipart_uploads").paginate(**where, Prefix=place.prefix):
            for each in page.get("Uploads", ()):
                client.abort_multipart_upload(**where, Key=each["Key"], UploadId=each["UploadId"])
        for page in client.get_paginator("list_objects_v2").paginate(**where, Prefix=place.prefix):
            for each in page.get("Contents", ()):
                client.delete_object(**where, Key=each["Key"])


@contextmanager
def real_bucket() -> Iterator[Bucket]:
    """The named bucket of the real server, or one that is made for these tests and goes with them."""
    if missing := [name for name in WANTED if not GIVEN.get(name)]:
        pytest.skip(f"at a real S3, which {', '.join(WANTED)} name ({len(missing)} of them missing)")
    bucket = Bucket(
        name=GIVEN.get("S3_TEST_BUCKET") or f"easel-test-{secrets.token_hex(8)}",
        endpoint=GIVEN["S3_TEST_ENDPOINT"],
        region=GIVEN.get("S3_TEST_REGION"),
        access_key_id=GIVEN["S3_TEST_KEY"],
        secret_access_key=GIVEN["S3_TEST_SECRET"],
    )
    if GIVEN.get("S3_TEST_BUCKET"):
        yield bucket
        return
    place = Place(bucket=bucket)
    with place.client() as client:
        client.create_bucket(Bucket=bucket.name, **_at(bucket))
        try:
            yield bucket
        finally:
            emptied(place)
            client.delete_bucket(Bucket=bucket.name)


def _at(bucket: Bucket) -> dict[str, Any]:
    """Amazon wants to be told where a bucket shall lie, but for its oldest region."""
    elsewhere = bucket.at_amazon and bucket.region not in (None, ANYWHERE)
    return {"CreateBucketConfiguration": {"LocationConstraint": bucket.region}} if elsewhere else {}
