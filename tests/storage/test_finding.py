import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, col, delete

from core.errors import Invalid
from core.gallery.finding import parse
from storage import finding, gallery, people, visibility
from storage.finding import Fact, Query
from storage.kindred import kindred
from storage.tables import Asset, Collection, Placement, Tag, Thread, now
from tests.storage.rows import Rows

pytestmark = pytest.mark.each_database


def find(rows: Rows, user_id: str, said: str = "", **within: Any) -> list[str]:
    """What was asked for each asset that is found, the newest first."""
    query = parse(said, Query(**within), at=datetime(2026, 11, 22, 12, tzinfo=UTC))
    return [asset.asked for asset in rows.read(lambda session: finding.page(session, user_id, query)).assets]


def workspace(rows: Rows, name: str, *members: str) -> str:
    def work(session: Session) -> str:
        place = people.workspace_of(session, "chat", name)
        for member in members:
            visibility.seen_in(session, member, place.id, now())
        return place.id

    return rows.write(work)


def shown(rows: Rows, user_id: str, asked: str, workspace_id: str, **more: Any) -> Asset:
    return rows.made(user_id, asked, workspace_id=workspace_id, visibility="workspace", **more)[0]


def hang(rows: Rows, user_id: str, name: str, assets: Sequence[Asset], **more: Any) -> str:
    def work(session: Session) -> str:
        wall = Collection(user_id=user_id, name=name, **more)
        session.add(wall)
        session.flush()
        session.add_all(Placement(collection_id=wall.id, asset_seq=each.seq, user_id=user_id) for each in assets)
        return wall.id

    return rows.write(work)


def tag(rows: Rows, asset: Asset, *names: str) -> None:
    def work(session: Session) -> None:
        session.add_all(Tag(user_id=asset.user_id, name=name, asset_seq=asset.seq) for name in names)
        gallery.change(session, asset.user_id, asset.id, tags=" ".join(names))

    rows.write(work)


# --- each thing that may be said ------------------------------------------------------------------------------------


def test_words_phrases_and_what_must_be_missing(rows: Rows, ada: str) -> None:
    for asked in ("a misty red fox", "a red misty owl", "a foxglove"):
        rows.made(ada, asked)
    assert find(rows, ada, "fox") == ["a foxglove", "a misty red fox"]
    assert find(rows, ada, '"misty red"') == ["a misty red fox"]
    assert find(rows, ada, "misty -owl") == ["a misty red fox"]
    assert find(rows, ada, "fox -fox") == ["a foxglove"]  # without that very word
    assert find(rows, ada, '-"red misty" a') == ["a foxglove", "a misty red fox"]
    assert find(rows, ada, '"red owl"') == []


def test_kind_model_provider_outline_and_tool(rows: Rows, ada: str) -> None:
    rows.made(ada, "wide", width=1536, height=1024, provider="openai", model="gpt-image-1")
    rows.made(ada, "tall", width=768, height=1344, provider="replicate", model="black-forest-labs/flux-1.1-pro")
    rows.made(ada, "square", width=1024, height=1024, provider="replicate", model="recraft-v3", tool="upscale")
    rows.made(ada, "film", kind="video", width=1280, height=720, provider="runway", model="gen4_turbo", tool="animate")
    rows.made(ada, "voice", kind="speech", provider="openai", model="gpt-4o-mini-tts")
    rows.made(ada, "photo", kind="upload", tool="upload")
    for said, found in (
        ("kind:image", ["square", "tall", "wide"]),
        ("kind:video", ["film"]),
        ("kind:upload", ["photo"]),
        ("-kind:image", ["voice", "film"]),
        ("provider:openai", ["voice", "wide"]),
        ("-provider:openai kind:image", ["square", "tall"]),
        ("model:flux", ["tall"]),
        ("model:gpt", ["voice", "wide"]),
        ("model:gpt-image", ["wide"]),
        ("model:1.1", ["tall"]),
        ("model:gen4_t", ["film"]),
        ("-model:gpt", ["film", "square", "tall"]),
        ("model:fox", []),
        ("aspect:wide", ["film", "wide"]),
        ("aspect:tall", ["tall"]),
        ("aspect:square", ["square"]),
        ("aspect:1:1", ["square"]),
        ("aspect:3:2", ["wide"]),
        ("aspect:16:9", ["film"]),
        ("aspect:9:16", ["tall"]),
        ("made:upscaled", ["square"]),
        ("made:animated", ["film"]),
        ("made:edited", []),
        ("kind:video model:gen4 aspect:wide film", ["film"]),
        ("kind:video aspect:tall", []),
    ):
        assert find(rows, ada, said) == found, said


