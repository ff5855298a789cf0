"""Videos brought along: larger than pictures may be, stored as MP4, shown with a poster."""

import io

import aiohttp
import pytest

from tests.bot.house import House
from tests.fakes import media

UPLOADS = "/api/v1/uploads"
BOX = b"free"


def film_form(data: bytes, name: str = "clip.mp4") -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("file", io.BytesIO(data), filename=name, content_type="video/mp4")
    return form


def padded(film: bytes, size_bytes: int) -> bytes:
    """The film with an empty box behind it: as large as wished, and still a film."""
    room = size_bytes - len(film)
    return film + room.to_bytes(4, "big") + BOX + bytes(room - 8)


@pytest.mark.parametrize(("data", "name"), [(media.mp4((96, 64), 1.0), "a.mp4"), (media.webm((96, 64), 1.0), "a")])
async def test_a_video_becomes_an_mp4_with_a_poster(quiet: House, data: bytes, name: str) -> None:
    made = await quiet.ask("POST", UPLOADS, data=film_form(data, name))
    assert made.status == 201, made.text
    asset = made.json
    assert (asset["kind"], asset["media_type"], asset["asked"]) == ("upload", "video/mp4", name)
    assert (asset["width"], asset["height"], asset["duration_s"]) == (96, 64, pytest.approx(1.0, abs=0.05))
    content = await quiet.ask("GET", f"/api/v1/assets/{asset['id']}/content")
    assert (content.status, content.headers["Content-Type"]) == (200, "video/mp4")
    assert content.body[4:8] == b"ftyp"
    thumbnail = await quiet.ask("GET", f"/api/v1/assets/{asset['id']}/thumbnail")
    assert (thumbnail.status, thumbnail.headers["Content-Type"]) == (200, "image/webp")
    assert list(quiet.context.incoming.iterdir()) == []


async def test_a_video_may_be_larger_than_a_picture_but_has_its_own_end(quiet: House) -> None:
    film = media.mp4((320, 180), 1.0)
    made = await quiet.ask("POST", UPLOADS, data=film_form(padded(film, 30 * media.MB)))
    assert made.status == 201, made.text
    assert made.json["bytes"] < media.MB
    for chunked in (None, True):
        large = await quiet.ask("POST", UPLOADS, data=film_form(padded(film, 65 * media.MB)), chunked=chunked)
        assert (large.status, large.code) == (413, "too_large")
    assert list(quiet.context.incoming.iterdir()) == []


async def test_a_picture_that_says_it_is_a_video_is_still_a_picture(quiet: House) -> None:
    made = await quiet.ask("POST", UPLOADS, data=film_form(media.png((64, 48))))
    assert (made.status, made.json["media_type"]) == (201, "image/png")
    large = await quiet.ask("POST", UPLOADS, data=film_form(media.png((64, 48)) + bytes(21 * media.MB)))
    assert (large.status, large.code) == (413, "too_large")


@pytest.mark.parametrize("data", [media.mp4()[:40], b"\x1a\x45\xdf\xa3" * 100, media.mp3(), b"#EXTM3U\nhttp://a/b\n"])
async def test_what_is_no_video_is_refused(quiet: House, data: bytes) -> None:
    answer = await quiet.ask("POST", UPLOADS, data=film_form(data))
    assert answer.status in (400, 415)
    assert answer.text
    assert list(quiet.context.incoming.iterdir()) == []
