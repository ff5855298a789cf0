"""A bucket in good and bad days: what is asked of it, what its troubles become, and what is left behind."""

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from storage.errors import StoreAway
from storage.s3 import AT_ONCE, LINK_MAX_S, PART, WHOLE_MAX, S3Objects
from storage.s3_wire import Bucket
from tests.fakes import s3 as fake
from tests.fakes.s3 import REGION, S3Server, Trouble
from tests.fakes.s3.shelf import Stored
from tests.storage.places import bucket_of
from tests.storage.test_object_stores import read

MB = 1024 * 1024
BAD = {
    "slow down": fake.slow_down(),
    "internal": fake.fails(),
    "hangs": fake.hangs(),
    "loses answers": fake.loses_the_answer(),
    "cut at half": fake.breaks_off(0.5),
}
ROOT = Path(__file__).parent.parent.parent
THREADS = 8 + 4
"""Those that read, and those that write."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3") as running:
        yield running


@pytest.fixture
def store(server: S3Server) -> Iterator[S3Objects]:
    objects = S3Objects(bucket_of(server, read_s=0.5, connect_s=1))
    yield objects
    objects.close()


@pytest.fixture
def source(tmp_path: Path) -> Callable[[int], Path]:
    def written(size: int) -> Path:
        path = tmp_path / secrets.token_hex(4)
        path.write_bytes(secrets.token_bytes(size))
        return path

    return written


async def reason(store: S3Objects, source: Path, key: str = "u/k") -> str:
    with pytest.raises(StoreAway) as caught:
        await store.put(key, source, "image/png")
    return caught.value.reason


# --- putting -----------------------------------------------------------------------------------------------------


async def test_small_files_go_whole_and_large_ones_in_equal_parts_and_each_is_looked_at(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    await store.put("u/small", source(WHOLE_MAX), "image/png")
    assert [each.operation for each in server.seen] == ["PutObject", "HeadObject"]
    server.seen.clear()
    await store.put("u/large", source(2 * PART + 5 * MB), "video/mp4")
    operations = [each.operation for each in server.seen if each.operation != "ListMultipartUploads"]
    ends = ["CompleteMultipartUpload", "HeadObject"]
    assert operations == ["CreateMultipartUpload", *["UploadPart"] * 3, *ends]
    sizes = [int(each.headers["Content-Length"]) for each in server.seen if each.operation == "UploadPart"]
    assert sizes == [PART, PART, 5 * MB]
    assert [each.media_type for each in server.shelf.objects.values()] == ["image/png", "video/mp4"]


async def test_every_body_is_checked_by_its_md5_and_by_nothing_that_other_stores_refuse(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    await store.put("u/small", source(10), "image/png")
    await store.put("u/large", source(WHOLE_MAX + 1), "image/png")
    await store.delete_all("u")
    bodies = [each for each in server.seen if each.operation in ("PutObject", "UploadPart", "DeleteObjects")]
    assert len(bodies) == 5
    for each in bodies:
        names = {name.lower() for name in each.headers}
        assert "content-md5" in names
        assert not [
            name for name in names if name.startswith(("x-amz-checksum", "x-amz-sdk-checksum", "x-amz-trailer"))
        ]


@pytest.mark.parametrize("size", [10, WHOLE_MAX + 1])
async def test_encryption_is_asked_for_where_it_is_set(
    server: S3Server, source: Callable[[int], Path], size: int
) -> None:
    store = S3Objects(bucket_of(server, encryption="aws:kms"))
    await store.put("u/k", source(size), "image/png")
    store.close()
    assert server.shelf.objects["u/k"].encryption == "aws:kms"


async def test_a_lent_key_shows_its_token(tmp_path: Path, source: Callable[[int], Path]) -> None:
    with S3Server(tmp_path / "s3", token="lent") as server:
        for token, holds in (("lent", True), (None, False)):
            store = S3Objects(bucket_of(server, session_token=token))
            if holds:
                await store.put("u/k", source(1), "image/png")
                assert httpx.get(await store.url("u/k", 60) or "").status_code == 200
            else:
                assert await reason(store, source(1)) == "InvalidToken"
            store.close()


async def test_a_put_whose_object_is_not_there_afterwards_is_no_put(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    server.script("PutObject", fake.forgets())
    server.script("CompleteMultipartUpload", fake.forgets())
    assert await reason(store, source(11)) == "SizeDiffers"
    assert await reason(store, source(WHOLE_MAX + 1)) == "SizeDiffers"
    await store.put("u/k", source(11), "image/png")


# --- troubles ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", BAD.values(), ids=BAD)
async def test_one_bad_answer_is_not_noticed(
    server: S3Server, store: S3Objects, source: Callable[[int], Path], trouble: Trouble
) -> None:
    small, large = source(10), source(WHOLE_MAX + 1)
    for operation in ("PutObject", "UploadPart", "CompleteMultipartUpload", "HeadObject", "GetObject"):
        server.script(operation, trouble)
    await store.put("u/small", small, "image/png")
    await store.put("u/large", large, "image/png")
    assert await read(store, "u/small") == small.read_bytes()
    assert await read(store, "u/large") == large.read_bytes()
    assert server.shelf.uploads == {}


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (fake.slow_down(), "SlowDown"),
        (fake.fails(), "InternalError"),
        (fake.fails("AccessDenied"), "AccessDenied"),
        (fake.fails("NoSuchBucket"), "NoSuchBucket"),
        (fake.hangs(), "ReadTimeoutError"),
        (fake.loses_the_answer(), "ConnectionClosedError"),
    ],
    ids=["slow down", "internal", "denied", "no bucket", "hangs", "loses answers"],
)
async def test_a_lasting_trouble_becomes_one_that_may_pass_after_three_tries_at_most(
    server: S3Server, store: S3Objects, source: Callable[[int], Path], trouble: Trouble, said: str
) -> None:
    server.always("*", trouble)
    begun = time.monotonic()
    assert await reason(store, source(10)) == said
    assert 1 <= server.count("PutObject") <= 3
    with pytest.raises(StoreAway):
        await read(store, "u/k")
    with pytest.raises(StoreAway):
        await store.delete_all("u")
    assert time.monotonic() - begun < 30


BODIES = {
    "1 kB/s": (fake.crawls(1_000), {"ReadTimeoutError", "ConnectTimeoutError", "ConnectionClosedError"}, 3),
    "cut at half": (fake.breaks_off(0.5), {"ConnectionClosedError"}, 3),
    "wrong checksum": (fake.damages(), {"BadDigest", "XAmzContentSHA256Mismatch"}, 1),
}


@pytest.mark.parametrize("size", [100_000, WHOLE_MAX + 1], ids=["whole", "in parts"])
@pytest.mark.parametrize(("trouble", "said", "tries"), BODIES.values(), ids=BODIES)
async def test_a_body_that_does_not_arrive_as_sent_is_told_leaves_nothing_and_may_be_put_later(
    server: S3Server,
    store: S3Objects,
    source: Callable[[int], Path],
    trouble: Trouble,
    said: set[str],
    tries: int,
    size: int,
) -> None:
    for operation in ("PutObject", "UploadPart"):
        server.always(operation, trouble)
    file, begun = source(size), time.monotonic()
    assert await reason(store, file) in said
    assert server.count("PutObject") + server.count("UploadPart") == tries
    assert time.monotonic() - begun < 40
    assert (await store.size("u/k"), server.shelf.uploads, server.shelf.objects) == (None, {}, {})
    for operation in ("PutObject", "UploadPart"):
        server.always(operation, None)
    await store.put("u/k", file, "image/png")
    assert await read(store, "u/k") == file.read_bytes()


async def test_a_store_that_refuses_connections_comes_back_and_nobody_restarts_anything(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    file = source(10)
    await store.put("u/k", file, "image/png")
    server.down()
    assert await reason(store, file) == "EndpointConnectionError"
    with pytest.raises(StoreAway):
        await store.size("u/k")
    server.up()
    assert await read(store, "u/k") == file.read_bytes()


async def test_a_gateway_s_page_is_never_taken_for_an_answer_of_the_store(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    await store.put("u/k", source(10), "image/png")
    for operation in ("PutObject", "HeadObject", "GetObject", "ListObjectsV2", "DeleteObjects"):
        server.always(operation, fake.gateway_page())
    assert await reason(store, source(10), "u/new") == "NotTheStore"
    for attempt in (store.size("u/k"), read(store, "u/k"), store.keys(), store.delete_all("u")):
        with pytest.raises(StoreAway, match="NotTheStore"):
            await attempt
    server.always("ListObjectsV2", None)
    with pytest.raises(StoreAway, match="NotTheStore"):
        await store.delete_all("u")
    assert list(server.shelf.objects) == ["u/k"]


@pytest.mark.parametrize("at", [0, 1, MB])
async def test_a_download_that_breaks_off_goes_on_where_it_broke(
    server: S3Server, store: S3Objects, source: Callable[[int], Path], tmp_path: Path, at: int
) -> None:
    file = source(3 * MB)
    await store.put("u/k", file, "video/mp4")
    server.script("GetObject", fake.cut(at), fake.cut(at))
    assert (await store.fetch("u/k", tmp_path)).read_bytes() == file.read_bytes()
    server.script("GetObject", fake.cut(at), fake.cut(at))
    assert await read(store, "u/k", 5, 2 * MB) == file.read_bytes()[5 : 5 + 2 * MB]


async def test_a_download_that_goes_on_with_another_object_is_not_a_mixture(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    first, second = source(3 * MB), source(3 * MB)
    await store.put("u/k", first, "video/mp4")
    server.script("GetObject", fake.cut(MB))
    chunks = store.open("u/k")
    await anext(chunks)
    await store.put("u/k", second, "video/mp4")
    with pytest.raises(StoreAway, match="PreconditionFailed"):
        _ = [chunk async for chunk in chunks]


async def test_a_download_that_always_breaks_ends_and_leaves_no_half_file(
    server: S3Server, store: S3Objects, source: Callable[[int], Path], tmp_path: Path
) -> None:
    await store.put("u/k.png", source(MB), "image/png")
    server.always("GetObject", fake.cut(0))
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StoreAway):
        await store.fetch("u/k.png", folder)
    assert list(folder.iterdir()) == []


async def test_a_store_that_hangs_holds_up_no_link(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    file = source(10)
    await store.put("u/k", file, "image/png")  # boto3 is loaded now
    server.seen.clear()
    server.always("*", fake.hangs())
    stuck = [asyncio.create_task(store.put(f"u/{number}", file, "image/png")) for number in range(20)]
    stuck += [asyncio.create_task(store.size(f"u/{number}")) for number in range(20)]
    while len(server.seen) < THREADS:
        await asyncio.sleep(0.01)
    assert await store.url("u/k", 60)
    assert not any(each.done() for each in stuck)
    for each in stuck:
        each.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)


# --- what is left behind -----------------------------------------------------------------------------------------


async def test_an_upload_that_fails_or_is_stopped_gives_its_parts_back(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    file = source(4 * PART)
    server.script("UploadPart", Trouble(), fake.fails("AccessDenied"))
    assert await reason(store, file) == "AccessDenied"
    assert (server.shelf.uploads, server.shelf.objects) == ({}, {})
    server.always("UploadPart", fake.slow(0.2))
    stopped = asyncio.create_task(store.put("u/k", file, "video/mp4"))
    while not server.count("UploadPart") > 4:
        await asyncio.sleep(0.01)
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    async with asyncio.timeout(5):
        while server.shelf.uploads:
            await asyncio.sleep(0.01)
    assert server.shelf.objects == {}


async def test_closing_ends_an_upload_after_its_part(server: S3Server, source: Callable[[int], Path]) -> None:
    store = S3Objects(bucket_of(server))
    server.always("UploadPart", fake.slow(0.2))
    put = asyncio.create_task(store.put("u/k", source(10 * PART), "video/mp4"))
    while not server.count("UploadPart"):
        await asyncio.sleep(0.01)
    begun = time.monotonic()
    await asyncio.to_thread(store.close)
    assert time.monotonic() - begun < 1.5
    with pytest.raises(StoreAway):
        await put
    assert (server.shelf.uploads, server.shelf.objects) == ({}, {})


async def test_closing_waits_for_a_store_that_hangs_but_not_for_another_try(
    server: S3Server, source: Callable[[int], Path]
) -> None:
    store = S3Objects(bucket_of(server, read_s=1.0))
    server.always("*", fake.hangs())
    put = asyncio.create_task(store.put("u/k", source(10), "image/png"))
    while not server.count("PutObject"):
        await asyncio.sleep(0.01)
    begun = time.monotonic()
    await asyncio.to_thread(store.close)
    assert time.monotonic() - begun < 2.5
    with pytest.raises(StoreAway):
        await put
    assert server.count("PutObject") == 1


async def test_what_killed_processes_left_half_uploaded_ends_after_a_day_and_not_before(
    server: S3Server, source: Callable[[int], Path]
) -> None:
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        aws_access_key_id=fake.ACCESS_KEY,
        aws_secret_access_key=fake.SECRET_KEY,
        region_name=REGION,
    )
    for key in ("u/old", "u/young"):
        client.create_multipart_upload(Bucket=fake.BUCKET, Key=key)
    client.close()
    old = next(each for each in server.shelf.uploads.values() if each.key == "u/old")
    old.begun -= timedelta(days=1, minutes=1)
    store = S3Objects(bucket_of(server))
    await store.put("u/large", source(WHOLE_MAX + 1), "video/mp4")
    assert [each.key for each in server.shelf.uploads.values()] == ["u/young"]
    await store.delete_all("u")
    assert (server.shelf.uploads, server.shelf.objects) == ({}, {})
    store.close()


async def test_a_key_that_may_not_list_uploads_still_puts_and_deletes(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    server.denied = {"ListMultipartUploads"}
    await store.put("u/large", source(WHOLE_MAX + 1), "video/mp4")
    assert await store.delete_all("u/") == 1


async def test_thousands_are_removed_a_thousand_at_a_time(server: S3Server, store: S3Objects, tmp_path: Path) -> None:
    body = server.shelf.empty()
    for number in range(2 * AT_ONCE + 1):
        path = tmp_path / f"o{number}"
        path.touch()
        server.shelf.objects[f"u/{number:05}"] = Stored(
            path=path, size=0, etag=body.etag, media_type="image/png", modified=server.now(), encryption="AES256"
        )
    assert await store.delete_all("u") == 2 * AT_ONCE + 1
    assert (server.count("DeleteObjects"), server.shelf.objects) == (3, {})


# --- links -------------------------------------------------------------------------------------------------------


async def test_a_link_is_new_each_time_says_what_it_must_and_lasts_an_hour_at_most(
    server: S3Server, store: S3Objects, source: Callable[[int], Path]
) -> None:
    file = source(1000)
    await store.put("u/k.png", file, "text/html")
    link = await store.url("u/k.png", 100_000, "image/png", 'inline; filename="a.png"')
    assert link
    answer = httpx.get(link, headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, file.read_bytes()[10:20])
    said = (answer.headers["Content-Type"], answer.headers["Content-Disposition"])
    assert said == ("image/png", 'inline; filename="a.png"')
    assert httpx.get(link.replace("image%2Fpng", "text%2Fhtml")).status_code == 403
    server.ahead = timedelta(seconds=LINK_MAX_S - 5)
    assert httpx.get(link).status_code == 200
    server.ahead = timedelta(seconds=LINK_MAX_S + 5)
    assert httpx.get(link).status_code == 403
    await asyncio.sleep(1)
    assert await store.url("u/k.png", 60, "image/png") != await store.url("u/k.png", 60, "image/jpeg")


async def test_where_links_are_off_there_are_none(server: S3Server) -> None:
    store = S3Objects(bucket_of(server, links=False))
    assert await store.url("u/k", 60) is None
    store.close()


async def test_nothing_of_the_secret_is_shown(server: S3Server) -> None:
    assert fake.SECRET_KEY not in repr(bucket_of(server, session_token="lent-token"))
    assert "lent-token" not in repr(bucket_of(server, session_token="lent-token"))


# --- memory ------------------------------------------------------------------------------------------------------

PUTTER = """
import asyncio, sys
from pathlib import Path
from storage.s3 import S3Objects
from storage.s3_wire import Bucket

