"""A creation as blocks: in every state what Slack takes, and words that stay words."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.slack.views import (
    BLOCKS_MAX,
    asset_card,
    marked,
    plainly,
    result_actions,
    root_blocks,
    root_text,
    status_blocks,
    status_text,
)
from core.creation.view import CreationView
from storage.tables import CreationState, StepState
from tests.bot.slack.hostile import HOSTILE
from tests.bot.slack.outbound import AT, asset, failed, step, validated, view
from tests.fakes.slack.mentions import in_blocks, in_mrkdwn
from tests.fakes.slack.server import SlackServer

NOW = AT + timedelta(seconds=30)
S = StepState
FOUR = (
    step(0, S.COMPLETE),
    step(1, S.IN_PROGRESS, progress=0.4, detail="Rendering"),
    step(2, S.PENDING),
    step(3, S.CANCELLED),
)
TEN = tuple(asset(index) for index in range(10))
STATES: dict[str, CreationView] = {
    "queued": view(CreationState.QUEUED, queue_place=3, eta_s=70),
    "waiting": view(CreationState.WAITING, steps=(step(), step(1)), estimate_usd=0.4, max_usd=0.6),
    "thinking": view(CreationState.RUNNING),
    "running": view(CreationState.RUNNING, steps=FOUR, eta_s=48, estimate_usd=0.4, max_usd=0.6, credit="U2"),
    "partly": view(
        CreationState.SUCCEEDED,
        steps=(step(0, S.COMPLETE), step(1, S.ERROR, detail="The server was busy.")),
        assets=TEN[:1],
        reply="One of two.",
        error=failed("The server was busy."),
        cost_usd=0.04,
    ),
    "failed": view(CreationState.FAILED, steps=(step(0, S.ERROR, detail="No."),), error=failed()),
    "cancelled": view(
        CreationState.CANCELLED, steps=(step(0, S.CANCELLED),), error=failed("Cancelled: nothing more was made.")
    ),
    "words": view(CreationState.SUCCEEDED, reply="I make images, video and speech."),
    "ten": view(
        CreationState.SUCCEEDED, steps=tuple(step(i, S.COMPLETE) for i in range(10)), assets=TEN, reply="Here are ten."
    ),
}


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.workspace("T1")
        yield server


def words(blocks: list[dict]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def ids(blocks: list[dict]) -> list[str]:
    return [each["action_id"] for block in blocks if block["type"] == "actions" for each in block["elements"]]


@pytest.mark.parametrize("state", STATES)
async def test_every_state_is_taken_by_slack_as_blocks_and_in_plain_old_ones(slack: SlackServer, state: str) -> None:
    shown = STATES[state]
    blocks = status_blocks(shown, now=NOW, credit="Bob" if shown.credit else "")
    await validated(slack, marked(blocks, "m"))
    old = plainly(blocks)
    await validated(slack, marked(old, "m"))
    assert not {"plan", "task_card", "context_actions"} & {block["type"] for block in old}
    assert status_text(shown)


def test_in_line_one_reads_ones_place_and_may_cancel() -> None:
    blocks = status_blocks(STATES["queued"], now=NOW)
    assert "place 3" in words(blocks)
    assert "about 70 s left" in words(blocks)
    assert ids(blocks) == ["easel_cancel"]


def test_before_it_costs_one_reads_the_price_and_says_yes_or_no() -> None:
    blocks = status_blocks(STATES["waiting"], now=NOW)
    assert "about $0.40, at most $0.60" in words(blocks)
    assert ids(blocks) == ["easel_run", "easel_cancel"]


def test_each_step_ticks_by_itself_and_a_cancelled_one_says_so() -> None:
    plan = status_blocks(STATES["running"], now=NOW, credit="Bob")[0]
    assert [task["status"] for task in plan["tasks"]] == ["complete", "in_progress", "pending", "error"]
    assert "Rendering · 40%" in words(plan["tasks"][1:2])
    assert "Cancelled" in words(plan["tasks"][3:])


def test_whose_result_it_started_from_is_named_without_a_ping() -> None:
    blocks = status_blocks(STATES["running"], now=NOW, credit="Bob")
    assert "From a result by Bob" in words(blocks)
    assert "U2" not in words(blocks)


def test_at_the_end_nothing_is_left_to_cancel_and_what_failed_is_said() -> None:
    for name in ("partly", "failed", "cancelled", "words", "ten"):
        assert "easel_cancel" not in ids(status_blocks(STATES[name], now=NOW))
    assert "The server was busy." in words(status_blocks(STATES["partly"], now=NOW)[1:])
    assert "could not be made" in words(status_blocks(STATES["failed"], now=NOW)[1:])


async def test_ten_results_fit_one_message_and_each_can_be_addressed(slack: SlackServer) -> None:
    flagged = tuple(asset(index, safety="spoiler" if index % 2 else "") for index in range(10))
    blocks = result_actions(flagged, STATES["ten"], missing={each.id for each in flagged}, credit="Bob")
    await validated(slack, marked(blocks, "m"))
    assert len(blocks) <= BLOCKS_MAX
    refines = [each["value"] for block in blocks if block["type"] == "actions" for each in block["elements"][:1]]
    assert refines == [each.id for each in flagged]
    assert words(blocks).count("could not be attached") == 5
    assert words(blocks).count("easel_show") == 5


@pytest.mark.parametrize("kind", ["image", "video", "speech"])
async def test_one_result_offers_what_can_be_done_with_its_kind(slack: SlackServer, kind: str) -> None:
    blocks = result_actions(asset(kind=kind, duration_s=None if kind == "image" else 5.0), STATES["ten"])
    await validated(slack, marked(blocks, "m"))
    offered = ids(blocks)
    assert {"easel_refine", "easel_again", "easel_favourite", "easel_details"} <= set(offered)
    assert ("easel_animate" in offered) == (kind == "image")
    assert ("easel_extend" in offered) == (kind == "video")
    assert "easel_feedback" in words(blocks)
    assert "easel_delete" in words(blocks)
    assert "Sent: a lighthouse at dusk" in words(blocks)


async def test_a_card_is_fit_for_a_carousel(slack: SlackServer) -> None:
    card = asset_card(asset(asked="<!channel> " * 100, prompt="word " * 500))
    await validated(slack, [{"type": "carousel", "elements": [card]}])


async def test_two_hundred_hostile_texts_ping_nobody_link_nowhere_and_are_shown_as_they_are(slack: SlackServer) -> None:
    assert len(HOSTILE) >= 200
    for text in HOSTILE:
        shown = view(
            CreationState.FAILED,
            prompt=text,
            reply=text,
            steps=(step(0, S.ERROR, title=text or "x", detail=text),),
            error=failed(text + "!"),
        )
        result = asset(asked=text, prompt=text + " more", alt_text=text, model=text)
        everything = [
            *root_blocks(shown, name=text, join="C1"),
            *status_blocks(shown, now=NOW, credit=text),
            *result_actions(result, shown, missing={result.id}, credit=text),
        ]
        await validated(slack, marked(everything, "m"))
        await validated(slack, marked(plainly(everything), "m"))
        for line in (root_text(shown, name=text), status_text(shown)):
            marks = in_mrkdwn(line, {"ada": "UADA"})
            assert marks.pings == (), text
            assert marks.links == (), text
        for _, marks in in_blocks(everything):
            assert marks.pings == () and marks.links == (), text


def test_new_states_have_new_block_ids() -> None:
    blocks = status_blocks(STATES["running"], now=NOW)
    first, second = marked(blocks, "a"), marked(blocks, "b")
    assert not {each["block_id"] for each in first} & {each["block_id"] for each in second}
