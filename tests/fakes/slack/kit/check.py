"""The doors: a message's blocks, a view, a stream's blocks."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.fakes.slack.kit.blocks import ANY_BLOCK, MARKDOWN
from tests.fakes.slack.kit.shape import Check, Findings, Needed, fields, many, one_of, text, truth
from tests.fakes.slack.kit.texts import plain
from tests.fakes.slack.kit.walk import blocks_within, elements_of, said

FileFault = Callable[[str], str | None]
MOST = {"message": 50, "modal": 100, "home": 100}
MESSAGE_CHARS = 13_000
"""Over all blocks: about 12-13 k, then msg_blocks_too_long (github.com/slackapi/bolt-js/issues/2509)."""
VIEW: dict[str, Check | Needed] = {
    "type": Needed(one_of("modal", "home")),
    "title": plain(24),
    "submit": plain(24),
    "close": plain(24),
    "blocks": Needed(many(lambda *_: None)),
    "private_metadata": text(3000),
    "callback_id": text(255),
    "external_id": text(255),
    "clear_on_close": truth,
    "notify_on_close": truth,
    "submit_disabled": truth,
}


def check_blocks(blocks: Any, surface: str = "message", file_fault: FileFault | None = None, at: str = "") -> Findings:
    """`at`: where the blocks stand in the payload, for the JSON pointers."""
    found = Findings(surface=surface, file_fault=file_fault or (lambda _: None))
    many(ANY_BLOCK, 0, MOST[surface])(blocks, at, found)
    if found.issues:
        return found
    _unique_ids(blocks, at, found)
    _lengths(blocks, surface, found)
    return found


def check_view(view: Any, file_fault: FileFault | None = None) -> Findings:
    surface = "home" if isinstance(view, dict) and view.get("type") == "home" else "modal"
    found = Findings(surface=surface)
    fields(VIEW)(view, "/view", found)
    if found.issues:
        return found
    _frame(view, found)
    inner = check_blocks(view["blocks"], surface, file_fault, "/view/blocks")
    found.issues.extend(inner.issues)
    if not view["blocks"]:
        found.add("/view/blocks", "no fewer than 1 items required")
    return found


def _frame(view: dict[str, Any], found: Findings) -> None:
    if view["type"] == "home":
        for name in ("title", "submit", "close", "notify_on_close", "clear_on_close"):
            if name in view:
                found.add(f"/view/{name}", f"invalid additional property: {name}")
    elif "title" not in view:
        found.add("/view", "missing required field: title")
    has_input = any(isinstance(one, dict) and one.get("type") == "input" for one in view["blocks"])
    if view["type"] == "modal" and has_input and "submit" not in view:
        found.add("/view", "missing required field: submit (the view has inputs)")


def _unique_ids(blocks: list[dict[str, Any]], at: str, found: Findings) -> None:
    every = list(blocks_within(blocks, at))
    counts = Counter(block["block_id"] for _, block in every if "block_id" in block)
    for name in [name for name, count in counts.items() if count > 1]:
        found.add(at, f"block_id {name} already exists")
    focused = 0
    for where, block in every:
        elements = elements_of(block)
        actions = Counter(one["action_id"] for one in elements if "action_id" in one)
        focused += sum(one.get("focus_on_load") is True for one in elements)
        for name in [name for name, count in actions.items() if count > 1]:
            found.add(where, f"action_id {name} already exists for block")
    if focused > 1:
        found.add(at, "only one element may have focus_on_load")


def _lengths(blocks: list[dict[str, Any]], surface: str, found: Findings) -> None:
    if surface != "message":
        return
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN or said(blocks) > MESSAGE_CHARS:
        found.error = "msg_blocks_too_long"
        found.add("", "the blocks hold too many characters")
