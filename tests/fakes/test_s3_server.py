"""The stand-in for S3, spoken to by the vendor's own client, and by whoever meddles."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import httpx
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.fakes.s3 import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server, slow_down

MB = 1024 * 1024


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3") as running:
        yield running


def connected(server: S3Server, *, key: str = ACCESS_KEY, secret: str = SECRET_KEY, **config: Any) -> Any:
    path, once = {"addressing_style": "path"}, {"total_max_attempts": 1}
    return boto3.client(
        "s3",
        endpoint_url=server.url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        region_name=config.pop("region", REGION),
        config=Config(signature_version="s3v4", s3=path, retries=once, **config),
    )


@pytest.fixture
def client(server: S3Server) -> Iterator[Any]:
    made = connected(server)
    yield made
    made.close()


def code(client: Any, operation: str, **parameters: Any) -> str:
    """How an operation is refused."""
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(Bucket=BUCKET, **parameters)
    return str(caught.value.response["Error"]["Code"])


# --- who asks ----------------------------------------------------------------------------------------------------


def test_a_wrong_secret_and_a_wrong_key_are_refused(server: S3Server) -> None:
    body = {"Key": "u/k", "Body": b"x"}
    for wrong, said in (({"secret": "no"}, "SignatureDoesNotMatch"), ({"key": "AKNO"}, "InvalidAccessKeyId")):
        client = connected(server, **wrong)
        assert code(client, "put_object", **body) == said
        client.close()
    assert server.shelf.objects == {}


def test_without_a_signature_nothing_is_told(server: S3Server, client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="u/k", Body=b"x")
    assert httpx.get(f"{server.url}/{BUCKET}/u/k").status_code == 403
    assert httpx.get(f"{server.url}/{BUCKET}?list-type=2").status_code == 403


def test_a_signature_for_another_region_is_refused_with_the_right_one(server: S3Server) -> None:
    link = _link(connected(server, region="us-east-1"), "u/k")
    answer = httpx.get(link)
    assert (answer.status_code, f"<Region>{REGION}</Region>" in answer.text) == (400, True)


def test_a_clock_that_is_wrong_is_refused(server: S3Server, client: Any) -> None:
    server.ahead = timedelta(minutes=16)
    assert code(client, "put_object", Key="u/k", Body=b"x") == "RequestTimeTooSkewed"
    server.ahead = timedelta(minutes=14)
    client.put_object(Bucket=BUCKET, Key="u/k", Body=b"x")


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (lambda request: None, 200, ""),
        (lambda request: request.headers.add_header("x-amz-meta-more", "1"), 403, "AccessDenied"),
        (lambda request: request.headers.replace_header("Content-Type", "image/gif"), 403, "SignatureDoesNotMatch"),
        (lambda request: setattr(request, "data", b"other"), 400, "XAmzContentSHA256Mismatch"),
        (lambda request: setattr(request, "url", request.url + "2"), 403, "SignatureDoesNotMatch"),
        (lambda request: setattr(request, "method", "POST"), 403, "SignatureDoesNotMatch"),
    ],
    ids=["nothing", "a header more", "another type", "another body", "another key", "another method"],
)
def test_what_was_changed_after_signing_is_refused(server: S3Server, change: Any, status: int, said: str) -> None:
    request = AWSRequest("PUT", f"{server.url}/{BUCKET}/u/k", data=b"bytes", headers={"Content-Type": "image/png"})
    S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", REGION).add_auth(request)
    change(request)
    answer = httpx.request(request.method, request.url, content=request.data, headers=dict(request.headers.items()))
    assert (answer.status_code, f"<Code>{said}</Code>" in answer.text) == (status, bool(said))


# --- links -------------------------------------------------------------------------------------------------------


def _link(client: Any, key: str, expires_s: int = 60, **more: str) -> str:
    wanted = {"Bucket": BUCKET, "Key": key} | more
    link = client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=expires_s)
    client.close()
    return str(link)


def test_a_link_says_what_it_was_told_to_and_gives_ranges(server: S3Server, client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="u/k é+.png", Body=b"0123456789", ContentType="text/html")
    disposition = "inline; filename=\"a b.png\"; filename*=UTF-8''%C3%A9.png"
    link = _link(client, "u/k é+.png", ResponseContentType="image/png", ResponseContentDisposition=disposition)
    answer = httpx.get(link, headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.content, answer.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (answer.headers["Content-Type"], answer.headers["Content-Disposition"]) == ("image/png", disposition)
    assert httpx.get(link, headers={"Range": "bytes=-3"}).content == b"789"
    assert httpx.get(link, headers={"Range": "bytes=10-"}).status_code == 416


def test_a_link_ends_when_it_says_and_is_for_one_key_method_and_type(server: S3Server, client: Any) -> None:
    for key in ("u/k", "u/other"):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    link = _link(client, "u/k", ResponseContentType="image/png")
    assert httpx.get(link).status_code == 200
    assert httpx.head(link).status_code == 403
    assert httpx.put(link, content=b"mine").status_code == 403
    assert httpx.get(link.replace("u/k", "u/other")).status_code == 403
    for name, value in (
        ("response-content-type", "text/html"),
        ("X-Amz-Expires", "9999"),
        ("X-Amz-Signature", "0" * 64),
    ):
        parts = urlsplit(link)
        query = urlencode(dict(parse_qsl(parts.query)) | {name: value})
        assert httpx.get(parts._replace(query=query).geturl()).status_code == 403
    server.ahead = timedelta(seconds=61)
    expired = httpx.get(link)
    assert (expired.status_code, "Request has expired" in expired.text) == (403, True)


# --- bodies and parts --------------------------------------------------------------------------------------------


def test_a_body_that_is_not_what_its_checksum_says_is_refused(server: S3Server, client: Any) -> None:
    assert code(client, "put_object", Key="u/k", Body=b"x", ContentMD5=_md5(b"y")) == "BadDigest"
    assert code(client, "put_object", Key="u/k", Body=b"x", ContentMD5="short") == "InvalidDigest"
    assert code(client, "put_object", Key="u/k", Body=b"x", ChecksumCRC32="AAAAAA==") == "BadDigest"
    client.put_object(Bucket=BUCKET, Key="u/k", Body=b"x", ContentMD5=_md5(b"x"))
    assert code(client, "put_object", Key="u/k", Body=b"x", ServerSideEncryption="ROT13") == "InvalidArgument"


def _md5(content: bytes) -> str:
    return b64encode(md5(content).digest()).decode()


def test_an_older_store_takes_no_newer_checksums(tmp_path: Path) -> None:
    with S3Server(tmp_path / "s3", crc=False) as server:
        client = connected(server)
        assert code(client, "put_object", Key="u/k", Body=b"x") == "NotImplemented"
        client.close()


def test_parts_follow_the_rules(server: S3Server, client: Any) -> None:
    upload = client.create_multipart_upload(Bucket=BUCKET, Key="u/k")["UploadId"]
    at = {"Key": "u/k", "UploadId": upload}
    bodies = {1: b"a" * (5 * MB), 2: b"b" * MB, 3: b"c"}
    etags = {
        number: client.upload_part(Bucket=BUCKET, **at, PartNumber=number, Body=body)["ETag"]
        for number, body in bodies.items()
    }

    def named(*numbers: int, **wrong: str) -> dict[str, Any]:
        parts = [{"PartNumber": number, "ETag": wrong.get("etag", etags.get(number, '"0"'))} for number in numbers]
        return {"MultipartUpload": {"Parts": parts}}

    assert code(client, "complete_multipart_upload", **at, **named(1, 2, 3)) == "EntityTooSmall"
    assert code(client, "complete_multipart_upload", **at, **named(2, 1)) == "InvalidPartOrder"
    assert code(client, "complete_multipart_upload", **at, **named(1, 4)) == "InvalidPart"
    assert code(client, "complete_multipart_upload", **at, **named(1, etag='"f"')) == "InvalidPart"
    assert code(client, "upload_part", **at, PartNumber=10_001, Body=b"x") == "InvalidArgument"
    assert code(client, "upload_part", **(at | {"Key": "u/other"}), PartNumber=1, Body=b"x") == "NoSuchUpload"
    assert "u/k" not in server.shelf.objects
    done = client.complete_multipart_upload(Bucket=BUCKET, **at, **named(1, 2))
    digests = b"".join(md5(bodies[number]).digest() for number in (1, 2))
    assert done["ETag"] == f'"{md5(digests).hexdigest()}-2"'
    assert client.head_object(Bucket=BUCKET, Key="u/k")["ContentLength"] == 6 * MB
    assert code(client, "abort_multipart_upload", **at) == "NoSuchUpload"


def test_uploads_are_listed_by_pages_and_end_when_they_are_aborted(tmp_path: Path) -> None:
    with S3Server(tmp_path / "s3", page=2) as server:
        client = connected(server)
        for number in range(5):
            client.create_multipart_upload(Bucket=BUCKET, Key=f"u/{number % 2}")
        pages = list(client.get_paginator("list_multipart_uploads").paginate(Bucket=BUCKET, Prefix="u/"))
        assert [len(page["Uploads"]) for page in pages] == [2, 2, 1]
        for each in (each for page in pages for each in page["Uploads"]):
            client.abort_multipart_upload(Bucket=BUCKET, Key=each["Key"], UploadId=each["UploadId"])
        assert server.shelf.uploads == {}
        client.close()


def test_more_than_a_thousand_are_not_deleted_at_once(client: Any) -> None:
    wanted = {"Objects": [{"Key": f"u/{number}"} for number in range(1001)]}
    assert code(client, "delete_objects", Delete=wanted) == "MalformedXML"


def test_a_busy_store_says_so_once_and_a_missing_bucket_or_operation_always(server: S3Server, client: Any) -> None:
    server.script("PutObject", slow_down())
    assert code(client, "put_object", Key="u/k", Body=b"x") == "SlowDown"
    client.put_object(Bucket=BUCKET, Key="u/k", Body=b"x")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        client.get_object(Bucket="another", Key="u/k")
    assert code(client, "get_bucket_acl") == "NotImplemented"
    assert code(client, "copy_object", Key="u/l", CopySource=f"{BUCKET}/u/k") == "NotImplemented"
