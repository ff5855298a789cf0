"""What a creation leaves in the log: its id on every line, from the wish to the final message, and no words."""

import asyncio
import json
import logging
import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import stamina
import structlog

from bot.logs import format_for, set_up
from bot.settings import Settings
from core.chat import ThreadRef
from core.creation.view import CreationView
from core.providers.base import Waiting
from tests.bot.test_cli import EASEL, Terminal
from tests.fakes.adapter import MemoryChat
from tests.fakes.house import House, opened
from tests.fakes.planner import ScriptedPlanner, calls, picture
from tests.fakes.provider import ScriptedProvider, Way
from tests.furnished import furnish_folder

THREAD = ThreadRef(platform="chat", workspace="W1", channel="C1", thread="T1")
Line = dict[str, Any]


@pytest.fixture
def written() -> Iterator[StringIO]:
    """Logging as `easel run` sets it up for a program, at DEBUG."""
    root, before, shown = logging.getLogger(), structlog.get_config(), StringIO()
    handlers, level, hooks = root.handlers[:], root.level, stamina.instrumentation.get_on_retry_hooks()
    root.handlers.clear()
    with redirect_stderr(shown):
        set_up("DEBUG", "json")
        yield shown
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)
    stamina.instrumentation.set_on_retry_hooks(hooks)


def lines(shown: StringIO) -> list[Line]:
    return [json.loads(line) for line in shown.getvalue().splitlines()]


async def shown_whole(chat: MemoryChat, house: House, view: CreationView) -> CreationView:
    ended = await house.end(view)
    async with asyncio.timeout(10):
        while not (chat.statuses and chat.statuses[0].shows.state.final and chat.results):
            await asyncio.sleep(0.02)
    return ended


async def test_every_line_about_a_creation_carries_its_id_from_wish_to_final_message(
    written: StringIO, settings: Settings
) -> None:
    chat = MemoryChat()
    slow = Way(ticket=True, after_s=0.3, polls_say=(Waiting(0.1), Waiting(0.5)))
    planner = ScriptedPlanner(calls(picture("one"), picture("two")))
    async with opened(
        settings, planner=planner, provider=ScriptedProvider(default=slow), adapters={"chat": chat}
    ) as house:
        begun = len(lines(written))
        view = await house.ask("promptcanary", thread=THREAD, surface="chat")
        await shown_whole(chat, house, view)
        made = {step.id for step in (await house.rows(view.id)).steps}
    said = [line for line in lines(written)[begun:] if line["event"] != "stopping" and line.get("act") != "keys"]
    assert {line.get("creation") for line in said} == {view.id}, [each for each in said if "creation" not in each]
    assert said[0]["event"] == "wish"
    told = {line["event"] for line in said}
    assert told >= {"creation_begins", "planner_asked", "provider_called", "store_called", "message", "creation_ended"}
    steps = {line["step"] for line in said if line["event"] == "provider_called"}
    assert steps == made
    stored = {
        line["step"] for line in said if line["event"] == "store_called" and line["act"] == "put" and "step" in line
    }
    assert stored == steps
    assert [line["outcome"] for line in said if line.get("act") == "submit"] == ["ok", "ok"]
    assert {line["role"] for line in said if line["event"] == "message"} >= {"status", "result"}
    last = [line for line in said if line["event"] == "message"][-1]
    assert last["outcome"] == "ok"
    assert "promptcanary" not in written.getvalue()
    assert all(line["timestamp"].endswith("Z") and line["level"] for line in said)


async def test_two_creations_at_once_keep_their_lines_apart(written: StringIO, settings: Settings) -> None:
    planner = ScriptedPlanner(
        by_prompt={name: [calls(picture(name))] for name in ("one", "two")},
    )
    provider = ScriptedProvider({"one": Way(after_s=0.2), "two": Way(after_s=0.1)})
    async with opened(settings, planner=planner, provider=provider) as house:
        views = await asyncio.gather(house.made("one"), house.made("two", by=house.bob))
        steps = {view.id: view.steps for view in views}
        ids = {view.id: {order.step_id for order in provider.orders if order.prompt == view.prompt} for view in views}
    assert all(steps.values())
    called = [line for line in lines(written) if line["event"] == "provider_called"]
    assert {(line["creation"], line["step"]) for line in called} == {
        (creation, step) for creation, own in ids.items() for step in own
    }


async def test_a_bug_shows_its_places_and_whose_it_was(written: StringIO, settings: Settings) -> None:
    provider = ScriptedProvider(default=Way(end=RuntimeError("promptcanary")))
    async with opened(settings, provider=provider) as house:
        view = await house.made()
    (line,) = [line for line in lines(written) if line["event"] == "job_failed"]
    assert line["creation"] == view.id
    assert line["step"] == provider.orders[0].step_id
    assert line["exception"][0] == "builtins.RuntimeError"
    assert any("provider.py" in place for place in line["exception"])
    assert view.error
    assert line["error_id"] in view.error.message
    assert "promptcanary" not in written.getvalue()


def test_what_a_library_says_is_json_too(written: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(creation="c1"):
        try:
            raise ValueError("promptcanary")
        except ValueError:
            logging.getLogger("some.library").exception("GET https://a.example/x?sig=secretcanary failed\nmore")
    (line,) = lines(written)
    assert (line["logger"], line["level"], line["creation"]) == ("some.library", "error", "c1")
    assert line["event"] == "GET https://a.example/… failed"
    assert line["exception"][0] == "builtins.ValueError"
    assert "canary" not in written.getvalue()


def test_programs_are_told_in_json_and_people_in_lines() -> None:
    assert format_for(None) == "json", "the tests' stderr is no terminal"
    assert format_for("console") == "console"
    assert format_for("json") == "json"


async def test_a_command_that_answers_a_person_logs_no_course_of_things(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    furnish_folder(terminal.data)
    assert (await terminal.run("create", "a red kite")).err == ""
    loud = await terminal.run("create", "a red kite", EASEL_LOG_LEVEL="INFO")
    told = [json.loads(line)["event"] for line in loud.err.splitlines()]
    assert told == ["wish", "creation_ended"]
    plain = await terminal.run("create", "a red kite", EASEL_LOG_LEVEL="INFO", EASEL_LOG_FORMAT="console")
    assert "creation_ended" in plain.err
    assert "{" not in plain.err


async def test_in_a_terminal_lines_are_for_people(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *EASEL,
        *("create", "a red kite"),
        cwd=tmp_path,
        env=Terminal(tmp_path).environment(EASEL_LOG_LEVEL="INFO", NO_COLOR="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    assert await asyncio.wait_for(process.wait(), 60) == 0
    said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "creation_ended" in said
    assert not said.lstrip().startswith("{")
