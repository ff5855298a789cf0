import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlmodel import Session

from storage import finding, gallery, lineage, posts, recipes
from storage.deletion import mark
from storage.errors import Forgotten
from storage.finding import Query
from storage.recipes import sidecar_key
from storage.tables import Asset, Creation, version_of
from tests.storage.rows import Rows, asset_of

pytestmark = pytest.mark.each_database

ATTACKS = (
    'owner:"{other}"',
    "owner : {other}",
    '" OR 1',
    '" OR owner:"{other}',
    "NEAR(harbour lighthouse, 5)",
    "NEAR(",
    "harbour OR owner",
    "NOT harbour",
    "harbour AND NOT nothing",
    "-harbour",
    "harbour*",
    "^harbour",
    "{{owner words}} : harbour",
    "words:harbour) OR (owner:{other}",
    '"',
    '""',
    "'",
    "' OR '1'='1",
    "*",
    "(",
    ")",
    "harbour\x00secret",
    "%",
    "_",
    "__",
    "harbour_",
    "\\",
    "; DROP TABLE asset; --",
    "\u200b",
    "\u202eharbour",
    "\U0001e900",
    "²",
    "🏝",
)


def find(rows: Rows, user_id: str, words: str = "", **more: Any) -> list[Asset]:
    return list(rows.read(lambda session: finding.page(session, user_id, Query(words=words, **more))).assets)


def asked(found: list[Asset]) -> set[str]:
    return {asset.asked for asset in found}


# --- pages -------------------------------------------------------------------------------------------------------


def walk(rows: Rows, user_id: str, limit: int, between: Callable[[list[Asset]], None] = lambda _: None) -> list[Asset]:
    """All pages, one after the other."""
    found: list[Asset] = []
    before = None
    while True:
        page = rows.read(
            lambda session, before=before: finding.page(session, user_id, Query(limit=limit, before=before))
        )
        found += page.assets
        if page.next is None:
            return found
        assert len(page.assets) == limit
        before = page.next
        between(found)


@pytest.mark.parametrize("limit", [1, 7, 20, 21, 200])
def test_pages_show_everything_once_and_the_newest_first(rows: Rows, ada: str, bob: str, limit: int) -> None:
    creation, foreign = rows.creation(ada), rows.creation(bob)
    step, other = rows.step(creation), rows.step(foreign)
    for ordinal in range(21):
        rows.write(
            lambda session, ordinal=ordinal: session.add_all(
                [asset_of(creation, step, ordinal), asset_of(foreign, other, ordinal)]
            )
        )
    found = walk(rows, ada, limit)
    assert [asset.ordinal for asset in found] == list(range(20, -1, -1))
    assert {asset.user_id for asset in found} == {ada}


@limits(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), limit=st.integers(1, 9))
def test_deleting_and_adding_between_pages_leaves_no_gap_and_no_double(rows: Rows, seed: int, limit: int) -> None:
    chance = random.Random(seed)
    user = rows.person(f"u{seed}-{limit}")
    assets = rows.made(user, count=30)
    gone: set[str] = set()

    def between(_: list[Asset]) -> None:
        victims = [asset.id for asset in chance.sample(assets, 4) if asset.id not in gone]
        gone.update(victims)
        for victim in victims:
            rows.write(lambda session, victim=victim: gallery.delete(session, user, victim))
        rows.made(user, "came meanwhile")

    found = [asset.id for asset in walk(rows, user, limit, between)]
    assert len(found) == len(set(found))
    assert {asset.id for asset in assets} - gone <= set(found) <= {asset.id for asset in assets}
    assert found == [asset.id for asset in reversed(assets) if asset.id in found]


def test_a_page_is_never_larger_than_the_most(rows: Rows, ada: str) -> None:
    rows.made(ada, count=finding.PAGE_MAX + 5)
    assert len(find(rows, ada, limit=10_000)) == finding.PAGE_MAX
    assert len(find(rows, ada, limit=0)) == len(find(rows, ada, limit=-3)) == 1


