"""What Easel relies on at every bucket, asked of each place: links, who is kept out, and what is left behind."""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from storage.errors import StoreAway
from storage.s3 import PART, WHOLE_MAX
from storage.s3_wire import READ_S
from tests.storage.places import MOTO, Place
from tests.storage.test_object_stores import read

Source = Callable[[bytes], Path]


@pytest.fixture
def guarded(place: Place) -> Place:
    """A place where somebody looks who enters."""
    if place.lax:
        pytest.skip(place.lax)
    return place


async def put(place: Place, source: Source, content: bytes = b"0123456789") -> None:
    store = place.open()
    await store.put("u/k.png", source(content), "text/html")
    store.close()


async def link(place: Place, expires_s: int = 60) -> str:
    store = place.open()
    found = await store.url("u/k.png", expires_s, "image/png", 'inline; filename="a.png"')
    store.close()
    assert found
    return found


def code(link: str, **headers: str) -> int:
    return httpx.get(link, headers=headers, timeout=READ_S).status_code


# --- links -------------------------------------------------------------------------------------------------------


async def test_a_link_gives_the_file_and_its_ranges_as_what_it_says(place: Place, source: Source) -> None:
    await put(place, source)
    found = await link(place)
    whole, part = httpx.get(found), httpx.get(found, headers={"Range": "bytes=2-4"})
    assert (whole.status_code, whole.content) == (200, b"0123456789")
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    for answer in (whole, part):
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Disposition"] == 'inline; filename="a.png"'


async def test_a_link_that_was_changed_gives_nothing(guarded: Place, source: Source) -> None:
    await put(guarded, source)
    found = await link(guarded)
    assert code(found) == 200
    for said, instead in (("image%2Fpng", "text%2Fhtml"), ("a.png", "a.exe"), ("Expires=60", "Expires=61")):
        assert said in found
        assert code(found.replace(said, instead)) == 403
    assert code(found.replace("/k.png?", "/other.png?")) == 403


async def test_a_link_ends_with_its_time(guarded: Place, source: Source) -> None:
    await put(guarded, source)
    found = await link(guarded, 2)
    assert code(found) == 200
    await asyncio.sleep(3.5)
    assert code(found) == 403


# --- who is kept out ---------------------------------------------------------------------------------------------


async def test_without_a_signature_nothing_is_given(place: Place, source: Source) -> None:
    await put(place, source)
    assert code((await link(place)).partition("?")[0]) == 403


@pytest.mark.parametrize("wrong", ["secret_access_key", "access_key_id"])
async def test_a_wrong_key_stores_and_reads_and_removes_nothing(guarded: Place, source: Source, wrong: str) -> None:
    await put(guarded, source)
    stranger = guarded.open(**{wrong: secrets.token_hex(16)})
    file = source(b"not here")
    for attempt in (
        stranger.put("u/new.png", file, "image/png"),
        stranger.size("u/k.png"),
        read(stranger, "u/k.png"),
        stranger.keys(),
        stranger.delete("u/k.png"),
        stranger.delete_all("u"),
    ):
        with pytest.raises(StoreAway):
            await attempt
    assert code(await stranger.url("u/k.png", 60) or "") == 403
    stranger.close()
    store = guarded.open()
    assert await store.keys() == ["u/k.png"]
    store.close()


async def test_a_bucket_that_is_not_there_keeps_nothing(place: Place, source: Source) -> None:
    store = place.open(name=f"easel-none-{secrets.token_hex(8)}")
    for attempt in (store.put("u/k", source(b"1"), "image/png"), store.keys(), read(store, "u/k")):
        with pytest.raises(StoreAway):
            await attempt
    store.close()


# --- what is left behind -----------------------------------------------------------------------------------------


async def test_a_body_that_is_not_what_its_checksum_says_is_not_kept(
    place: Place, source: Source, request: pytest.FixtureRequest
) -> None:
    if MOTO in request.node.callspec.id:
        pytest.skip("checksums, at moto, which compares none")
    wrong = b64encode(md5(b"what was sent").digest()).decode()
    with place.client() as client, pytest.raises(ClientError, match="BadDigest"):
        client.put_object(Bucket=place.bucket.name, Key=f"{place.prefix}u/k", Body=b"what arrived", ContentMD5=wrong)
    store = place.open()
    assert await store.size("u/k") is None
    store.close()


async def test_an_upload_that_is_stopped_midway_leaves_no_object_and_no_parts(place: Place, source: Source) -> None:
    store = place.open()
    sending = asyncio.create_task(store.put("u/k", source(secrets.token_bytes(6 * PART)), "video/mp4"))
    while not sending.done() and not await asyncio.to_thread(place.uploads):
        await asyncio.sleep(0.01)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    async with asyncio.timeout(60):
        while await asyncio.to_thread(place.uploads) or await store.keys():
            await asyncio.sleep(0.1)
    store.close()


async def test_removing_a_folder_ends_what_was_half_uploaded_there(place: Place, source: Source) -> None:
    with place.client() as client:
        client.create_multipart_upload(Bucket=place.bucket.name, Key=f"{place.prefix}u/left")
    assert place.uploads() == ["u/left"]
    store = place.open()
    await store.put("u/k", source(b"1"), "image/png")
    assert await store.delete_all("u") == 1
    store.close()
    assert place.uploads() == []


async def test_what_is_listed_has_its_size_and_a_time(place: Place, source: Source) -> None:
    store = place.open()
    sizes = {"u/a": 0, "u/b": 7, "u/large": WHOLE_MAX + 1}
    for key, size in sizes.items():
        await store.put(key, source(bytes(size)), "image/png")
    listed = [each async for page in store.listing("u/") for each in page]
    assert {each.key: each.size_bytes for each in listed} == sizes
    assert all(each.at.tzinfo for each in listed)
    store.close()