def test_favourites_shares_and_ratings_as_they_change(rows: Rows, ada: str, bob: str) -> None:
    one, other = rows.made(ada, "one")[0], rows.made(ada, "other")[0]
    rows.write(lambda session: gallery.change(session, ada, one.id, favourite=True))
    assert find(rows, ada, "is:favourite") == find(rows, ada, favourite=True) == ["one"]
    assert find(rows, ada, "-is:favourite") == find(rows, ada, favourite=False) == ["other"]
    rows.write(lambda session: gallery.change(session, ada, one.id, favourite=False))
    assert find(rows, ada, "is:favourite") == []

    for visible, found in (("workspace", ["other"]), ("link", ["other"]), ("private", [])):
        rows.write(lambda session, value=visible: gallery.change(session, ada, other.id, visibility=value))
        assert find(rows, ada, "is:shared") == found

    for by, value, up, down in (
        (ada, 1, ["one"], []),
        (bob, -1, ["one"], []),  # what others think changes nothing
        (ada, -1, [], ["one"]),
        (ada, 0, [], []),
    ):
        rows.write(lambda session, by=by, value=value: gallery.vote(session, by, one.id, value))
        assert (find(rows, ada, "rated:up"), find(rows, ada, "rated:down")) == (up, down)


def test_tags_whole_and_among_the_words(rows: Rows, ada: str) -> None:
    one, other = rows.made(ada, "one")[0], rows.made(ada, "other")[0]
    tag(rows, one, "summer-night", "jazz", "café")
    tag(rows, other, "summer")
    assert find(rows, ada, "tag:summer-night") == ["one"]
    assert find(rows, ada, "tag:summer") == ["other"]
    assert find(rows, ada, "tag:night") == []
    assert find(rows, ada, "-tag:summer") == ["one"]
    assert find(rows, ada, "tag:jazz tag:café") == ["one"]
    assert find(rows, ada, "tag:jazz tag:summer") == []
    assert find(rows, ada, "summer") == ["other", "one"]
    rows.write(lambda session: gallery.change(session, ada, one.id, tags=""))
    assert find(rows, ada, "tag:jazz") == find(rows, ada, "jazz") == []


def test_a_collection_by_its_name_as_it_changes(rows: Rows, ada: str, bob: str) -> None:
    one, other = rows.made(ada, "one")[0], rows.made(ada, "other")[0]
    wall = hang(rows, ada, "Jazz festival", [one, other])
    also = hang(rows, ada, "Also", [one])
    hang(rows, bob, "Secret", rows.made(bob, "theirs"))
    assert find(rows, ada, 'in:"jazz FESTIVAL"') == ["other", "one"]
    assert find(rows, ada, "in:also") == ["one"]
    assert find(rows, ada, "in:also other") == find(rows, ada, "in:secret") == find(rows, ada, "in:nowhere") == []
    rows.write(lambda session: session.exec(delete(Placement).where(col(Placement.collection_id) == wall)))
    assert find(rows, ada, 'in:"jazz festival"') == []
    assert find(rows, ada, "in:also") == ["one"]
    assert rows.sql("SELECT hung_in FROM asset WHERE asked = 'one'") == [(also,)]
    rows.write(lambda session: gallery.delete(session, ada, one.id))
    assert find(rows, ada, "in:also") == []


def test_a_thread_by_its_address_or_id(rows: Rows, ada: str, bob: str) -> None:
    here = rows.made(ada, "here")[0]
    rows.made(ada, "elsewhere")
    theirs = rows.made(bob, "theirs")[0]

    def ref(asset: Asset) -> str:
        return rows.read(lambda session: session.get_one(Thread, asset.thread_id).ref)

    assert find(rows, ada, f"thread:{ref(here)}") == find(rows, ada, f"thread:{here.thread_id}") == ["here"]
    assert find(rows, ada, f"thread:{ref(theirs)}") == find(rows, ada, f"thread:{theirs.thread_id}") == []
    assert find(rows, ada, "thread:nowhere") == []


