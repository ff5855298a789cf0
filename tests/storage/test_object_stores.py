"""What every store of objects must do: files on this machine, and buckets of several kinds."""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.objects import CHUNK, FileObjects, ObjectStore
from storage.s3 import PART, WHOLE_MAX
from tests.storage.places import PLACES, placed

OUTSIDE = ("../x", "a/../../x", "/etc/passwd", "..", "a/b/../../../x", "", ".", "a/..", "/")


@pytest.fixture(params=["files", *PLACES])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "files":
        objects: ObjectStore = FileObjects(tmp_path / "objects")
        yield objects
        objects.close()
        return
    with placed(request.param, request, tmp_path) as place:
        objects = place.open()
        yield objects
        objects.close()


async def read(store: ObjectStore, key: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.open(key, start, length)])


async def fill(store: ObjectStore, source: Callable[[bytes], Path], *keys: str) -> None:
    for key in keys:
        await store.put(key, source(key.encode()), "image/png")


SIZES = [0, 1, CHUNK, CHUNK + 1, WHOLE_MAX, WHOLE_MAX + 1, 3 * PART]


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_put_comes_back_byte_for_byte(
    store: ObjectStore, source: Callable[[bytes], Path], tmp_path: Path, size: int
) -> None:
    content = secrets.token_bytes(size)
    await store.put("u/c/s-0.png", source(content), "image/png")
    assert await store.size("u/c/s-0.png") == size
    assert await read(store, "u/c/s-0.png") == content
    folder = tmp_path / "folder"
    folder.mkdir()
    fetched = await store.fetch("u/c/s-0.png", folder)
    assert (fetched.read_bytes(), fetched.suffix) == (content, ".png")


async def test_a_few_bytes_are_put_as_a_file_is(store: ObjectStore) -> None:
    for content in (b"", b'{"a": 1}', bytes(range(256)) * 2_000):
        await store.put("u/k.json", content, "application/json")
        assert (await read(store, "u/k.json"), await store.size("u/k.json")) == (content, len(content))
    assert await store.keys() == ["u/k.json"]


async def test_a_second_put_takes_the_place_of_the_first(store: ObjectStore, source: Callable[[bytes], Path]) -> None:
    await store.put("u/k", source(b"longer than the second"), "image/png")
    await store.put("u/k", source(b"second"), "image/png")
    assert (await read(store, "u/k"), await store.size("u/k")) == (b"second", 6)
    assert await store.keys() == ["u/k"]


async def test_a_range_is_those_bytes_and_no_others(store: ObjectStore, source: Callable[[bytes], Path]) -> None:
    content = secrets.token_bytes(2 * CHUNK + 100)
    await store.put("u/k", source(content), "video/mp4")
    for start, length in ((0, 1), (CHUNK - 1, 2), (10, CHUNK + 5), (len(content) - 1, 1), (5, None), (0, None)):
        expected = content[start:] if length is None else content[start : start + length]
        assert await read(store, "u/k", start, length) == expected


async def test_what_is_not_there_is_told_as_missing(store: ObjectStore, tmp_path: Path) -> None:
    assert await store.size("u/none") is None
    with pytest.raises(FileNotFoundError):
        await store.fetch("u/none", tmp_path)
    with pytest.raises(FileNotFoundError):
        await read(store, "u/none")
    assert list(tmp_path.glob(".*")) == []


async def test_a_source_that_cannot_be_read_leaves_what_was_there(
    store: ObjectStore, source: Callable[[bytes], Path], tmp_path: Path
) -> None:
    await store.put("u/k", source(b"good"), "image/png")
    with pytest.raises(OSError, match="directory"):
        await store.put("u/k", tmp_path, "image/png")
    with pytest.raises(FileNotFoundError):
        await store.put("u/other", tmp_path / "missing", "image/png")
    assert await read(store, "u/k") == b"good"
    assert await store.keys() == ["u/k"]


async def test_a_reader_never_sees_a_mixture(store: ObjectStore, source: Callable[[bytes], Path]) -> None:
    contents = [bytes([number]) * (2 * CHUNK) for number in range(6)]
    await store.put("u/k", source(contents[0]), "image/png")
    files = [source(content) for content in contents]

    async def put_all() -> None:
        for file in files:
            await store.put("u/k", file, "image/png")

    writing = asyncio.create_task(put_all())
    while not writing.done():
        assert await read(store, "u/k") in contents
    await writing


