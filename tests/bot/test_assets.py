"""The gallery over REST, and the bytes behind it."""

import wave
from array import array
from io import BytesIO

import pytest
from PIL import Image

from tests.bot.house import MISSING, House, form, png

ASSETS = "/api/v1/assets"


async def test_pages_follow_each_other_without_gap_or_repeat(quiet: House) -> None:
    made = [(await quiet.asset(quiet.ada.id)).id for _ in range(5)]
    await quiet.asset(quiet.bob.id)
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await quiet.ask("GET", f"{ASSETS}?limit=2&before={cursor}", headers=quiet.ada.headers)).json
        seen += [asset["id"] for asset in page["assets"]]
        cursor = page["next"]
    assert seen == made[::-1]


async def test_the_gallery_is_searched_and_filtered(quiet: House) -> None:
    user = quiet.context.local_user_id
    image = await quiet.asset(user)
    video = await quiet.asset(user, kind="video", media_type="video/mp4", favourite=True)
    await quiet.asset(user, kind="upload", tool="upload")

    async def ids(query: str) -> list[str]:
        answer = await quiet.ask("GET", f"{ASSETS}?{query}")
        assert answer.status == 200, answer.text
        return [asset["id"] for asset in answer.json["assets"]]

    assert await ids("") == [video.id, image.id]
    assert await ids("kind=video") == [video.id]
    assert await ids("kind=&favourite=true&q=") == [video.id]
    assert await ids("q=fog+harb") == [video.id, image.id]
    assert await ids("q=nothing%00here") == []
    assert await ids("limit=100000") == [video.id, image.id]
    assert len(await ids("kind=upload")) == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kind=sculpture", "`kind` must be 'image', 'video', 'speech' or 'upload'."),
        ("limit=0", "`limit` must be greater than or equal to 1."),
        ("limit=many", "`limit` must be a valid integer"),
        ("favourite=perhaps", "`favourite` must be a valid boolean"),
        ("sort=size", "`sort` is not a field that Easel knows."),
        ("before=AAAA", "`before` is not a cursor"),
        ("before=%00", "`before` is not a cursor"),
        ("before=%F0%9F%8E%A8", "`before` is not a cursor"),
        (f"before={'A' * 400}", "`before` is not a cursor"),
    ],
)
async def test_a_wrong_question_is_refused(quiet: House, query: str, said: str) -> None:
    answer = await quiet.ask("GET", f"{ASSETS}?{query}")
    assert answer.status == 400
    assert answer.json["error"]["message"].startswith(said)


async def test_an_asset_is_marked_and_described(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    path = f"{ASSETS}/{asset.id}"
    changed = await quiet.ask("PATCH", path, json={"favourite": True, "alt_text": "Fog over \u202eboats"})
    assert (changed.status, changed.json["favourite"], changed.json["alt_text"]) == (200, True, "Fog over boats")
    assert (await quiet.ask("GET", path)).json == changed.json
    assert (await quiet.ask("PATCH", path, json={})).status == 400
    assert (await quiet.ask("PATCH", path, json={"prompt": "x"})).status == 400


async def test_a_deleted_asset_is_gone_with_its_bytes(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    path = f"{ASSETS}/{asset.id}"
    await quiet.ask("GET", f"{path}/thumbnail")
    assert (await quiet.ask("DELETE", path)).status == 204
    for gone in (path, f"{path}/content", f"{path}/thumbnail", f"/a/{asset.id}"):
        assert (await quiet.ask("GET", gone)).status == 404
    assert (await quiet.ask("DELETE", path)).status == 404
    assert await quiet.app.objects.keys(quiet.context.local_user_id) == []


async def test_content_is_served_whole_in_part_and_not_twice(quiet: House) -> None:
    picture = png()
    asset = await quiet.asset(quiet.context.local_user_id, picture)
    path = f"{ASSETS}/{asset.id}/content"
    whole = await quiet.ask("GET", path)
    assert (whole.status, whole.body, whole.headers["Content-Type"]) == (200, picture, "image/png")
    assert whole.headers["Cache-Control"].startswith("private")
    part = await quiet.ask("GET", path, headers={"Range": "bytes=8-15"})
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, picture[8:16], f"bytes 8-15/{len(picture)}")
    assert (await quiet.ask("GET", path, headers={"Range": "bytes=999999-"})).status == 416
    assert (await quiet.ask("GET", path, headers={"If-None-Match": whole.headers["ETag"]})).status == 304
    head = await quiet.ask("HEAD", path)
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(picture)))


