"""What Easel says of a file, and to whom."""

import io
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.web.uploads import PICTURE_MAX
from core.native.pool import NativePool
from storage import people
from storage.tables import Asset, Workspace
from tests.bot.house import Answer, House, Person, form
from tests.fakes import credentials as fake
from tests.fakes.media import gradient, jpeg, mp3, png

INSPECT = "/api/v1/inspect"


@pytest.fixture
async def picture(tmp_path: Path) -> bytes:
    """A drawing with something in it to be known by."""
    pool = NativePool(1)
    target = tmp_path / "drawn.png"
    await pool.run("core.providers.offline.images:draw", {"target": target, "prompt": "a lighthouse", "seed": 7})
    await pool.close()
    return target.read_bytes()


def smaller(data: bytes) -> bytes:
    """As a chat hands a picture on: half as large, and JPEG."""
    with Image.open(io.BytesIO(data)) as opened:
        half = opened.convert("RGB").resize((opened.width // 2, opened.height // 2))
    buffer = io.BytesIO()
    half.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()


async def made(house: House, owner: Person, data: bytes, **more: Any) -> Asset:
    """An asset whose thumbnail, and so its look, is there."""
    asset = await house.asset(owner.id, data, sha256=sha256(data).hexdigest(), **more)
    assert (await house.ask("GET", f"/api/v1/assets/{asset.id}/thumbnail", headers=owner.headers)).status == 200
    return asset


async def inspected(house: House, person: Person, data: bytes, name: str = "file.png") -> Any:
    answer = await house.ask("POST", INSPECT, data=form(data, name=name), headers=person.headers, locked=True)
    assert answer.status == 200, answer.text
    return answer.json


async def test_one_s_own_file_is_known_with_its_version_and_conversation(quiet: House, picture: bytes) -> None:
    asset = await made(quiet, quiet.ada, picture)
    report = await inspected(quiet, quiet.ada, picture)
    assert (report["finding"], report["message"]) == ("same", "Made here by you: v1 of “a quiet harbour”.")
    (seen,) = report["sightings"]
    assert (seen["asset"]["id"], seen["distance"], seen["title"]) == (asset.id, 0, "a quiet harbour")
    assert seen["thread"].startswith("rest:")
    assert report["sha256"] == sha256(picture).hexdigest()


async def test_a_smaller_copy_looks_like_it_and_is_said_to_with_the_distance(quiet: House, picture: bytes) -> None:
    asset = await made(quiet, quiet.ada, picture)
    report = await inspected(quiet, quiet.ada, smaller(picture))
    (seen,) = report["sightings"]
    assert (report["finding"], seen["asset"]["id"]) == ("alike", asset.id)
    assert seen["distance"] <= 4
    assert "looks" in report["message"]
    assert "your v1 of “a quiet harbour”" in report["message"]


async def test_a_stranger_learns_only_that_the_very_file_was_made_here(quiet: House, picture: bytes) -> None:
    asset = await made(quiet, quiet.ada, picture)
    report = await inspected(quiet, quiet.bob, picture)
    assert (report["finding"], report["sightings"]) == ("made_here", [])
    for private in (asset.id, "harbour", "ada", "v1"):
        assert private not in report["message"] + str(report["credentials"])
    report = await inspected(quiet, quiet.bob, smaller(picture))
    assert (report["finding"], report["sightings"]) == ("unknown", [])


async def test_what_somebody_brought_along_is_nobody_else_s_to_know(quiet: House, picture: bytes) -> None:
    answer = await quiet.ask("POST", "/api/v1/uploads", data=form(picture), headers=quiet.ada.headers)
    assert answer.status == 201
    await quiet.app.thumbnails.drained()
    report = await inspected(quiet, quiet.ada, picture)
    assert (report["finding"], report["message"]) == ("same", "You brought this file along yourself.")
    assert (await inspected(quiet, quiet.ada, smaller(picture)))["finding"] == "alike"
    for copy in (picture, smaller(picture)):
        assert (await inspected(quiet, quiet.bob, copy))["finding"] == "unknown"


async def test_what_a_workspace_is_shown_its_members_know_with_the_author(quiet: House, picture: bytes) -> None:
    space = await quiet.app.database.write(lambda session: people.workspace_of(session, "test", "W1"))
    assert isinstance(space, Workspace)
    await made(quiet, quiet.ada, picture, workspace_id=space.id, visibility="workspace")
    await quiet.app.kept.membership.seen(quiet.bob.id, space.id)
    report = await inspected(quiet, quiet.bob, picture)
    (seen,) = report["sightings"]
    assert (report["finding"], seen["author"], seen["thread"]) == ("same", "ada", None)
    assert report["message"] == "Made here by ada: v1 of “a quiet harbour”."
    assert seen["asset"]["cost_usd"] == 0
    assert (await inspected(quiet, quiet.bob, smaller(picture)))["finding"] == "alike"


async def test_a_deleted_file_is_not_known_any_more(quiet: House, picture: bytes) -> None:
    asset = await made(quiet, quiet.ada, picture)
    await quiet.ask("DELETE", f"/api/v1/assets/{asset.id}", headers=quiet.ada.headers)
    for copy in (picture, smaller(picture)):
        assert (await inspected(quiet, quiet.ada, copy))["finding"] == "unknown"


async def test_a_film_that_was_made_smaller_is_known_by_a_frame_of_it(quiet: House, tmp_path: Path) -> None:
    film, other = tmp_path / "film.mp4", tmp_path / "other.mp4"
    wish = {"target": film, "prompt": "a sailing boat", "seed": 2, "duration_s": 2}
    await quiet.app.pool.run("core.providers.offline.clips:film", wish)
    fit = {"media_type": "video/mp4", "limit_bytes": film.stat().st_size // 3}
    await quiet.app.pool.run("core.native.shrink:shrink", {"source": film, "target": other} | fit)
    asset = await made(quiet, quiet.ada, film.read_bytes(), kind="video", media_type="video/mp4")
    assert (await inspected(quiet, quiet.ada, film.read_bytes(), "a.mp4"))["finding"] == "same"
    report = await inspected(quiet, quiet.ada, other.read_bytes(), "b.mp4")
    assert [seen["asset"]["id"] for seen in report["sightings"]] == [asset.id]


async def test_a_narration_is_known_by_its_bytes(quiet: House) -> None:
    await made(quiet, quiet.ada, mp3(), kind="speech", media_type="audio/mpeg")
    assert (await inspected(quiet, quiet.ada, mp3(), "a.mp3"))["finding"] == "same"
    assert (await inspected(quiet, quiet.ada, mp3(0.7), "b.mp3"))["finding"] == "unknown"


async def test_content_credentials_are_told_and_not_called_verified(quiet: House) -> None:
    signed = fake.in_png(png(), fake.store())
    told = (await inspected(quiet, quiet.ada, signed))["credentials"]
    assert (told["state"], told["generator"], told["signer"]) == ("found", "Paint Machine 3.1", fake.SIGNER)
    assert "Paint Machine 3.1" in told["message"]
    assert "not verified" in told["message"]


async def test_none_proves_nothing_and_says_so(quiet: House) -> None:
    told = (await inspected(quiet, quiet.ada, jpeg()))["credentials"]
    assert (told["state"], "proves nothing" in told["message"]) == ("none", True)


async def test_a_flat_picture_looks_like_nothing(quiet: House) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(buffer, "PNG")
    await made(quiet, quiet.ada, buffer.getvalue())
    other = io.BytesIO()
    Image.new("RGB", (80, 80), "white").save(other, "PNG")
    assert (await inspected(quiet, quiet.ada, other.getvalue()))["finding"] == "unknown"


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"\xff" * 200, b"\xff\xd8\xff\xeb\0\x04JP", b"RIFF\xff\xff\xff\xffWEBP"],
)
async def test_any_file_gets_a_report(quiet: House, data: bytes) -> None:
    report = await inspected(quiet, quiet.ada, data)
    assert (report["finding"], report["bytes"]) == ("unknown", len(data))


async def test_a_bomb_harms_nobody(quiet: House) -> None:
    buffer = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(buffer, "PNG")
    assert (await inspected(quiet, quiet.ada, buffer.getvalue()))["finding"] == "unknown"
    assert (await quiet.ask("GET", "/healthz")).status == 200


async def test_what_is_no_form_or_too_large_is_refused_and_nothing_is_left(quiet: House) -> None:
    refused: list[Answer] = [
        await quiet.ask("POST", INSPECT, data=b"x"),
        await quiet.ask("POST", INSPECT, data=form()),
        await quiet.ask("POST", INSPECT, data=form(b"x" * (PICTURE_MAX + 1))),
    ]
    assert [answer.status for answer in refused] == [415, 400, 413]
    assert (await quiet.ask("POST", INSPECT, data=form(b"x"), locked=True)).status == 401
    await inspected(quiet, quiet.ada, _saved(gradient((64, 64))))
    assert list((quiet.app.settings.data_dir / "incoming").iterdir()) == []
    assert await quiet.app.objects.keys() == []


def _saved(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
