"""Who sees what is shown to a workspace: its members, and nobody outside."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from storage.tables import Membership, Workspace, now
from tests.bot.house import MISSING, House, Person, png
from tests.bot.keeping.places import ask, made_in, shown_in, workspace
from tests.storage.rows import erase

ASSETS = "/api/v1/assets"
HIDDEN = {"creation_id": None, "parent_id": None, "favourite": False, "cost_usd": 0.0, "tags": [], "mine": False}


async def statuses(house: House, who: Person, asset_id: str) -> set[int]:
    parts = ("", "/content", "/thumbnail")
    return {(await ask(house, who, "GET", f"{ASSETS}/{asset_id}{part}")).status for part in parts}


async def test_a_member_sees_what_is_shown_and_nothing_that_is_its_owner_s_alone(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    asset = await shown_in(quiet, quiet.ada, place, cost_micros=40_000, favourite=True, parent_id=MISSING)
    await ask(quiet, quiet.ada, "PUT", f"{ASSETS}/{asset.id}/tags", json={"tags": ["secret"]})
    seen = (await ask(quiet, quiet.bob, "GET", f"{ASSETS}/{asset.id}")).json
    assert {name: seen[name] for name in HIDDEN} == HIDDEN
    assert (seen["author"], seen["prompt"]) == ("ada", "a quiet harbour in the fog, photoreal")
    file = await ask(quiet, quiet.bob, "GET", f"{ASSETS}/{asset.id}/content")
    assert (file.status, file.body) == (200, png())
    own = (await ask(quiet, quiet.ada, "GET", f"{ASSETS}/{asset.id}")).json
    assert (own["mine"], own["author"], own["cost_usd"], own["tags"]) == (True, "", 0.04, ["secret"])


async def test_a_member_neither_changes_nor_deletes_what_is_shown(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    asset = await shown_in(quiet, quiet.ada, place)
    for method, path, body in (
        ("PATCH", "", {"favourite": True}),
        ("DELETE", "", None),
        ("PUT", "/tags", {"tags": ["mine"]}),
        ("POST", "/stop-links", None),
    ):
        more = {"json": body} if body else {}
        assert (await ask(quiet, quiet.bob, method, f"{ASSETS}/{asset.id}{path}", **more)).status == 404
    for method, path, body in (
        ("POST", f"{ASSETS}/visibility", {"assets": [asset.id], "visibility": "private"}),
        ("POST", "/api/v1/shares", {"asset": asset.id}),
    ):
        assert (await ask(quiet, quiet.bob, method, path, json=body)).status == 404


async def test_nobody_outside_sees_it_and_nobody_at_all_what_is_private(quiet: House) -> None:
    inside, outside = await workspace(quiet, "T1", quiet.ada), await workspace(quiet, "T2", quiet.bob)
    shown, private = await shown_in(quiet, quiet.ada, inside), await made_in(quiet, quiet.ada, outside)
    for asset in (shown, private):
        assert await statuses(quiet, quiet.bob, asset.id) == {404}
    await workspace(quiet, "T1", quiet.bob)
    assert await statuses(quiet, quiet.bob, shown.id) == {200}
    assert await statuses(quiet, quiet.bob, private.id) == {404}


async def test_what_was_made_in_one_workspace_is_not_shown_to_another_of_the_same_person(quiet: House) -> None:
    first, second = await workspace(quiet, "T1", quiet.ada), await workspace(quiet, "T2", quiet.ada, quiet.bob)
    asset = await made_in(quiet, quiet.ada, first)
    body = {"assets": [asset.id], "visibility": "workspace"}
    refused = await ask(quiet, quiet.ada, "POST", f"{ASSETS}/visibility", json=body | {"workspace": second})
    assert (refused.status, refused.code) == (409, "other_workspace")
    assert (await ask(quiet, quiet.ada, "POST", f"{ASSETS}/visibility", json=body)).status == 200
    assert await statuses(quiet, quiet.bob, asset.id) == {404}


async def test_what_was_made_nowhere_is_shown_where_its_owner_says(quiet: House) -> None:
    await workspace(quiet, "T1", quiet.ada)
    second = await workspace(quiet, "T2", quiet.ada, quiet.bob)
    asset = await quiet.asset(quiet.ada.id)
    body = {"assets": [asset.id], "visibility": "workspace"}
    unclear = await ask(quiet, quiet.ada, "POST", f"{ASSETS}/visibility", json=body)
    assert (unclear.status, unclear.code) == (409, "which_workspace")
    assert (
        await ask(quiet, quiet.ada, "POST", f"{ASSETS}/visibility", json=body | {"workspace": second})
    ).status == 200
    assert await statuses(quiet, quiet.bob, asset.id) == {200}


@pytest.mark.parametrize("why", ["left long ago", "Easel was removed", "held back", "forgotten"])
async def test_what_ends_the_look(quiet: House, why: str) -> None:
    place = await workspace(quiet, "T1", quiet.ada, quiet.bob)
    asset = await shown_in(quiet, quiet.ada, place)
    assert await statuses(quiet, quiet.bob, asset.id) == {200}

    def work(session: Session) -> None:
        if why == "left long ago":
            seen = session.exec(select(Membership).where(col(Membership.user_id) == quiet.bob.id)).one()
            seen.seen_at = now() - timedelta(days=3, seconds=1)
        elif why == "Easel was removed":
            session.get_one(Workspace, place).removed_at = now()
        elif why == "held back":
            from storage import gallery

            gallery.change(session, quiet.ada.id, asset.id, safety="withheld")

    await quiet.app.database.write(work)
    if why == "forgotten":
        await quiet.app.database.write(lambda session: erase(session, quiet.ada.id))
    assert await statuses(quiet, quiet.bob, asset.id) == {404}