def memory_kb(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name)))

async def main(url, small, large, key, secret, name, region):
    store = S3Objects(Bucket(name=name, endpoint=url, region=region, access_key_id=key, secret_access_key=secret))
    await store.put("u/small", Path(small), "video/mp4")
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = memory_kb("VmRSS")
    await store.put("u/large", Path(large), "video/mp4")
    print(memory_kb("VmHWM") - before)
    store.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_three_hundred_megabytes_are_put_within_64_mb(
    server: S3Server, source: Callable[[int], Path], tmp_path: Path
) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        for _ in range(300):
            file.write(os.urandom(MB))
    keys = (fake.ACCESS_KEY, fake.SECRET_KEY, fake.BUCKET, REGION)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PUTTER, server.url, source(10), large, *keys, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert server.shelf.objects["u/large"].size == 300 * MB
    grown_mb = int(out) / 1024
    print(f"grew by {grown_mb:.1f} MB")
    assert 1 < grown_mb <= 64


# --- addresses ---------------------------------------------------------------------------------------------------

R2 = "https://account.r2.cloudflarestorage.com"


@pytest.mark.parametrize(
    ("name", "endpoint", "region", "address"),
    [
        ("easel", None, "eu-central-1", "https://easel.s3.eu-central-1.amazonaws.com/u/k"),
        ("easel", None, "us-east-1", "https://easel.s3.us-east-1.amazonaws.com/u/k"),
        ("easel.example", None, "eu-central-1", "https://s3.eu-central-1.amazonaws.com/easel.example/u/k"),
        ("easel", R2, "auto", f"{R2}/easel/u/k"),
        ("easel", "http://minio:9000", None, "http://minio:9000/easel/u/k"),
        ("easel", "https://ceph.example/s3", "default", "https://ceph.example/s3/easel/u/k"),
    ],
)
async def test_a_link_leads_to_the_bucket_s_own_region_and_by_its_path_where_it_is_not_amazon_s(
    name: str, endpoint: str | None, region: str | None, address: str
) -> None:
    keys = {"access_key_id": fake.ACCESS_KEY, "secret_access_key": fake.SECRET_KEY}
    store = S3Objects(Bucket(name=name, endpoint=endpoint, region=region, **keys))
    link = await store.url("u/k", 60)
    store.close()
    assert link
    assert link.split("?")[0] == address
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link
