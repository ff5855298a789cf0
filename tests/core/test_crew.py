"""Which of those who may start a worker takes, when there are several workers: pure functions over places in line."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.creation.crew import LEFT_TO_OTHERS, share
from storage.creations import Place

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CREW = ["one", "two", "three"]


def waiting(count: int) -> list[Place]:
    return [Place(f"w{number}", "ada", f"t{number}", False, NOON) for number in range(count)]


def running(*of: str) -> list[Place]:
    return [Place(f"r{number}", "ada", f"r{number}", False, NOON, worker=each) for number, each in enumerate(of)]


def test_a_burst_is_shared_equally() -> None:
    assert len(share(waiting(9), [], CREW, "one", NOON)) == 3


def test_whoever_has_more_to_do_leaves_it_to_the_others() -> None:
    assert share(waiting(1), running("one"), CREW, "one", NOON) == []
    assert len(share(waiting(1), running("one"), CREW, "two", NOON)) == 1


def test_what_nobody_took_within_a_second_is_anybody_s() -> None:
    late = NOON + LEFT_TO_OTHERS + timedelta(milliseconds=1)
    assert len(share(waiting(5), running("one", "one"), CREW, "one", late)) == 5


@given(st.integers(0, 30), st.lists(st.sampled_from(CREW), max_size=12), st.permutations(CREW))
def test_whoever_comes_first_all_that_may_start_is_taken_at_once(count: int, of: list[str], order: list[str]) -> None:
    left, busy = waiting(count), running(*of)
    for worker in order:
        mine = share(left, busy, CREW, worker, NOON)
        left = [place for place in left if place not in mine]
        busy += [Place(place.id, "ada", place.thread_id, False, NOON, worker=worker) for place in mine]
    assert left == []
