"""Stored files that lie in a bucket, as a browser sees them: by signed links, or passed on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.bot.house import House, house, png
from tests.fakes import s3 as fake
from tests.fakes.s3 import S3Server

FILM = bytes(range(256)) * 4000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3") as running:
        yield running


@pytest.fixture
async def linked(server: S3Server, tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", **server.environment) as built:
        yield built


@pytest.fixture
async def passed_on(server: S3Server, tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", **server.environment, EASEL_S3_LINKS="off") as built:
        yield built


async def content(built: House, **more: str) -> str:
    """The address of a stored film."""
    values = {"kind": "video", "tool": "generate_video", "media_type": "video/mp4"} | more
    asset = await built.asset(built.context.local_user_id, FILM, **values)
    return f"/api/v1/assets/{asset.id}/content"


async def test_a_picture_is_shown_from_the_bucket_as_what_it_is(linked: House, server: S3Server) -> None:
    asset = await linked.asset(linked.context.local_user_id)
    answer = await linked.ask("GET", f"/api/v1/assets/{asset.id}/content")
    assert answer.status == 307
    link = answer.headers["Location"]
    assert link.startswith(f"{server.url}/{fake.BUCKET}/{asset.object_key}?")
    shown = httpx.get(link)
    assert (shown.content, shown.headers["Content-Type"]) == (png(), "image/png")
    assert shown.headers["Content-Disposition"].startswith('inline; filename="a-quiet-harbour')
    policy = (await linked.ask("GET", "/")).headers["Content-Security-Policy"]
    assert f"img-src 'self' blob: data: {server.url};" in policy
    assert f"media-src 'self' blob: {server.url};" in policy


async def test_what_is_no_picture_film_or_sound_is_only_ever_kept_whatever_the_bucket_calls_it(
    linked: House,
) -> None:
    path = await content(linked, media_type="text/html")
    shown = httpx.get((await linked.ask("GET", path)).headers["Location"])
    assert shown.headers["Content-Disposition"].startswith("attachment;")


async def test_a_download_comes_from_the_bucket_under_its_friendly_name(linked: House) -> None:
    path = await content(linked)
    answer = await linked.ask("GET", f"{path}?download=1")
    kept = httpx.get(answer.headers["Location"])
    assert kept.content == FILM
    assert kept.headers["Content-Disposition"].startswith('attachment; filename="a-quiet-harbour-v1.mp4"')


async def test_a_film_is_leapt_about_in_at_the_bucket(linked: House) -> None:
    link = (await linked.ask("GET", await content(linked))).headers["Location"]
    part = httpx.get(link, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, FILM[1000:2000])


async def test_every_look_gets_a_link_of_its_own_and_a_head_gets_none(linked: House) -> None:
    path = await content(linked)
    first = await linked.ask("GET", path)
    await asyncio.sleep(1.1)
    second = await linked.ask("GET", path)
    assert first.headers["Location"] != second.headers["Location"]
    assert first.headers["Cache-Control"] == "private, max-age=300"
    head = await linked.ask("HEAD", path)
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(FILM)))


async def test_nobody_else_gets_a_link(linked: House) -> None:
    asset = await linked.asset(linked.ada.id)
    path = f"/api/v1/assets/{asset.id}/content"
    assert (await linked.ask("GET", path, locked=True)).status == 401
    assert (await linked.ask("GET", path, locked=True, headers=linked.bob.headers)).status == 404
    assert (await linked.ask("GET", path, locked=True, headers=linked.ada.headers)).status == 307


async def test_a_thumbnail_is_made_from_the_bucket_and_passed_on(linked: House) -> None:
    asset = await linked.asset(linked.context.local_user_id)
    answer = await linked.ask("GET", f"/api/v1/assets/{asset.id}/thumbnail")
    assert (answer.status, answer.headers["Content-Type"], answer.body[:4]) == (200, "image/webp", b"RIFF")


async def test_a_bucket_that_is_away_is_said_calmly(linked: House, server: S3Server) -> None:
    asset = await linked.asset(linked.context.local_user_id)
    path = f"/api/v1/assets/{asset.id}/thumbnail"
    assert (await linked.ask("GET", path)).status == 200
    server.down()
    answer = await linked.ask("GET", path)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "busy", "5")
    assert server.url not in answer.text
    server.up()
    assert (await linked.ask("GET", path)).status == 200


# --- passed on ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [("0-0", 0, 1), ("100-299", 100, 300), ("1000000-", 1_000_000, len(FILM)), ("-7", len(FILM) - 7, len(FILM))],
)
async def test_ranges_are_passed_on(passed_on: House, server: S3Server, wanted: str, start: int, stop: int) -> None:
    path = await content(passed_on)
    server.seen.clear()
    answer = await passed_on.ask("GET", path, headers={"Range": f"bytes={wanted}"})
    assert (answer.status, answer.body) == (206, FILM[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(FILM)}"
    assert answer.headers["Content-Length"] == str(stop - start)
    asked = next(each.headers["Range"] for each in server.seen if each.operation == "GetObject")
    assert asked == f"bytes={start}-{stop - 1}"


async def test_a_film_that_is_passed_on_says_what_it_is_and_is_not_sent_twice(passed_on: House) -> None:
    path = await content(passed_on)
    whole = await passed_on.ask("GET", path)
    assert (whole.status, whole.body, whole.headers["Accept-Ranges"]) == (200, FILM, "bytes")
    assert whole.headers["Content-Disposition"].startswith("inline;")
    etag = whole.headers["ETag"]
    assert (await passed_on.ask("GET", path, headers={"If-None-Match": etag})).status == 304
    some = {"Range": "bytes=0-9"}
    assert (await passed_on.ask("GET", path, headers=some | {"If-Range": etag})).status == 206
    assert (await passed_on.ask("GET", path, headers=some | {"If-Range": '"other"'})).status == 200
    for beyond in (f"bytes={len(FILM)}-", "bytes=9-2", "lines=1-2"):
        assert (await passed_on.ask("GET", path, headers={"Range": beyond})).status == 416