def test_filters_keep_what_they_name(rows: Rows, ada: str) -> None:
    rows.made(ada, "a picture")
    rows.made(ada, "a film", kind="video")
    rows.made(ada, "a voice", kind="speech")
    rows.made(ada, "a photo", kind="upload")
    loved = rows.made(ada, "loved")[0]
    rows.write(lambda session: gallery.change(session, ada, loved.id, favourite=True))
    assert asked(find(rows, ada)) == {"a picture", "a film", "a voice", "loved"}
    assert asked(find(rows, ada, kind="video")) == {"a film"}
    assert asked(find(rows, ada, kind="upload")) == {"a photo"}
    assert asked(find(rows, ada, favourite=True)) == {"loved"}
    assert asked(find(rows, ada, favourite=False, kind="image")) == {"a picture"}
    assert asked(find(rows, ada, thread=loved.thread_id)) == {"loved"}
    assert asked(find(rows, ada, "a", kind="speech")) == {"a voice"}


# --- search ------------------------------------------------------------------------------------------------------


def test_search_looks_into_what_was_typed_what_was_sent_and_the_alt_text(rows: Rows, ada: str) -> None:
    rows.made(ada, "harbour", prompt="gannets over cliffs", alt_text="white birds")
    rows.made(ada, "mountain")
    for words in ("harbour", "HARBOUR", "harb", "gannets cliffs", "birds harbour"):
        assert asked(find(rows, ada, words)) == {"harbour"}, words
    assert find(rows, ada, "harbour mountain") == []
    assert find(rows, ada, "arbour") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("un café à l'aube", "cafe"),
        ("un café à l'aube", "CAFÉ AUBE"),
        ("маяк на закате", "Маяк"),
        ("منارة عند الغروب", "الغروب"),
        ("מגדלור בשקיעה", "מגדלור"),
        ("黄昏的灯塔", "黄昏的灯塔"),
        ("夕暮れの灯台", "夕暮れ"),
        ("सूर्यास्त पर प्रकाशस्तंभ", "सूर्यास्त"),
        ("ประภาคารยามเย็น", "ประภาคารยามเย็น"),
        ("a 16:9 skyline, 4k", "16:9 4k"),
        ("snake_case name", "snake_case"),
        ("Straße im Regen", "straße regen"),
    ],
)
def test_search_finds_words_of_every_script(rows: Rows, ada: str, text: str, words: str) -> None:
    rows.made(ada, text)
    rows.made(ada, "something else")
    assert asked(find(rows, ada, words)) == {text}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_search_words_reach_another_person_or_fail(rows: Rows, ada: str, bob: str, attack: str) -> None:
    rows.made(ada, "harbour")
    rows.made(bob, "secret harbour owner words")
    for words in (attack.format(other=bob), f"harbour {attack.format(other=bob)}", attack.format(other=bob) * 40):
        assert {asset.user_id for asset in find(rows, ada, words)} <= {ada}


@limits(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=60) | st.text(alphabet='"*():^-+{}ANDORNEAT owner.words_', max_size=40))
def test_whatever_is_searched_only_one_s_own_is_found(rows: Rows, words: str) -> None:
    ada, bob = rows.person("ada"), rows.person("bob")
    if not rows.sql("SELECT 1 FROM asset LIMIT 1"):
        rows.made(ada, "harbour owner words near and or not")
        rows.made(bob, "harbour owner words near and or not")
    assert {asset.user_id for asset in find(rows, ada, words)} <= {ada}


@limits(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=" aZ0é_-'\"*:(ßЯжשمئ黄のकिข,", min_size=1, max_size=30))
def test_whatever_was_asked_is_found_by_its_own_words(rows: Rows, text: str) -> None:
    user = rows.person("someone")
    made = rows.made(user, text)[0]
    found = {asset.id for asset in find(rows, user, text, limit=200)}
    assert (made.id in found) == (any(letter.isalnum() for letter in text) or not text.strip())


def test_words_without_letters_find_nothing(rows: Rows, ada: str) -> None:
    rows.made(ada, "harbour")
    for words in ("…", "!!!", '"', "🏝"):
        assert find(rows, ada, words) == []
    assert len(find(rows, ada, "   ")) == 1