async def test_the_rows_type_is_forced_and_what_is_no_media_is_only_kept(quiet: House) -> None:
    page = b"<html><script>alert(1)</script>"
    asset = await quiet.asset(quiet.context.local_user_id, page, media_type="text/html")
    answer = await quiet.ask("GET", f"{ASSETS}/{asset.id}/content")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_download_has_a_friendly_name(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    shown = await quiet.ask("GET", f"{ASSETS}/{asset.id}/content")
    assert shown.headers["Content-Disposition"].startswith('inline; filename="a-quiet-harbour-v1.png"')
    kept = await quiet.ask("GET", f"{ASSETS}/{asset.id}/content?download=1")
    assert kept.headers["Content-Disposition"].startswith('attachment; filename="a-quiet-harbour-v1.png"')


async def test_a_row_without_its_file_is_missing(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    await quiet.app.objects.delete(asset.object_key)
    assert (await quiet.ask("GET", f"{ASSETS}/{asset.id}/content")).status == 404


async def test_a_thumbnail_is_made_when_first_asked_for(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id, png((1200, 800)))
    answer = await quiet.ask("GET", f"{ASSETS}/{asset.id}/thumbnail")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.body[8:12] == b"WEBP"
    mute = await quiet.asset(quiet.context.local_user_id, b"RIFF", kind="speech", media_type="audio/wav")
    assert (await quiet.ask("GET", f"{ASSETS}/{mute.id}/thumbnail")).status == 404


async def test_the_thumbnail_of_a_narration_shows_its_waves(quiet: House) -> None:
    speech = await quiet.asset(quiet.context.local_user_id, tone(), kind="speech", media_type="audio/wav")
    answer = await quiet.ask("GET", f"{ASSETS}/{speech.id}/thumbnail")
    with Image.open(BytesIO(answer.body)) as waves:
        assert (waves.size, waves.mode) == ((512, 96), "RGBA")
        quiet_half, loud_half = waves.crop((0, 0, 256, 96)), waves.crop((256, 0, 512, 96))
        assert filled(quiet_half) * 3 < filled(loud_half)  # the second half of the tone is loud


def tone() -> bytes:
    """Two seconds of a tone that is soft first and loud then."""
    kept = BytesIO()
    with wave.open(kept, "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        heights = [(1_000 if at < 8_000 else 20_000) * (1 if at // 10 % 2 else -1) for at in range(16_000)]
        file.writeframes(array("h", heights).tobytes())
    return kept.getvalue()


def filled(picture: Image.Image) -> int:
    return sum(picture.getchannel("A").histogram()[128:])


async def test_an_upload_becomes_an_asset_that_can_be_worked_from(quiet: House) -> None:
    made = await quiet.ask("POST", "/api/v1/uploads", data=form(png(), name="C:\\me\\Mein Foto.png"))
    assert (made.status, made.json["kind"], made.json["asked"]) == (201, "upload", "Mein Foto.png")
    assert (await quiet.ask("GET", f"{ASSETS}/{made.json['id']}/content")).status == 200
    wish = {"prompt": "make it snow", "inputs": [made.json["id"]]}
    assert (await quiet.ask("POST", "/api/v1/creations", json=wish)).status == 202
    assert list(quiet.context.incoming.iterdir()) == []


@pytest.mark.parametrize("files", [(), (png(), png())])
async def test_an_upload_is_exactly_one_file(quiet: House, files: tuple[bytes, ...]) -> None:
    data = form(*files)
    if not files:
        data.add_field("note", "no file here")
    answer = await quiet.ask("POST", "/api/v1/uploads", data=data)
    assert (answer.status, answer.code) == (400, "invalid")
    assert list(quiet.context.incoming.iterdir()) == []


@pytest.mark.parametrize("file", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", png()[:40]])
async def test_what_is_no_picture_is_refused(quiet: House, file: bytes) -> None:
    answer = await quiet.ask("POST", "/api/v1/uploads", data=form(file))
    assert answer.status in (400, 415)
    assert list(quiet.context.incoming.iterdir()) == []


async def test_a_file_over_twenty_megabytes_is_refused_whether_it_says_so_or_not(quiet: House) -> None:
    big = b"\x89PNG\r\n\x1a\n" + bytes(21 * 1024 * 1024)
    announced = await quiet.ask("POST", "/api/v1/uploads", data=form(big))
    assert (announced.status, announced.code) == (413, "too_large")
    quietly = await quiet.ask("POST", "/api/v1/uploads", data=form(big), chunked=True)
    assert (quietly.status, quietly.code) == (413, "too_large")
    assert list(quiet.context.incoming.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", b"", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nnonsense", 400),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Length: x\r\n\r\nx\r\n--b--", 400),
        ("multipart/form-data; boundary=" + "b" * 99, b"--b--", 400),
    ],
)
async def test_a_malformed_form_is_refused(quiet: House, kind: str, body: bytes, status: int) -> None:
    answer = await quiet.ask("POST", "/api/v1/uploads", data=body, headers={"Content-Type": kind})
    assert answer.status == status
    assert list(quiet.context.incoming.iterdir()) == []


async def test_ids_that_cannot_be_are_missing(quiet: House) -> None:
    for name in (MISSING, "x", "%00", "A" * 32, "0" * 31, "0" * 33, "..%2F..", "%D9%A0" * 32):
        assert (await quiet.ask("GET", f"{ASSETS}/{name}")).status == 404
