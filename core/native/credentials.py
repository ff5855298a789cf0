"""What a file's content credentials (C2PA) say: who claims to have made it, and whose certificate signed that.

Read, not verified: to find them and to name whom they name. Sections refer to the C2PA Technical Specification 2.1.
"""

import struct
from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from core.native import cbor
from core.native.carriers import manifest_store

FOUND, NONE, UNREADABLE = "found", "none", "unreadable"
NAME_MAX = 200
BOXES_MAX = 2_000
_X5CHAIN = 33
"""The COSE header of the certificates: RFC 9360, section 2; older signers wrote its name."""
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error, OSError, RecursionError)


def read(source: str) -> dict[str, str]:
    """`state` (found, none, unreadable), and as far as they are told, `generator` and `signer`."""
    try:
        store = manifest_store(source)
        if store is None:
            return _told(NONE)
        claim, signature = _active(store)
    except _BROKEN:
        return _told(UNREADABLE)
    return _told(FOUND, _tried(_generator, claim), _tried(_signer, signature))


def _told(state: str, generator: str = "", signer: str = "") -> dict[str, str]:
    return {"state": state, "generator": generator, "signer": signer}


def _tried(read_out: Any, data: bytes) -> str:
    """A name that cannot be read out does not hide that credentials are there."""
    try:
        return " ".join(str(read_out(data)).split())[:NAME_MAX]
    except _BROKEN:
        return ""


def _active(store: bytes) -> tuple[bytes, bytes]:
    """The claim and the signature of the active manifest: the last one in the store (section 11.1.4.2)."""
    ((kind, whole),) = list(_boxes(store))[:1]
    label, manifests = _super(kind, whole)
    if label != "c2pa":
        raise ValueError("no manifest store")
    _, active = [_super(kind, box) for kind, box in _boxes(manifests) if kind == b"jumb"][-1]
    parts = dict(_super(kind, box) for kind, box in _boxes(active) if kind == b"jumb")
    claim = parts.get("c2pa.claim.v2") or parts["c2pa.claim"]
    return _content(claim), _content(parts.get("c2pa.signature", b""))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The type and content of each box (ISO 19566-5, JUMBF)."""
    at, left = 0, BOXES_MAX
    while at + 8 <= len(data) and left:
        length, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            header = 16
        end = len(data) if length == 0 else at + length
        if length and length < header:
            raise ValueError("a box shorter than its header")
        yield kind, data[at + header : end]
        at, left = end, left - 1


def _super(kind: bytes, content: bytes) -> tuple[str, bytes]:
    """The label of a superbox and the boxes behind its description."""
    described, description = next(_boxes(content), (b"", b""))
    if kind != b"jumb" or described != b"jumd":
        raise ValueError("no superbox")
    label = description[17:].partition(b"\0")[0].decode() if description[16] & 2 else ""
    return label, content[8 + len(description) :]


def _content(boxes: bytes) -> bytes:
    return next((content for kind, content in _boxes(boxes) if kind == b"cbor"), b"")


def _generator(claim: bytes) -> str:
    """Section 10.2: `claim_generator_info`, a map or (first version) a list of maps, else `claim_generator`."""
    said = cbor.loads(claim)
    info = said.get("claim_generator_info")
    first = info[0] if isinstance(info, list) and info else info
    if isinstance(first, dict) and first.get("name"):
        return f"{first['name']} {first.get('version') or ''}"
    return str(said.get("claim_generator", ""))


def _signer(signature: bytes) -> str:
    """Section 13.2: a COSE_Sign1 with the chain of certificates in its headers, the signer's own first."""
    protected, unprotected, *_ = cbor.loads(signature)
    headers = (cbor.loads(protected) if protected else {}) | unprotected
    chain = headers.get(_X5CHAIN) or headers["x5chain"]
    subject = x509.load_der_x509_certificate(chain[0] if isinstance(chain, list) else chain).subject
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := subject.get_attributes_for_oid(oid):
            return str(found[0].value)
    return ""