# --- changes -----------------------------------------------------------------------------------------------------


def test_changing_and_deleting_keep_the_index_true(rows: Rows, ada: str) -> None:
    made = rows.made(ada, "harbour", alt_text="boats")[0]
    rows.write(lambda session: gallery.change(session, ada, made.id, alt_text="ships"))
    assert find(rows, ada, "boats") == []
    assert asked(find(rows, ada, "ships harbour")) == {"harbour"}
    rows.write(lambda session: gallery.delete(session, ada, made.id))
    assert find(rows, ada, "harbour") == []
    if rows.database.is_sqlite:  # PostgreSQL's index is a column of the row that is gone
        assert rows.sql("SELECT * FROM asset_search") == []


def test_a_deleted_asset_s_place_is_never_given_again(rows: Rows, ada: str) -> None:
    first = rows.made(ada, "first")[0]
    rows.write(lambda session: gallery.delete(session, ada, first.id))
    assert (rows.made(ada, "second")[0].seq or 0) > (first.seq or 0)


def test_another_person_s_asset_cannot_be_seen_changed_or_deleted(rows: Rows, ada: str, bob: str) -> None:
    made = rows.made(ada)[0]
    assert rows.read(lambda session: gallery.asset(session, bob, made.id)) is None
    assert rows.write(lambda session: gallery.change(session, bob, made.id, favourite=True)) is None
    assert rows.write(lambda session: gallery.delete(session, bob, made.id)) is None
    assert rows.read(lambda session: gallery.lineage(session, bob, made)) == (None, [])
    assert rows.sql("SELECT favourite FROM asset") == [(0,)]


def test_deleting_tells_which_objects_to_remove(rows: Rows, ada: str) -> None:
    made = rows.made(ada)[0]
    rows.write(lambda session: gallery.change(session, ada, made.id, thumbnail_key="t.webp"))
    keys = rows.write(lambda session: gallery.delete(session, ada, made.id))
    assert keys == [made.object_key, "t.webp", sidecar_key(made.object_key)]


