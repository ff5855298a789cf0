"""Starting from what somebody else shows to a workspace: allowed there alone, paid by who does it, and credited."""

from typing import Any

import pytest

from bot.settings import Settings
from core.creation.view import AssetView
from core.errors import NotFound
from core.gallery.membership import Viewer
from core.wishes import Action
from storage.tables import CreationState
from storage.visibility import PRIVATE, WORKSPACE
from tests.fakes.house import House, opened
from tests.fakes.provider import ScriptedProvider, Way, models

pytestmark = pytest.mark.each_database


async def workspace(house: House, *people: str) -> str:
    place = await house.app.chats.workspace("slack", "T1")
    for person in people:
        await house.app.kept.membership.seen(person, place.id)
    return place.id


async def shown(house: House, place: str) -> AssetView:
    """A picture of Ada's that the workspace may see."""
    (asset,) = (await house.made("a lighthouse", workspace_id=place)).assets
    await house.app.kept.sharing.show(Viewer(house.ada, (place,)), [asset.id], WORKSPACE)
    return await house.app.studio.asset(house.ada, asset.id)


async def remixed(house: House, asset_id: str, place: str, **more: Any) -> AssetView:
    view = await house.act(Action.VARY, asset_id, by=house.bob, workspaces=(place,), **more)
    assert (view.state, view.error) == (CreationState.SUCCEEDED, None)
    return view.assets[0]


async def test_a_remix_is_its_maker_s_and_credits_the_author(house: House) -> None:
    place = await workspace(house, house.ada, house.bob)
    original = await shown(house, place)
    remix = await remixed(house, original.id, place)
    assert (remix.mine, remix.parent_id, remix.credit) == (True, original.id, "ada")
    assert remix.visibility == PRIVATE
    with pytest.raises(NotFound):
        await house.app.studio.asset(house.ada, remix.id)
    _, _, thread = await house.app.studio.lineage(house.bob, remix.id)
    assert thread != (await house.app.studio.lineage(house.ada, original.id))[2]
    again = await house.app.studio.asset(house.bob, remix.id)
    assert again.credit == "ada"


async def test_whoever_remixes_pays(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(cost_micros=100_000))
    async with opened(settings, provider=provider, catalogue=models(image_usd=0.1)) as house:
        place = await workspace(house, house.ada, house.bob)
        original = await shown(house, place)
        before = {charge.id for charge in await house.charges()}
        await remixed(house, original.id, place)
        fresh = [charge for charge in await house.charges() if charge.id not in before]
    assert [(charge.user_id, charge.settled_micros) for charge in fresh if charge.step_id] == [(house.bob, 100_000)]
    assert {charge.user_id for charge in fresh} == {house.bob}


async def test_the_credit_goes_on_through_later_versions(house: House) -> None:
    place = await workspace(house, house.ada, house.bob)
    remix = await remixed(house, (await shown(house, place)).id, place)
    (later,) = (await house.act(Action.VARY, remix.id, by=house.bob)).assets
    assert (later.parent_id, later.credit) == (remix.id, "ada")


async def test_one_s_own_picture_credits_nobody(house: House) -> None:
    place = await workspace(house, house.ada)
    original = await shown(house, place)
    (own,) = (await house.act(Action.VARY, original.id, workspaces=(place,))).assets
    assert (own.parent_id, own.credit) == (original.id, "")


async def test_private_again_it_is_hidden_and_its_remixes_stay(house: House) -> None:
    place = await workspace(house, house.ada, house.bob)
    original = await shown(house, place)
    remix = await remixed(house, original.id, place)
    await house.app.kept.sharing.show(Viewer(house.ada, (place,)), [original.id], PRIVATE)
    kept = await house.app.studio.asset(house.bob, remix.id)
    assert kept.credit == "ada"
    parent, _, _ = await house.app.studio.lineage(house.bob, remix.id)
    assert parent is None
    for look in (house.app.studio.asset, house.app.studio.content, house.app.studio.thumbnail):
        with pytest.raises(NotFound):
            await look(house.bob, original.id, (place,))
    with pytest.raises(NotFound):
        await house.act(Action.VARY, original.id, by=house.bob, workspaces=(place,))


async def test_whoever_is_forgotten_is_credited_no_longer(house: House) -> None:
    place = await workspace(house, house.ada, house.bob)
    remix = await remixed(house, (await shown(house, place)).id, place)
    await house.app.studio.forget(house.ada)
    kept = await house.app.studio.asset(house.bob, remix.id)
    assert (kept.credit, kept.mine) == ("", True)


async def test_outside_of_the_workspace_there_is_nothing_to_remix(house: House) -> None:
    place = await workspace(house, house.ada)
    original = await shown(house, place)
    elsewhere = (await house.app.chats.workspace("slack", "T2")).id
    for workspaces in ((), (elsewhere,)):
        with pytest.raises(NotFound):
            await house.act(Action.VARY, original.id, by=house.bob, workspaces=workspaces)
