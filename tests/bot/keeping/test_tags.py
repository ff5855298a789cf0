"""Tags, ratings, and the same done to many assets at once."""

from typing import Any

import pytest

from tests.bot.house import MISSING, Answer, House, Person
from tests.bot.keeping.places import ask, made_in, shown_in, workspace

TAGS, ASSETS = "/api/v1/tags", "/api/v1/assets"


async def tag(house: House, who: Person, ids: list[str], **more: list[str]) -> Answer:
    return await ask(house, who, "POST", f"{ASSETS}/tags", json={"assets": ids} | more)


async def tags_of(house: House, who: Person, asset_id: str) -> list[str]:
    return list((await ask(house, who, "GET", f"{ASSETS}/{asset_id}")).json["tags"])


async def test_tags_are_kept_in_one_spelling_on_many_assets_at_once(quiet: House) -> None:
    one, two = [await quiet.asset(quiet.ada.id) for _ in range(2)]
    done = await tag(quiet, quiet.ada, [one.id, two.id], add=["Summer  Jazz!", "ÉTÉ", "summer_jazz"])
    assert done.json == {"done": [one.id, two.id], "missing": []}
    assert await tags_of(quiet, quiet.ada, one.id) == ["summer-jazz", "été"]
    await tag(quiet, quiet.ada, [two.id], add=["night"], remove=["été"])
    assert await tags_of(quiet, quiet.ada, two.id) == ["summer-jazz", "night"]
    listed = (await ask(quiet, quiet.ada, "GET", TAGS)).json["tags"]
    assert listed == [{"name": "summer-jazz", "count": 2}, {"name": "night", "count": 1}, {"name": "été", "count": 1}]


async def test_a_tag_is_found_by_search(quiet: House) -> None:
    one, _ = [await quiet.asset(quiet.ada.id) for _ in range(2)]
    await ask(quiet, quiet.ada, "PUT", f"{ASSETS}/{one.id}/tags", json={"tags": ["jazz"]})
    found = await ask(quiet, quiet.ada, "GET", f"{ASSETS}?q=jazz")
    assert [each["id"] for each in found.json["assets"]] == [one.id]
    await ask(quiet, quiet.ada, "PUT", f"{ASSETS}/{one.id}/tags", json={"tags": []})
    assert (await ask(quiet, quiet.ada, "GET", f"{ASSETS}?q=jazz")).json["assets"] == []
    assert (await ask(quiet, quiet.ada, "GET", TAGS)).json["tags"] == []


@pytest.mark.parametrize("name", ["", "  ", "!?", "x" * 31])
async def test_what_is_no_tag_is_refused_with_a_sentence(quiet: House, name: str) -> None:
    one = await quiet.asset(quiet.ada.id)
    answer = await tag(quiet, quiet.ada, [one.id], add=[name])
    assert (answer.status, answer.code) == (400, "bad_tag")


async def test_no_asset_has_more_than_twenty_tags_and_nothing_is_half_done(quiet: House) -> None:
    one, two = [await quiet.asset(quiet.ada.id) for _ in range(2)]
    await tag(quiet, quiet.ada, [two.id], add=[f"t{number}" for number in range(20)])
    answer = await tag(quiet, quiet.ada, [one.id, two.id], add=["more"])
    assert (answer.status, answer.code) == (400, "too_many_tags")
    assert await tags_of(quiet, quiet.ada, one.id) == []


async def test_a_tag_is_renamed_joined_with_another_and_dropped(quiet: House) -> None:
    one, two = [await quiet.asset(quiet.ada.id) for _ in range(2)]
    await tag(quiet, quiet.ada, [one.id, two.id], add=["sea"])
    await tag(quiet, quiet.ada, [two.id], add=["ocean"])
    renamed = await ask(quiet, quiet.ada, "PATCH", f"{TAGS}/sea", json={"name": "Ocean"})
    assert renamed.json == {"name": "ocean", "count": 2}
    assert await tags_of(quiet, quiet.ada, two.id) == ["ocean"]
    assert (await ask(quiet, quiet.ada, "DELETE", f"{TAGS}/ocean")).status == 204
    assert (await ask(quiet, quiet.ada, "GET", TAGS)).json == {"tags": []}
    assert (await ask(quiet, quiet.ada, "DELETE", f"{TAGS}/ocean")).status == 404


