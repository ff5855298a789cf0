"""What the doctor finds about the store of objects."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import Mark
from tests.bot.test_cli import Terminal
from tests.bot.test_doctor import Findings, consult
from tests.fakes import s3 as fake
from tests.fakes.s3 import S3Server, Trouble


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3") as running:
        yield running


async def told(folder: Path, server: S3Server, **more: Any) -> Findings:
    found = await consult(folder, **(server.environment | more))
    assert not [secret for secret in (fake.SECRET_KEY, "X-Amz") if secret in " ".join(each.sentence for each in found)]
    return found


async def test_without_a_bucket_files_lie_in_the_data_folder(tmp_path: Path) -> None:
    found = await consult(tmp_path)
    assert found.of("Objects") == f"files under {(tmp_path / 'data' / 'objects').resolve()}."


async def test_a_good_bucket_is_tried_out_and_left_as_it_was(tmp_path: Path, server: S3Server) -> None:
    found = await told(tmp_path, server)
    assert found.marks("Objects") == {Mark.GOOD}
    assert f"the bucket {fake.BUCKET} at 127.0.0.1:{server.port}" in found.of("Objects")
    tried = {each.operation for each in server.seen}
    assert tried >= {"PutObject", "HeadObject", "GetObject", "ListObjectsV2", "DeleteObjects"}
    assert (server.shelf.objects, server.shelf.uploads, server.refused) == ({}, {}, ["NoSuchKey"])


async def test_offline_nothing_is_asked(tmp_path: Path, server: S3Server) -> None:
    found = await consult(tmp_path, offline=True, **server.environment)
    assert ("--offline" in found.of("Objects"), server.seen) == (True, [])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKNO"}, "AWS_ACCESS_KEY_ID"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "AWS_SECRET_ACCESS_KEY"),
        ({"S3_BUCKET": "another"}, "no such bucket"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, "EndpointConnectionError"),
    ],
    ids=["key", "secret", "bucket", "nobody there"],
)
async def test_what_is_set_wrongly_is_named(
    tmp_path: Path, server: S3Server, values: dict[str, str], said: str
) -> None:
    found = await told(tmp_path, server, **values)
    assert found.bad == ["Objects"]
    assert said in found.of("Objects")


async def test_a_wrong_region_is_found_at_the_latest_by_the_link(tmp_path: Path, server: S3Server) -> None:
    found = await told(tmp_path, server, AWS_REGION="us-east-1")
    assert found.bad == ["Objects"]


@pytest.mark.parametrize(
    ("operation", "step"),
    [("PutObject", "put"), ("ListObjectsV2", "list"), ("GetObject", "read"), ("DeleteObjects", "delete")],
)
async def test_a_right_that_is_missing_is_found_by_what_it_is_for(
    tmp_path: Path, server: S3Server, operation: str, step: str
) -> None:
    server.denied = {operation}
    found = await told(tmp_path, server)
    assert found.bad == ["Objects"]
    assert f"to {step}" in found.of("Objects")
    assert "policy" in found.of("Objects")
    assert operation == "DeleteObjects" or server.shelf.objects == {}


@pytest.mark.parametrize(
    ("trouble", "said"),
    [(fake.forgets(), "another number of bytes"), (fake.slow_down(), "SlowDown"), (fake.gateway_page(), "NotTheStore")],
)
async def test_a_store_that_does_not_do_its_work_is_found(
    tmp_path: Path, server: S3Server, trouble: Trouble, said: str
) -> None:
    server.always("PutObject", trouble)
    if trouble.page:
        server.always("HeadObject", trouble)
    found = await told(tmp_path, server)
    assert said in found.of("Objects")


async def test_a_wrong_clock_and_an_encryption_that_is_not_known_are_named(tmp_path: Path) -> None:
    with S3Server(tmp_path / "s3", encryption=False) as server:
        found = await told(tmp_path, server, EASEL_S3_ENCRYPTION="aws:kms")
        assert "EASEL_S3_ENCRYPTION=none" in found.of("Objects")
        server.ahead = timedelta(hours=1)
        assert "clock" in (await told(tmp_path, server)).of("Objects")


async def test_the_command_says_it_too(tmp_path: Path, server: S3Server) -> None:
    terminal = Terminal(tmp_path)
    well = await terminal.run("doctor", **server.environment)
    assert (well.code, "put, list, read" in well.out) == (0, True)
    server.denied = {"PutObject"}
    assert (await terminal.run("doctor", **server.environment)).code == 1
