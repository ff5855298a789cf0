"""What a person sees: a pure function of rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.creation.view import ErrorView, view
from storage.creations import Snapshot
from storage.tables import Asset, Creation, CreationState, Step, StepState, Thread

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def rows(*steps: Step, assets: tuple[Asset, ...] = (), **creation: Any) -> Snapshot:
    facts = {"state": CreationState.RUNNING} | creation
    return Snapshot(
        Creation(id="c", user_id="u", thread_id="t", prompt="a lighthouse", **facts),
        Thread(id="t", ref="rest:-:-:t", user_id="u", title="A lighthouse"),
        steps,
        assets,
    )


def step(name: str, state: StepState = StepState.PENDING, *, needs: tuple[str, ...] = (), **more: Any) -> Step:
    facts = {"tool": "generate_image", "index": 0, "turn": 0, "call_id": name} | more
    return Step(id=name, creation_id="c", user_id="u", state=state, needs=list(needs), **facts)


def eta(*steps: Step, **more: Any) -> float | None:
    return view(rows(*steps, **more), at=NOON).eta_s


def test_the_same_rows_at_the_same_moment_are_the_same_view() -> None:
    made = rows(step("a", StepState.IN_PROGRESS, estimate_s=4.0, started_at=NOON))
    assert view(made, at=NOON) == view(made, at=NOON)


def test_time_left_is_what_the_slowest_open_step_still_takes() -> None:
    began = NOON - timedelta(seconds=3)
    assert eta(
        step("a", StepState.IN_PROGRESS, estimate_s=10.0, started_at=began), step("b", estimate_s=2.0)
    ) == pytest.approx(7)


def test_a_step_that_waits_for_another_ends_after_it() -> None:
    assert eta(step("a", estimate_s=3.0), step("b", needs=("a",), estimate_s=4.0)) == pytest.approx(7)


def test_a_step_that_needs_what_is_done_counts_alone() -> None:
    done = step("a", StepState.COMPLETE, estimate_s=30.0, started_at=NOON)
    assert eta(done, step("b", needs=("a",), estimate_s=4.0)) == pytest.approx(4)


def test_a_step_that_takes_longer_than_usual_is_about_to_end() -> None:
    late = step("a", StepState.IN_PROGRESS, estimate_s=2.0, started_at=NOON - timedelta(minutes=5))
    assert eta(late) == pytest.approx(0.5)


def test_nobody_knows_the_time_left_of_what_is_not_planned_or_has_ended() -> None:
    assert eta() is None
    assert eta(step("a", StepState.COMPLETE, estimate_s=4.0)) is None
    assert eta(step("a", estimate_s=4.0), state=CreationState.CANCELLED) is None


def test_the_place_in_line_is_told_only_while_waiting() -> None:
    assert view(rows(state=CreationState.QUEUED), queue_place=3).queue_place == 3
    assert view(rows(state=CreationState.RUNNING), queue_place=3).queue_place is None


def test_the_creation_s_own_error_comes_before_a_step_s() -> None:
    failed = step("a", StepState.ERROR, error_code="refused", error_message="No.")
    own = rows(failed, state=CreationState.FAILED, error_code="over_budget", error_message="Too much.")
    assert view(own).error == ErrorView("over_budget", "Too much.")
    assert view(rows(failed, state=CreationState.SUCCEEDED)).error == ErrorView("refused", "No.")


def test_a_failed_step_is_no_error_of_the_creation_while_others_run() -> None:
    failed = step("a", StepState.ERROR, error_code="refused", error_message="No.")
    shown = view(rows(failed, step("b")))
    assert shown.error is None
    assert shown.steps[0].detail == "No."


def test_no_error_is_without_a_sentence() -> None:
    for made in (
        rows(state=CreationState.FAILED, error_code="internal"),
        rows(step("a", StepState.ERROR), state=CreationState.FAILED),
    ):
        error = view(made).error
        assert error
        assert error.code
        assert error.message


def test_progress_is_shown_only_while_it_moves() -> None:
    assert view(rows(step("a", StepState.IN_PROGRESS, progress=0.4))).steps[0].progress == 0.4
    assert view(rows(step("a", StepState.COMPLETE, progress=0.4))).steps[0].progress is None


def test_money_is_in_dollars_and_adds_up() -> None:
    shown = view(rows(step("a", cost_micros=30_000), step("b", cost_micros=12_500), max_micros=100_000))
    assert (shown.cost_usd, shown.max_usd) == (pytest.approx(0.0425), pytest.approx(0.1))


def test_a_view_holds_no_key_and_no_address_of_a_file() -> None:
    made = Asset(user_id="u", kind="image", media_type="image/png", object_key="SECRET", thumbnail_key="SECRET2")
    assert "SECRET" not in repr(view(rows(assets=(made,))))