async def test_one_person_s_tags_touch_nobody_else_s(quiet: House) -> None:
    hers, his = await quiet.asset(quiet.ada.id), await quiet.asset(quiet.bob.id)
    for owner, asset in ((quiet.ada, hers), (quiet.bob, his)):
        await tag(quiet, owner, [asset.id], add=["sea"])
    assert (await tag(quiet, quiet.bob, [hers.id], add=["mine"])).status == 404
    mixed = await tag(quiet, quiet.bob, [his.id, hers.id, MISSING], add=["mine"])
    assert mixed.json == {"done": [his.id], "missing": [hers.id, MISSING]}
    await ask(quiet, quiet.bob, "DELETE", f"{TAGS}/sea")
    assert await tags_of(quiet, quiet.ada, hers.id) == ["sea"]


async def test_a_rating_is_one_s_own_and_can_be_taken_back(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    asset = await shown_in(quiet, quiet.ada, place)
    rating = f"{ASSETS}/{asset.id}/rating"
    assert (await ask(quiet, quiet.bob, "PUT", rating, json={"value": -1})).json["rating"] == -1
    assert (await ask(quiet, quiet.ada, "PUT", rating, json={"value": 1})).json["rating"] == 1
    assert (await ask(quiet, quiet.ada, "GET", ASSETS)).json["assets"][0]["rating"] == 1
    creation = await ask(quiet, quiet.ada, "GET", f"/api/v1/creations/{asset.creation_id}")
    assert creation.json["assets"][0]["rating"] == 1
    assert (await ask(quiet, quiet.ada, "PUT", rating, json={"value": 0})).json["rating"] == 0
    assert (await ask(quiet, quiet.bob, "GET", f"{ASSETS}/{asset.id}")).json["rating"] == -1


@pytest.mark.parametrize("value", [2, -2, "1", None])
async def test_a_rating_is_up_down_or_nothing(quiet: House, value: Any) -> None:
    asset = await quiet.asset(quiet.ada.id)
    answer = await ask(quiet, quiet.ada, "PUT", f"{ASSETS}/{asset.id}/rating", json={"value": value})
    assert answer.status == 400


async def test_what_one_does_not_see_one_cannot_rate(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    assert (await ask(quiet, quiet.bob, "PUT", f"{ASSETS}/{asset.id}/rating", json={"value": 1})).status == 404


async def test_favourites_are_marked_and_assets_deleted_many_at_once(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    own = [(await made_in(quiet, quiet.ada, place)).id for _ in range(3)]
    theirs = (await shown_in(quiet, quiet.bob, place)).id
    marked = await ask(
        quiet, quiet.ada, "POST", f"{ASSETS}/favourites", json={"assets": [*own, theirs], "favourite": True}
    )
    assert marked.json == {"done": own, "missing": [theirs]}
    assert len((await ask(quiet, quiet.ada, "GET", f"{ASSETS}?favourite=true")).json["assets"]) == 3
    gone = await ask(quiet, quiet.ada, "POST", f"{ASSETS}/delete", json={"assets": [*own[:2], theirs]})
    assert gone.json == {"done": own[:2], "missing": [theirs]}
    assert [(await ask(quiet, quiet.ada, "GET", f"{ASSETS}/{each}")).status for each in own] == [404, 404, 200]
    assert (await ask(quiet, quiet.bob, "GET", f"{ASSETS}/{theirs}")).status == 200


@pytest.mark.parametrize("count", [0, 201])
async def test_a_batch_is_of_one_to_two_hundred(quiet: House, count: int) -> None:
    ids = [f"{number:032x}" for number in range(count)]
    for route in ("tags", "delete"):
        assert (await ask(quiet, quiet.ada, "POST", f"{ASSETS}/{route}", json={"assets": ids})).status == 400
