"""A creation as Slack's blocks. Pure functions: rows in, blocks out; words of people and models are shown literally.

Counts and lengths: docs.slack.dev/reference/block-kit/blocks.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.chat import phrases
from bot.slack.buttons import actions, asset_actions, button, feedback
from bot.slack.kit import section, small
from bot.slack.markup import Json, cut, paragraph, plain, quotation, quoted, rich
from core.creation.titles import shortened
from core.creation.view import AssetView, CreationView, StepView
from storage.tables import CreationState, StepState

BLOCKS_MAX = 50
TASKS_MAX = 50
PLAN_TITLE_MAX = 250
WISH_MAX = 1_200
REPLY_MAX = 2_800
SENT_MAX = 240
CARD_TITLE_MAX, CARD_BODY_MAX = 150, 200
TEXT_MAX = 300
"""Of a message's `text`: the line that a notification shows."""
STATUSES = {
    StepState.PENDING: "pending",
    StepState.IN_PROGRESS: "in_progress",
    StepState.COMPLETE: "complete",
    StepState.ERROR: "error",
    StepState.CANCELLED: "error",
}
"""Slack knows no cancelled task: the words of the card say it."""
SPOILER = "spoiler"
HIDDEN = "Hidden by the safety check. Only you see it when you press Show."
NOT_ATTACHED = "{name} could not be attached here. It is safe in your gallery."
NOT_HERE_YET = "Easel is not in this channel, so it cannot hear replies here. Anyone may add it."

# --- the root ---------------------------------------------------------------------------------------------------------


def root_blocks(view: CreationView, *, name: str = "", join: str = "") -> list[Json]:
    """What a thread hangs from: who asked for what. `join`: the channel that Easel could be added to."""
    asked = f"{name} asked Easel for" if name else "Asked of Easel"
    words = view.prompt or phrases.title(view)
    blocks = [small(asked), rich(quotation(words, WISH_MAX))]
    if join:
        blocks += [small(NOT_HERE_YET), actions(button("join", join))]
    return blocks


def root_text(view: CreationView, *, name: str = "") -> str:
    """The root in one line of mrkdwn."""
    title = quoted(phrases.title(view), TEXT_MAX)
    return f"{quoted(name, 80)}: {title}" if name else title


# --- the status message -----------------------------------------------------------------------------------------------


def status_blocks(view: CreationView, *, now: datetime, credit: str = "") -> list[Json]:
    """Where a creation stands: its steps, its words, its figures, and what may be pressed.

    `credit` names whose result it started from.
    """
    head = plan(view) if view.steps else rich(paragraph(phrases.state(view), bold=True))
    blocks = [head, *_words(view)]
    if figures := _figures(view, now, credit):
        blocks.append(small(*figures))
    blocks += _choices(view)
    return blocks


def status_text(view: CreationView) -> str:
    """The status in one line of mrkdwn."""
    said = view.error.message if view.error and view.state != CreationState.SUCCEEDED else view.reply
    line = f"{phrases.state(view)}: {said}" if view.state.final and said else phrases.state(view)
    return quoted(line, TEXT_MAX)


def plan(view: CreationView) -> Json:
    """The steps as cards that tick."""
    title = shortened(phrases.state(view), PLAN_TITLE_MAX)
    return {"type": "plan", "title": title, "tasks": [task(step) for step in view.steps[:TASKS_MAX]]}


def task(step: StepView) -> Json:
    """One step."""
    card: Json = {
        "type": "task_card",
        "task_id": step.id,
        "title": cut(step.title, PLAN_TITLE_MAX),
        "status": STATUSES[step.state],
    }
    if said := task_words(step):
        card["details"] = rich(paragraph(said, 600))
    return card


def task_words(step: StepView) -> str:
    """What there is to say of a step beside its title."""
    if step.state == StepState.CANCELLED:
        return step.detail or "Cancelled"
    share = f"{step.progress:.0%}" if step.progress is not None and not step.state.final else ""
    return " · ".join(part for part in (step.detail, share) if part)


def plainly(blocks: Sequence[Json]) -> list[Json]:
    """The same without plans and cards, for a workspace whose Slack does not know them yet."""
    return [_as_lines(block) if block["type"] == "plan" else block for block in blocks if block["type"] in _OLD]


_OLD = frozenset({"plan", "rich_text", "section", "context", "actions", "divider"})
_MARKS = {"pending": "○", "in_progress": "◐", "complete": "✓", "error": "✗"}


def _as_lines(block: Json) -> Json:
    lines = [paragraph(block["title"], bold=True)]
    lines += [paragraph(f"\n{_MARKS[each['status']]} {each['title']}", 300) for each in block["tasks"]]
    return rich(*lines)


