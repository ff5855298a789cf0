"""The durable way of one creation, from a wish to its end, on the real engine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PIL import Image

from bot.settings import Settings
from core.agent.messages import Message, Turn, Usage
from core.chat import ThreadRef
from core.creation import patience
from core.errors import Conflict, Invalid, NotFound, PlannerBusy, ProviderError, TooLarge, UserError
from core.providers.base import Failed, Kind, Order, Output, Refused, Ticket, Tool, Unknown
from core.wishes import Action
from storage.tables import ChargeState, CreationState, StepState
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, answers, call, calls, never, picture, say
from tests.fakes.provider import ScriptedProvider, Way, models, overlap

pytestmark = pytest.mark.each_database

SLOW = Way(after_s=0.8)
Open = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def open_house(settings: Settings) -> Open:
    return partial(opened, settings)


def with_limits(settings: Settings, **limits: Any) -> Settings:
    return settings.model_copy(update=limits)


def states(view: Any) -> list[str]:
    return [step.state for step in view.steps]


# --- success -----------------------------------------------------------------------------------------------------


async def test_a_wish_becomes_a_picture_that_can_be_opened(house: House) -> None:
    view = await house.made("a lighthouse")
    assert (view.state, view.error, view.reply) == (CreationState.SUCCEEDED, None, "Done.")
    assert states(view) == [StepState.COMPLETE]
    (asset,) = view.assets
    assert (asset.kind, asset.version, asset.asked, asset.prompt) == ("image", "v1", "a lighthouse", "a lighthouse")
    _, key = await house.app.studio.content(house.ada, asset.id)
    path = house.app.objects.local(key)
    assert path
    assert path.stat().st_size == asset.size_bytes
    with Image.open(path) as opened_image:
        opened_image.load()
        assert opened_image.size == (asset.width, asset.height)


async def test_every_kind_of_asset_is_made_and_its_spool_is_empty_afterwards(open_house: Open) -> None:
    turn = calls(
        picture(),
        call("generate_video", prompt="waves", duration_s=2),
        call("generate_speech", text="Once upon a time"),
    )
    async with open_house(planner=ScriptedPlanner(turn)) as house:
        view = await house.made()
        assert [asset.kind for asset in view.assets] == ["image", "video", "speech"]
        assert [asset.version for asset in view.assets] == ["v1", "v1b", "v1c"]
        await house.app.thumbnails.drained()
        assert list(house.app.spool.folder.iterdir()) == []


async def test_a_step_that_makes_several_files_gives_each_its_own_version(open_house: Open) -> None:
    provider = ScriptedProvider({"one": Way(files=3)})
    async with open_house(planner=ScriptedPlanner(calls(picture("one"), picture("two"))), provider=provider) as house:
        view = await house.made()
        assert sorted(asset.version for asset in view.assets) == ["v1", "v1b", "v1c", "v1d"]


async def test_an_answer_in_words_alone_succeeds(open_house: Open) -> None:
    async with open_house(planner=ScriptedPlanner(say("I make pictures, films and voices."))) as house:
        view = await house.made("what can you do?")
        assert (view.state, view.reply) == (CreationState.SUCCEEDED, "I make pictures, films and voices.")
        assert (view.steps, view.assets, view.error) == ((), (), None)


async def test_a_planner_that_says_nothing_ends_in_a_friendly_sentence(open_house: Open) -> None:
    async with open_house(planner=ScriptedPlanner(Turn())) as house:
        view = await house.made()
        assert view.state == CreationState.FAILED
        assert view.error
        assert view.error.code == "nothing_made"


async def test_without_a_last_word_a_template_closes(open_house: Open) -> None:
    async with open_house(planner=ScriptedPlanner(calls(picture("one"), picture("two")), Turn())) as house:
        view = await house.made()
        assert view.reply == "Here are two pictures. Reply to change anything."


async def test_the_same_event_is_made_once(house: House) -> None:
    wish = house.wish("a lighthouse", key="rest:abc")
    views = await asyncio.gather(*(house.app.studio.create(wish) for _ in range(20)))
    assert len({view.id for view in views}) == 1
    view = await house.end(views[0])
    assert len(view.assets) == 1
    assert (await house.app.studio.create(wish)).state == CreationState.SUCCEEDED


# --- in parallel -------------------------------------------------------------------------------------------------


async def test_calls_that_do_not_need_each_other_run_at_the_same_time(open_house: Open) -> None:
    provider = ScriptedProvider(default=SLOW)
    turn = calls(*[picture(f"nr {i}") for i in range(6)], call("generate_speech", text="hello"))
    async with open_house(planner=ScriptedPlanner(turn), provider=provider) as house:
        began = monotonic()
        view = await house.made()
        took = monotonic() - began
    assert len(view.assets) == 7
    assert overlap(provider.running.values())
    assert took < 7 * SLOW.after_s


async def test_a_dependent_call_waits_for_its_own_source_and_for_no_slow_neighbour(open_house: Open) -> None:
    provider = ScriptedProvider({"slow": Way(after_s=2.5)})
    turn = calls(picture("slow"), picture("fast"), call("animate", image="call:1", prompt="moving"))
    async with open_house(planner=ScriptedPlanner(turn), provider=provider) as house:
        view = await house.made()
    assert states(view) == [StepState.COMPLETE] * 3
    assert provider.running["fast"][1] <= provider.running["moving"][0]
    assert provider.running["moving"][1] < provider.running["slow"][1]
    still, film = view.assets[1], view.assets[2]
    assert film.parent_id == still.id


async def test_each_asset_is_seen_before_the_slowest_ends(open_house: Open) -> None:
    provider = ScriptedProvider({"slow": Way(ticket=True, hangs=True)})
    async with open_house(planner=ScriptedPlanner(calls(picture("slow"), picture("fast"))), provider=provider) as house:
        view = await house.ask()
        seen = await house.until(view, lambda seen: len(seen.assets) == 1)
        assert seen.state == CreationState.RUNNING
        assert seen.assets[0].prompt == "fast"
        await house.app.studio.content(house.ada, seen.assets[0].id)
        assert len((await house.app.studio.gallery(house.ada, _everything()))[0]) == 1


def _everything() -> Any:
    from storage.finding import Query

    return Query()


async def test_a_call_whose_source_failed_is_not_made_and_says_why(open_house: Open) -> None:
    provider = ScriptedProvider({"bad": Way(end=Refused("Not this one."))})
    turn = calls(picture("bad"), call("animate", image="call:0", prompt="moving"))
    async with open_house(planner=ScriptedPlanner(turn), provider=provider) as house:
        view = await house.made()
    assert states(view) == [StepState.ERROR, StepState.ERROR]
    assert view.steps[1].error_code == "input_missing"
    assert [order.prompt for order in provider.orders] == ["bad"]


async def test_calls_without_ids_of_their_own_each_get_their_result(open_house: Open) -> None:
    turn = Turn(calls=(picture("one"), picture("two"), call("animate", image="call:1", prompt="moving")))
    planner = ScriptedPlanner(turn)
    async with open_house(planner=planner) as house:
        view = await house.made()
    assert [answer["prompt"] for answer in answers(planner.told[-1])] == ["one", "two", "moving"]
    assert view.assets[2].parent_id == view.assets[1].id


# --- what planners do wrong --------------------------------------------------------------------------------------


async def test_a_wrong_call_is_told_back_and_may_be_put_right(open_house: Open) -> None:
    planner = ScriptedPlanner(calls(call("paint")), calls(call("generate_image", aspect="7:1")), calls(picture()))
    async with open_house(planner=planner) as house:
        view = await house.made()
    assert (view.state, len(view.assets), view.error) == (CreationState.SUCCEEDED, 1, None)
    assert "paint" in answers(planner.told[1])[0]["error"]
    assert "prompt" in answers(planner.told[2])[-1]["error"]


async def test_a_third_wrong_turn_ends_in_a_friendly_sentence_and_costs_nothing(open_house: Open) -> None:
    planner, provider = ScriptedPlanner(*[calls(call("paint"))] * 9), ScriptedProvider()
    async with open_house(planner=planner, provider=provider, catalogue=models(image_usd=1)) as house:
        view = await house.made()
        assert await house.charges() == []
    assert len(planner.told) == 3
    assert view.state == CreationState.FAILED
    assert view.error
    assert view.error.code == "not_understood"
    assert not provider.orders


async def test_an_endless_planner_is_stopped_after_ten_turns(open_house: Open) -> None:
    planner = ScriptedPlanner(*[calls(picture(f"nr {i}")) for i in range(30)])
    async with open_house(planner=planner) as house:
        view = await house.made()
    assert len(planner.told) == len(view.assets) == 10
    assert view.state == CreationState.SUCCEEDED
    assert view.reply == "Here are ten pictures. Reply to change anything."


@pytest.mark.parametrize("steps", [1, 2])
async def test_max_steps_lowers_how_often_the_planner_is_asked(open_house: Open, steps: int) -> None:
    planner = ScriptedPlanner(*[calls(picture(f"nr {i}")) for i in range(9)])
    async with open_house(planner=planner) as house:
        view = await house.made(max_steps=steps)
    assert len(planner.told) == len(view.assets) == steps
    assert view.state == CreationState.SUCCEEDED


async def test_of_thirty_calls_twelve_are_carried_out_and_the_others_answered(open_house: Open) -> None:
    planner = ScriptedPlanner(calls(*[picture(f"nr {i}") for i in range(30)]))
    async with open_house(planner=planner) as house:
        view = await house.made()
    assert len(view.assets) == 12
    told = answers(planner.told[-1])
    assert [("error" in answer) for answer in told] == [False] * 12 + [True] * 18


async def test_a_planner_that_breaks_ends_in_one_sentence_with_an_error_id(open_house: Open) -> None:
    async with open_house(planner=ScriptedPlanner(ZeroDivisionError("secret detail"))) as house:
        view = await house.made()
    assert view.state == CreationState.FAILED
    assert view.error
    assert view.error.code == "internal"
    assert "secret" not in view.error.message
    assert "error " in view.error.message


async def test_a_planner_that_breaks_after_something_was_made_undoes_nothing(open_house: Open) -> None:
    async with open_house(planner=ScriptedPlanner(calls(picture()), ProviderError("down"))) as house:
        view = await house.made()
    assert (view.state, view.error) == (CreationState.SUCCEEDED, None)
    assert view.reply == "Here is a picture. Reply to change anything."


# --- what providers do -------------------------------------------------------------------------------------------


ENDS = [
    (Refused("This breaks the provider's rules.", "moderation"), "moderation", "This breaks the provider's rules."),
    (Failed("The provider's machine broke.", "failed"), "failed", "The provider's machine broke."),
    (ProviderError("The provider cannot be reached."), "provider_error", "The provider cannot be reached."),
    (KeyError("secret"), "internal", None),
]


@pytest.mark.parametrize("ticket", [False, True], ids=["at once", "by ticket"])
@pytest.mark.parametrize(("end", "code", "sentence"), ENDS, ids=["refused", "failed", "raised", "broke"])
async def test_what_a_provider_cannot_make_ends_in_one_state_with_one_sentence(
    open_house: Open, end: Any, code: str, sentence: str | None, ticket: bool
) -> None:
    provider = ScriptedProvider(default=Way(end=end, ticket=ticket))
    async with open_house(provider=provider, catalogue=models(image_usd=0.1)) as house:
        view = await house.made()
        (charge,) = await house.charges()
        assert list(house.app.spool.folder.iterdir()) == []
    assert (view.state, states(view), view.assets) == (CreationState.FAILED, [StepState.ERROR], ())
    assert view.error
    assert view.error.code == code
    assert sentence is None or view.error.message == sentence
    assert "secret" not in view.error.message
    perhaps_paid = code == "internal" and not ticket  # nobody can say how far the call came
    ended = (ChargeState.SETTLED, 100_000, 0.1) if perhaps_paid else (ChargeState.RELEASED, 0, 0)
    assert (charge.state, charge.settled_micros, view.cost_usd) == ended
    assert provider.submits.total() == 1


async def test_what_could_be_made_is_delivered_beside_what_could_not(open_house: Open) -> None:
    provider = ScriptedProvider({"bad": Way(end=Refused("Not this one."))})
    planner = ScriptedPlanner(calls(picture("bad"), picture("good")))
    async with open_house(planner=planner, provider=provider) as house:
        view = await house.made()
    assert view.state == CreationState.SUCCEEDED
    assert [asset.prompt for asset in view.assets] == ["good"]
    assert view.error
    assert view.error.message == "Not this one."
    assert answers(planner.told[-1])[0] == {"error": "Not this one."}


async def test_another_model_is_asked_where_the_first_surely_did_not_run(open_house: Open) -> None:
    other = models()[0].model_copy(update={"id": "other-image"})
    provider = Fussy(only="other-image", end=Failed("It is away.", elsewhere=True))
    async with open_house(provider=provider, catalogue=(*models(image_usd=0.1), other)) as house:
        view = await house.made()
        assert (await house.budgets())["total"].reserved_micros == 0
    assert (view.state, view.steps[0].model) == (CreationState.SUCCEEDED, "other-image")
    assert [order.model for order in provider.orders] == ["fake-image", "other-image"]


BUSY = Failed("It is too busy right now.", "busy", elsewhere=True, again_s=0.01)


async def test_a_busy_model_is_tried_three_times_where_another_can_make_it(open_house: Open) -> None:
    other = models()[0].model_copy(update={"id": "other-image"})
    provider = Fussy(only="other-image", end=BUSY)
    async with open_house(provider=provider, catalogue=(*models(image_usd=0.1), other)) as house:
        view = await house.made()
    assert (view.state, view.steps[0].model) == (CreationState.SUCCEEDED, "other-image")
    assert [order.model for order in provider.orders] == ["fake-image"] * 3 + ["other-image"]


async def test_a_busy_model_that_no_other_stands_in_for_is_waited_for(open_house: Open) -> None:
    provider = Busy(times=5)
    async with open_house(provider=provider, catalogue=models(image_usd=0.1)) as house:
        view = await house.made()
        (charge,) = await house.charges()
    assert (view.state, len(view.assets), provider.submits.total()) == (CreationState.SUCCEEDED, 1, 6)
    assert charge.state == ChargeState.SETTLED


async def test_a_busy_model_is_not_waited_for_for_ever(open_house: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WAIT_S", 0.1)
    provider = Busy(times=1_000)
    async with open_house(provider=provider, catalogue=models(image_usd=0.1)) as house:
        view = await house.made()
        assert (await house.budgets())["total"].reserved_micros == 0
    assert (view.state, view.error and view.error.code) == (CreationState.FAILED, "busy")
    assert 3 <= provider.submits.total() <= 5  # after 0.01, 0.02 and 0.04 s, a little longer each


async def test_a_model_that_asks_for_a_long_rest_is_not_waited_for(open_house: Open) -> None:
    provider = ScriptedProvider(default=Way(end=replace(BUSY, again_s=90)))
    async with open_house(provider=provider) as house:
        assert (await house.made()).state == CreationState.FAILED
    assert provider.submits.total() == 1


class Busy(ScriptedProvider):
    """Says so a few times before it makes anything."""

    def __init__(self, *, times: int) -> None:
        super().__init__()
        self._left = times

    async def submit(self, order: Any) -> Any:
        made = await super().submit(order)
        self._left -= 1
        return made if self._left < 0 else BUSY


@pytest.mark.parametrize("end", [Refused("No."), Failed("Broke."), Failed("Perhaps.", perhaps_paid=True)])
async def test_no_other_model_is_asked_after_a_refusal_or_where_it_may_have_been_paid(
    open_house: Open, end: Any
) -> None:
    other = models()[0].model_copy(update={"id": "other-image"})
    provider = Fussy(only="other-image", end=end)
    async with open_house(provider=provider, catalogue=(*models(image_usd=0.1), other)) as house:
        view = await house.made()
        (charge,) = await house.charges()
    assert (view.state, len(provider.orders)) == (CreationState.FAILED, 1)
    assert (charge.settled_micros > 0) == getattr(end, "perhaps_paid", False)


async def test_a_call_of_which_nothing_was_heard_is_found_at_its_provider_and_goes_on(open_house: Open) -> None:
    provider = Silent()
    async with open_house(provider=provider, catalogue=models(image_usd=0.1)) as house:
        view = await house.made()
        (charge,) = await house.charges()
    assert (view.state, len(view.assets), view.error) == (CreationState.SUCCEEDED, 1, None)
    assert (provider.submits.total(), charge.settled_micros) == (1, 90_000)


class Silent(ScriptedProvider):
    """Takes an order, and the line breaks before it says so."""

    def __init__(self) -> None:
        super().__init__(default=Way(ticket=True, cost_micros=90_000))

    async def submit(self, order: Any) -> Any:
        ticket = await super().submit(order)
        self.became += [Unknown(0.02), ticket]
        return Failed("Perhaps.", perhaps_paid=True)


class Fussy(ScriptedProvider):
    """Makes what is ordered of one model, and ends every other order otherwise."""

    def __init__(self, *, only: str, end: Refused | Failed) -> None:
        super().__init__()
        self._only = only
        self._end_of_others = end

    async def submit(self, order: Any) -> Any:
        made = await super().submit(order)
        return made if order.model == self._only else self._end_of_others


async def test_a_high_price_in_a_chat_waits_for_a_yes_and_a_program_s_does_not(settings: Settings) -> None:
    provider = ScriptedProvider()
    careful = with_limits(settings, confirm_above_usd=0.05)
    async with opened(careful, provider=provider, catalogue=models(image_usd=0.1)) as house:
        assert (await house.made()).state == CreationState.SUCCEEDED
        thread = ThreadRef(platform="chat", thread="t")
        view = await house.ask(surface="chat", thread=thread)
        seen = await house.until(view, lambda seen: seen.state == CreationState.WAITING)
        assert seen.max_usd == pytest.approx(0.1)
        assert len(provider.orders) == 1
        await house.app.studio.confirm(house.ada, view.id)
        assert (await house.end(view)).state == CreationState.SUCCEEDED
        declined = await house.ask(surface="chat", thread=thread)
        await house.until(declined, lambda seen: seen.state == CreationState.WAITING)
        await cancelled(house, declined)
    assert len(provider.orders) == 2


async def test_a_ticket_is_polled_to_its_end(open_house: Open) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=0.3))
    async with open_house(provider=provider) as house:
        view = await house.made()
    assert view.state == CreationState.SUCCEEDED
    assert provider.submits.total() == 1
    assert provider.polls.total() > 1


async def test_the_operator_s_interval_is_used_for_every_poll(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True), poll_s=60)
    async with opened(with_limits(settings, poll_s=0.01), provider=provider) as house:
        view = await house.made()
    assert view.state == CreationState.SUCCEEDED


# --- cancel and deadline -----------------------------------------------------------------------------------------


async def cancelled(house: House, view: Any) -> Any:
    """Cancel, and demand the end within two seconds."""
    await house.app.studio.cancel(house.ada, view.id)
    ended = await house.end(view, within_s=2)
    assert ended.state == CreationState.CANCELLED
    assert ended.error
    assert ended.error.code == "cancelled"
    assert all(charge.state != ChargeState.RESERVED for charge in await house.charges())
    assert all(budget.reserved_micros == 0 for budget in (await house.budgets()).values())
    return ended


async def test_cancelling_in_line_ends_it_before_it_begins(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(hangs=True))
    async with opened(with_limits(settings, user_at_once=1), provider=provider) as house:
        await house.until(await house.ask("first"), lambda _: bool(provider.orders))
        second = await house.ask("second")
        assert second.state == CreationState.QUEUED
        assert second.queue_place == 1
        await cancelled(house, second)
    assert provider.submits.total() == 1


async def test_cancelling_while_planning_asks_nobody_further(open_house: Open) -> None:
    planner, provider = ScriptedPlanner(never), ScriptedProvider()
    async with open_house(planner=planner, provider=provider) as house:
        view = await house.ask()
        while not planner.told:
            await asyncio.sleep(0.02)
        await cancelled(house, view)
    assert len(planner.told) == 1
    assert not provider.orders


TICKET, CALL = Way(ticket=True, hangs=True), Way(hangs=True)
STOPPED = [
    (TICKET, {}, 0),
    (TICKET, {"cancels_free": False}, 200_000),
    (CALL, {}, 200_000),
    (CALL, {"repeatable": True}, 0),
]


@pytest.mark.parametrize(
    ("way", "traits", "spent"),
    STOPPED,
    ids=["a free ticket", "a ticket that is charged anyway", "a paid call on its way", "free work"],
)
async def test_cancelling_while_making_stops_the_provider_and_gives_back_what_was_surely_not_spent(
    open_house: Open, way: Way, traits: dict[str, bool], spent: int
) -> None:
    provider = ScriptedProvider(default=way, **traits)
    async with open_house(provider=provider, catalogue=models(image_usd=0.2)) as house:
        view = await house.ask()
        await house.until(view, lambda seen: bool(provider.orders) and states(seen) == [StepState.IN_PROGRESS])
        assert (await house.budgets())["total"].reserved_micros == 200_000
        ended = await cancelled(house, view)
        assert (await house.budgets())["total"].spent_micros == spent
    assert states(ended) == [StepState.CANCELLED]
    assert provider.cancels.total() == (1 if way.ticket else 0)
    assert provider.submits.total() == 1


class SlowToTake(ScriptedProvider):
    """Takes a while to hand over its ticket."""

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        await asyncio.sleep(0.4)
        return await super().submit(order)


async def test_a_cancel_in_the_middle_of_an_order_waits_for_the_ticket_and_cancels_that(open_house: Open) -> None:
    provider = SlowToTake(default=Way(ticket=True, hangs=True))
    async with open_house(provider=provider, catalogue=models(image_usd=0.2)) as house:
        view = await house.ask()
        await house.until(view, lambda seen: states(seen) == [StepState.IN_PROGRESS])
        await cancelled(house, view)
        assert (await house.budgets())["total"].spent_micros == 0
    assert (provider.submits.total(), provider.cancels.total()) == (1, 1)


@pytest.mark.parametrize("fault", [ProviderError("down"), ConnectionError("gone"), None])
async def test_cancelling_ends_the_creation_even_where_the_provider_cannot_be_told(
    open_house: Open, fault: Exception | None
) -> None:
    provider = Unreachable(fault)
    async with open_house(provider=provider, catalogue=models(image_usd=0.2)) as house:
        view = await house.ask()
        await house.until(view, lambda _: provider.polls.total() > 0)
        await house.app.studio.cancel(house.ada, view.id)
        ended = await house.end(view, within_s=15)
        total = (await house.budgets())["total"]
    assert (ended.state, states(ended)) == (CreationState.CANCELLED, [StepState.CANCELLED])
    assert (total.reserved_micros, total.spent_micros) == (0, 200_000)


class Unreachable(ScriptedProvider):
    """Works for ever; being told to stop fails, or, without a fault, is never answered."""

    def __init__(self, fault: Exception | None) -> None:
        super().__init__(default=TICKET)
        self._fault = fault

    async def cancel(self, ticket: Any) -> bool:
        await super().cancel(ticket)
        if self._fault:
            raise self._fault
        await asyncio.Event().wait()
        return True


async def test_cancelling_keeps_what_is_finished(open_house: Open) -> None:
    provider = ScriptedProvider({"slow": Way(ticket=True, hangs=True)})
    planner = ScriptedPlanner(calls(picture("slow"), picture("fast"), call("animate", image="call:0", prompt="late")))
    async with open_house(planner=planner, provider=provider) as house:
        view = await house.ask()
        await house.until(view, lambda seen: len(seen.assets) == 1)
        ended = await cancelled(house, view)
        assert [asset.prompt for asset in ended.assets] == ["fast"]
    assert states(ended) == [StepState.CANCELLED, StepState.COMPLETE, StepState.CANCELLED]


async def test_cancelling_what_has_ended_changes_nothing(house: House) -> None:
    view = await house.made()
    again = await house.app.studio.cancel(house.ada, view.id)
    assert (again.state, again.revision) == (CreationState.SUCCEEDED, view.revision)


async def test_only_its_owner_can_cancel(open_house: Open) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=0.3))
    async with open_house(provider=provider) as house:
        view = await house.ask()
        for stranger in (house.bob, "0" * 32):
            with pytest.raises(NotFound):
                await house.app.studio.cancel(stranger, view.id)
            with pytest.raises(NotFound):
                await house.app.studio.creation(stranger, view.id)
            with pytest.raises(NotFound):
                await house.app.studio.confirm(stranger, view.id)
        with pytest.raises(Conflict):
            await house.app.studio.confirm(house.ada, view.id)
        assert (await house.end(view)).state == CreationState.SUCCEEDED


async def test_what_takes_longer_than_its_deadline_is_stopped_with_its_own_sentence(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    catalogue = models(image_usd=0.2)
    async with opened(with_limits(settings, deadline_s=0.5), provider=provider, catalogue=catalogue) as house:
        view = await house.made()
        (charge,) = await house.charges()
    assert (view.state, states(view)) == (CreationState.FAILED, [StepState.ERROR])
    assert view.error
    assert view.error.code == "deadline"
    assert "time limit" in view.error.message
    assert provider.cancels.total() == 1
    assert charge.state == ChargeState.RELEASED


# --- threads -----------------------------------------------------------------------------------------------------


async def test_a_refinement_is_told_of_everything_before_it(open_house: Open) -> None:
    def edit(messages: tuple[Message, ...]) -> Turn:
        made = next(message for message in messages if message.call_id)
        asset_id = _id_of(made)
        return calls(call("edit_image", image=asset_id, prompt="a lighthouse at night", instruction="darker"))

    planner = ScriptedPlanner(by_prompt={"a lighthouse": [calls(picture())], "darker": [edit]})
    async with open_house(planner=planner) as house:
        first = await house.made("a lighthouse")
        second = await house.reply(first.thread, "darker")
        title, both = await house.app.studio.thread(house.ada, first.thread)
    assert [view.id for view in both] == [first.id, second.id]
    assert title == "a lighthouse"
    assert second.assets[0].version == "v2"
    assert second.assets[0].parent_id == first.assets[0].id


def _id_of(message: Message) -> str:
    import json

    return str(json.loads(message.text)["asset_id"])


async def test_two_refinements_at_once_in_one_thread_run_one_after_the_other(open_house: Open) -> None:
    provider = ScriptedProvider(default=Way(after_s=0.3))
    script = {prompt: [calls(picture(prompt))] for prompt in ("first", "second", "third")}
    async with open_house(planner=ScriptedPlanner(by_prompt=script), provider=provider) as house:
        first = await house.made("first")
        ref = ThreadRef.parse(first.thread)
        both = [await house.ask(prompt, thread=ref) for prompt in ("second", "third")]
        ended = [await house.end(view) for view in both]
    assert provider.running["second"][1] <= provider.running["third"][0]
    assert [view.assets[0].version for view in ended] == ["v2", "v3"]


async def test_a_stranger_cannot_write_in_a_thread_or_work_from_an_asset(house: House) -> None:
    view = await house.made("a lighthouse")
    with pytest.raises(NotFound):
        await house.ask("darker", by=house.bob, thread=ThreadRef.parse(view.thread))
    with pytest.raises(NotFound):
        await house.ask("darker", by=house.bob, inputs=(view.assets[0].id,))
    with pytest.raises(NotFound):
        await house.ask("", by=house.bob, action=Action.VARY, inputs=(view.assets[0].id,))
    with pytest.raises(NotFound):
        await house.app.studio.thread(house.bob, view.thread)


async def test_an_asset_of_another_that_a_planner_names_is_refused(open_house: Open) -> None:
    stolen: list[str] = []
    steal = [lambda _: calls(call("vary", image=stolen[0]))] * 3
    planner = ScriptedPlanner(by_prompt={"mine": [calls(picture())], "steal": steal})
    provider = ScriptedProvider()
    async with open_house(planner=planner, provider=provider) as house:
        stolen.append((await house.made("mine")).assets[0].id)
        view = await house.made("steal", by=house.bob)
    assert view.state == CreationState.FAILED
    assert len(provider.orders) == 1


# --- buttons -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def studio(settings: Settings) -> AsyncIterator[House]:
    script = {
        "everything": [
            calls(
                picture("still"),
                call("generate_video", prompt="film", duration_s=2),
                call("generate_speech", text="voice"),
            )
        ]
    }
    async with opened(settings, planner=ScriptedPlanner(by_prompt=script)) as house:
        yield house


BUTTONS = [
    (Action.VARY, 0, "image", Tool.VARY),
    (Action.UPSCALE, 0, "image", Tool.UPSCALE),
    (Action.UPSCALE, 1, "video", Tool.UPSCALE),
    (Action.ANIMATE, 0, "video", Tool.ANIMATE),
    (Action.EXTEND, 1, "video", Tool.EXTEND),
    (Action.AGAIN, 0, "image", Tool.GENERATE_IMAGE),
    (Action.AGAIN, 1, "video", Tool.GENERATE_VIDEO),
    (Action.AGAIN, 2, "speech", Tool.GENERATE_SPEECH),
]


async def test_every_button_makes_its_thing_in_the_same_thread_without_a_planner(studio: House) -> None:
    first = await studio.made("everything")
    for number, (action, index, kind, tool) in enumerate(BUTTONS, start=2):
        source = first.assets[index]
        view = await studio.act(action, source.id)
        assert (view.state, view.error) == (CreationState.SUCCEEDED, None), action
        (made,) = view.assets
        assert (made.kind, made.tool, view.thread) == (kind, tool, first.thread), action
        assert made.version == f"v{number}"
        assert made.parent_id == (None if action is Action.AGAIN else source.id)
        assert view.reply.startswith("Here is")


@pytest.mark.parametrize(
    ("action", "index"),
    [
        (Action.VARY, 2),
        (Action.ANIMATE, 1),
        (Action.EXTEND, 0),
        (Action.EXTEND, 2),
        (Action.UPSCALE, 2),
    ],
)
async def test_a_button_that_does_not_fit_the_asset_is_refused(studio: House, action: Action, index: int) -> None:
    first = await studio.made("everything")
    with pytest.raises(Invalid) as refused:
        await studio.act(action, first.assets[index].id)
    assert refused.value.code == "wrong_kind"


async def test_again_repeats_the_wish_and_gives_something_else(studio: House) -> None:
    first = await studio.made("everything")
    again = await studio.act(Action.AGAIN, first.assets[0].id)
    assert again.assets[0].prompt == "still"
    assert again.assets[0].seed != first.assets[0].seed


async def test_again_of_what_was_made_from_another_works_from_the_same(open_house: Open) -> None:
    turn = calls(picture("still"), call("animate", image="call:0", prompt="moving"))
    async with open_house(planner=ScriptedPlanner(turn)) as house:
        first = await house.made()
        again = await house.act(Action.AGAIN, first.assets[1].id)
    assert (again.assets[0].tool, again.assets[0].parent_id) == (Tool.ANIMATE, first.assets[0].id)


async def test_a_button_whose_asset_was_deleted_meanwhile_says_so(settings: Settings) -> None:
    async with opened(settings) as house:
        first = await house.made("a lighthouse")
    async with opened(settings, worker=False) as house:
        waiting = await house.ask("", action=Action.VARY, inputs=(first.assets[0].id,))
        await house.app.studio.delete(house.ada, first.assets[0].id)
    async with opened(settings) as house:
        ended = await house.end(waiting)
    assert ended.state == CreationState.FAILED
    assert ended.error
    assert ended.error.code == "input_gone"


# --- options -----------------------------------------------------------------------------------------------------


async def test_the_wished_model_is_used_where_it_can_and_else_another(open_house: Open) -> None:
    other = models()[0].model_copy(update={"id": "other-image"})
    planner = ScriptedPlanner(calls(picture(), call("generate_speech", text="hello")))
    async with open_house(planner=planner, catalogue=(*models(), other)) as house:
        wished = await house.made(options={"model": "other-image"})
        usual = await house.made()
    assert [step.model for step in wished.steps] == ["other-image", "fake-speech"]
    assert [step.model for step in usual.steps] == ["fake-image", "fake-speech"]


async def test_what_no_model_can_do_is_said_before_anything_is_paid(open_house: Open) -> None:
    provider = ScriptedProvider()
    planner = ScriptedPlanner(calls(picture(), call("generate_video", prompt="waves")))
    async with open_house(planner=planner, provider=provider, catalogue=models()[:1]) as house:
        view = await house.made()
    assert (view.state, view.error and view.error.code) == (CreationState.FAILED, "no_model")
    assert not provider.orders


async def test_exact_words_are_sent_as_they_are(open_house: Open) -> None:
    planner = ScriptedPlanner(calls(picture("a much nicer lighthouse"), call("generate_speech", text="spoken")))
    provider = ScriptedProvider()
    async with open_house(planner=planner, provider=provider) as house:
        await house.made("a lighthouse", options={"exact_words": True})
        await house.made("a lighthouse")
    prompts = {(order.kind, order.prompt) for order in provider.orders[:2]}
    assert prompts == {(Kind.IMAGE, "a lighthouse"), (Kind.SPEECH, "spoken")}
    assert "a much nicer lighthouse" in {order.prompt for order in provider.orders[2:]}


async def test_options_and_inputs_reach_planner_and_provider(open_house: Open) -> None:
    planner, provider = ScriptedPlanner(calls(picture(aspect="1:1"))), ScriptedProvider()
    async with open_house(planner=planner, provider=provider) as house:
        first = await house.made()
        await house.made("more", kind=Kind.IMAGE, inputs=(first.assets[0].id,), options={"aspect": "9:16", "count": 2})
    wish = planner.told[-1][-3]
    assert dict(wish.settings) == {"aspect": "9:16", "count": "2", "kind": "image"}
    assert wish.inputs == (first.assets[0].id,)
    assert [order.aspect for order in provider.orders] == ["1:1", "9:16"]


async def test_a_wish_that_is_wrong_is_refused_and_leaves_nothing(house: House) -> None:
    first = await house.made()
    before = await house.app.studio.threads(house.ada)
    for error, prompt, more in (
        (Invalid, "  \u200b ", {}),
        (TooLarge, "x" * 10_001, {}),
        (Invalid, "x", {"kind": Kind.UPLOAD}),
        (Invalid, "", {"action": Action.VARY}),
        (Invalid, "x", {"inputs": tuple(f"{i:032x}" for i in range(11))}),
        (NotFound, "x", {"inputs": ("0" * 32,)}),
        (NotFound, "x", {"thread": ThreadRef(platform="rest", thread="nowhere")}),
    ):
        with pytest.raises(error):
            await house.ask(prompt, **more)
    assert await house.app.studio.threads(house.ada) == before
    assert (await house.made("x" * 10_000)).state == first.state


# --- money -------------------------------------------------------------------------------------------------------


async def test_the_price_shown_is_the_price_held_for_all_calls_together(open_house: Open) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, hangs=True))
    turn = calls(
        picture(), call("generate_video", prompt="waves", duration_s=4), call("generate_speech", text="x" * 500)
    )
    catalogue = models(image_usd=0.04, video_usd_per_s=0.1, speech_usd_per_1000=0.02)
    async with open_house(planner=ScriptedPlanner(turn), provider=provider, catalogue=catalogue) as house:
        seen = await house.until(await house.ask(), lambda seen: bool(seen.steps))
        assert seen.estimate_usd == seen.max_usd == pytest.approx(0.45)
        assert {budget.reserved_micros for budget in (await house.budgets()).values()} == {450_000}


async def test_what_it_cost_is_settled_and_shown(open_house: Open) -> None:
    provider = ScriptedProvider(default=Way(cost_micros=30_000))
    planner = ScriptedPlanner(calls(picture("one"), picture("two")))
    async with open_house(planner=planner, provider=provider, catalogue=models(image_usd=0.04)) as house:
        view = await house.made()
        budgets = await house.budgets()
        spent = await house.app.studio.usage(house.ada, view.created_at)
    assert (view.cost_usd, spent, view.max_usd) == (pytest.approx(0.06), pytest.approx(0.06), pytest.approx(0.08))
    assert {(budget.reserved_micros, budget.spent_micros) for budget in budgets.values()} == {(0, 60_000)}


LIMITS = [
    ({"budget_creation_usd": 0.07}, {}, "this request's limit"),
    ({"budget_user_day_usd": 0.07}, {}, "your budget for today"),
    ({"budget_total_day_usd": 0.07}, {}, "this installation's budget"),
    ({}, {"max_usd": 0.07}, "this request's limit"),
]


async def test_what_the_planner_costs_is_held_before_and_settled_after(open_house: Open) -> None:
    used = Turn(calls=calls(picture()).calls, usage=Usage(900, 80, 12_000))
    planner = ScriptedPlanner(used, Turn("Done.", usage=Usage(1_000, 5, 3_000)), price_micros=50_000)
    async with open_house(planner=planner) as house:
        view = await house.made()
        budgets = await house.budgets()
        spent = await house.app.studio.usage(house.ada, view.created_at)
    assert {(budget.reserved_micros, budget.spent_micros) for budget in budgets.values()} == {(0, 15_000)}
    assert view.cost_usd == spent == pytest.approx(0.015)


@pytest.mark.parametrize("refused", ["its plan does not fit", "it cannot be understood"])
async def test_a_plan_that_comes_to_nothing_costs_what_the_planner_took_for_it(
    settings: Settings, refused: str
) -> None:
    wrong = call("generate_image", prompt="") if refused == "it cannot be understood" else picture()
    used = Turn(calls=calls(wrong).calls, usage=Usage(900, 80, 12_000))
    planner = ScriptedPlanner(used, used, used, used, price_micros=12_000)
    limited = with_limits(settings, budget_user_day_usd=0.08)
    async with opened(limited, planner=planner, catalogue=models(image_usd=0.1)) as house:
        view = await house.made()
        budgets = await house.budgets()
    assert view.assets == ()
    paid = 12_000 * len(planner.told)
    assert {(budget.reserved_micros, budget.spent_micros) for budget in budgets.values()} == {(0, paid)}
    assert view.cost_usd == pytest.approx(paid / 1_000_000)


@pytest.mark.parametrize("cancelled", [False, True], ids=["refused", "cancelled"])
async def test_a_planner_that_had_answered_before_the_wish_was_judged_is_paid_all_the_same(
    open_house: Open, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    answered = asyncio.Event()

    async def judged(*_: object) -> None:
        await answered.wait()
        await asyncio.sleep(5 if cancelled else 0.2)
        raise UserError("That cannot be made here.", "content_policy")

    def answer(_: tuple[Message, ...]) -> Turn:
        answered.set()
        return Turn(calls=calls(picture()).calls, usage=Usage(900, 80, 12_000))

    monkeypatch.setattr("core.trust.checks.Checks.wish", judged)
    async with open_house(planner=ScriptedPlanner(answer, price_micros=50_000)) as house:
        view = await house.ask()
        await asyncio.wait_for(answered.wait(), 10)
        if cancelled:
            await asyncio.sleep(0.2)
            await house.app.studio.cancel(house.ada, view.id)
        ended = await house.end(view)
        budgets = await house.budgets()
    assert ended.state == (CreationState.CANCELLED if cancelled else CreationState.FAILED)
    assert {(budget.reserved_micros, budget.spent_micros) for budget in budgets.values()} == {(0, 12_000)}


async def test_a_planner_that_does_not_fit_the_budget_is_not_asked(settings: Settings) -> None:
    planner = ScriptedPlanner(price_micros=50_000)
    async with opened(with_limits(settings, budget_user_day_usd=0.04), planner=planner) as house:
        view = await house.made()
    assert planner.told == []
    assert (view.state, view.error and view.error.code) == (CreationState.FAILED, "over_budget")


@pytest.mark.parametrize(("times", "asked", "state"), [(1, 3, CreationState.SUCCEEDED), (9, 3, CreationState.FAILED)])
async def test_a_busy_planner_is_asked_again_and_not_for_ever(
    open_house: Open, times: int, asked: int, state: CreationState
) -> None:
    left = [PlannerBusy("The planner is busy.")] * times

    def busy(_: tuple[Message, ...]) -> Turn:
        if left:
            raise left.pop()
        return calls(picture())

    planner = ScriptedPlanner(busy, price_micros=1_000)
    async with open_house(planner=planner) as house:
        view = await house.made()
        assert (await house.budgets())["total"].reserved_micros == 0
    assert (view.state, len(planner.told)) == (state, asked)


@pytest.mark.parametrize(("limits", "options", "sentence"), LIMITS, ids=["creation", "user", "total", "own"])
async def test_over_budget_is_refused_before_anything_is_submitted(
    settings: Settings, limits: dict[str, float], options: dict[str, float], sentence: str
) -> None:
    provider = ScriptedProvider()
    planner = ScriptedPlanner(calls(picture("one"), picture("two")))
    catalogue = models(image_usd=0.04)
    async with opened(
        with_limits(settings, **limits), planner=planner, provider=provider, catalogue=catalogue
    ) as house:
        view = await house.made(options=options)
        assert await house.charges() == []
    assert (view.state, view.error and view.error.code) == (CreationState.FAILED, "over_budget")
    assert view.error
    assert sentence in view.error.message
    assert "$0.08" in view.error.message
    assert not provider.orders


async def test_a_hundred_creations_against_one_dollar_never_spend_more(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(cost_micros=90_000))
    limited = with_limits(settings, budget_total_day_usd=1.0, user_at_once=0)
    async with opened(limited, provider=provider, catalogue=models(image_usd=0.09)) as house:
        asked = [await house.ask(f"nr {i}", by=(house.ada, house.bob)[i % 2]) for i in range(40)]
        ended = [await house.end(view, by=(house.ada, house.bob)[i % 2]) for i, view in enumerate(asked)]
        total = (await house.budgets())["total"]
    assert (total.reserved_micros, total.spent_micros) == (0, 990_000)
    assert [view.state for view in ended].count(CreationState.SUCCEEDED) == provider.submits.total() == 11
    assert {view.error.code for view in ended if view.error} == {"over_budget"}


# --- many at once ------------------------------------------------------------------------------------------------


async def test_a_person_s_wishes_run_two_at_a_time_and_another_s_goes_between(settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(after_s=1))  # all five have asked before the first ends
    script = {name: [calls(picture(name))] for name in ("a0", "a1", "a2", "a3", "b")}
    async with opened(settings, planner=ScriptedPlanner(by_prompt=script), provider=provider) as house:
        hers = [await house.ask(f"a{i}") for i in range(4)]
        his = await house.ask("b", by=house.bob)
        await house.end(his, by=house.bob)
        for view in hers:
            await house.end(view)
    begins = {prompt: began for prompt, (began, _) in provider.running.items()}
    assert begins["b"] < min(begins["a2"], begins["a3"])
    assert not overlap([provider.running[f"a{i}"] for i in range(4)])


async def test_a_house_closed_can_open_again_in_the_same_process(settings: Settings, tmp_path: Path) -> None:
    for number in range(3):
        async with opened(settings) as house:
            assert (await house.made(f"nr {number}")).state == CreationState.SUCCEEDED
    other = Settings(_env_file=None, EASEL_DATA_DIR=tmp_path / "other")  # type: ignore[call-arg]
    async with opened(other) as house:
        assert (await house.app.studio.gallery(house.ada, _everything()))[0] == []
