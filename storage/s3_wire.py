"""How Easel speaks S3: one client and its limits, what its errors mean, and reading that survives a broken line."""

import threading
from base64 import b64encode
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any, Literal
from urllib.parse import urlsplit

from storage.errors import StoreAway

Encryption = Literal["none", "AES256", "aws:kms"]
ANYWHERE = "us-east-1"
"""The region where none is set: what MinIO and Ceph take by default, and R2 reads as `auto`."""
CONNECT_S = 5
READ_S = 20
ATTEMPTS = 3
BREAKS = 3
"""How often in a row one download may break off without a byte."""
CHUNK = 256 * 1024
MISSING = frozenset({"NoSuchKey", "NotFound", "404"})
OF_ONE = frozenset({"get_object", "head_object"})
"""Operations where 404 means that the object is missing; elsewhere something is wrong with the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where a bucket is, and how it is entered. Without keys, boto3 looks for a machine's role by itself."""

    name: str
    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    encryption: Encryption = "none"
    links: bool = True
    """Whoever looks can reach the store too; otherwise its files pass through Easel."""
    read_s: float = READ_S
    """How long the store may be silent."""
    connect_s: float = CONNECT_S
    """How long it may take to answer the door, and to take the next bytes of a body."""

    @property
    def at_amazon(self) -> bool:
        """Amazon's own S3, and not a store that speaks like it."""
        host = urlsplit(self.endpoint or "").hostname or ""
        return not self.endpoint or host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


class Wire:
    """One client for all threads, made when first needed, as boto3 takes a third of a second to load."""

    def __init__(self, bucket: Bucket, connections: int) -> None:
        self.bucket = bucket
        self._connections = connections
        self.closing = threading.Event()
        """Set: nothing new is sent, not even another try; only parts are still given back."""
        self._lock = threading.Lock()
        self._made: Any = None

    @property
    def client(self) -> Any:
        """Boto3's client."""
        with self._lock:
            if self._made is None:
                with telling():
                    self._made = _client(self.bucket, self._connections)
                    self._made.meta.events.register_first("before-send.s3", self._unless_closing)
            return self._made

    def call(self, operation: str, **parameters: Any) -> Any:
        """One operation on the bucket.

        Raises:
            FileNotFoundError: there is no such object.
            StoreAway: anything else that went wrong at the store or on the way.
        """
        client = self.client
        with telling(may_miss=operation in OF_ONE):
            answer = getattr(client, operation)(Bucket=self.bucket.name, **parameters)
        if operation in OF_ONE and "ETag" not in answer:
            _refuse_page(answer)
        return answer

    def link(self, expires_s: int, **parameters: Any) -> str:
        """A signed link for one GET."""
        client = self.client
        with telling():
            parameters = {"Bucket": self.bucket.name, **parameters}
            return str(client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=expires_s))

    def chunks(self, key: str, start: int = 0, length: int | None = None) -> Generator[bytes, None, None]:
        """An object's bytes. Where the line breaks it goes on, as long as the object is still the same."""
        taken, breaks = 0, 0
        same: dict[str, str] = {}
        end = "" if length is None else start + length - 1
        while True:
            some = {"Range": f"bytes={start + taken}-{end}"} if start or taken or length is not None else {}
            answer = self.call("get_object", Key=key, **some, **same)
            same = {"IfMatch": answer["ETag"]}
            try:
                for chunk in _read(answer["Body"]):
                    taken, breaks = taken + len(chunk), 0
                    yield chunk
                return
            except StoreAway:
                breaks += 1
                if breaks >= BREAKS:
                    raise

    def pages(self, operation: str, **parameters: Any) -> Iterator[Any]:
        """Every page of a listing."""
        client = self.client
        pages = iter(client.get_paginator(operation).paginate(Bucket=self.bucket.name, **parameters))
        while True:
            with telling():
                page = next(pages, None)
            if page is None:
                return
            if "IsTruncated" not in page:
                _refuse_page(page)
            yield page

    def _unless_closing(self, event_name: str, **_: Any) -> None:
        if self.closing.is_set() and not event_name.endswith("AbortMultipartUpload"):
            raise StoreAway("stopped")

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            if self._made is not None:
                self._made.close()


@contextmanager
def telling(*, may_miss: bool = False) -> Iterator[None]:
    """Turn what boto3 raises into our own words. Faults of local files, and our own mistakes, stay what they are."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code") or "unknown")
        if may_miss and code in MISSING:
            raise FileNotFoundError(code) from error
        raise StoreAway(code) from error
    except ParamValidationError:
        raise
    except (BotoCoreError, ResponseParserError, HTTPError) as error:
        raise StoreAway(type(error).__name__) from error


def _refuse_page(answer: Any) -> None:
    """A proxy's own page came with a 200: to boto3 it looks like an answer that says nothing."""
    if "Body" in answer:
        answer["Body"].close()
    raise StoreAway("NotTheStore")


def _read(body: Any) -> Iterator[bytes]:
    with closing(body):
        while True:
            with telling():
                chunk: bytes = body.read(CHUNK)
            if not chunk:
                return
            yield chunk


def _client(bucket: Bucket, connections: int) -> Any:
    import boto3
    from botocore.config import Config

    account = boto3.Session(
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key,
        aws_session_token=bucket.session_token,
        region_name=bucket.region,
    )
    config = Config(
        signature_version="s3v4",
        connect_timeout=bucket.connect_s,
        read_timeout=bucket.read_s,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=connections,
        # Other stores refuse the trailers that boto3 would send unasked; Content-MD5 is understood by all of them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3=_addressing(bucket),
    )
    region = account.region_name or ANYWHERE
    made = account.client("s3", region_name=region, endpoint_url=bucket.endpoint, config=config)
    made.meta.events.register_last("before-call.s3.DeleteObjects", _with_md5)
    return made


def _addressing(bucket: Bucket) -> Any:
    """Only Amazon is sure to have a host name for every bucket, and its certificate covers no dots.

    With `auto`, boto3 signs links for s3.amazonaws.com, from where Amazon redirects and the signature fails.
    """
    style = "virtual" if bucket.at_amazon and "." not in bucket.name else "path"
    return {"addressing_style": style, "us_east_1_regional_endpoint": "regional"}


def _with_md5(params: dict[str, Any], **_: Any) -> None:
    """Boto3 ≥ 1.36 sends a CRC32 with DeleteObjects; others, and S3's own older rule, want Content-MD5."""
    params["context"].pop("checksum", None)
    params["headers"]["Content-MD5"] = b64encode(md5(params["body"], usedforsecurity=False).digest()).decode()