async def test_a_reader_who_leaves_early_keeps_nothing_busy(
    store: ObjectStore, source: Callable[[bytes], Path]
) -> None:
    content = secrets.token_bytes(8 * CHUNK)
    await store.put("u/k", source(content), "video/mp4")
    for _ in range(30):
        chunks = store.open("u/k")
        assert await anext(chunks) == content[:CHUNK]
        await chunks.aclose()  # type: ignore[attr-defined]
    assert await read(store, "u/k") == content


async def test_deleting_may_be_repeated_and_is_for_one(store: ObjectStore, source: Callable[[bytes], Path]) -> None:
    await fill(store, source, "u/a", "u/b")
    for _ in range(2):
        await store.delete("u/a")
    assert await store.keys() == ["u/b"]


async def test_deleting_all_takes_a_folder_and_not_its_neighbours(
    store: ObjectStore, source: Callable[[bytes], Path]
) -> None:
    await fill(store, source, "u1/a", "u1/c/b", "u1/c/d", "u1/e", "u1/f/g/h", "u10/a", "u2/a")
    assert await store.delete_all("u1/") == 5
    assert await store.delete_all("u1/") == 0
    assert await store.keys() == ["u10/a", "u2/a"]


async def test_keys_are_listed_in_order_by_prefix(store: ObjectStore, source: Callable[[bytes], Path]) -> None:
    names = sorted(f"u/c{number}/s-{number}.png" for number in range(7))
    await fill(store, source, *names, "v/x")
    assert await store.keys("u/") == names
    assert await store.keys() == [*names, "v/x"]
    assert await store.keys("w") == []


async def test_many_at_once_are_all_there(store: ObjectStore, source: Callable[[bytes], Path]) -> None:
    names = [f"u/s-{number:02}" for number in range(40)]
    await asyncio.gather(*(fill(store, source, name) for name in names))
    assert await store.keys() == names
    assert await asyncio.gather(*(read(store, name) for name in names)) == [name.encode() for name in names]


@pytest.mark.parametrize("key", OUTSIDE)
async def test_no_key_leads_out_of_the_store_or_to_all_of_it(
    store: ObjectStore, source: Callable[[bytes], Path], tmp_path: Path, key: str
) -> None:
    await store.put("kept", source(b"kept"), "image/png")
    outside = source(b"outside")
    for attempt in (
        lambda: store.put(key, outside, "image/png"),
        lambda: store.size(key),
        lambda: store.fetch(key, tmp_path),
        lambda: store.delete(key),
        lambda: store.delete_all(key),
        lambda: read(store, key),
    ):
        with pytest.raises(ValueError, match="key"):
            await attempt()
    with pytest.raises(ValueError, match="key"):
        store.local(key)
    assert await read(store, "kept") == b"kept"


@pytest.mark.parametrize("shared", [False, True])
async def test_a_put_that_nobody_waits_for_takes_back_only_what_is_nobody_elses(
    store: ObjectStore, source: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch, shared: bool
) -> None:
    begun, go_on, itself = threading.Event(), threading.Event(), getattr(store, "_store", store)
    whole = itself._put

    def slow(*arguments: Any) -> None:
        begun.set()
        go_on.wait(10)
        whole(*arguments)

    monkeypatch.setattr(itself, "_put", slow)
    put = asyncio.create_task(store.put("u/k", source(b"made"), "image/png", shared=shared))
    await asyncio.to_thread(begun.wait, 10)
    monkeypatch.setattr(itself, "_put", whole)
    await store.put("u/k", source(b"made"), "image/png")
    put.cancel()
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await put
    if not shared:
        async with asyncio.timeout(5):
            while await store.keys():
                await asyncio.sleep(0.02)
        return
    await asyncio.sleep(0.3)
    assert await store.keys() == ["u/k"]


async def test_when_a_shared_put_is_called_off_what_it_did_can_be_found(
    store: ObjectStore, source: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    itself = getattr(store, "_store", store)
    whole = itself._put
    monkeypatch.setattr(itself, "_put", lambda *arguments: (time.sleep(0.3), whole(*arguments)))
    put = asyncio.create_task(store.put("u/k", source(b"made"), "image/png", shared=True))
    await asyncio.sleep(0.1)
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await put
    assert await store.keys() == ["u/k"]
