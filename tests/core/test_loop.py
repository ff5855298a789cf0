"""The agent's side of a turn: which calls are accepted, and what a planner is told."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agent.loop import MAX_CALLS, TOLD_WORDS, Known, conversation, judge, makes, numbered, source_of
from core.agent.messages import Role, ToolCall
from core.agent.messages import Turn as Answer
from core.providers.base import Kind, Tool
from storage.creations import Snapshot
from storage.tables import Asset, Creation, Step, StepState, Thread, Turn, now
from tests.fakes.planner import call, calls, picture

ASSET = "a" * 32


def answer(wanted: ToolCall, *, options: dict[str, Any] | None = None, known: frozenset[str] = frozenset()) -> str:
    """The error that one call is answered with."""
    judged = judge([wanted], options or {}, set(known))
    assert judged.accepted == ()
    return str(json.loads(judged.answers[wanted.id])["error"])


def test_a_good_call_is_accepted_with_its_arguments() -> None:
    judged = judge(calls(picture("a lighthouse", aspect="16:9")).calls, {}, set())
    assert judged.answers == {}
    assert judged.accepted[0].spec.name == Tool.GENERATE_IMAGE
    assert judged.accepted[0].arguments.model_dump(exclude_none=True) == {"prompt": "a lighthouse", "aspect": "16:9"}


def test_an_unknown_tool_is_answered_with_those_there_are() -> None:
    said = answer(call("fetch_url", "x", url="http://example.org"))
    assert "fetch_url" in said
    assert all(tool in said for tool in Tool)


@pytest.mark.parametrize("text", ["{", "{'prompt': 'x'}", "null", "[]", '"prompt"', "1", "{}", '{"prompt": ""}'])
def test_arguments_that_do_not_fit_are_answered_with_why(text: str) -> None:
    said = answer(ToolCall("x", "generate_image", text))
    assert said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "extra",
    [
        {"user_id": "bob"},
        {"url": "http://10.0.0.1"},
        {"model": "best"},
        {"aspect": "1:7"},
        {"max_usd": 9},
        {"prompt": 7},
    ],
)
def test_a_field_or_value_that_no_tool_has_is_refused(extra: dict[str, Any]) -> None:
    assert next(iter(extra)) in answer(call("generate_image", "x", **({"prompt": "a lighthouse"} | extra)))


@given(
    text=st.text(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["prompt", "image", "aspect", "x"]), inner)
        ),
    ).map(json.dumps),
    name=st.sampled_from([*Tool, "", "x" * 500]),
)
def test_whatever_a_planner_writes_is_accepted_or_answered_never_raised(text: str, name: str) -> None:
    judged = judge([ToolCall("x", name, text)], {}, {ASSET})
    assert len(judged.accepted) + len(judged.answers) == 1


# --- references --------------------------------------------------------------------------------------------------


def test_a_call_may_work_from_what_the_conversation_knows_and_from_nothing_else() -> None:
    wanted = call("vary", "x", image=ASSET)
    assert judge([wanted], {}, {ASSET}).answers == {}
    assert ASSET in answer(wanted)


@pytest.mark.parametrize("ref", ["call:99999", "../../etc/passwd", "http://example.org/a.png", "A" * 32, "", "call:-1"])
def test_a_reference_has_one_of_two_shapes(ref: str) -> None:
    assert "image" in answer(call("vary", "x", image=ref), known=frozenset({ref}))


def test_calls_may_name_earlier_calls() -> None:
    judged = judge(calls(picture(), call("animate", image="call:0"), call("upscale", asset="call:1")).calls, {}, set())
    assert [accepted.needs for accepted in judged.accepted] == [(), (0,), (1,)]


@pytest.mark.parametrize(("ref", "why"), [("call:0", "itself"), ("call:1", "a later one"), ("call:7", "none")])
def test_a_call_that_names_itself_a_later_one_or_none_is_refused(ref: str, why: str) -> None:
    judged = judge(calls(call("animate", image=ref), picture()).calls, {}, set())
    assert [accepted.position for accepted in judged.accepted] == [1], why
    assert "before this one" in judged.answers["call_0"]


def test_a_call_that_needs_a_refused_one_is_refused_with_it() -> None:
    judged = judge(calls(call("nothing"), call("animate", image="call:0"), picture()).calls, {}, set())
    assert set(judged.answers) == {"call_0", "call_1"}
    assert [accepted.position for accepted in judged.accepted] == [2]


def test_of_thirty_calls_twelve_are_carried_out_and_the_others_told_why() -> None:
    judged = judge(calls(*[picture(f"nr {i}") for i in range(30)]).calls, {}, set())
    assert [accepted.position for accepted in judged.accepted] == list(range(MAX_CALLS))
    assert len(judged.answers) == 30 - MAX_CALLS
    assert all("12" in said for said in judged.answers.values())


@pytest.mark.parametrize("ids", [("", ""), ("x", "x"), ("x", "")])
def test_calls_that_a_server_gave_no_ids_of_their_own_are_numbered(ids: tuple[str, str]) -> None:
    told = numbered(Answer(calls=tuple(call("generate_image", each, prompt="x") for each in ids)))
    assert [each.id for each in told.calls] == ["call_0", "call_1"]
    assert numbered(told) is told


# --- options -----------------------------------------------------------------------------------------------------


def test_what_the_person_set_wins_over_the_planner() -> None:
    chosen = {"aspect": "9:16", "style": "anime", "voice": "nova", "duration_s": 8.0}
    judged = judge(calls(picture(aspect="1:1", style="3d")).calls, chosen, set())
    assert judged.accepted[0].arguments.model_dump(exclude_none=True) == {
        "prompt": "a lighthouse",
        "aspect": "9:16",
        "style": "anime",
    }
    spoken = judge(calls(call("generate_speech", text="hello", voice="echo")).calls, chosen, set())
    assert spoken.accepted[0].arguments.model_dump(exclude_none=True) == {"text": "hello", "voice": "nova"}


def test_upscaling_gives_back_the_kind_it_was_given() -> None:
    wanted = [call("generate_video", prompt="waves"), call("upscale", asset="call:0"), call("upscale", asset=ASSET)]
    judged = judge(calls(*wanted).calls, {}, {ASSET})
    made: dict[int, Known] = {}
    for accepted in judged.accepted:
        source = source_of(accepted, {ASSET: Known(Kind.UPLOAD)}, made)
        made[accepted.position] = Known(makes(accepted, source))
    assert [each.kind for each in made.values()] == [Kind.VIDEO, Kind.VIDEO, Kind.IMAGE]


# --- what a planner is told --------------------------------------------------------------------------------------


def past(
    prompt: str = "a lighthouse", *, turns: tuple[Turn, ...] = (), steps: tuple[Step, ...] = (), **more: Any
) -> tuple[Snapshot, tuple[Turn, ...]]:
    assets = more.pop("assets", ())
    creation = Creation(id="c", user_id="u", thread_id="t", prompt=prompt, **more)
    return Snapshot(creation, Thread(id="t", ref="r", user_id="u"), steps, assets), turns


def turn(index: int, *wanted: ToolCall, text: str = "", answers: dict[str, str] | None = None) -> Turn:
    said = [{"id": each.id, "name": each.name, "arguments": each.arguments} for each in calls(*wanted).calls]
    return Turn(creation_id="c", user_id="u", index=index, text=text, calls=said, answers=answers or {})


def step(index: int, state: StepState, **more: Any) -> Step:
    facts = {"tool": "generate_image", "turn": 0, "call_id": f"call_{index}"} | more
    return Step(id=f"s{index}", creation_id="c", user_id="u", index=index, state=state, **facts)


def test_a_conversation_begins_with_the_house_and_ends_with_what_is_to_be_answered() -> None:
    earlier = past("first", turns=(turn(0, text="Done."),))
    told = conversation(
        [earlier, past("second", inputs=[ASSET], options={"aspect": "1:1", "model": "m", "max_usd": 1.0})]
    )
    assert [message.role for message in told] == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER]
    assert [message.text for message in told[1:]] == ["first", "Done.", "second"]
    assert told[-1].inputs == (ASSET,)
    assert told[-1].settings == (("aspect", "1:1"),)


def test_every_call_is_answered_in_order_with_its_result_or_its_error() -> None:
    made = Asset(
        id=ASSET,
        user_id="u",
        step_id="s0",
        kind="image",
        media_type="image/png",
        object_key="SECRET",
        prompt="sent",
        round=1,
    )
    rows = past(
        turns=(
            turn(0, picture(), picture(), call("nothing"), picture(), answers={"call_2": '{"error": "no such tool"}'}),
        ),
        steps=(
            step(0, StepState.COMPLETE, arguments={"aspect": "16:9"}),
            step(1, StepState.ERROR, error_message="Refused."),
        ),
        assets=(made,),
    )
    told = [json.loads(message.text) for message in conversation([rows]) if message.role is Role.TOOL]
    assert told[0] == {"asset_id": ASSET, "kind": "image", "prompt": "sent", "version": "v1", "aspect": "16:9"}
    assert told[1:] == [{"error": "Refused."}, {"error": "no such tool"}, {"error": "It was not carried out."}]


def test_a_deleted_result_is_said_to_be_deleted() -> None:
    rows = past(turns=(turn(0, picture()),), steps=(step(0, StepState.COMPLETE),))
    assert "deleted" in conversation([rows])[-1].text


def test_a_pressed_button_without_words_still_says_something() -> None:
    assert conversation([past("", action="vary")])[-1].text


def asset(**more: Any) -> Asset:
    facts = {"id": ASSET, "user_id": "u", "kind": "image", "media_type": "image/png", "object_key": "SECRET"}
    return Asset(**(facts | more))


@pytest.mark.parametrize(
    ("attached", "told"),
    [
        (
            asset(kind="upload", media_type="video/mp4", asked="waves.mp4", duration_s=4.0),
            {"kind": "video", "uploaded": True, "file_name": "waves.mp4", "duration_s": 4.0},
        ),
        (asset(kind="upload", asked=""), {"kind": "image", "uploaded": True}),
        (asset(prompt="sent", asked="typed", round=3, letter=1), {"kind": "image", "prompt": "sent", "version": "v3b"}),
        (asset(kind="speech", prompt="x" * 900), {"kind": "speech", "prompt": "x" * TOLD_WORDS}),
    ],
)
def test_of_what_a_person_attached_a_planner_is_told_what_it_is(attached: Asset, told: dict[str, Any]) -> None:
    newest = conversation([past(inputs=[ASSET])], "", {ASSET: attached})[-1]
    assert newest.inputs == (ASSET,)
    assert {each: json.loads(facts) for each, facts in newest.attached} == {ASSET: told}


def test_of_what_is_out_of_reach_a_planner_is_told_the_id_alone() -> None:
    newest = conversation([past(inputs=["b" * 32])], "", {ASSET: asset()})[-1]
    assert (newest.inputs, newest.attached) == (("b" * 32,), ())


def test_a_silent_turn_leaves_no_empty_message() -> None:
    rows = past(turns=(turn(0),), created_at=now() - timedelta(seconds=1))
    assert [message.role for message in conversation([rows])] == [Role.SYSTEM, Role.USER]
