"""Files with content credentials, put together by hand from the C2PA Technical Specification 2.1.

The structure is the real one (JUMBF boxes of ISO 19566-5, a CBOR claim, a COSE_Sign1 with a real certificate); the
signature itself is noise, as nothing here verifies it.
"""

import struct
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zlib import crc32

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

GENERATOR, SIGNER = "Paint Machine", "Paint Machine Signing 1"
_TAIL = bytes.fromhex("00110010800000aa00389b71")
"""Every JUMBF type ends like this; it begins with four letters (section 11.1.4)."""
_BMFF_USER_TYPE = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def store(generator: str = GENERATOR, *, version: int = 2, chain: bool = True) -> bytes:
    """A manifest store with an older manifest and, last, the active one (section 11.1.4)."""
    older = _manifest("urn:c2pa:older", "Older Machine", 1, chain=False)
    return _super(b"c2pa", "c2pa", older + _manifest("urn:c2pa:active", generator, version, chain=chain))


def in_png(png: bytes, credentials: bytes) -> bytes:
    """A.3.2: a `caBX` chunk before the picture's data."""
    at = png.index(b"IDAT") - 4
    chunk = (
        struct.pack(">I", len(credentials)) + b"caBX" + credentials + struct.pack(">I", crc32(b"caBX" + credentials))
    )
    return png[:at] + chunk + png[at:]


def in_jpeg(jpeg: bytes, credentials: bytes, *, at_once: int = 65_000) -> bytes:
    """A.3.1: APP11 segments; each repeats the box's header (ISO 19566-5 D.2)."""
    header, content = credentials[:8], credentials[8:]
    pieces = [content[at : at + at_once] for at in range(0, len(content), at_once)]
    segments = [
        b"\xff\xeb" + struct.pack(">H2sHI", len(piece) + 18, b"JP", 1, number) + header + piece
        for number, piece in enumerate(pieces, start=1)
    ]
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def in_riff(file: bytes, credentials: bytes) -> bytes:
    """A.3.3 (WebP, WAV): a `C2PA` chunk."""
    chunk = b"C2PA" + struct.pack("<I", len(credentials)) + credentials + b"\0" * (len(credentials) % 2)
    return file[:4] + struct.pack("<I", len(file) - 8 + len(chunk)) + file[8:] + chunk


def in_bmff(mp4: bytes, credentials: bytes) -> bytes:
    """A.5 (MP4): a `uuid` box, here at the end, where it moves nothing that the file refers to."""
    content = _BMFF_USER_TYPE + bytes(4) + b"manifest\0" + bytes(8) + credentials
    return mp4 + struct.pack(">I4s", 8 + len(content), b"uuid") + content


def in_id3(mp3: bytes, credentials: bytes) -> bytes:
    """A.3.6 (MP3): a GEOB frame in an ID3v2.3 tag of its own before the sound."""
    content = b"\0application/c2pa\0c2pa\0c2pa manifest store\0" + credentials
    frame = b"GEOB" + struct.pack(">IH", len(content), 0) + content
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frame + mp3


# --- the store's parts -------------------------------------------------------------------------------------------


def _manifest(label: str, generator: str, version: int, *, chain: bool) -> bytes:
    info = {"name": generator, "version": "3.1"}
    said = {"claim_generator_info": info} if version == 2 else {"claim_generator": generator}
    name = "c2pa.claim.v2" if version == 2 else "c2pa.claim"
    claim = _super(b"c2cl", name, _box(b"cbor", dumps(said | {"alg": "sha256"})))
    assertions = _super(b"c2as", "c2pa.assertions", _super(b"cbor", "c2pa.actions", _box(b"cbor", dumps({}))))
    headers = {1: -7} | ({33: [certificate()]} if chain else {})
    signed = b"\xd2" + dumps([dumps(headers), {"pad": bytes(9)}, None, bytes(64)])  # tag 18: COSE_Sign1
    signature = _super(b"c2cs", "c2pa.signature", _box(b"cbor", signed))
    return _super(b"c2ma", label, assertions + claim + signature)


def _super(kind: bytes, label: str, content: bytes) -> bytes:
    description = kind + _TAIL + b"\x03" + label.encode() + b"\0"
    return _box(b"jumb", _box(b"jumd", description) + content)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


@cache
def certificate(name: str = SIGNER) -> bytes:
    """A certificate in DER that names its subject."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day + timedelta(days=1))
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def dumps(value: Any) -> bytes:
    """CBOR (RFC 8949), as far as claims need it."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list():
            return _head(4, len(value)) + b"".join(map(dumps, value))
        case dict():
            return _head(5, len(value)) + b"".join(dumps(key) + dumps(each) for key, each in value.items())
    raise TypeError(value)


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes([major << 5 | count])
    info, form = next(
        (info, form) for info, form, most in ((24, ">B", 2**8), (25, ">H", 2**16), (26, ">I", 2**32)) if count < most
    )
    return bytes([major << 5 | info]) + struct.pack(form, count)
