"""Signature Version 4, computed anew for every request and every link.

Source: AWS, API reference of S3, "Authenticating Requests (AWS Signature Version 4)", for the Authorization header and
for query parameters.
"""

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, unquote

from aiohttp import web

from tests.fakes.s3.refusals import Refused

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
SKEW = timedelta(minutes=15)
EXPIRES_MAX_S = 7 * 24 * 3600
IN_HEADER = re.compile(rf"{ALGORITHM} Credential=(\S+), ?SignedHeaders=(\S+), ?Signature=([0-9a-f]{{64}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who may sign."""

    access_key: str
    secret_key: str
    region: str
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a request says of its own signature."""

    credential: str
    headers: tuple[str, ...]
    signature: str
    at: str
    payload: str


def verify(request: web.Request, account: Account, now: datetime) -> str:
    """Check who asks; returns what was said of the body: its SHA-256, or that it is not signed."""
    query = _query(request)
    by_link = any(name == "X-Amz-Algorithm" for name, _ in query)
    if by_link and "Authorization" in request.headers:
        raise Refused("InvalidArgument", "Only one auth mechanism allowed")
    signed = _from_link(dict(query), now) if by_link else _from_header(request, now)
    _credential(signed, account)
    _covered(request, signed)
    token = dict(query).get("X-Amz-Security-Token") if by_link else request.headers.get("x-amz-security-token")
    if token != account.token:
        raise Refused("InvalidToken")
    text = _canonical(request, query, signed)
    if not hmac.compare_digest(_signature(text, signed, account), signed.signature):
        raise Refused("SignatureDoesNotMatch")
    return signed.payload


def _from_header(request: web.Request, now: datetime) -> Signed:
    found = IN_HEADER.fullmatch(request.headers.get("Authorization", ""))
    if not found:
        raise Refused("AccessDenied", "Anonymous access is forbidden")
    payload = request.headers.get("x-amz-content-sha256", "")
    if not payload:
        raise Refused("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
    at = request.headers.get("x-amz-date", "")
    if abs(_time(at) - now) > SKEW:
        raise Refused("RequestTimeTooSkewed")
    credential, names, signature = found.groups()
    return Signed(credential=credential, headers=tuple(names.split(";")), signature=signature, at=at, payload=payload)


def _from_link(query: Mapping[str, str], now: datetime) -> Signed:
    wanted = ("X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature")
    if query["X-Amz-Algorithm"] != ALGORITHM or not all(query.get(name) for name in wanted):
        raise Refused("AuthorizationQueryParametersError")
    credential, at, expires, names, signature = (query[name] for name in wanted)
    if not expires.isdigit() or not 1 <= int(expires) <= EXPIRES_MAX_S:
        raise Refused("AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds)")
    begun = _time(at)
    if now > begun + timedelta(seconds=int(expires)):
        raise Refused("AccessDenied", "Request has expired")
    if begun - now > SKEW:
        raise Refused("AccessDenied", "Request is not valid yet")
    return Signed(credential=credential, headers=tuple(names.split(";")), signature=signature, at=at, payload=UNSIGNED)


def _credential(signed: Signed, account: Account) -> None:
    access_key, day, region, service, end = (signed.credential.split("/") + [""] * 5)[:5]
    if access_key != account.access_key:
        raise Refused("InvalidAccessKeyId")
    if (day, service, end) != (signed.at[:8], "s3", "aws4_request"):
        raise Refused("AuthorizationHeaderMalformed")
    if region != account.region:
        sentence = f"the region '{region}' is wrong; expecting '{account.region}'"
        raise Refused("AuthorizationHeaderMalformed", sentence, Region=account.region)


def _covered(request: web.Request, signed: Signed) -> None:
    """The host, the type and everything of Amazon's own must be signed."""
    names = {name.lower() for name in request.headers}
    wanted = {"host"} | {name for name in names if name.startswith("x-amz-") or name == "content-type"}
    if list(signed.headers) != sorted(signed.headers) or not wanted <= set(signed.headers):
        raise Refused("AccessDenied", "There were headers present in the request which were not signed")


def _canonical(request: web.Request, query: Iterable[tuple[str, str]], signed: Signed) -> str:
    path = request.raw_path.partition("?")[0]
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in query if name != "X-Amz-Signature")
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed.headers]
    return "\n".join(
        (
            request.method,
            quote(unquote(path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in pairs),
            "".join(headers),
            ";".join(signed.headers),
            signed.payload,
        )
    )


def _signature(text: str, signed: Signed, account: Account) -> str:
    scope = signed.credential.partition("/")[2]
    key = f"AWS4{account.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    hashed = sha256(text.encode()).hexdigest()
    return hmac.new(key, f"{ALGORITHM}\n{signed.at}\n{scope}\n{hashed}".encode(), sha256).hexdigest()


def _query(request: web.Request) -> list[tuple[str, str]]:
    raw = request.raw_path.partition("?")[2]
    pairs = (each.partition("=") for each in raw.split("&") if each)
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None
