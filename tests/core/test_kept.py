"""Tags, collections and links on every database: orders, repeats, and what only its owner may touch."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event

from core.creation.view import AssetView
from core.errors import Conflict, Gone, NotFound
from core.gallery.membership import Viewer
from storage.collections import Place
from storage.tables import now
from tests.fakes.house import House

pytestmark = pytest.mark.each_database
COUNT = 5


async def pictures(house: House) -> list[AssetView]:
    return [(await house.made(f"a lighthouse {number}")).assets[0] for number in range(COUNT)]


async def test_a_collection_s_pages_follow_each_other_and_hanging_twice_hangs_once(house: House) -> None:
    walls, ada = house.app.kept.collections, Viewer(house.ada)
    assets = await pictures(house)
    wall = await walls.make(house.ada, "Lighthouses")
    for each in (assets[3:], assets[:3], assets[:1]):
        await walls.hang(ada, wall.id, [asset.id for asset in each])
    found: list[str] = []
    before: Place | None = None
    while not found or before:
        page, before = await walls.page(ada, wall.id, 2, before)
        found += [asset.id for asset in page]
    assert found == [assets[number].id for number in (2, 1, 0, 4, 3)]
    (listed,) = await walls.listing(ada, assets[0].id)
    assert (listed.count, listed.holds, [cover.id for cover in listed.covers]) == (COUNT, True, found[:3])
    with pytest.raises(Conflict):
        await walls.make(house.ada, "Lighthouses")
    with pytest.raises(NotFound):
        await walls.page(Viewer(house.bob), wall.id)


async def test_pages_are_turned_back_as_they_were_turned_on(house: House) -> None:
    walls, ada = house.app.kept.collections, Viewer(house.ada)
    wall = await walls.make(house.ada, "Lighthouses")
    for asset in await pictures(house):
        await walls.hang(ada, wall.id, [asset.id])
    begun: list[Place | None] = [None]
    while after := (await walls.page(ada, wall.id, 2, begun[-1]))[1]:
        begun.append(after)
    for before, place in pairwise(begun):
        assert place
        assert await walls.turned_back(ada, wall.id, 2, place) == before
    assert len(begun) == 3
    with pytest.raises(NotFound):
        await walls.turned_back(Viewer(house.bob), wall.id, 2, begun[-1] or Place(now(), 0))


async def test_each_of_many_collections_has_its_newest_pictures_for_covers(house: House) -> None:
    walls, ada = house.app.kept.collections, Viewer(house.ada)
    assets = await pictures(house)
    await walls.make(house.ada, "wall 0")
    for number in range(1, COUNT):
        wall = await walls.make(house.ada, f"wall {number}")
        await walls.hang(ada, wall.id, [asset.id for asset in assets[:number]])
    found = {each.name: [cover.id for cover in each.covers] for each in await walls.listing(ada)}
    ids = [asset.id for asset in assets]
    assert found == {f"wall {number}": ids[:number][::-1][:3] for number in range(COUNT)}
    assert [name for _, name in await walls.named(ada)] == list(found)
    (one,) = await walls.matching(ada, "WALL 3", 5)
    assert (one.name, one.count) == ("wall 3", 3)
    assert await walls.named(Viewer(house.bob)) == []


async def test_many_collections_are_listed_by_as_few_queries_as_two(house: House) -> None:
    walls, ada = house.app.kept.collections, Viewer(house.ada)
    (asset,) = (await house.made("a lighthouse")).assets
    asked: list[str] = []

    async def queries() -> int:
        asked.clear()
        await walls.listing(ada, asset.id)
        return sum("placement" in each for each in asked)

    @event.listens_for(house.app.database.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    counts = []
    for many in (2, 10):
        for number in range(many):
            await walls.hang(ada, (await walls.make(house.ada, f"{many}, {number}")).id, [asset.id])
        counts.append(await queries())
    assert counts[0] == counts[1] > 0


async def test_a_form_takes_down_only_what_it_showed_as_hanging(house: House) -> None:
    walls, ada = house.app.kept.collections, Viewer(house.ada)
    asset = (await house.made("a lighthouse")).assets[0]
    kept, left, wanted, meanwhile = [(await walls.make(house.ada, name)).id for name in ("k", "l", "w", "m")]
    for each in (kept, left):
        await walls.hang(ada, each, [asset.id])
    held = {each.id for each in await walls.offered(ada, asset.id, 2) if each.holds}
    assert held == {kept, left}
    await walls.hang(ada, meanwhile, [asset.id])
    await walls.arrange(ada, asset.id, {kept, wanted, "gone by now"}, held)
    assert {each.id for each in await walls.listing(ada, asset.id) if each.holds} == {kept, wanted, meanwhile}
    with pytest.raises(NotFound):
        await walls.arrange(Viewer(house.bob), asset.id, set(), {kept})


async def test_tags_are_counted_renamed_into_each_other_and_dropped(house: House) -> None:
    tags, assets = house.app.kept.tags, await pictures(house)
    ids = [asset.id for asset in assets]
    await tags.change(house.ada, ids, add=["Sea", "dusk"])
    await tags.change(house.ada, ids[:1], add=["ocean"], remove=["dusk"])
    await tags.rename(house.ada, "sea", "ocean")
    assert await tags.listing(house.ada) == [("ocean", COUNT), ("dusk", COUNT - 1)]
    await tags.drop(house.ada, "ocean")
    assert (await house.app.studio.asset(house.ada, ids[0])).tags == ()
    with pytest.raises(NotFound):
        await tags.change(house.bob, ids, add=["mine"])


async def test_a_link_opens_until_it_is_taken_back_and_forgetting_ends_all(house: House) -> None:
    sharing, walls = house.app.kept.sharing, house.app.kept.collections
    (asset,) = (await house.made("a lighthouse")).assets
    wall = await walls.make(house.ada, "Lighthouses")
    await walls.hang(Viewer(house.ada), wall.id, [asset.id])
    one, other = (
        await sharing.link(house.ada, asset_id=asset.id, lasts_s=3600),
        await sharing.link(house.ada, collection_id=wall.id),
    )
    assert await sharing.asset(one.id) == await sharing.asset(other.id, asset.id) == (house.ada, asset.id)
    assert {share.id for share in await sharing.links(house.ada, asset_id=asset.id)} == {one.id, other.id}
    with pytest.raises(NotFound):
        await sharing.revoke(house.bob, one.id)
    await sharing.revoke(house.ada, one.id)
    with pytest.raises(Gone):
        await sharing.asset(one.id)
    await house.app.studio.forget(house.ada)
    for share in (one, other):
        with pytest.raises(NotFound):
            await sharing.opened(share.id)


async def test_forgetting_takes_what_a_person_hung_in_others_collections(house: House) -> None:
    walls, place = house.app.kept.collections, (await house.app.chats.workspace("slack", "T1")).id
    ada, bob = Viewer(house.ada, (place,)), Viewer(house.bob, (place,))
    (hers,) = (await house.made("a lighthouse", workspace_id=place)).assets
    await house.app.kept.sharing.show(ada, [hers.id], "workspace")
    wall = await walls.make(house.ada, "Lighthouses")
    await walls.show(ada, wall.id, "workspace", place)
    await house.app.kept.membership.seen(house.bob, place)
    await walls.hang(bob, wall.id, [hers.id])
    assert [asset.id for asset in (await walls.page(ada, wall.id))[0]] == [hers.id]
    await house.app.studio.forget(house.bob)
    assert (await walls.page(ada, wall.id))[0] == []
