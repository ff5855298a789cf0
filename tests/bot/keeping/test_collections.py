"""Collections: one's own, and those that a workspace shares."""

from typing import Any

from storage.tables import Asset
from tests.bot.house import MISSING, Answer, House, Person
from tests.bot.keeping.places import ask, made_in, shown_in, workspace

ROOT = "/api/v1/collections"


async def begun(house: House, who: Person, name: str = "Jazz festival", place: str | None = None) -> str:
    made = await ask(house, who, "POST", ROOT, json={"name": name})
    assert made.status == 201
    if place:
        shared = await change(house, who, made.json["id"], visibility="workspace", workspace=place)
        assert (shared.status, shared.json["workspace"]) == (200, place)
    return str(made.json["id"])


async def change(house: House, who: Person, collection: str, **values: Any) -> Answer:
    return await ask(house, who, "PATCH", f"{ROOT}/{collection}", json=values)


async def hang(house: House, who: Person, collection: str, *assets: Asset | str) -> Answer:
    ids = [each if isinstance(each, str) else each.id for each in assets]
    return await ask(house, who, "POST", f"{ROOT}/{collection}/assets", json={"assets": ids})


async def hung(house: House, who: Person, collection: str, query: str = "") -> list[str]:
    answer = await ask(house, who, "GET", f"{ROOT}/{collection}/assets{query}")
    return [each["id"] for each in answer.json["assets"]]


