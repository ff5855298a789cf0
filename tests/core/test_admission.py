"""Who may start now: pure functions over places in line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.creation.admission import Room, admissible, line
from storage.creations import Place

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANY = Room(per_user=0)


def places(*specs: str) -> list[Place]:
    """`ada`, `ada/t1` (in a thread), `ada/t1+` (a refinement there); each a second after the one before."""
    found = []
    for number, spec in enumerate(specs):
        user, _, thread = spec.partition("/")
        at = NOON + timedelta(seconds=number)
        found.append(Place(f"{number}", user, thread.rstrip("+") or f"own{number}", thread.endswith("+"), at))
    return found


def ids(found: list[Place]) -> list[str]:
    return [place.id for place in found]


def test_one_person_s_hundred_do_not_delay_another_s_one() -> None:
    waiting = places(*["ada"] * 100, "bob")
    assert [place.user_id for place in line(waiting, [])[:2]] == ["ada", "bob"]
    assert {place.user_id for place in admissible(waiting, [], Room(per_user=2, overall=2))} == {"ada", "bob"}


def test_what_runs_already_counts_as_a_person_s_turn() -> None:
    waiting = places("ada", "bob")
    running = [Place("r", "ada", "t", False, NOON)]
    assert [place.user_id for place in line(waiting, running)] == ["bob", "ada"]


def test_people_of_equal_standing_start_in_the_order_they_came() -> None:
    waiting = places("carl", "ada", "bob", "ada", "carl")
    assert ids(line(waiting, [])) == ["0", "1", "2", "3", "4"]


def test_what_is_short_goes_before_a_film_that_came_a_little_earlier() -> None:
    film, picture = places("ada", "bob")
    assert ids(line([replace(film, long=True), picture], [])) == ["1", "0"]


def test_a_film_is_overtaken_for_twenty_seconds_and_no_longer() -> None:
    film, picture = places("ada", "bob")
    late = replace(picture, created_at=film.created_at + timedelta(seconds=21))
    assert ids(line([replace(film, long=True), late], [])) == ["0", "1"]


def test_each_person_has_so_many_at_once_and_no_more() -> None:
    waiting = places("ada", "ada", "ada", "bob")
    assert ids(admissible(waiting, [], Room(per_user=2))) == ["0", "3", "1"]
    running = [Place(f"r{i}", "ada", f"t{i}", False, NOON) for i in range(2)]
    assert ids(admissible(waiting, running, Room(per_user=2))) == ["3"]


def test_no_limit_admits_everyone() -> None:
    assert len(admissible(places(*["ada"] * 50), [], ANY)) == 50


def test_a_full_house_admits_nobody() -> None:
    running = [Place(f"r{i}", f"u{i}", f"t{i}", False, NOON) for i in range(3)]
    assert admissible(places("ada"), running, Room(overall=3)) == []
    assert len(admissible(places("ada", "bob"), running, Room(overall=4))) == 1
    assert admissible(places("ada"), running, Room(overall=2)) == []


def test_refinements_of_a_thread_start_one_after_the_other() -> None:
    waiting = places("ada/t", "ada/t+", "ada/t+")
    assert ids(admissible(waiting, [], ANY)) == ["0"]
    assert ids(admissible(waiting[1:], [], ANY)) == ["1"]
    running = [Place("r", "ada", "t", False, NOON)]
    assert admissible(waiting[1:], running, ANY) == []


def test_a_refinement_waits_for_another_person_s_creation_in_its_thread_too() -> None:
    waiting = places("ada/t", "bob/t+")
    assert ids(admissible(waiting, [], ANY)) == ["0"]


def test_a_held_refinement_does_not_take_its_person_s_room() -> None:
    running = [Place("r", "bob", "t", False, NOON)]
    assert ids(admissible(places("ada/t+", "ada"), running, Room(per_user=1))) == ["1"]


def test_a_creation_that_is_no_refinement_starts_beside_others_of_its_thread() -> None:
    assert ids(admissible(places("ada/t", "ada/t"), [], ANY)) == ["0", "1"]


SPECS = st.lists(
    st.sampled_from([f"{user}{thread}" for user in "abc" for thread in ("", "/t", "/t+", "/s+")]), max_size=12
)


@given(waiting=SPECS, running=SPECS, per_user=st.integers(0, 3), overall=st.integers(0, 5))
def test_whoever_waits_no_limit_is_passed_and_no_room_is_wasted(
    waiting: list[str], running: list[str], per_user: int, overall: int
) -> None:
    inside = [
        Place(f"r{place.id}", *[getattr(place, n) for n in ("user_id", "thread_id", "follows", "created_at")])
        for place in places(*running)
    ]
    room = Room(per_user=per_user, overall=overall)
    chosen = admissible(places(*waiting), inside, room)
    assert len(set(ids(chosen))) == len(chosen)
    after = inside + chosen
    if overall and chosen:
        assert len(after) <= overall
    for place in chosen:
        assert not per_user or sum(each.user_id == place.user_id for each in after) <= per_user
        if place.follows:
            assert place.thread_id not in {each.thread_id for each in inside}
    left = [place for place in places(*waiting) if place.id not in set(ids(chosen))]
    assert admissible(left, after, room) == [] or any(not place.follows for place in chosen) or not left or overall