def test_nothing_is_kept_for_a_person_who_asked_to_be_forgotten(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    step = rows.step(creation)
    rows.write(lambda session: mark(session, ada))
    with pytest.raises(Forgotten):
        rows.assets(creation, step)
    with pytest.raises(Forgotten):
        upload = Asset(user_id=ada, kind="upload", media_type="image/png", object_key="k")
        rows.write(lambda session: gallery.add_upload(session, upload))
    assert rows.sql("SELECT * FROM asset") == []


# --- versions and lineage ----------------------------------------------------------------------------------------


def test_versions_count_rounds_of_a_thread_and_letters_of_a_round(rows: Rows, ada: str) -> None:
    one, two = (rows.creation(ada, thread_ref="rest:-:-:t") for _ in range(2))
    steps = [rows.step(two, index) for index in range(3)]
    for step in reversed(steps):
        rows.assets(two, step)
    rows.assets(one, rows.step(one))
    versions = {(asset.creation_id == two.id, asset.letter): version_of(asset) for asset in find(rows, ada)}
    assert versions == {(True, 0): "v1", (True, 1): "v1b", (True, 2): "v1c", (False, 0): "v2"}


def test_no_two_assets_of_a_thread_share_a_version_even_when_a_step_makes_several(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    steps = [rows.step(creation, index) for index in range(3)]
    rows.assets(creation, steps[1])
    rows.assets(creation, steps[0], 3)
    rows.assets(creation, steps[2], 2)
    versions = [version_of(asset) for asset in find(rows, ada)]
    assert len(set(versions)) == 6
    assert set(versions) == {"v1", "v1b", "v1c", "v1d", "v1e", "v1f"}


def test_a_repeated_step_adds_nothing_and_renames_nothing(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    step = rows.step(creation)
    rows.assets(creation, step, 2)
    before = rows.sql("SELECT id, round, letter FROM asset")
    rows.assets(creation, step, 2)
    assert rows.sql("SELECT id, round, letter FROM asset") == before


def test_lineage_shows_parent_and_children_and_nobody_else_s(rows: Rows, ada: str, bob: str) -> None:
    parent = rows.made(ada, "parent")[0]
    child = rows.made(ada, "child", parent_id=parent.id)[0]
    rows.made(bob, "foreign child", parent_id=parent.id)

    def of(asset: Asset) -> tuple[str | None, list[str]]:
        def work(session: Session) -> tuple[str | None, list[str]]:
            above, below = gallery.lineage(session, ada, asset)
            return above.asked if above else None, [each.asked for each in below]

        return rows.read(work)

    assert of(parent) == (None, ["child"])
    assert of(child) == ("parent", [])
    rows.write(lambda session: gallery.delete(session, ada, parent.id))
    assert of(child) == (None, [])


def test_the_pictures_of_one_call_have_the_same_arguments(rows: Rows, ada: str) -> None:
    creation = rows.creation(ada)
    made = rows.assets(creation, rows.step(creation, arguments={"prompt": "a lighthouse", "count": 2}), 2)
    told = rows.read(lambda session: lineage.arguments(session, made))
    assert told == {each.id: {"prompt": "a lighthouse", "count": 2} for each in made}


def test_a_recipe_names_whom_it_was_made_from_until_they_ask_to_be_forgotten(rows: Rows, ada: str, bob: str) -> None:
    made = rows.made(ada, credit_id=bob)

    def credit(session: Session) -> str:
        return recipes.ingredients(session, made)[0].credit

    assert rows.read(credit) == "bob"
    rows.write(lambda session: mark(session, bob))
    assert rows.read(credit) == ""


def test_a_creation_may_work_from_one_s_own_and_from_what_stands_in_its_thread(rows: Rows, ada: str, bob: str) -> None:
    mine, theirs = rows.made(ada)[0], rows.made(bob)[0]

    def reachable(asset: Asset, **of: Any) -> bool:
        creation = Creation(user_id=ada, prompt="", **({"thread_id": "elsewhere"} | of))
        return rows.read(lambda session: gallery.reachable(session, creation, asset.id)) is not None

    assert reachable(mine)
    assert reachable(theirs, thread_id=str(theirs.thread_id))
    assert reachable(theirs, inputs=[theirs.id])
    assert not reachable(theirs)
    assert not reachable(theirs, thread_id=str(mine.thread_id), inputs=[mine.id])


def test_what_a_message_shows_is_seen_by_whoever_looks_at_that_message(rows: Rows, ada: str, bob: str) -> None:
    theirs, hidden = rows.made(bob)[0], rows.made(bob)[0]

    def show(session: Session) -> None:
        creation = session.get_one(Creation, theirs.creation_id)
        post, _ = posts.intend(session, creation, "chat:W:C:T", posts.result_role([theirs.id]))
        posts.sent(session, post.id, "M1", 1)

    def seen(by: str, asset: Asset, thread: str = "chat:W:C:T", message: str = "M1") -> bool:
        return rows.read(lambda session: gallery.seen(session, by, asset.id, thread, message)) is not None

    rows.write(show)
    assert seen(ada, theirs)
    assert not seen(ada, theirs, message="M2")
    assert not seen(ada, theirs, thread="chat:W:C:OTHER")
    assert not seen(ada, theirs, message="")
    assert not seen(ada, hidden)
    assert seen(bob, hidden, message="")
    rows.write(lambda session: gallery.change(session, bob, theirs.id, safety="withheld"))
    assert not seen(ada, theirs)
    assert seen(bob, theirs)


def test_a_vote_is_one_for_each_person_and_goes_with_the_asset(rows: Rows, ada: str, bob: str) -> None:
    asset = rows.made(ada)[0]
    for by, value in ((ada, 1), (ada, -1), (bob, 1), (bob, 0)):
        rows.write(lambda session, by=by, value=value: gallery.vote(session, by, asset.id, value))
    assert rows.sql("SELECT user_id, value FROM vote") == [(ada, -1)]
    rows.write(lambda session: gallery.delete(session, ada, asset.id))
    assert rows.sql("SELECT * FROM vote") == []