def test_days_months_and_years_whatever_the_order_of_arrival(rows: Rows, ada: str) -> None:
    for made in ("2026-11-22T11:00", "2024-02-29T00:00", "2026-11-21T23:59", "2025-12-31T23:59", "2026-11-05T08:00"):
        rows.made(ada, made, created_at=datetime.fromisoformat(f"{made}:00+00:00"))
    for said, found in (
        ("on:today", {"2026-11-22T11:00"}),
        ("on:yesterday", {"2026-11-21T23:59"}),
        ("on:2026-11", {"2026-11-22T11:00", "2026-11-21T23:59", "2026-11-05T08:00"}),
        ("on:2024-02", {"2024-02-29T00:00"}),
        ("before:2026", {"2024-02-29T00:00", "2025-12-31T23:59"}),
        ("after:2025-12-31 before:2026-11-06", {"2025-12-31T23:59", "2026-11-05T08:00"}),
        ("after:2026-11-21", {"2026-11-22T11:00", "2026-11-21T23:59"}),
        ("on:2023", set()),
        ("after:2026 before:2025", set()),
    ):
        assert set(find(rows, ada, said)) == found, said
    late = datetime(2026, 11, 21, 23, 59, tzinfo=UTC)
    assert find(rows, ada, since=late, until=late + timedelta(minutes=1)) == ["2026-11-21T23:59"]
    assert find(rows, ada, since=late + timedelta(seconds=1), until=late + timedelta(minutes=1)) == []


def test_what_the_planner_said_at_the_end_is_found(rows: Rows, ada: str) -> None:
    made = rows.made(ada, "one")[0]
    rows.made(ada, "other")
    rows.write(lambda session: gallery.told(session, str(made.creation_id), "Here is your gannet."))
    assert find(rows, ada, "gannet") == ["one"]


def test_pages_of_a_search_are_whole_and_without_doubles(rows: Rows, ada: str) -> None:
    for number in range(9):
        rows.made(ada, f"fox {number}", kind="video" if number % 3 else "image")
    query, found = Query(words="fox", facts=(Fact("kind", "video"),), limit=2), []
    while True:
        page = rows.read(lambda session, query=query: finding.page(session, ada, query))
        found += [asset.asked for asset in page.assets]
        if page.next is None:
            break
        query = replace(query, before=page.next)
    assert found == ["fox 8", "fox 7", "fox 5", "fox 4", "fox 2", "fox 1"]


# --- nobody else's --------------------------------------------------------------------------------------------------


def test_what_others_show_is_seen_in_the_workspace_and_nowhere_else(rows: Rows, ada: str, bob: str) -> None:
    eve = rows.person("eve")
    here, there = workspace(rows, "W", ada, bob), workspace(rows, "V", bob, eve)
    shown(rows, bob, "bob's fox here", here, kind="video")
    shown(rows, bob, "bob's fox there", there)
    shown(rows, bob, "withheld fox", here, safety="withheld")
    shown(rows, bob, "bob's photo", here, kind="upload")
    shown(rows, ada, "ada's own fox", here)
    rows.made(bob, "private fox", workspace_id=here)
    rows.made(bob, "linked fox", workspace_id=here, visibility="link")
    assert find(rows, ada, "by:workspace") == ["bob's fox here"]
    assert find(rows, ada, "by:workspace fox kind:video") == ["bob's fox here"]
    assert find(rows, ada, "by:workspace kind:upload") == ["bob's photo"]
    assert find(rows, ada, "by:workspace owl") == find(rows, ada, "by:workspace kind:image") == []
    assert find(rows, bob, "by:workspace") == ["ada's own fox"]
    assert find(rows, eve, "by:workspace") == ["bob's fox there"]
    assert find(rows, rows.person("zoe"), "by:workspace") == []
    assert find(rows, ada, "by:workspace", workspaces=(there,)) == ["bob's fox there"]
    assert find(rows, ada, "by:workspace", workspaces=()) == []
    assert find(rows, ada, "fox") == ["ada's own fox"]


def test_what_is_no_longer_shown_is_gone_at_once(rows: Rows, ada: str, bob: str) -> None:
    here = workspace(rows, "W", ada, bob)
    theirs = shown(rows, bob, "fox", here)
    assert find(rows, ada, "by:workspace fox") == ["fox"]
    rows.write(lambda session: gallery.change(session, bob, theirs.id, visibility="private"))
    assert find(rows, ada, "by:workspace fox") == find(rows, ada, "by:workspace") == []


