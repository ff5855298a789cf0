"""Content credentials are found in every container, named, and never a danger to whoever looks."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.native import cbor, credentials
from core.native.pool import NativePool
from tests.fakes import credentials as fake
from tests.fakes.media import jpeg, mp3, mp4, png, wav, webp

FILES: dict[str, tuple[Callable[[], bytes], Callable[[bytes, bytes], bytes]]] = {
    "png": (png, fake.in_png),
    "jpeg": (jpeg, fake.in_jpeg),
    "webp": (webp, fake.in_riff),
    "wav": (wav, fake.in_riff),
    "mp4": (mp4, fake.in_bmff),
    "mp3": (mp3, fake.in_id3),
}
KINDS = pytest.mark.parametrize("kind", FILES)


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    built = NativePool(1)
    yield built
    await built.close()


def plain(kind: str) -> bytes:
    return FILES[kind][0]()


def signed(kind: str, store: bytes = b"") -> bytes:
    make, embed = FILES[kind]
    return embed(make(), store or fake.store())


async def examined(pool: NativePool, folder: Path, data: bytes) -> dict[str, Any]:
    (folder / "file").write_bytes(data)
    return dict(await pool.run("core.native.evidence:examine", {"source": folder / "file"}))


@KINDS
async def test_credentials_are_found_and_say_who_made_and_who_signed(
    pool: NativePool, tmp_path: Path, kind: str
) -> None:
    found = (await examined(pool, tmp_path, signed(kind)))["credentials"]
    assert found == {"state": "found", "generator": "Paint Machine 3.1", "signer": fake.SIGNER}


@KINDS
async def test_a_file_without_them_is_said_to_have_none(pool: NativePool, tmp_path: Path, kind: str) -> None:
    told = await examined(pool, tmp_path, plain(kind))
    assert told["credentials"] == {"state": "none", "generator": "", "signer": ""}


@KINDS
async def test_a_picture_or_film_looks_the_same_with_and_without_them(
    pool: NativePool, tmp_path: Path, kind: str
) -> None:
    with_them, without = [await examined(pool, tmp_path, data) for data in (signed(kind), plain(kind))]
    assert with_them["look"] == without["look"]
    assert with_them["readable"] == without["readable"] == (kind not in ("mp3", "wav"))


async def test_a_store_cut_into_many_segments_of_a_jpeg_is_put_together(pool: NativePool, tmp_path: Path) -> None:
    data = fake.in_jpeg(jpeg(), fake.store(), at_once=50)
    assert (await examined(pool, tmp_path, data))["credentials"]["signer"] == fake.SIGNER


async def test_the_first_version_of_a_claim_is_read_and_a_missing_certificate_names_nobody(
    pool: NativePool, tmp_path: Path
) -> None:
    data = signed("png", fake.store("Old Machine/1.0", version=1, chain=False))
    told = (await examined(pool, tmp_path, data))["credentials"]
    assert told == {"state": "found", "generator": "Old Machine/1.0", "signer": ""}


async def test_a_broken_store_is_said_to_be_unreadable(pool: NativePool, tmp_path: Path) -> None:
    for store in (b"\0" * 8, fake.store()[:40], b"jumb" * 20, fake.store().replace(b"c2pa\0", b"nope\0")):
        told = (await examined(pool, tmp_path, signed("png", store)))["credentials"]
        assert told["state"] == "unreadable"


async def test_what_is_no_picture_is_examined_too(pool: NativePool, tmp_path: Path) -> None:
    for data in (b"", b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"ID3", b"\0\0\0\1ftyp"):
        told = await examined(pool, tmp_path, data)
        assert (told["look"], told["readable"]) == (None, False)


@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_cut_or_changed_in_a_file_is_read_without_a_crash(
    tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    whole = bytearray(signed(kind))
    for at in data.draw(st.lists(st.integers(0, min(len(whole), 3_000) - 1), max_size=12)):
        whole[at] = data.draw(st.integers(0, 255))
    (tmp_path / "file").write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    assert credentials.read(str(tmp_path / "file"))["state"] in ("found", "none", "unreadable")


@given(st.binary(max_size=300))
def test_any_bytes_are_cbor_or_a_value_error(raw: bytes) -> None:
    try:
        cbor.loads(raw)
    except ValueError:
        return


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**32 - 1) | st.binary(max_size=40) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
def test_what_was_written_is_read_back(value: Any) -> None:
    assert cbor.loads(fake.dumps(value)) == value


def test_lengths_left_open_end_with_a_break() -> None:
    assert cbor.loads(bytes.fromhex("9f0102ff")) == [1, 2]  # RFC 8949, appendix A
    assert cbor.loads(bytes.fromhex("bf61610161629f0203ffff")) == {"a": 1, "b": [2, 3]}
    assert cbor.loads(bytes.fromhex("7f657374726561646d696e67ff")) == "streaming"
    assert cbor.loads(bytes.fromhex("5f42010243030405ff")) == bytes(range(1, 6))
    for hostile in (b"\x81" * 200, b"\x9f" * 50, bytes.fromhex("82ff"), bytes.fromhex("ff")[:0]):
        with pytest.raises(ValueError, match=r".+"):
            cbor.loads(hostile)
