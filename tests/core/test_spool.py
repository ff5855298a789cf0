"""The spool is looked through while steps come and go."""

import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from core.creation.spool import TICKET, TIDY_S, Spool
from core.providers.base import Made, Output, Ticket
from storage.tables import now

LOOKS = 1_500


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    built = Spool(tmp_path)
    yield built
    built.close()


@contextmanager
def coming_and_going(folder: Path, name: str) -> Iterator[None]:
    """Folders that are there for a moment each, as those of quick steps."""
    over = threading.Event()

    def churn() -> None:
        while not over.is_set():
            places = [folder / f"{name}{number}" for number in range(50)]
            for change in (Path.mkdir, Path.rmdir):
                for place in places:
                    change(place)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(("look", "name"), [(lambda spool: spool.untouched(now()), "step"), (Spool.tidy, "tmp")])
async def test_what_vanishes_while_it_is_looked_at_is_no_error(
    spool: Spool, look: Callable[[Spool], Awaitable[object]], name: str
) -> None:
    with coming_and_going(spool.folder, name):
        for _ in range(LOOKS):
            await look(spool)


async def test_old_folders_of_steps_are_found_and_old_litter_goes(spool: Spool) -> None:
    for name in ("old", "new", "tmpold", "tmpnew"):
        place = spool.folder / name
        place.mkdir()
        at = now().timestamp() - (2 * TIDY_S if name.endswith("old") else 0)
        os.utime(place, (at, at))
    assert await spool.untouched(now() - timedelta(seconds=TIDY_S)) == ["old"]
    await spool.tidy()
    assert {place.name for place in spool.folder.iterdir()} == {"old", "new", "tmpnew"}


def cut(file: Path) -> None:
    """What a power cut leaves of a file whose name was on the disk before its bytes."""
    os.truncate(file, 0)


def turn_a_bit(file: Path) -> None:
    file.write_bytes(b"wholf")


@pytest.mark.parametrize("harm", [cut, turn_a_bit, Path.unlink])
async def test_what_was_made_is_found_again_and_what_is_no_longer_whole_is_not_taken_for_it(
    spool: Spool, harm: Callable[[Path], None]
) -> None:
    folder, found = await spool.open("step")
    assert found is None
    file = folder / "picture.png"
    file.write_bytes(b"whole")
    kept = await spool.keep("step", Output(files=(Made(path=file, media_type="image/png"),), cost_micros=7))
    assert (await spool.open("step"))[1] == kept
    harm(file)
    assert (await spool.open("step"))[1] is None


async def test_a_ticket_counts_for_its_own_attempt_as_long_as_it_is_whole(spool: Spool) -> None:
    ticket = Ticket("t-1", {"of": "a kind"})
    folder, _ = await spool.open("step")
    assert await spool.ticket("step", 1) is None
    await spool.note("step", 1, ticket)
    assert await spool.ticket("step", 1) == ticket
    assert await spool.ticket("step", 2) is None
    await spool.note("step", 2, Ticket("t-2"))
    assert await spool.ticket("step", 2) == Ticket("t-2")
    cut(folder / TICKET)
    assert await spool.ticket("step", 2) is None
    await spool.clear("step")
    assert not folder.exists()
