"""Whole files: complete under their name, or not there at all."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from storage.files import PIECE, digest, opened, pieces, write_whole


def some(*content: bytes, then: Exception | None = None) -> Iterator[bytes]:
    """Pieces of a file, and what goes wrong after them."""
    yield from content
    if then:
        raise then


@pytest.mark.parametrize("lasts", [True, False])
@pytest.mark.parametrize("content", [(), (b"",), (b"a", b"", b"b"), (b"x" * (PIECE + 1), b"y")])
def test_what_was_written_is_what_lies_there(tmp_path: Path, content: tuple[bytes, ...], lasts: bool) -> None:
    path, whole = tmp_path / "file", b"".join(content)
    write_whole(path, content, lasts=lasts)
    assert path.read_bytes() == whole
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    with opened(path) as file:
        assert digest(file) == (len(whole), sha256(whole).hexdigest())
    with opened(path) as file:
        assert b"".join(pieces(file)) == whole


def test_what_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, [b"before"])
    with pytest.raises(ValueError, match="broken off"):
        write_whole(path, some(b"after", then=ValueError("broken off")), lasts=True)
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_system_that_takes_only_a_part_at_a_time_is_given_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data[:3])))
    write_whole(tmp_path / "file", [b"0123456789"])
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_folder_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "gone" / "file", [b"x"])
    assert not list(tmp_path.iterdir())
