"""Creations as messages: within every limit of Discord's in every state, and readable."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.discord.views import HINT, mark, result_view, result_words, root_view, status_view, thread_name
from storage.tables import CreationState, StepState
from tests.bot.discord.outbound import (
    NOW,
    PUBLIC,
    asset,
    body_of,
    check,
    creation,
    every_state,
    hostile,
    ids_of,
    labels_of,
    links,
    pictures,
    sent,
    step,
    text_of,
    with_words,
)
from tests.bot.discord.test_markup import active

STATES = every_state()
ADA, BOB = "111111111111111111", "222222222222222222"


def status(view: Any, public_url: str | None = None) -> Any:
    return status_view(view, links=links(public_url), now=NOW)


# --- within the limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATES)
def test_every_state_is_a_message_that_discord_takes(name: str) -> None:
    view = STATES[name]
    check(status(view, PUBLIC))
    check(root_view(view))
    if view.assets:
        check(result_view(view, view.assets, links=links(PUBLIC), files=sent(view.assets)), sent(view.assets))


@pytest.mark.parametrize("words", hostile(), ids=lambda words: repr(words[:30]))
def test_hostile_words_stay_within_every_limit_and_are_no_markup_in_any_state(words: str) -> None:
    for view in STATES.values():
        told = replace(with_words(view, words), by=ADA, credit=BOB)
        files = sent(told.assets, whole=False)
        shown = [status(told, PUBLIC), root_view(told)]
        if told.assets:
            shown.append(result_view(told, told.assets, links=links(PUBLIC), files=files))
        for one in shown:
            check(one, files if one is shown[-1] else {})
            left = active(text_of(one)).replace(f"<@{ADA}>", "").replace(f"<@{BOB}>", "")
            assert not re.search(r"@everyone|@here|<[@#/:]|```|\|\||\]\(<?https?:(?!//easel\.example)", left)
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", left)
    assert 1 <= len(thread_name(creation(prompt=words))) <= 100


@pytest.mark.parametrize("kind", ["image", "video", "speech"])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("attached", [True, False])
def test_a_single_result_of_each_kind_is_a_message_that_discord_takes(kind: str, whole: bool, attached: bool) -> None:
    one = asset(kind, safety="spoiler")
    view = creation(CreationState.SUCCEEDED, assets=(one,))
    files = sent((one,), whole=whole) if attached else {}
    check(result_view(view, [one], links=links(PUBLIC), files=files), files)
    check(result_words(view, one, links=links(), files=files), files)


@pytest.mark.parametrize("count", range(1, 11))
def test_any_number_of_pictures_fits_with_all_its_buttons(count: int) -> None:
    some = pictures(count, prompt="word " * 2_000, alt_text="alt " * 2_000, model="model " * 100)
    view = creation(CreationState.SUCCEEDED, assets=some)
    different = tuple(replace(one, prompt=f"{i} {one.prompt}") for i, one in enumerate(some))
    for assets in (some, different):
        check(result_view(view, assets, links=links(PUBLIC), files=sent(assets, whole=False)), sent(assets))


# --- what is said -------------------------------------------------------------------------------------------------


def test_a_step_is_a_line_with_its_sign_and_how_far_it_is() -> None:
    lines = text_of(status(STATES["four steps"])).split("\n")
    assert lines[0] == "### a lighthouse at dusk"
    assert lines[1] == f"**Making 2 of 4** · ready <t:{int(NOW.timestamp()) + 20}:R>"
    assert lines[2:6] == [
        "✓ Picture: a lighthouse, number 1",
        "◐ Picture: a lighthouse, number 2 · ▰▰▰▰▱▱▱▱ 45%",
        "◐ Picture: a lighthouse, number 3 · still in line there",
        "○ Picture: a lighthouse, number 4",
    ]


def test_the_place_in_line_and_the_time_it_begins_are_said() -> None:
    said = text_of(status(STATES["in line"]))
    assert f"**In line, place 3** · begins <t:{int(NOW.timestamp()) + 60}:R>" in said


def test_the_price_is_said_before_it_is_spent_with_run_and_cancel() -> None:
    shown = status(STATES["asking"])
    assert "3 results, about $0.43, at most $0.60" in text_of(shown)
    assert labels_of(shown) == ["Run", "Cancel"]
    creation_id = STATES["asking"].id
    assert ids_of(shown) == [f"easel:run:{creation_id}", f"easel:cancel:{creation_id}"]


@pytest.mark.parametrize(("name", "buttons"), [("in line", ["Cancel"]), ("four steps", ["Cancel"]), ("failed", [])])
def test_it_can_be_cancelled_while_it_is_open_and_not_afterwards(name: str, buttons: list[str]) -> None:
    assert labels_of(status(STATES[name])) == buttons


def test_the_end_says_state_price_time_error_and_what_can_be_done() -> None:
    said = text_of(status(STATES["partly failed"]))
    assert said.count("The service refused this picture.") == 1
    assert "**Done, but for 1 of 2** · $0.04 · 42 s" in said
    assert "-# Reply to a result, or press Refine, to change it." in said


def test_each_end_has_its_own_colour() -> None:
    colours = {name: body_of(status(view))["components"][0]["accent_color"] for name, view in STATES.items()}
    told_apart = [
        colours[name] for name in ("in line", "asking", "four steps", "ten pictures", "partly failed", "failed")
    ]
    assert len(set(told_apart)) == 6


def test_an_answer_in_words_alone_is_shown_as_the_answer() -> None:
    said = text_of(status(STATES["words alone"]))
    assert "A lighthouse is a tower with a lamp." in said
    assert "Refine" not in said


def test_how_to_go_on_is_said_where_the_answer_does_not_say_it() -> None:
    ended = creation(CreationState.SUCCEEDED, assets=pictures(1))
    assert HINT in text_of(status(ended))
    assert HINT not in text_of(status(replace(ended, reply="Here is a picture. Reply to change anything.")))


def test_steps_that_read_alike_are_one_line() -> None:
    alike = tuple(step(i, title="Picture: a poster") for i in range(3))
    said = text_of(status(creation(steps=(*alike, step(3, StepState.PENDING, title="Picture: a poster")))))
    assert "✓ Picture: a poster × 3\n○ Picture: a poster" in said


def test_more_steps_than_anybody_reads_are_counted() -> None:
    assert "-# and 19 more" in text_of(status(STATES["many steps"]))


def test_the_root_quotes_the_wish_and_names_the_asker() -> None:
    said = text_of(root_view(creation(prompt="a lighthouse\n\nat **dusk**", by=ADA)))
    assert said == f"> a lighthouse\n> at \\*\\*dusk\\*\\*\n-# Asked by <@{ADA}>"


def test_root_and_status_of_each_creation_bear_numbers_of_their_own() -> None:
    views = [creation() for _ in range(200)]
    numbers = {mark(view.id, role) for view in views for role in ("root", "status")}
    assert len(numbers) == 400
    assert all(0 < number < 2**31 for number in numbers)
    assert body_of(root_view(views[0]))["components"][0]["id"] == mark(views[0].id, "root")


# --- results ------------------------------------------------------------------------------------------------------


def test_a_picture_comes_first_then_its_facts_its_prompt_and_its_buttons() -> None:
    one = asset(version="v3b")
    view = creation(CreationState.SUCCEEDED, assets=(one,), by=ADA, credit=BOB)
    shown = result_view(view, [one], links=links(), files=sent((one,)))
    assert [part["type"] for part in body_of(shown)["components"]] == [12, 10, 1, 1]
    assert body_of(shown)["components"][0]["items"][0]["description"] == "A lighthouse on a rock"
    assert text_of(shown).split("\n") == [
        "**v3b** · 1536 × 1024 · GPT Image · $0.04",
        "-# a lighthouse at dusk, wide, photoreal",
        f"-# Asked by <@{ADA}>, after a result of <@{BOB}>",
    ]
    assert labels_of(shown)[:4] == ["Refine", "Vary", "Upscale", "Animate"]
    assert labels_of(shown)[-3:] == ["Favourite", "Details", "Delete"]


@pytest.mark.parametrize(
    ("kind", "missing"), [("image", {"Extend"}), ("video", {"Animate"}), ("speech", {"Vary", "Upscale", "Animate"})]
)
def test_only_what_can_be_done_with_a_kind_is_offered(kind: str, missing: set[str]) -> None:
    one = asset(kind)
    shown = result_view(creation(), [one], links=links(), files=sent((one,)))
    assert not missing & set(labels_of(shown))
    assert all(custom_id.endswith(one.id) for custom_id in ids_of(shown))


def test_each_of_several_pictures_is_refined_and_varied_at_one_press_and_the_rest_is_one_choice() -> None:
    four = pictures(4)
    view = creation(assets=four)
    shown = result_view(view, four, links=links(), files=sent(four))
    assert labels_of(shown) == [f"{verb} {one.version}" for verb in ("Refine", "Vary") for one in four]
    choice = body_of(shown)["components"][-1]["components"][0]
    assert choice["custom_id"] == f"easel:choose:{view.id}"
    assert [option["value"] for option in choice["options"]] == [one.id for one in four]


def test_what_several_pictures_share_is_told_once() -> None:
    assets = pictures(3)
    shown = result_view(creation(assets=assets), assets, links=links(), files=sent(assets))
    assert text_of(shown) == (
        "**v1, v1b, v1c** · 1536 × 1024 · GPT Image · $0.04\n-# a lighthouse at dusk, wide, photoreal"
    )
    assets = (*assets[:2], replace(assets[2], prompt="at night", cost_usd=0.08))
    lines = text_of(result_view(creation(assets=assets), assets, links=links(), files=sent(assets))).splitlines()
    assert [each.split(" · ")[0] for each in lines] == [
        "**v1, v1b**",
        "-# a lighthouse at dusk, wide, photoreal",
        "**v1c**",
        "-# at night",
    ]


def test_a_flagged_picture_is_behind_a_spoiler() -> None:
    two = (asset(safety="spoiler"), asset(version="v1b"))
    body = body_of(result_view(creation(), two, links=links(), files=sent(two)))
    assert [item["spoiler"] for item in body["components"][0]["items"]] == [True, False]


def test_a_video_is_in_the_gallery_which_plays_it_and_a_narration_is_an_attachment_which_plays_too() -> None:
    film, voice = asset("video"), asset("speech")
    assert body_of(result_view(creation(), [film], links=links(), files=sent((film,))))["components"][0]["type"] == 12
    words = result_words(creation(), voice, links=links(), files=sent((voice,)))
    assert not body_of(words).get("flags")
    assert body_of(words)["content"].startswith("**v1** · 8 s · GPT Image")


def test_what_is_not_shown_whole_says_where_the_original_is() -> None:
    one = asset(size_bytes=34_000_000)
    view = creation(assets=(one,))
    with_link = text_of(result_view(view, [one], links=links(PUBLIC), files=sent((one,), whole=False)))
    assert f"a preview, as 34.0 MB is too large here: [the original](<{links(PUBLIC).asset(one.id)}>)" in with_link
    without = text_of(result_view(view, [one], links=links(), files=sent((one,), whole=False)))
    assert "the original is in your /gallery" in without
    assert "not shown here (34.0 MB)" in text_of(result_view(view, [one], links=links()))


def test_a_thread_is_named_after_the_wish() -> None:
    assert thread_name(creation(prompt="a lighthouse\nat dusk")) == "a lighthouse at dusk"
    assert thread_name(creation(prompt="", action="vary")) == "A variation"
    assert len(thread_name(creation(prompt="lighthouse " * 50))) <= 100


def test_a_step_that_failed_says_why_in_its_line() -> None:
    failed = step(0, StepState.ERROR, detail="The service refused this picture.")
    assert "✗ Picture: a lighthouse, number 1 · The service refused this picture." in text_of(
        status(creation(CreationState.FAILED, steps=(failed,)))
    )
