import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import current_thread

import pytest

from storage.objects import CHUNK, FileObjects, unless_cancelled

OUTSIDE = ("../x", "a/../../x", "/etc/passwd", "..", "a/b/../../../x", "", ".", "a/..", "/")


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[FileObjects]:
    store = FileObjects(tmp_path / "objects")
    yield store
    store.close()


def source(folder: Path, content: bytes, name: str = "source") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def read(objects: FileObjects, key: str) -> bytes:
    return b"".join([chunk async for chunk in objects.open(key)])


async def test_what_was_put_comes_back_whole_and_in_chunks(objects: FileObjects, tmp_path: Path) -> None:
    content = os.urandom(CHUNK * 2 + 1)
    await objects.put("u/c/s-0.png", source(tmp_path, content), "image/png")
    chunks = [chunk async for chunk in objects.open("u/c/s-0.png")]
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= CHUNK
    assert await objects.size("u/c/s-0.png") == len(content)
    assert (await objects.fetch("u/c/s-0.png", tmp_path)).read_bytes() == content
    assert await objects.keys() == ["u/c/s-0.png"]


async def test_a_second_put_takes_the_place_of_the_first(objects: FileObjects, tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        await objects.put("k", source(tmp_path, content), "image/png")
    assert await read(objects, "k") == b"second"
    assert [path.name for path in objects.folder.iterdir()] == ["k"]


async def test_a_reader_never_sees_half_a_file(objects: FileObjects, tmp_path: Path) -> None:
    contents = [bytes([number]) * 300_000 for number in range(4)]
    files = [source(tmp_path, content, str(number)) for number, content in enumerate(contents)]
    await objects.put("k", files[0], "image/png")

    async def write() -> None:
        for _ in range(10):
            await asyncio.gather(*(objects.put("k", file, "image/png") for file in files))

    writing = asyncio.create_task(write())
    while not writing.done():
        assert await read(objects, "k") in contents
    await writing


async def test_a_put_that_fails_leaves_what_was_there_and_no_litter(objects: FileObjects, tmp_path: Path) -> None:
    await objects.put("u/k", source(tmp_path, b"good"), "image/png")
    with pytest.raises(OSError, match="directory"):
        await objects.put("u/k", tmp_path, "image/png")
    with pytest.raises(FileNotFoundError):
        await objects.put("u/other", tmp_path / "missing", "image/png")
    assert await read(objects, "u/k") == b"good"
    assert [path.name for path in (objects.folder / "u").iterdir()] == ["k"]


@pytest.mark.parametrize("key", OUTSIDE)
async def test_no_key_leads_out_of_the_store_or_to_all_of_it(objects: FileObjects, tmp_path: Path, key: str) -> None:
    await objects.put("kept", source(tmp_path, b"kept"), "image/png")
    (tmp_path / "x").write_bytes(b"outside")
    for attempt in (
        lambda: objects.put(key, tmp_path / "x", "image/png"),
        lambda: objects.size(key),
        lambda: objects.fetch(key, tmp_path),
        lambda: objects.delete(key),
        lambda: objects.delete_all(key),
        lambda: read(objects, key),
    ):
        with pytest.raises(ValueError, match="key"):
            await attempt()
    with pytest.raises(ValueError, match="key"):
        objects.local(key)
    assert await read(objects, "kept") == b"kept"
    assert (tmp_path / "x").read_bytes() == b"outside"


async def test_deleting_is_for_one_and_may_be_repeated(objects: FileObjects, tmp_path: Path) -> None:
    for key in ("u/a", "u/b"):
        await objects.put(key, source(tmp_path, b"x"), "image/png")
    for _ in range(2):
        await objects.delete("u/a")
    assert await objects.keys() == ["u/b"]
    assert await objects.size("u/a") is None
    with pytest.raises(FileNotFoundError):
        await objects.fetch("u/a", tmp_path)


async def test_deleting_all_of_one_leaves_neighbours_with_the_same_beginning(
    objects: FileObjects, tmp_path: Path
) -> None:
    for key in ("u1/a", "u1/c/b", "u10/a", "u2/a"):
        await objects.put(key, source(tmp_path, b"x"), "image/png")
    assert await objects.delete_all("u1/") == 2
    assert await objects.delete_all("u1/") == 0
    assert await objects.keys() == ["u10/a", "u2/a"]
    assert not (objects.folder / "u1").exists()


async def test_what_was_stored_for_nobody_is_undone_by_a_thread_and_not_by_the_loop() -> None:
    pool, done_by = ThreadPoolExecutor(1, thread_name_prefix="writer"), []
    work = pool.submit(lambda: None)
    waiting = asyncio.create_task(unless_cancelled(work, lambda: done_by.append(current_thread().name), pool))
    asyncio.get_running_loop().call_soon(waiting.cancel)  # before the loop hears that the thread has ended
    work.result()
    await asyncio.gather(waiting, return_exceptions=True)
    assert waiting.cancelled()
    await asyncio.to_thread(pool.shutdown)
    assert done_by == ["writer_0"]
