"""Moving every file between the data folder and the bucket: nothing is lost, whenever it is broken off."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.lock import WorkerLock
from bot.objects import file_store
from bot.settings import Settings
from bot.storage_move import Moved, move_to
from core.errors import Busy, Conflict, Invalid
from tests.bot.test_cli import Terminal
from tests.fakes import s3 as fake
from tests.fakes.s3 import S3Server

KEYS = {
    "u1/c1/s-0.png": "image/png",
    "u1/c1/s-0.thumb.webp": "image/webp",
    "u1/uploads/a.mp4": "video/mp4",
    "u2/c2/s-0.mp3": "audio/mpeg",
    "u2/c3/s-0.bin": "application/octet-stream",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3", page=2) as running:
        yield running


@pytest.fixture
def far(server: S3Server, tmp_path: Path) -> Settings:
    values: dict[str, Any] = {"EASEL_DATA_DIR": tmp_path / "data", **server.environment}
    return Settings(_env_file=None, **values)


@pytest.fixture
async def contents(far: Settings, tmp_path: Path) -> dict[str, bytes]:
    """What lies in the data folder."""
    files = file_store(far)
    found = {key: secrets.token_bytes(100 + number) for number, key in enumerate(KEYS)}
    for key, content in found.items():
        (tmp_path / "source").write_bytes(content)
        await files.put(key, tmp_path / "source", "")
    files.close()
    return found


def on_disk(settings: Settings) -> dict[str, bytes]:
    folder = settings.data_dir / "objects"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_bucket(server: S3Server) -> dict[str, bytes]:
    return {key: stored.path.read_bytes() for key, stored in server.shelf.objects.items()}


async def test_there_and_back_again(server: S3Server, far: Settings, contents: dict[str, bytes]) -> None:
    size = sum(map(len, contents.values()))
    assert await move_to(far, "s3") == Moved(copied=5, already=0, bytes=size, removed=5)
    assert (in_bucket(server), on_disk(far)) == (contents, {})
    assert {key: stored.media_type for key, stored in server.shelf.objects.items()} == KEYS
    assert await move_to(far, "files") == Moved(copied=5, already=0, bytes=size, removed=5)
    assert (in_bucket(server), on_disk(far)) == ({}, contents)
    assert [path.name for path in far.data_dir.iterdir() if path.name.startswith("tmp")] == []


async def test_an_empty_store_is_moved_at_once(far: Settings) -> None:
    assert await move_to(far, "s3") == Moved(copied=0, already=0, bytes=0, removed=0)


@pytest.mark.parametrize("kept", range(5))
async def test_broken_off_anywhere_the_old_store_is_whole_and_the_next_move_goes_on(
    server: S3Server, far: Settings, contents: dict[str, bytes], kept: int
) -> None:
    server.script("PutObject", *[fake.Trouble()] * kept)
    server.always("PutObject", fake.fails("AccessDenied"))
    with pytest.raises(Busy, match="AccessDenied"):
        await move_to(far, "s3")
    assert on_disk(far) == contents
    there = len(server.shelf.objects)
    server.always("PutObject", None)
    moved = await move_to(far, "s3")
    assert (moved.copied, moved.already, moved.removed) == (5 - there, there, 5)
    assert (in_bucket(server), on_disk(far)) == (contents, {})


async def test_broken_off_while_the_old_store_is_emptied_the_rest_goes_too(
    server: S3Server, far: Settings, contents: dict[str, bytes]
) -> None:
    await move_to(far, "s3")
    server.script("DeleteObject", fake.Trouble())
    server.always("DeleteObject", fake.fails("AccessDenied"))
    with pytest.raises(Busy):
        await move_to(far, "files")
    assert (on_disk(far), len(server.shelf.objects)) == (contents, 4)
    server.always("DeleteObject", None)
    await move_to(far, "files")
    assert (in_bucket(server), on_disk(far)) == ({}, contents)


async def test_a_half_file_of_the_right_name_is_not_taken_for_the_whole(
    server: S3Server, far: Settings, contents: dict[str, bytes]
) -> None:
    await move_to(far, "s3")
    half = far.data_dir / "objects" / "u1/c1/s-0.png"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(contents["u1/c1/s-0.png"][:50])
    assert (await move_to(far, "files")).copied == 5
    assert on_disk(far) == contents


async def test_a_store_that_forgets_what_it_took_loses_nothing(
    server: S3Server, far: Settings, contents: dict[str, bytes]
) -> None:
    server.always("PutObject", fake.forgets())
    with pytest.raises(Busy, match="SizeDiffers"):
        await move_to(far, "s3")
    assert on_disk(far) == contents


async def test_nothing_is_moved_under_a_running_easel_or_without_a_bucket(far: Settings, tmp_path: Path) -> None:
    lock = WorkerLock(far.data_dir)
    assert lock.take()
    with pytest.raises(Conflict, match="Stop it first"):
        await move_to(far, "s3")
    lock.release()
    with pytest.raises(Invalid, match="S3_BUCKET"):
        await move_to(Settings(_env_file=None, EASEL_DATA_DIR=tmp_path), "s3")


async def test_the_command_killed_midway_loses_nothing(
    server: S3Server, far: Settings, contents: dict[str, bytes], tmp_path: Path
) -> None:
    terminal = Terminal(tmp_path)
    server.script("PutObject", fake.Trouble(), fake.Trouble())
    server.always("PutObject", fake.hangs())
    process = await terminal.start("storage", "move", "--to", "s3", **server.environment)
    async with asyncio.timeout(30):
        while len(server.shelf.objects) < 2 or server.count("PutObject") < 3:
            await asyncio.sleep(0.02)
    process.kill()
    await process.wait()
    assert on_disk(far) == contents
    server.always("PutObject", None)
    ended = await terminal.run("storage", "move", "--to", "s3", **server.environment)
    assert ended.code == 0
    assert "5 files lie in the bucket now: 3 copied" in ended.out
    assert "2 there already" in ended.out
    assert (in_bucket(server), on_disk(far)) == (contents, {})


async def test_the_command_says_what_is_wrong_in_a_sentence(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    for words, said in ((("--to", "moon"), "s3 or files"), (("--to", "s3"), "Set S3_BUCKET")):
        ended = await terminal.run("storage", "move", *words)
        assert (ended.code, said in ended.err) == (2, True)