async def test_the_newest_hung_comes_first_page_by_page_without_gap_or_repeat(quiet: House) -> None:
    assets = [await quiet.asset(quiet.ada.id) for _ in range(7)]
    wall = await begun(quiet, quiet.ada)
    for group in (assets[4:6], assets[0:3], assets[6:], assets[3:4]):
        assert (await hang(quiet, quiet.ada, wall, *group)).status == 200
    expected = [assets[number].id for number in (3, 6, 2, 1, 0, 5, 4)]
    found: list[str] = []
    before = ""
    while True:
        page = (await ask(quiet, quiet.ada, "GET", f"{ROOT}/{wall}/assets?limit=2{before}")).json
        found += [each["id"] for each in page["assets"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert found == expected
    assert await hung(quiet, quiet.ada, wall) == expected


async def test_a_collection_is_listed_with_its_count_and_pictures_and_says_what_it_holds(quiet: House) -> None:
    one, two = [await quiet.asset(quiet.ada.id) for _ in range(2)]
    speech = await quiet.asset(quiet.ada.id, b"x", kind="speech", media_type="audio/mpeg")
    empty, full = await begun(quiet, quiet.ada, "Empty"), await begun(quiet, quiet.ada, "Full")
    await hang(quiet, quiet.ada, full, one, speech)
    listed = (await ask(quiet, quiet.ada, "GET", f"{ROOT}?asset={one.id}")).json["collections"]
    assert [(each["id"], each["count"], each["holds"]) for each in listed] == [(full, 2, True), (empty, 0, False)]
    assert [cover["id"] for cover in listed[0]["covers"]] == [one.id]
    listed = (await ask(quiet, quiet.ada, "GET", f"{ROOT}?asset={two.id}")).json["collections"]
    assert not any(each["holds"] for each in listed)


async def test_hanging_twice_hangs_once_and_taking_down_deletes_nothing(quiet: House) -> None:
    asset, wall = await quiet.asset(quiet.ada.id), await begun(quiet, quiet.ada)
    for _ in range(2):
        assert (await hang(quiet, quiet.ada, wall, asset)).json["done"] == [asset.id]
    assert await hung(quiet, quiet.ada, wall) == [asset.id]
    down = await ask(quiet, quiet.ada, "POST", f"{ROOT}/{wall}/take-down", json={"assets": [asset.id, MISSING]})
    assert down.json == {"done": [asset.id], "missing": [MISSING]}
    assert await hung(quiet, quiet.ada, wall) == []
    assert (await ask(quiet, quiet.ada, "GET", f"/api/v1/assets/{asset.id}")).status == 200


async def test_a_collection_goes_and_what_hung_in_it_stays(quiet: House) -> None:
    asset, wall = await quiet.asset(quiet.ada.id), await begun(quiet, quiet.ada)
    await hang(quiet, quiet.ada, wall, asset)
    await ask(quiet, quiet.ada, "POST", "/api/v1/shares", json={"collection": wall})
    assert (await ask(quiet, quiet.ada, "DELETE", f"{ROOT}/{wall}")).status == 204
    assert (await ask(quiet, quiet.ada, "GET", f"{ROOT}/{wall}")).status == 404
    assert (await ask(quiet, quiet.ada, "GET", f"/api/v1/assets/{asset.id}")).status == 200


async def test_names_are_one_s_own_and_there_once(quiet: House) -> None:
    first = await begun(quiet, quiet.ada, " Jazz   festival ")
    again = await ask(quiet, quiet.ada, "POST", ROOT, json={"name": "Jazz festival"})
    assert (again.status, again.code) == (409, "name_taken")
    await begun(quiet, quiet.bob, "Jazz festival")
    second = await begun(quiet, quiet.ada, "Blues")
    assert (await change(quiet, quiet.ada, second, name="Jazz festival")).status == 409
    assert (await change(quiet, quiet.ada, first, name="Jazz festival")).status == 200
    assert (await change(quiet, quiet.ada, second, name="\u202e ")).status == 400


async def test_a_foreign_collection_is_as_missing_as_none(quiet: House) -> None:
    wall, asset = await begun(quiet, quiet.ada), await quiet.asset(quiet.bob.id)
    body = {"assets": [asset.id]}
    for method, path, more in (
        ("GET", "", {}),
        ("GET", "/assets", {}),
        ("PATCH", "", {"json": {"name": "x"}}),
        ("PATCH", "", {"json": {"visibility": "private"}}),
        ("DELETE", "", {}),
        ("POST", "/assets", {"json": body}),
        ("POST", "/take-down", {"json": body}),
    ):
        found = await ask(quiet, quiet.bob, method, f"{ROOT}/{wall}{path}", **more)
        missing = await ask(quiet, quiet.bob, method, f"{ROOT}/{MISSING}{path}", **more)
        assert (found.status, found.body) == (missing.status, missing.body) == (404, found.body)
    assert (await ask(quiet, quiet.bob, "GET", ROOT)).json["collections"] == []
    assert (await ask(quiet, quiet.bob, "GET", f"{ROOT}?asset={MISSING}")).status == 404


async def test_a_workspace_looks_into_a_shared_collection_and_sees_only_what_is_shown_to_it(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    shown, hidden = await shown_in(quiet, quiet.ada, place), await made_in(quiet, quiet.ada, place)
    wall = await begun(quiet, quiet.ada, place=place)
    await hang(quiet, quiet.ada, wall, shown, hidden)
    assert await hung(quiet, quiet.ada, wall) == [hidden.id, shown.id]
    assert await hung(quiet, quiet.bob, wall) == [shown.id]
    seen = (await ask(quiet, quiet.bob, "GET", f"{ROOT}/{wall}")).json
    assert (seen["mine"], seen["owner"], seen["count"]) == (False, "ada", 1)
    assert [cover["id"] for cover in seen["covers"]] == [shown.id]
    assert (await change(quiet, quiet.ada, wall, visibility="private")).status == 200
    assert (await ask(quiet, quiet.bob, "GET", f"{ROOT}/{wall}")).status == 404


async def test_members_hang_what_the_workspace_may_see_and_take_down_their_own(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    wall = await begun(quiet, quiet.ada, place=place)
    hers = await shown_in(quiet, quiet.ada, place)
    his, secret = await shown_in(quiet, quiet.bob, place), await made_in(quiet, quiet.bob, place)
    await hang(quiet, quiet.ada, wall, hers)
    refused = await hang(quiet, quiet.bob, wall, his, secret)
    assert (refused.status, refused.code) == (409, "hidden")
    assert (await hang(quiet, quiet.bob, wall, his)).status == 200
    assert await hung(quiet, quiet.ada, wall) == [his.id, hers.id]
    down = await ask(quiet, quiet.bob, "POST", f"{ROOT}/{wall}/take-down", json={"assets": [his.id, hers.id]})
    assert down.json == {"done": [his.id], "missing": [hers.id]}
    for rename in ({"name": "Mine"}, {"visibility": "private"}):
        assert (await change(quiet, quiet.bob, wall, **rename)).status == 404
    assert (await ask(quiet, quiet.bob, "DELETE", f"{ROOT}/{wall}")).status == 404


async def test_one_s_own_collection_takes_what_others_show_until_they_show_it_no_longer(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    hers = await shown_in(quiet, quiet.ada, place)
    wall = await begun(quiet, quiet.bob)
    assert (await hang(quiet, quiet.bob, wall, hers)).status == 200
    assert await hung(quiet, quiet.bob, wall) == [hers.id]
    await ask(
        quiet, quiet.ada, "POST", "/api/v1/assets/visibility", json={"assets": [hers.id], "visibility": "private"}
    )
    assert await hung(quiet, quiet.bob, wall) == []
    assert (await ask(quiet, quiet.bob, "GET", f"{ROOT}/{wall}")).json["count"] == 0


async def test_a_collection_is_shown_only_where_its_owner_is_known_to_be(quiet: House) -> None:
    mine, other = await workspace(quiet, "T1", quiet.ada), await workspace(quiet, "T2", quiet.bob)
    wall = await begun(quiet, quiet.ada)
    refused = await change(quiet, quiet.ada, wall, visibility="workspace", workspace=other)
    assert (refused.status, refused.code) == (409, "no_workspace")
    assert (await change(quiet, quiet.ada, wall, visibility="workspace")).json["workspace"] == mine
    second = await workspace(quiet, "T3", quiet.ada)
    unclear = await change(quiet, quiet.ada, await begun(quiet, quiet.ada, "Blues"), visibility="workspace")
    assert (unclear.status, unclear.code) == (409, "which_workspace")
    listed = (await ask(quiet, quiet.ada, "GET", "/api/v1/workspaces")).json["workspaces"]
    assert {each["id"] for each in listed} == {mine, second}
