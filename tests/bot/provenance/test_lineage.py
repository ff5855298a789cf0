"""Version trees, recipes, comparisons and going back over REST."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from sqlmodel import Session

from storage import people
from storage.lineage import NODES_MAX
from storage.tables import Asset, Step, Thread
from tests.bot.house import MISSING, House, Person


async def version(house: House, owner: Person, parent: Asset | None = None, **more: Any) -> Asset:
    """An asset, in its parent's thread where there is one, as the next round."""
    arguments = more.pop("arguments", {})
    asset = await house.asset(owner.id, parent_id=parent.id if parent else None, **more)

    def work(session: Session) -> Asset:
        row = session.get_one(Asset, asset.seq)
        step = session.get_one(Step, row.step_id)
        step.arguments = arguments
        if parent:
            thread = session.get_one(Thread, parent.thread_id)
            thread.rounds += 1
            row.thread_id, row.round = thread.id, thread.rounds
            session.add(thread)
        session.add_all((row, step))
        return row

    return await house.app.database.write(work)


async def thread_of(house: House, asset: Asset) -> str:
    def work(session: Session) -> str:
        return session.get_one(Thread, asset.thread_id).ref

    return quote(await house.app.database.read(work), safe="")


async def got(house: House, person: Person, method: str, path: str) -> Any:
    answer = await house.ask(method, path, headers=person.headers, locked=True)
    assert answer.status == 200, answer.text
    return answer.json


def drawn(tree: Any) -> list[str]:
    """A tree in a few words: dots for depth, a star where the thread stands."""
    return [
        f"{'.' * node['depth']}{node['asset']['version'] or 'upload'}{'*' if node['stands'] else ''}"
        for node in tree["nodes"]
    ]


async def test_a_thread_s_versions_are_a_tree_with_the_one_that_a_reply_goes_on_from(quiet: House) -> None:
    ada = quiet.ada
    one = await version(quiet, ada)
    two = await version(quiet, ada, one)
    await version(quiet, ada, one)
    await version(quiet, ada, two)
    tree = await got(quiet, ada, "GET", f"/api/v1/threads/{await thread_of(quiet, one)}/tree")
    assert drawn(tree) == ["v1", ".v2", "..v4*", ".v3"]
    assert (tree["whole"], tree["title"], tree["thread"][:5]) == (True, "a quiet harbour", "rest:")
    assert [len(node["children"]) for node in tree["nodes"]] == [2, 1, 0, 0]
    assert tree["nodes"][1]["parent"] == one.id


async def test_what_a_thread_began_with_stands_at_its_root(quiet: House) -> None:
    brought = await quiet.asset(quiet.ada.id, kind="upload", tool="upload")
    other = await version(quiet, quiet.ada)
    first = await quiet.asset(quiet.ada.id, parent_id=other.id)
    tree = await got(quiet, quiet.ada, "GET", f"/api/v1/threads/{await thread_of(quiet, first)}/tree")
    assert [(node["asset"]["id"], node["outside"]) for node in tree["nodes"]] == [(other.id, True), (first.id, False)]
    assert brought.id not in json.dumps(tree)


async def test_a_family_reaches_over_conversations_up_to_the_first_and_down_to_the_last(quiet: House) -> None:
    first = await version(quiet, quiet.ada)
    second = await quiet.asset(quiet.ada.id, parent_id=first.id)
    third = await quiet.asset(quiet.ada.id, parent_id=second.id)
    aunt = await quiet.asset(quiet.ada.id, parent_id=first.id)
    tree = await got(quiet, quiet.ada, "GET", f"/api/v1/assets/{second.id}/lineage")
    assert [node["asset"]["id"] for node in tree["nodes"]] == [first.id, second.id, third.id]
    assert [node["depth"] for node in tree["nodes"]] == [0, 1, 2]
    assert aunt.id not in json.dumps(tree)