def test_the_marks_of_others_tell_nothing(rows: Rows, ada: str, bob: str) -> None:
    here = workspace(rows, "W", ada, bob)
    theirs = shown(rows, bob, "fox", here, favourite=True)
    tag(rows, theirs, "secret")
    rows.write(lambda session: gallery.told(session, str(theirs.creation_id), "As you whispered."))
    rows.write(lambda session: gallery.vote(session, bob, theirs.id, 1))
    within = Query(others=True, workspaces=(here,))
    for query in (
        replace(within, words="secret"),
        replace(within, words="whispered"),
        replace(within, favourite=True),
        replace(within, thread=theirs.thread_id or ""),
        *(
            replace(within, facts=(fact,))
            for fact in (Fact("tag", "secret"), Fact("rated", "up"), Fact("is", "shared"))
        ),
    ):
        assert rows.read(lambda session, query=query: finding.page(session, ada, query)).assets == ()


def test_a_workspace_s_collection_is_found_by_its_members(rows: Rows, ada: str, bob: str) -> None:
    here = workspace(rows, "W", ada, bob)
    theirs, hidden = shown(rows, bob, "on the wall", here), rows.made(bob, "hidden")[0]
    hang(rows, bob, "Wall", [theirs, hidden], visibility="workspace", workspace_id=here)
    assert find(rows, ada, "in:wall by:workspace") == ["on the wall"]
    assert find(rows, ada, "in:wall") == []
    assert find(rows, rows.person("eve"), "in:wall by:workspace") == []


ODD = st.text(max_size=30) | st.text(alphabet="\"*():^-+{}ANDORNEAT 0madeowner.words_\\'%|&!<>", max_size=30)


@limits(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=ODD, key=st.sampled_from(["", "model:", "provider:", "tag:", "in:", "thread:", "-", '"']), odd=ODD)
def test_whatever_is_said_only_one_s_own_is_found(rows: Rows, said: str, key: str, odd: str) -> None:
    ada, bob = rows.person("ada"), rows.person("bob")
    if not rows.sql("SELECT 1 FROM asset LIMIT 1"):
        for user in (ada, bob):
            made = rows.made(user, "fox owner words near and or not made", model="m/x-1", provider="p")[0]
            tag(rows, made, "x")
            hang(rows, user, "x", [made])
    for text in (f"{said} {key}{odd}", f"{key}0made{bob}", f"{said} {key}{bob}"):
        try:
            query = parse(text)
        except Invalid:
            continue
        for asked in (query, replace(query, others=True, workspaces=(bob, odd))):
            found = rows.read(lambda session, asked=asked: finding.page(session, ada, asked)).assets
            assert {asset.user_id for asset in found} <= {ada}


# --- against plain counting -----------------------------------------------------------------------------------------

WORDS = ("fox", "foxglove", "owl", "harbour")
CHECKS: dict[str, Callable[[Asset], bool]] = {
    "fox": lambda asset: "fox" in asset.asked,
    "harbour": lambda asset: "harbour" in asset.asked,
    "-owl": lambda asset: "owl" not in asset.asked.split(),
    "kind:video": lambda asset: asset.kind == "video",
    "-kind:image": lambda asset: asset.kind != "image",
    "model:flux": lambda asset: "flux" in (asset.model or ""),
    "-provider:replicate": lambda asset: asset.provider != "replicate",
    "aspect:wide": lambda asset: (asset.width or 0) > (asset.height or 0),
    "is:favourite": lambda asset: asset.favourite,
    "-is:favourite": lambda asset: not asset.favourite,
    "tag:jazz": lambda asset: "jazz" in asset.tags.split(),
    "-tag:jazz": lambda asset: "jazz" not in asset.tags.split(),
    "after:2026-03-10": lambda asset: asset.created_at >= datetime(2026, 3, 10, tzinfo=UTC),
    "before:2026-07": lambda asset: asset.created_at < datetime(2026, 7, 1, tzinfo=UTC),
}


