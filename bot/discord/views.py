"""Creations as Discord messages: pure functions of what is known. Every word of people and models goes through markup.

Components V2 wherever there is something to see; a narration alone is an ordinary message, see `result_words`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from discord.ui import Container, LayoutView, TextDisplay

from bot.chat import phrases
from bot.chat.links import Links
from bot.discord.buttons import asset_buttons, creation_buttons
from bot.discord.markup import block, line, mention, plain, quoted
from bot.discord.results import result_view, result_words
from core.creation.view import CreationView, StepView
from storage.tables import CreationState, StepState

__all__ = ["asset_buttons", "mark", "result_view", "result_words", "root_view", "status_view", "thread_name"]

TEXT_MAX = 4000
"""https://docs.discord.com/developers/components/reference: of all text displays in one message."""
THREAD_NAME_MAX = 100
TITLE_MAX, WISH_MAX, REPLY_MAX, ERROR_MAX, STEP_MAX = 250, 1_500, 900, 400, 160
STEPS_MAX = 11
"""More lines than these nobody reads, and together they stay under `TEXT_MAX`."""
BAR = 8
HINT = "Reply to a result, or press Refine, to change it."
SIGNS = {
    StepState.PENDING: "○",
    StepState.IN_PROGRESS: "◐",
    StepState.COMPLETE: "✓",
    StepState.ERROR: "✗",
    StepState.CANCELLED: "–",
}
QUIET, ASKING, WORKING, DONE, PARTLY, FAILED = 0x99AAB5, 0xF0B232, 0x5865F2, 0x3BA55D, 0xE67E22, 0xED4245
COLOURS = {
    CreationState.QUEUED: QUIET,
    CreationState.WAITING: ASKING,
    CreationState.RUNNING: WORKING,
    CreationState.SUCCEEDED: DONE,
    CreationState.FAILED: FAILED,
    CreationState.CANCELLED: QUIET,
}


def status_view(view: CreationView, *, links: Links, now: datetime) -> LayoutView:
    """The one message that shows how a creation goes, and what stands there when it has ended."""
    parts = [_head(view, now), _steps(view), _words(view), _foot(view, links)]
    return _layout(view, "status", [part for part in parts if part], _colour(view))


def root_view(view: CreationView, note: str = "") -> LayoutView:
    """The message that a conversation hangs from: what was asked, and by whom. `note` says where it could not go."""
    asker = mention(view.by)
    wish = block(view.prompt, WISH_MAX) or f"> {line(phrases.title(view), TITLE_MAX)}"
    small = [f"Asked by {asker}" if asker else "", note]
    return _layout(view, "root", [wish, "\n".join(f"-# {each}" for each in small if each)])


def thread_name(view: CreationView) -> str:
    """A thread's name says what was asked."""
    return plain(phrases.title(view), THREAD_NAME_MAX) or "A new creation"


def mark(creation_id: str, role: str) -> int:
    """The number of the container in a root or status message: tells whose it is where it has no button.

    A component's id is a 32-bit integer of the sender's choice, and Discord gives it back with the message.
    """
    return int(creation_id[:7], 16) * 4 + ("root", "status").index(role) + 1


def _layout(view: CreationView, role: str, parts: list[str], colour: int | None = None) -> LayoutView:
    box: Container[LayoutView] = Container(accent_colour=colour, id=mark(view.id, role))
    for part in filter(None, parts):
        box.add_item(TextDisplay(part))
    for row in creation_buttons(view) if role == "status" else ():
        box.add_item(row)
    return LayoutView(timeout=None).add_item(box)


def _colour(view: CreationView) -> int:
    missed = view.state == CreationState.SUCCEEDED and any(each.state != StepState.COMPLETE for each in view.steps)
    return PARTLY if missed else COLOURS[view.state]


def _head(view: CreationView, now: datetime) -> str:
    """What is made, where it stands, and when it will be ready, in the reader's own clock; or what it took."""
    facts = [f"**{quoted(phrases.state(view))}**"]
    if not view.state.final and view.eta_s is not None:
        verb = "begins" if view.state == CreationState.QUEUED else "ready"
        facts.append(f"{verb} <t:{int((now + timedelta(seconds=view.eta_s)).timestamp())}:R>")
    if view.state.final:
        facts += filter(None, [phrases.price(view), phrases.took(view)])
    return f"### {line(phrases.title(view), TITLE_MAX)}\n{' · '.join(facts)}"


def _steps(view: CreationView) -> str:
    same = groupby(_step(each) for each in view.steps[:STEPS_MAX])
    lines = [f"{words} × {count}" if (count := len(list(alike))) > 1 else words for words, alike in same]
    if len(view.steps) > STEPS_MAX:
        lines.append(f"-# and {len(view.steps) - STEPS_MAX} more")
    return "\n".join(lines)


def _step(step: StepView) -> str:
    words = f"{SIGNS[step.state]} {line(phrases.step(replace(step, progress=None)), STEP_MAX)}"
    return words if step.progress is None or step.state.final else f"{words} · {_bar(step.progress)}"


def _bar(progress: float) -> str:
    share = min(max(progress, 0.0), 1.0)
    full = round(share * BAR)
    return f"{'▰' * full}{'▱' * (BAR - full)} {share:.0%}"


def _words(view: CreationView) -> str:
    """What the planner said, and what went wrong unless a step's line says so."""
    told = {each.detail for each in view.steps[:STEPS_MAX]}
    error = quoted(view.error.message, ERROR_MAX) if view.error and view.error.message not in told else ""
    return "\n".join(filter(None, [quoted(view.reply, REPLY_MAX), error]))


def _foot(view: CreationView, links: Links) -> str:
    return "\n".join(f"-# {each}" for each in _small(view, links))


def _small(view: CreationView, links: Links) -> Iterator[str]:
    one = view.assets[0] if view.state.final and len(view.assets) == 1 else None
    lasting = links.asset(one.id, one.links_ended) if one else None
    page = f"[lasting page](<{lasting}>)" if lasting else ""  # Discord's own links to files expire
    yield from filter(None, ["" if view.state.final else phrases.price(view), page])
    if view.state.final and view.assets and not view.reply:
        yield HINT
