"""Trees, changes, searches and receipts as words: what holds of them on every platform."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.chat import changes, receipts, searching, tagging, versions
from core.creation.view import AssetView
from core.people.deletion import Receipt
from core.provenance.changes import Change, Mark, runs
from core.provenance.trees import Node, Tree

NOTHING = AssetView(
    id="", kind="image", tool="make_image", media_type="image/png", size_bytes=1, width=1, height=1, duration_s=None,
    asked="a lighthouse", prompt="", alt_text="", provider=None, model=None, seed=None, version="", parent_id=None,
    creation_id=None, favourite=False, visibility="private", safety="", cost_usd=0.0,
    created_at=datetime(2026, 11, 22, tzinfo=UTC), has_thumbnail=False,
)  # fmt: skip


def tree(parents: dict[str, str | None]) -> Tree:
    """Versions in their order, each with what it was made from."""

    def node(name: str, depth: int) -> Node:
        below = tuple(each for each, parent in parents.items() if parent == name)
        asset = replace(NOTHING, id=name, version=name)
        return Node(asset, parents[name], below, depth, stands=False, outside=False)

    return Tree(nodes=tuple(map(node, parents, range(len(parents)))), thread=None, title="", whole=True)


def drawn(shown: versions.Lines) -> list[str]:
    return [f"{each.indent}{each.asset.version}" for each in shown.shown]


def test_a_straight_line_stays_straight_and_a_parting_is_indented() -> None:
    straight = tree({"v1": None, "v2": "v1", "v3": "v2"})
    assert drawn(versions.lines(straight, "v2")) == ["v1", "v2", "v3"]
    parted = tree({"v1": None, "v2": "v1", "v4": "v2", "v3": "v1"})
    assert drawn(versions.lines(parted, "v1")) == ["v1", "╰ v2", "╰ v4", "╰ v3"]
    twice = tree({"v1": None, "v2": "v1", "v2b": "v2", "v2c": "v2", "v3": "v1"})
    assert drawn(versions.lines(twice, "v1")) == ["v1", "╰ v2", "┊ ╰ v2b", "┊ ╰ v2c", "╰ v3"]


@pytest.mark.parametrize("here", [1, 2, 50, 99, 100])
def test_of_a_long_line_what_is_around_one_version_is_shown_and_the_rest_counted(here: int) -> None:
    names = [f"v{number}" for number in range(1, 101)]
    shown = versions.lines(tree(dict(zip(names, [None, *names], strict=False))), f"v{here}")
    assert [each.here for each in shown.shown].count(True) == 1
    assert len(shown.shown) == versions.LINES_MAX
    assert shown.above + len(shown.shown) + shown.below == 100


def test_a_version_is_compared_with_what_it_was_made_from_else_with_the_one_before() -> None:
    found = tree({"v1": None, "v2": "v1", "v3": None})
    assert [changes.earlier(found, each) for each in ("v1", "v2", "v3")] == [None, "v1", "v2"]


def test_long_stretches_that_are_the_same_are_left_out() -> None:
    same = " ".join(f"word{number}" for number in range(100))
    told = changes.words(Change(runs(f"{same} by day", f"{same} by night"), ()))
    assert [run.mark for run in told] == [Mark.KEPT, Mark.REMOVED, Mark.ADDED]
    assert len(told[0].text.split()) == changes.AROUND + 1
    assert changes.words(Change(runs(same, same), ())) == ()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", "tag:"),
        ("fog ki", "fog kind:"),
        ("tag:j", "tag:jazz"),
        ("in:ja", 'in:"Jazz festival"'),
        ('fog in:"Jazz f', 'fog in:"Jazz festival"'),
        ("anything at all", "anything at all"),
    ],
)
def test_a_search_is_completed_by_its_last_word(typed: str, offered: str) -> None:
    assert offered in searching.completions(typed, ["jazz"], ["Jazz festival"], 40)


def test_no_completion_is_longer_than_may_be() -> None:
    assert searching.completions("in:", [], ["x" * 60], 40) == ["in:"]


def test_tags_are_read_back_as_they_were_written() -> None:
    assert tagging.names(" jazz, blue sky\n#fog;;") == ["jazz", "blue sky", "fog"]
    assert tagging.names(tagging.field(["jazz", "blue-sky"])) == ["jazz", "blue-sky"]


def test_a_receipt_tells_what_is_left_only_where_something_is() -> None:
    clean = Receipt(
        asked_at="2026-11-22", rows={"creation": 2, "asset": 3}, objects=6, thumbnails=3, messages_deleted=1
    )
    said = "\n".join(receipts.lines(clean))
    assert "2 requests and 3 results" in said
    assert "3 stored files and 3 small pictures" in said
    assert "1 message that showed them is gone" in said
    assert "could not" not in said
    assert "4 messages could not be deleted" in "\n".join(receipts.lines(replace(clean, messages_left=4)))


@pytest.mark.parametrize(
    ("typed", "key"),
    [("", ""), ("fog", ""), ("tag:j", "tag"), ("fog TAG:", "tag"), ('in:"Jazz fes', "in"), ("in:x fog", "")],
)
def test_what_a_search_is_completed_from_is_told_by_its_key(typed: str, key: str) -> None:
    """Tags and collections are read for this alone, at every letter."""
    assert searching.key(typed) == key