def _words(view: CreationView) -> list[Json]:
    """The planner's words, and the sentence of what went wrong."""
    said = [rich(paragraph(view.reply, REPLY_MAX))] if view.reply else []
    if view.error and view.error.message != view.reply and view.state != CreationState.WAITING:
        said.append(rich(paragraph(f"⚠ {view.error.message}", 1_000)))
    return said


def _figures(view: CreationView, now: datetime, credit: str) -> list[str]:
    left = time_left(view.eta_s) if not view.state.final and view.eta_s is not None else ""
    going = _going(view, now) if view.state == CreationState.RUNNING else phrases.took(view)
    source = f"From a result by {credit}" if credit else ""
    return [each for each in (phrases.price(view), going, left, source) if each]


def _going(view: CreationView, now: datetime) -> str:
    seconds = (now - view.created_at).total_seconds()
    return f"{seconds / 60:.0f} min so far" if seconds >= 100 else ""


def time_left(eta_s: float) -> str:
    """How long it will still take, as roughly as anybody knows."""
    if eta_s < 10:
        return "a few seconds left"
    return f"about {eta_s:.0f} s left" if eta_s < 100 else f"about {eta_s / 60:.0f} min left"


def _choices(view: CreationView) -> list[Json]:
    if view.state == CreationState.WAITING:
        return [actions(button("run", view.id, style="primary"), button("cancel", view.id))]
    return [] if view.state.final else [actions(button("cancel", view.id))]


# --- results ----------------------------------------------------------------------------------------------------------


def result_actions(
    shown: AssetView | Sequence[AssetView], view: CreationView, *, missing: Collection[str] = (), credit: str = ""
) -> list[Json]:
    """The message under the files: for each result what it is and what can be done with it.

    `missing` holds the ids of those whose file could not be attached.
    """
    assets = [shown] if isinstance(shown, AssetView) else list(shown)
    blocks = [block for asset in assets for block in _result(asset, missing, credit)]
    return blocks[:BLOCKS_MAX]


def veiled(view: CreationView) -> set[str]:
    """Ids of the results that are shown only to who asks to see them."""
    return {asset.id for asset in view.assets if asset.safety == SPOILER}


def result_text(assets: Sequence[AssetView]) -> str:
    """Results in one line of mrkdwn."""
    names = ", ".join(asset.version or asset.kind for asset in assets)
    return quoted(
        f"{names}: {shortened(assets[0].alt_text or assets[0].asked, 200)}" if assets else "A result", TEXT_MAX
    )


def _result(asset: AssetView, missing: Collection[str], credit: str) -> list[Json]:
    facts = phrases.facts(asset) or asset.kind
    source = f"From a result by {credit}" if credit else ""
    blocks = [small(*(each for each in (facts, sent_words(asset), source) if each))]
    if asset.safety == SPOILER:
        blocks.insert(0, section(HIDDEN, button("show", asset.id)))
    elif asset.id in missing:
        words = NOT_ATTACHED.format(name=(asset.version or f"The {asset.kind}"))
        blocks.insert(0, section(f"⚠ {words}"))
    return [*blocks, actions(*asset_actions(asset)), feedback(asset)]


def sent_words(asset: AssetView) -> str:
    """What the model was told, where that is more than what was asked."""
    known = asset.prompt.strip().casefold() in asset.asked.casefold()
    return "" if known else f"Sent: {shortened(asset.prompt, SENT_MAX)}"


def asset_card(asset: AssetView, *, picture: Json | None = None, verbs: Sequence[str] = ("details",)) -> Json:
    """One result of a gallery, for a carousel; `picture` is an image element (docs.slack.dev: png, jpg or gif)."""
    title = shortened(asset.asked or asset.alt_text or asset.kind, 120)
    card: Json = {
        "type": "card",
        "title": plain(title, CARD_TITLE_MAX),
        "subtitle": plain(about(asset), CARD_TITLE_MAX),
        "actions": [button(verb, asset.id) for verb in verbs],
    }
    if words := sent_words(asset):
        card["body"] = plain(words, CARD_BODY_MAX)
    return card | ({"hero_image": picture} if picture else {})


def about(asset: AssetView) -> str:
    """What it is, on one line, and whose where it is another's."""
    by = f"by {asset.author}" if asset.author and not asset.mine else ""
    return " · ".join(filter(None, (phrases.facts(asset) or asset.kind, by)))


def marked(blocks: Sequence[Json], mark: str) -> list[Json]:
    """The blocks with ids of their own: Slack wants new ones with each state, and ours tell whose message it is."""
    return [{**block, "block_id": f"{mark}-{index}"} for index, block in enumerate(blocks[:BLOCKS_MAX])]
