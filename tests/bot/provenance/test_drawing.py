"""How a tree is drawn: every version once, lines that never cross, the straight one to the newest."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.web.provenance.drawing import Row, rows
from core.creation.view import asset_view
from core.provenance.trees import Node
from storage.tables import Asset

START = datetime(2026, 1, 1, tzinfo=UTC)


def nodes(parents: list[int | None]) -> list[Node]:
    """Version n made from version `parents[n]`, in the order in which a tree lists them."""
    below: dict[int | None, list[int]] = {}
    for number, parent in enumerate(parents):
        below.setdefault(parent, []).append(number)

    def walk(number: int, depth: int) -> list[Node]:
        facts: dict[str, Any] = {"kind": "image", "media_type": "image/png", "object_key": "k", "round": number + 1}
        asset = Asset(id=str(number), user_id="ada", created_at=START + timedelta(seconds=number), **facts)
        children = below.get(number, [])
        parent = parents[number]
        one = Node(
            asset_view(asset),
            None if parent is None else str(parent),
            tuple(map(str, children)),
            depth,
            stands=False,
            outside=False,
        )
        return [one, *(node for child in children for node in walk(child, depth + 1))]

    return [node for root in below.get(None, []) for node in walk(root, 0)]


def drawn(found: list[Row]) -> list[str]:
    return [f"{'.' * row.lane}{row.node.asset.version}" for row in found]


def test_a_line_of_versions_is_straight() -> None:
    assert drawn(rows(nodes([None, 0, 1, 2]))) == ["v1", "v2", "v3", "v4"]


def test_what_led_to_the_newest_is_straight_and_the_rest_branches_off() -> None:
    assert drawn(rows(nodes([None, 0, 0, 1]))) == ["v1", ".v3", "v2", "v4"]
    assert drawn(rows(nodes([None, 0, 0, 0]))) == ["v1", ".v2", ".v3", "v4"]
    assert drawn(rows(nodes([None, None, 0]))) == ["v1", "v3", "v2"]


@given(st.lists(st.integers(-1, 30), max_size=30))
def test_every_version_stands_once_behind_its_parent_and_no_line_crosses(wishes: list[int]) -> None:
    parents = [None if not number or wish < 0 else wish % number for number, wish in enumerate(wishes)]
    found = rows(nodes(parents))
    assert sorted(int(row.node.asset.id) for row in found) == list(range(len(parents)))
    open_lanes: list[str] = []
    """Per lane, the version whose line leads down there."""
    for row in found:
        parent = row.node.parent
        if row.from_left:
            assert open_lanes[row.lane - 1] == parent
        if row.from_above:
            assert open_lanes[row.lane] == parent
        assert row.goes_on == bool(row.node.children)
        open_lanes = [*open_lanes[: row.lane], row.node.asset.id]