def fill(rows: Rows, user_id: str, luck: random.Random, count: int = 60) -> list[Asset]:
    made = []
    for _ in range(count):
        wide, high = luck.choice(((1024, 1024), (1536, 1024), (1024, 1536)))
        made += rows.made(
            user_id,
            " ".join(luck.sample(WORDS, 2)),
            kind=luck.choice(("image", "video")),
            model=luck.choice(("gpt-image-1", "black-forest-labs/flux-dev")),
            provider=luck.choice(("openai", "replicate")),
            width=wide,
            height=high,
            favourite=luck.random() < 0.3,
            tags=luck.choice(("", "jazz", "jazz night", "jazz-night")),
            created_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=luck.randrange(24 * 300)),
        )
    return made


def test_any_filters_together_find_just_what_counting_finds(rows: Rows, ada: str, bob: str) -> None:
    luck = random.Random(7)
    made = fill(rows, ada, luck)
    fill(rows, bob, luck, 20)
    for _ in range(60):
        said = luck.sample(sorted(CHECKS), luck.randint(1, 4))
        wanted = [each.id for each in reversed(made) if all(CHECKS[word](each) for word in said)]
        query = parse(" ".join(said), Query(limit=200))
        page = rows.read(lambda session, query=query: finding.page(session, ada, query))
        assert [each.id for each in page.assets] == wanted, said


@pytest.mark.sqlite_alone
def test_no_search_walks_through_a_whole_gallery(rows: Rows, ada: str) -> None:
    """SQLite tells beforehand: it begins with the search index, and takes each row of it by its key."""
    asked: list[tuple[str, Any]] = []

    @event.listens_for(rows.database.engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if "MATCH" in statement and "EXPLAIN" not in statement:
            asked.append((statement, parameters))

    for said in ("", "fox", "kind:video fox", "is:favourite", "tag:x", "rated:up", "on:2026-11", "by:workspace fox"):
        for before in (None, 5):
            find(rows, ada, said, before=before, workspaces=("w",))
    alike(rows, ada, rows.made(ada)[0])

    def plans(session: Session) -> list[str]:
        ask = session.connection().exec_driver_sql
        return ["; ".join(row[3] for row in ask(f"EXPLAIN QUERY PLAN {each}", values)) for each, values in asked]

    for told in rows.read(plans):
        assert told.startswith("SCAN asset_search VIRTUAL TABLE INDEX"), told
        assert told.count("SCAN") == 1, told
        assert "TEMP B-TREE" not in told, told
    assert len(asked) > 16


# --- more like this -------------------------------------------------------------------------------------------------


def alike(rows: Rows, user_id: str, one: Asset, **more: Any) -> list[str]:
    return [each.asset.asked for each in rows.read(lambda session: kindred(session, user_id, one, **more))]


def test_the_rarest_shared_words_make_kindred(rows: Rows, ada: str, bob: str) -> None:
    for number in range(30):
        rows.made(ada, f"a picture of nothing, soft light, {number}", prompt=f"soft light, number{number}")
    rows.made(bob, "bob's", prompt="soft light, a zeppelin over fjords")
    near = rows.made(ada, "near", prompt="soft light, a zeppelin over fjords, at dawn")[0]
    rows.made(ada, "less near", prompt="a zeppelin, soft light")
    one = rows.made(ada, "one", prompt="soft light, a zeppelin over fjords")[0]
    assert alike(rows, ada, one)[:2] == ["near", "less near"]
    assert "one" not in alike(rows, ada, one)
    assert alike(rows, ada, one, limit=1) == ["near"]
    assert "bob's" not in alike(rows, ada, one)
    assert alike(rows, ada, near)[0] == "one"


def test_kindred_of_others_only_where_they_show_it_and_it_is_wished(rows: Rows, ada: str, bob: str) -> None:
    here = workspace(rows, "W", ada, bob)
    shown(rows, bob, "shown", here, prompt="a zeppelin over fjords")
    rows.made(bob, "private", prompt="a zeppelin over fjords")
    one = rows.made(ada, "one", prompt="a zeppelin over fjords")[0]
    assert alike(rows, ada, one) == []
    assert alike(rows, ada, one, workspaces=(here,)) == ["shown"]


def test_what_says_nothing_has_no_kindred(rows: Rows, ada: str) -> None:
    one = rows.made(ada, "…", prompt="")[0]
    rows.made(ada, "…", prompt="")
    assert alike(rows, ada, one) == []
