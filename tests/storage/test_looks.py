"""What looks alike is found, by its own person and by whom it is shown to, and by nobody else."""

import random

import pytest
from sqlmodel import Session

from storage import gallery, looks
from storage.looks import Alike
from storage.tables import Asset, Workspace
from tests.storage.rows import Rows

pytestmark = pytest.mark.each_database

LOOK = 0xF00DFACE12345678


def near(rows: Rows, user_id: str, bits: int = LOOK, **more: object) -> list[Alike]:
    return rows.read(lambda session: looks.near(session, user_id, bits, **more))  # type: ignore[arg-type]


def looking(rows: Rows, user_id: str, bits: int | None, **more: object) -> Asset:
    asset = rows.made(user_id, **more)[0]  # type: ignore[arg-type]
    rows.write(lambda session: looks.note(session, asset, bits))
    return asset


def flipped(bits: int, count: int, chance: random.Random) -> int:
    for bit in chance.sample(range(64), count):
        bits ^= 1 << bit
    return bits


def test_what_differs_in_up_to_seven_bits_is_always_found_with_its_distance(rows: Rows, ada: str) -> None:
    asset = looking(rows, ada, LOOK)
    chance = random.Random(7)
    for count in range(looks.SURELY + 1):
        for _ in range(8):
            found = near(rows, ada, flipped(LOOK, count, chance))
            assert [(each.asset.id, each.distance) for each in found] == [(asset.id, count)]


def test_the_nearest_comes_first_and_what_is_farther_than_asked_for_does_not_come(rows: Rows, ada: str) -> None:
    chance = random.Random(3)
    far = looking(rows, ada, flipped(LOOK, 6, chance))
    same = looking(rows, ada, LOOK)
    assert [each.asset.id for each in near(rows, ada)] == [same.id, far.id]
    assert [each.asset.id for each in near(rows, ada, within=5)] == [same.id]
    assert len(near(rows, ada, limit=1)) == 1
    assert near(rows, ada, LOOK ^ (1 << 64) - 1) == []


def test_all_64_bits_survive_the_database(rows: Rows, ada: str) -> None:
    for bits in (0, 1 << 63, (1 << 64) - 1, LOOK):
        asset = looking(rows, ada, bits)
        assert rows.read(lambda session, asset=asset: looks.bits_of(session, asset)) == bits
        assert near(rows, ada, bits)[0].distance == 0


def test_a_stranger_finds_nothing_and_a_workspace_finds_what_is_shown_there(rows: Rows, ada: str, bob: str) -> None:
    space, other = rows.write(_spaces)
    shown = looking(rows, ada, LOOK, workspace_id=space, visibility="workspace")
    looking(rows, ada, LOOK, workspace_id=space)
    looking(rows, ada, LOOK, workspace_id=space, visibility="workspace", safety="withheld")
    assert near(rows, bob) == []
    assert near(rows, bob, workspaces=(other,)) == []
    assert [each.asset.id for each in near(rows, bob, workspaces=(space, other))] == [shown.id]
    assert len(near(rows, ada)) == 3


def test_a_flat_picture_is_noted_and_never_found(rows: Rows, ada: str) -> None:
    flat = looking(rows, ada, None, thumbnail_key="thumb")
    assert near(rows, ada, 0) == []
    assert rows.read(lambda session: looks.bits_of(session, flat)) is None
    assert rows.read(looks.without) == []


def test_a_look_noted_again_replaces_the_first_and_goes_with_its_asset(rows: Rows, ada: str) -> None:
    asset = looking(rows, ada, LOOK)
    rows.write(lambda session: looks.note(session, asset, 1))
    assert near(rows, ada) == []
    assert len(near(rows, ada, 1)) == 1
    rows.write(lambda session: gallery.delete(session, ada, asset.id))
    assert near(rows, ada, 1) == []


def test_assets_without_a_look_are_listed_page_by_page_once_they_have_a_thumbnail(rows: Rows, ada: str) -> None:
    made = [rows.made(ada, thumbnail_key="thumb")[0] for _ in range(3)]
    rows.made(ada)
    first = rows.read(lambda session: looks.without(session, limit=2))
    second = rows.read(lambda session: looks.without(session, first[-1].seq, limit=2))
    assert [each.id for each in (*first, *second)] == [each.id for each in reversed(made)]
    for each in made:
        rows.write(lambda session, each=each: looks.note(session, each, LOOK))
    assert rows.read(looks.without) == []


def _spaces(session: Session) -> tuple[str, str]:
    spaces = [Workspace(platform="test", platform_id=name) for name in ("one", "two")]
    session.add_all(spaces)
    session.flush()
    return spaces[0].id, spaces[1].id
