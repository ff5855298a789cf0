"""Where a file carries its content credentials, container by container: C2PA Technical Specification 2.1, appendix A.

https://spec.c2pa.org/specifications/specifications/2.1/specs/C2PA_Specification.html
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

STORE_MAX = 8 << 20
"""Bytes of credentials that are read: those of real files have kilobytes, some with thumbnails one megabyte."""
PARTS_MAX = 4_096
"""Chunks, segments, boxes or frames that are looked at in one file."""

_PNG = b"\x89PNG\r\n\x1a\n"
_BMFF_USER_TYPE = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_ID3_TYPES = (b"application/c2pa", b"application/x-c2pa-manifest-store")
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""


def manifest_store(source: str) -> bytes | None:
    """The bytes of a file's manifest store (JUMBF); None where it carries none that this container may carry."""
    with Path(source).open("rb") as file:
        head = file.read(12)
        file.seek(0)
        for begins, find in (
            (head.startswith(_PNG), _in_png),
            (head.startswith(b"\xff\xd8"), _in_jpeg),
            (head.startswith(b"RIFF"), _in_riff),
            (head[4:8] == b"ftyp", _in_bmff),
            (head.startswith(b"ID3"), _in_id3),
        ):
            if begins:
                with suppress(struct.error):  # the file ends
                    return find(file)
    return None


def _in_png(file: BinaryIO) -> bytes | None:
    """A.3.2: one `caBX` chunk."""
    file.seek(len(_PNG))
    for _ in range(PARTS_MAX):
        length, kind = _read(file, ">I4s")
        if kind == b"caBX":
            return file.read(min(length, STORE_MAX))
        if kind == b"IEND":
            return None
        file.seek(length + 4, 1)  # and the check sum
    return None


def _in_jpeg(file: BinaryIO) -> bytes | None:
    """A.3.1: APP11 segments, as JPEG XT (ISO/IEC 18477-3) and ISO 19566-5 D.2 cut a box into several.

    Each begins with `JP`, the box's number, the segment's, and the header of the box again.
    """
    parts: dict[int, list[tuple[int, bytes]]] = {}
    for marker, payload in _segments(file):
        if marker == 0xEB and payload[:2] == b"JP" and len(payload) >= 16 and payload[12:16] == b"jumb":
            box, packet = struct.unpack_from(">HI", payload, 2)
            parts.setdefault(box, []).append((packet, payload[8:]))
    for pieces in parts.values():
        (_, first), *rest = sorted(pieces)
        large = 16 if first[:4] == b"\0\0\0\1" else 8
        whole = first + b"".join(piece[large:] for _, piece in rest)
        if b"c2pa" in whole[:64]:
            return whole[:STORE_MAX]
    return None


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment before the picture itself begins."""
    file.seek(2)
    for _ in range(PARTS_MAX):
        mark, marker = _read(file, ">BB")
        if mark != 0xFF or marker in (0xD9, 0xDA):
            return
        if marker in _JPEG_BARE or marker == 0xFF:
            file.seek(-1 if marker == 0xFF else 0, 1)
            continue
        (length,) = _read(file, ">H")
        yield marker, file.read(max(0, length - 2))


def _in_riff(file: BinaryIO) -> bytes | None:
    """A.3.3 (WebP, WAV): one `C2PA` chunk."""
    file.seek(12)
    for _ in range(PARTS_MAX):
        kind, length = _read(file, "<4sI")
        if kind == b"C2PA":
            return file.read(min(length, STORE_MAX))
        file.seek(length + length % 2, 1)
    return None


def _in_bmff(file: BinaryIO) -> bytes | None:
    """A.5 (MP4, AVIF): a `uuid` box of C2PA's own type with the purpose `manifest`."""
    for _ in range(PARTS_MAX):
        begin = file.tell()
        length, kind = _read(file, ">I4s")
        if length == 1:
            (length,) = _read(file, ">Q")
        if kind == b"uuid" and file.read(16) == _BMFF_USER_TYPE:
            content = file.read(STORE_MAX if length == 0 else min(max(0, length - (file.tell() - begin)), STORE_MAX))
            purpose, _, rest = content[4:].partition(b"\0")
            if purpose == b"manifest":
                return rest[8:]  # behind the offset of the first Merkle box
        if length < 8:
            return None
        file.seek(begin + length)
    return None


def _in_id3(file: BinaryIO) -> bytes | None:
    """A.3.6 (MP3): a GEOB frame of an ID3v2 tag, with the media type of credentials."""
    version, size = _read(file, ">3xB2x4s")
    end = 10 + _seven_bits(size)
    for _ in range(PARTS_MAX):
        if file.tell() + 10 > end:
            return None
        kind, raw, _flags = _read(file, ">4s4sH")
        length = _seven_bits(raw) if version >= 4 else int.from_bytes(raw, "big")
        content = file.read(min(length, STORE_MAX)) if kind == b"GEOB" else b""
        if content[1:].startswith(_ID3_TYPES):
            _type, _, rest = content[1:].partition(b"\0")
            _name, _, rest = rest.partition(b"\0")
            return rest.partition(b"\0")[2]
        file.seek(length - len(content), 1)
    return None


def _seven_bits(raw: bytes) -> int:
    """ID3's numbers use seven bits of each byte."""
    return sum((byte & 0x7F) << shift for byte, shift in zip(raw, (21, 14, 7, 0), strict=True))


def _read(file: BinaryIO, form: str) -> tuple[Any, ...]:
    """The next fields. At the end of the file, struct's error."""
    return struct.unpack(form, file.read(struct.calcsize(form)))
