"""Whole files in as few system calls as they take: each gives the interpreter away, and waits for its turn to go on.

With a busy event loop beside it, these turns are most of the time that a small file takes to the disk.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

PIECE = 1 << 20
"""What is in memory of a file that is read."""


@contextmanager
def opened(path: Path, flags: int = os.O_RDONLY) -> Iterator[int]:
    """A file's descriptor, closed afterwards."""
    file = os.open(path, flags, 0o666)
    try:
        yield file
    finally:
        os.close(file)


def pieces(file: int) -> Iterator[bytes]:
    """What is left to read."""
    while piece := os.read(file, PIECE):
        yield piece


def digest(file: int) -> tuple[int, str]:
    """The size in bytes of what is left to read, and its SHA-256."""
    size_bytes, sums = 0, sha256()
    for piece in pieces(file):
        size_bytes += len(piece)
        sums.update(piece)
    return size_bytes, sums.hexdigest()


def write_whole(path: Path, content: Iterable[bytes], *, lasts: bool = False) -> None:
    """Write a file under a name that nobody else has first: half of one is never found under its own.

    `lasts`: when this returns, it survives a power cut, and so does its name.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with opened(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            for piece in content:
                _write(file, piece)
            if lasts:
                os.fsync(file)
            part.replace(path)
            if lasts:
                os.fsync(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write(file: int, content: bytes) -> None:
    """All of it: one call writes 2 GB at most."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]