async def test_a_stranger_s_versions_stay_out_of_a_tree(quiet: House) -> None:
    mine = await version(quiet, quiet.ada)
    await quiet.asset(quiet.bob.id, parent_id=mine.id)
    await version(quiet, quiet.bob, mine)
    assert len((await got(quiet, quiet.ada, "GET", f"/api/v1/assets/{mine.id}/lineage"))["nodes"]) == 1
    assert (
        len((await got(quiet, quiet.ada, "GET", f"/api/v1/threads/{await thread_of(quiet, mine)}/tree"))["nodes"]) == 1
    )


async def test_a_very_large_family_is_cut_and_says_so(quiet: House) -> None:
    first = await version(quiet, quiet.ada)

    def work(session: Session) -> None:
        facts = {"kind": "image", "tool": "vary", "media_type": "image/png", "object_key": "k"}
        session.add_all(Asset(user_id=quiet.ada.id, parent_id=first.id, **facts) for _ in range(NODES_MAX + 20))

    await quiet.app.database.write(work)
    tree = await got(quiet, quiet.ada, "GET", f"/api/v1/assets/{first.id}/lineage")
    assert (len(tree["nodes"]), tree["whole"]) == (NODES_MAX, False)


async def test_a_line_of_hundreds_of_versions_is_drawn(quiet: House) -> None:
    first = last = await version(quiet, quiet.ada)

    def work(session: Session) -> None:
        parent = first.id
        for _ in range(NODES_MAX - 1):
            facts = {"kind": "image", "tool": "vary", "media_type": "image/png", "object_key": "k"}
            asset = Asset(user_id=quiet.ada.id, parent_id=parent, **facts)
            session.add(asset)
            parent = asset.id

    await quiet.app.database.write(work)
    tree = await got(quiet, quiet.ada, "GET", f"/api/v1/assets/{last.id}/lineage")
    assert (tree["nodes"][-1]["depth"], tree["whole"]) == (NODES_MAX - 1, True)


async def test_undo_and_go_on_move_where_a_thread_stands(quiet: House) -> None:
    ada = quiet.ada
    one = await version(quiet, ada)
    two = await version(quiet, ada, one)
    await version(quiet, ada, two)
    thread = await thread_of(quiet, one)
    back = await got(quiet, ada, "POST", f"/api/v1/threads/{thread}/undo")
    assert (back["asset"]["id"], back["message"][:10]) == (two.id, "Back at v2")
    assert (await got(quiet, ada, "POST", f"/api/v1/threads/{thread}/undo"))["asset"]["id"] == one.id
    refused = await quiet.ask("POST", f"/api/v1/threads/{thread}/undo", headers=ada.headers)
    assert (refused.status, refused.code) == (409, "first_version")
    assert drawn(await got(quiet, ada, "GET", f"/api/v1/threads/{thread}/tree")) == ["v1*", ".v2", "..v3"]
    assert (await got(quiet, ada, "POST", f"/api/v1/assets/{two.id}/go-on"))["asset"]["id"] == two.id
    assert drawn(await got(quiet, ada, "GET", f"/api/v1/threads/{thread}/tree")) == ["v1", ".v2*", "..v3"]


async def test_an_upload_has_no_conversation_to_go_on_in(quiet: House) -> None:
    def work(session: Session) -> str:
        upload = Asset(user_id=quiet.ada.id, kind="upload", media_type="image/png", object_key="k")
        session.add(upload)
        return upload.id

    upload_id = await quiet.app.database.write(work)
    refused = await quiet.ask("POST", f"/api/v1/assets/{upload_id}/go-on", headers=quiet.ada.headers)
    assert (refused.status, refused.code) == (409, "no_thread")


