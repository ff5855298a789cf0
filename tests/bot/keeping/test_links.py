"""Links that owners make: open as long as they say, to whoever holds the whole of one, and to nothing else."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from sqlmodel import Session

from bot.chat.links import Links
from storage import gallery
from storage.tables import Share
from tests.bot.house import MISSING, Answer, House, Person, png
from tests.bot.keeping.places import ask, shown_in, workspace
from tests.bot.keeping.test_collections import begun, hang

SHARES = "/api/v1/shares"
PARTS = ("", "/content", "/thumbnail", "/thumbnail.png")


async def link(house: House, who: Person, **thing: Any) -> dict[str, Any]:
    made = await ask(house, who, "POST", SHARES, json=thing)
    assert made.status == 201
    return dict(made.json)


def path_of(share: dict[str, Any], part: str = "") -> str:
    url = urlsplit(share["url"])
    return f"{url.path}{part}?{url.query}"


async def statuses(house: House, share: dict[str, Any]) -> set[int]:
    return {(await house.ask("GET", path_of(share, part), locked=True)).status for part in PARTS}


async def age(house: House, share_id: str, by: timedelta) -> None:
    """Let time pass for a link."""

    def work(session: Session) -> None:
        share = session.get_one(Share, share_id)
        assert share.expires_at
        share.expires_at -= by

    await house.app.database.write(work)


def gives_nothing_away(answer: Answer, content: bytes) -> bool:
    return content not in answer.body and b"harbour" not in answer.body and b"PNG" not in answer.body


async def test_a_link_shows_an_asset_to_a_stranger_and_tells_no_search_engine(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    made = await link(quiet, quiet.ada, asset=asset.id, expires_in_s=3600)
    page = await quiet.ask("GET", path_of(made), locked=True, headers={"Accept": "text/html"})
    assert page.status == 200
    assert (page.headers["X-Robots-Tag"], page.headers["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert "a quiet harbour" in page.text
    for secret in ("/api/v1/", quiet.ada.id, asset.id, 'content="same-origin"'):
        assert secret not in page.text
    assert not re.search(r"\bada\b", page.text)
    file = await quiet.ask("GET", path_of(made, "/content"), locked=True)
    assert (file.status, file.body) == (200, png())
    assert "no-cache" in file.headers["Cache-Control"]
    assert await statuses(quiet, made) == {200}


async def test_every_letter_of_a_link_counts(quiet: House) -> None:
    content = png((66, 40))
    asset = await quiet.asset(quiet.ada.id, content)
    links = Links(quiet.app.database, "https://e.example", quiet.context.secret_key)
    lasting = (links.asset(asset.id) or "").removeprefix("https://e.example")
    paths = [path_of(await link(quiet, quiet.ada, asset=asset.id)) for _ in range(49)]
    refused = 0
    for number, path in enumerate([lasting, *paths]):
        page, _, key = path.partition("?key=")
        for at in range(64):
            place, letters = (page.removeprefix("/s/"), at) if at < 32 else (key, at - 32)
            flipped = chr(ord(place[letters]) ^ (1 << (at + number) % 7))
            wrong = quote(place[:letters] + flipped + place[letters + 1 :], safe="")
            address = f"/s/{wrong}/content?key={key}" if at < 32 else f"{page}/content?key={wrong}"
            answer = await quiet.ask("GET", address, locked=True)
            assert answer.status in (403, 404), address
            assert gives_nothing_away(answer, content)
            refused += 1
    assert refused == 50 * 64


async def test_a_link_ends_when_it_says(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    made = await link(quiet, quiet.ada, asset=asset.id, expires_in_s=3600)
    assert await statuses(quiet, made) == {200}
    await age(quiet, made["id"], timedelta(hours=1))
    assert await statuses(quiet, made) == {410}
    page = await quiet.ask("GET", path_of(made), locked=True, headers={"Accept": "text/html"})
    assert "This link has ended." in page.text
    assert gives_nothing_away(page, png())
    assert (await ask(quiet, quiet.ada, "GET", f"{SHARES}?asset={asset.id}")).json == {"shares": []}


async def test_a_link_is_taken_back_by_its_owner_alone(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    kept, taken = [await link(quiet, quiet.ada, asset=asset.id) for _ in range(2)]
    assert (await ask(quiet, quiet.bob, "DELETE", f"{SHARES}/{taken['id']}")).status == 404
    assert await statuses(quiet, taken) == {200}
    assert (await ask(quiet, quiet.ada, "DELETE", f"{SHARES}/{taken['id']}")).status == 204
    assert (await statuses(quiet, taken), await statuses(quiet, kept)) == ({410}, {200})
    listed = (await ask(quiet, quiet.ada, "GET", f"{SHARES}?asset={asset.id}")).json["shares"]
    assert [(each["id"], each["url"]) for each in listed] == [(kept["id"], kept["url"])]
    assert (await ask(quiet, quiet.bob, "GET", SHARES)).json == {"shares": []}
    assert (await ask(quiet, quiet.bob, "GET", f"{SHARES}?asset={asset.id}")).status == 404


async def test_the_last_link_taken_back_leaves_an_asset_private(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)

    async def visibility() -> str:
        return str((await ask(quiet, quiet.ada, "GET", f"/api/v1/assets/{asset.id}")).json["visibility"])

    one, two = [await link(quiet, quiet.ada, asset=asset.id) for _ in range(2)]
    assert await visibility() == "link"
    await ask(quiet, quiet.ada, "DELETE", f"{SHARES}/{one['id']}")
    assert await visibility() == "link"
    await ask(quiet, quiet.ada, "DELETE", f"{SHARES}/{two['id']}")
    assert await visibility() == "private"


async def test_private_again_takes_all_links_back(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    made = await link(quiet, quiet.ada, asset=asset.id)
    body = {"assets": [asset.id], "visibility": "private"}
    assert (await ask(quiet, quiet.ada, "POST", "/api/v1/assets/visibility", json=body)).status == 200
    assert await statuses(quiet, made) == {410}


async def test_all_links_of_an_asset_are_stopped_also_those_in_chats_and_new_ones_work(quiet: House) -> None:
    asset, other = [await quiet.asset(quiet.ada.id) for _ in range(2)]
    links = Links(quiet.app.database, "https://e.example", quiet.context.secret_key)

    async def status(asset_id: str, ended: int = 0) -> int:
        path = (links.asset(asset_id, ended) or "").removeprefix("https://e.example")
        return (await quiet.ask("GET", path.replace("?", "/content?"), locked=True)).status

    made = await link(quiet, quiet.ada, asset=asset.id)
    stopped = await ask(quiet, quiet.ada, "POST", f"/api/v1/assets/{asset.id}/stop-links")
    assert stopped.json == {"stopped": 1}
    assert await statuses(quiet, made) == {410}
    assert (await status(asset.id), await status(asset.id, 1), await status(asset.id, 2)) == (410, 200, 403)
    assert (await status(other.id), await status(other.id, 1)) == (200, 403)
    view = await quiet.app.studio.asset(quiet.ada.id, asset.id)
    assert await status(asset.id, view.links_ended) == 200


async def test_a_link_ends_with_what_it_showed_and_shows_nothing_held_back(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    made = await link(quiet, quiet.ada, asset=asset.id)
    await quiet.app.database.write(lambda session: gallery.change(session, quiet.ada.id, asset.id, safety="withheld"))
    assert await statuses(quiet, made) == {403}
    await ask(quiet, quiet.ada, "DELETE", f"/api/v1/assets/{asset.id}")
    assert await statuses(quiet, made) == {404}


async def test_a_collection_s_link_opens_what_its_owner_hung_and_made_and_nothing_else(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    wall = await begun(quiet, quiet.ada, place=place)
    hers, elsewhere = [await quiet.asset(quiet.ada.id) for _ in range(2)]
    his = await shown_in(quiet, quiet.bob, place)
    await hang(quiet, quiet.ada, wall, hers)
    await hang(quiet, quiet.bob, wall, his)
    made = await link(quiet, quiet.ada, collection=wall)
    page = await quiet.ask("GET", path_of(made), locked=True, headers={"Accept": "text/html"})
    assert page.status == 200
    assert "Jazz festival" in page.text
    assert (hers.id in page.text, his.id in page.text) == (True, False)
    for part in ("", "/content", "/thumbnail"):
        opened = [await quiet.ask("GET", path_of(made, f"/{each.id}{part}")) for each in (hers, his, elsewhere)]
        assert [each.status for each in opened] == [200, 404, 404]
    assert (await quiet.ask("GET", path_of(made, "/content"))).status == 404
    other = await link(quiet, quiet.ada, asset=hers.id)
    assert (await quiet.ask("GET", path_of(other, f"/{hers.id}/content"))).status == 200
    assert (await quiet.ask("GET", path_of(other, f"/{elsewhere.id}/content"))).status == 404
    await ask(quiet, quiet.ada, "DELETE", f"{SHARES}/{made['id']}")
    assert (await quiet.ask("GET", path_of(made, f"/{hers.id}/content"))).status == 410
    assert (await quiet.ask("GET", path_of(made))).status == 410


async def test_an_asset_s_links_name_the_collections_that_show_it(quiet: House) -> None:
    wall, asset = await begun(quiet, quiet.ada), await quiet.asset(quiet.ada.id)
    await hang(quiet, quiet.ada, wall, asset)
    made = await link(quiet, quiet.ada, collection=wall)
    listed = (await ask(quiet, quiet.ada, "GET", f"{SHARES}?asset={asset.id}")).json["shares"]
    assert [(each["id"], each["collection"]) for each in listed] == [(made["id"], "Jazz festival")]


async def test_a_long_collection_goes_on_behind_its_link(quiet: House) -> None:
    wall = await begun(quiet, quiet.ada)
    assets = [await quiet.asset(quiet.ada.id) for _ in range(61)]
    await hang(quiet, quiet.ada, wall, *assets)
    made = await link(quiet, quiet.ada, collection=wall)
    first = await quiet.ask("GET", path_of(made), headers={"Accept": "text/html"})
    more = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    last = await quiet.ask("GET", more, headers={"Accept": "text/html"})
    assert [assets[0].id in page.text for page in (first, last)] == [False, True]


async def test_only_own_things_are_shared_one_at_a_time_for_an_hour_to_a_year(quiet: House) -> None:
    asset, wall = await quiet.asset(quiet.ada.id), await begun(quiet, quiet.ada)
    for who, body, status in (
        (quiet.bob, {"asset": asset.id}, 404),
        (quiet.bob, {"collection": wall}, 404),
        (quiet.ada, {"asset": MISSING}, 404),
        (quiet.ada, {}, 400),
        (quiet.ada, {"asset": asset.id, "collection": wall}, 400),
        (quiet.ada, {"asset": asset.id, "expires_in_s": 3599}, 400),
        (quiet.ada, {"asset": asset.id, "expires_in_s": 367 * 86_400}, 400),
        (quiet.ada, {"asset": asset.id, "expires_in_s": None}, 201),
    ):
        assert (await ask(quiet, who, "POST", SHARES, json=body)).status == status


async def test_a_sign_in_link_lets_one_browser_in_once_and_flipped_it_lets_in_nobody(quiet: House) -> None:
    links = Links(quiet.app.database, "https://e.example", quiet.context.secret_key)
    url = urlsplit(await links.gallery(quiet.ada.id) or "")
    code = url.query.removeprefix("code=")
    for at in range(len(code)):
        wrong = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        assert (await quiet.ask("POST", "/signin", locked=True, data={"code": wrong})).status == 403
    answers = [await quiet.ask("POST", "/signin", locked=True, data={"code": code}) for _ in range(2)]
    assert [each.status for each in answers] == [303, 403]
    assert "Set-Cookie" not in answers[1].headers
