"""Lasting links: open to whoever holds them, to nobody who guesses, and to nothing but their one asset."""

import io

import pytest
from PIL import Image

from bot.chat.links import Links
from storage import gallery
from tests.bot.house import MISSING, House, png


async def test_a_link_shows_its_asset_to_a_stranger_and_nothing_else(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    links = Links(quiet.app.database, "https://easel.example.org/", quiet.context.secret_key)
    path = (links.asset(asset.id) or "").removeprefix("https://easel.example.org")
    page = await quiet.ask("GET", path)
    assert page.status == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "/api/v1/" not in page.body.decode()
    file = await quiet.ask("GET", path.replace("?", "/content?"))
    assert (file.status, file.body) == (200, png())
    small = (links.thumbnail(asset.id) or "").removeprefix("https://easel.example.org")
    assert (await quiet.ask("GET", small.replace(".png", ""))).headers["Content-Type"] == "image/webp"


async def test_a_thumbnail_comes_as_png_for_a_chat_platform_that_shows_no_webp(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id, png((1600, 1200)))
    links = Links(quiet.app.database, "https://easel.example.org/", quiet.context.secret_key)
    answer = await quiet.ask("GET", (links.thumbnail(asset.id) or "").removeprefix("https://easel.example.org"))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(answer.body)) as picture:
        assert (picture.format, picture.size) == ("PNG", (512, 384))


async def test_speech_has_no_thumbnail_to_link_to(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id, b"x", kind="speech", media_type="audio/mpeg")
    links = Links(quiet.app.database, "https://easel.example.org/", quiet.context.secret_key)
    path = (links.thumbnail(asset.id) or "").removeprefix("https://easel.example.org")
    assert (await quiet.ask("GET", path)).status == 404


@pytest.mark.parametrize("key", ["", "0" * 32, "%C3%A9", "%00", "%FF"])
@pytest.mark.parametrize("part", ["", "/content", "/thumbnail", "/thumbnail.png"])
async def test_without_its_key_a_link_opens_nothing(quiet: House, key: str, part: str) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    assert (await quiet.ask("GET", f"/s/{asset.id}{part}?key={key}")).status == 403
    assert (await quiet.ask("GET", f"/s/{asset.id}{part}")).status == 403


async def test_one_asset_s_key_does_not_open_another(quiet: House) -> None:
    one, other = [await quiet.asset(quiet.context.local_user_id) for _ in range(2)]
    links = Links(quiet.app.database, "https://e.example", quiet.context.secret_key)
    path = (links.asset(one.id) or "").removeprefix("https://e.example").replace(one.id, other.id)
    assert (await quiet.ask("GET", path)).status == 403


async def test_a_link_ends_with_its_asset_and_shows_nothing_that_is_held_back(quiet: House) -> None:
    owner = quiet.context.local_user_id
    asset = await quiet.asset(owner)
    links = Links(quiet.app.database, "https://e.example", quiet.context.secret_key)
    path = (links.asset(asset.id) or "").removeprefix("https://e.example")
    await quiet.app.database.write(lambda session: gallery.change(session, owner, asset.id, safety="withheld"))
    assert (await quiet.ask("GET", path)).status == 403
    await quiet.app.studio.delete(owner, asset.id)
    assert (await quiet.ask("GET", path)).status == 404
    assert (await quiet.ask("GET", path.replace(asset.id, MISSING))).status == 403


async def test_without_a_public_address_there_are_no_links(quiet: House) -> None:
    links = Links(quiet.app.database, None, quiet.context.secret_key)
    assert links.asset(MISSING) is links.thumbnail(MISSING) is await links.gallery(quiet.context.local_user_id) is None