async def test_what_changed_is_told_word_by_word_and_fact_by_fact(quiet: House) -> None:
    ada = quiet.ada
    one = await version(quiet, ada, seed=7, arguments={"aspect": "1:1"})
    two = await version(quiet, ada, one, seed=7, arguments={"aspect": "16:9", "instruction": "at night"})

    def work(session: Session) -> None:
        row = session.get_one(Asset, two.seq)
        row.prompt, row.model, row.inputs = "a quiet harbour at night, photoreal", "flux", [one.id]
        session.add(row)

    await quiet.app.database.write(work)
    told = await got(quiet, ada, "GET", f"/api/v1/assets/{two.id}/changes?from={one.id}")
    assert [(run["mark"], run["text"]) for run in told["prompt"]] == [
        ("kept", "a quiet harbour"),
        ("removed", " in the fog,"),
        ("added", " at night,"),
        ("kept", " photoreal"),
    ]
    assert {fact["name"]: (fact["before"], fact["after"]) for fact in told["facts"]} == {
        "instruction": ("", "at night"),
        "model": ("sketch", "flux"),
        "aspect": ("1:1", "16:9"),
        "inputs": ("", "1"),
    }
    same = await got(quiet, ada, "GET", f"/api/v1/assets/{two.id}/changes?from={two.id}")
    assert (same["facts"], {run["mark"] for run in same["prompt"]}) == ([], {"kept"})


async def test_a_recipe_over_rest(quiet: House) -> None:
    one = await version(quiet, quiet.ada, seed=7, sha256="ab", arguments={"prompt": "a quiet harbour"})
    two = await version(quiet, quiet.ada, one, inputs=[one.id])
    told = await got(quiet, quiet.ada, "GET", f"/api/v1/assets/{two.id}/recipe")
    assert (told["parent"], told["inputs"]) == (one.id, [{"id": one.id, "version": "v1"}])
    told = await got(quiet, quiet.ada, "GET", f"/api/v1/assets/{one.id}/recipe")
    assert (told["seed"], told["sha256"], told["arguments"]) == (7, "ab", {"prompt": "a quiet harbour"})
    assert (told["asked"], told["sent"]) == ("a quiet harbour", "a quiet harbour in the fog, photoreal")


async def test_a_member_of_a_workspace_sees_what_is_shown_there_and_no_private_parent(quiet: House) -> None:
    space = await quiet.app.database.write(lambda session: people.workspace_of(session, "test", "W1"))
    hidden = await version(quiet, quiet.ada)
    shown = await version(quiet, quiet.ada, hidden, workspace_id=space.id, visibility="workspace", inputs=[hidden.id])
    paths = [f"/api/v1/assets/{shown.id}/{what}" for what in ("recipe", "lineage", f"changes?from={shown.id}")]
    for path in paths:
        assert (await quiet.ask("GET", path, headers=quiet.bob.headers)).status == 404
    await quiet.app.kept.membership.seen(quiet.bob.id, space.id)
    for path in paths:
        assert hidden.id not in json.dumps(await got(quiet, quiet.bob, "GET", path))
    tree = await got(quiet, quiet.bob, "GET", paths[1])
    assert (len(tree["nodes"]), tree["thread"], tree["title"]) == (1, None, "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/assets/{asset}/recipe"),
        ("GET", "/api/v1/assets/{asset}/lineage"),
        ("GET", "/api/v1/assets/{asset}/changes?from={asset}"),
        ("POST", "/api/v1/assets/{asset}/go-on"),
        ("GET", "/api/v1/threads/{thread}/tree"),
        ("POST", "/api/v1/threads/{thread}/undo"),
    ],
)
async def test_another_s_is_as_missing_as_none(quiet: House, method: str, path: str) -> None:
    asset = await version(quiet, quiet.ada)
    names = {"asset": asset.id, "thread": await thread_of(quiet, asset)}
    none = {"asset": MISSING, "thread": f"rest:-:-:{MISSING}"}
    found = [
        await quiet.ask(method, path.format(**each), headers=quiet.bob.headers, locked=True) for each in (names, none)
    ]
    assert [answer.status for answer in found] == [404, 404]
    assert found[0].json == found[1].json
