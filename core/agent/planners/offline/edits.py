"""From an edit to one call: a picture is changed, a video made anew, a text spoken in another way."""

from collections.abc import Callable, Mapping
from typing import Any

from core.agent.planners.offline.changes import Change
from core.agent.planners.offline.conversation import Asset
from core.agent.planners.offline.delivery import Delivery
from core.agent.planners.offline.making import delivery_of, spoken
from core.agent.planners.offline.plan import Plan
from core.agent.planners.offline.prompts import LONGEST_INSTRUCTION, LONGEST_PROMPT, alt_text, merge
from core.agent.planners.offline.quotes import mask
from core.agent.planners.offline.shapes import compared
from core.agent.tools import ASPECTS, STYLES, EditImage, GenerateVideo, Vary
from core.providers.base import Kind


def edit(plan: Plan, asset: Asset, change: Change) -> None:
    """Plan the call that changes this asset."""
    _EDITORS[asset.kind](plan, asset, change)


def described_of(asset: Asset, change: Change) -> str:
    """The whole description after the change."""
    return merge(asset.prompt, change.description) if change.description else asset.prompt


def aspect_of(asset: Asset, change: Change) -> str | None:
    """The shape after the change; None keeps it."""
    return compared(change.comparison, asset.aspect) if change.comparison else change.traits.aspect


def _edit_image(plan: Plan, asset: Asset, change: Change) -> None:
    aspect = aspect_of(asset, change)
    instruction = ", ".join(words for words in (change.comparison, change.instruction) if words)
    instruction = instruction or (f"in {aspect}" if aspect else "a new version")
    prompt = described_of(asset, change) or instruction
    plan.add(
        EditImage.model_validate(
            {
                "image": asset.id,
                "prompt": prompt[:LONGEST_PROMPT],
                "instruction": instruction[:LONGEST_INSTRUCTION],
                "aspect": aspect,
                "style": change.traits.style,
                "alt_text": alt_text(prompt),
            }
        )
    )


def _edit_video(plan: Plan, asset: Asset, change: Change) -> None:
    if asset.upload:
        _vary_video(plan, asset, change)
        return
    prompt = (described_of(asset, change) or change.instruction or "a video")[:LONGEST_PROMPT]
    made = asset.made_with
    plan.add(
        GenerateVideo.model_validate(
            {
                "prompt": prompt,
                "duration_s": change.traits.duration_s or _allowed(asset.duration_s),
                "aspect": aspect_of(asset, change) or _known(asset.aspect),
                "first_frame": _frame(made),
                "style": change.traits.style or _known_style(made),
                "alt_text": alt_text(prompt, "Video: "),
            }
        )
    )


def _vary_video(plan: Plan, asset: Asset, change: Change) -> None:
    """A film that came from elsewhere cannot be made anew from its description; it is what the work starts from."""
    prompt = (described_of(asset, change) or change.instruction)[:LONGEST_PROMPT] or None
    plan.add(Vary.model_validate({"image": asset.id, "prompt": prompt, "aspect": aspect_of(asset, change)}), asset)


def _edit_speech(plan: Plan, asset: Asset, change: Change) -> None:
    """Without a language model the words stay; only the way they are spoken changes."""
    words = " ".join(quotation[1:-1] for quotation in mask(change.instruction).quotations)
    wished = change.delivery
    if wished == Delivery() and not words:
        wished = Delivery(None, change.description[:200] or None)
    call = spoken((words or asset.prompt)[:LONGEST_PROMPT] or "…", wished.over(delivery_of(asset)))
    if asset.planned:
        plan.rewrite(asset, call.model_dump(), call.text)
    else:
        plan.add(call)


def rewrite(plan: Plan, asset: Asset, change: Change) -> None:
    """`make it darker and wider` is one call, and `a red car, make it darker` is one picture."""
    call = plan.planned_call(asset)
    prompt = described_of(asset, change)
    wished = {
        "prompt": prompt,
        "aspect": aspect_of(asset, change),
        "style": change.traits.style,
        "alt_text": alt_text(prompt),
        "instruction": _also(call.instruction, change) if isinstance(call, EditImage) else None,
    }
    known = type(call).model_fields
    plan.rewrite(asset, {name: value for name, value in wished.items() if value and name in known}, prompt)


def _also(instruction: str, change: Change) -> str:
    said = (instruction, change.comparison, change.instruction)
    return ", ".join(words for words in said if words)[:LONGEST_INSTRUCTION]


def _allowed(duration_s: float | None) -> float | None:
    return min(max(duration_s, 1.0), 60.0) if duration_s else None


def _known(aspect: str | None) -> str | None:
    return aspect if aspect in ASPECTS else None


def _known_style(made_with: Mapping[str, Any]) -> str | None:
    style = made_with.get("style")
    return style if style in STYLES else None


def _frame(made_with: Mapping[str, Any]) -> str | None:
    """The picture that a video began with, if it still has an id of its own."""
    source = made_with.get("first_frame") or made_with.get("image")
    return source if isinstance(source, str) and len(source) == 32 else None


_EDITORS: dict[Kind, Callable[[Plan, Asset, Change], None]] = {
    Kind.IMAGE: _edit_image,
    Kind.VIDEO: _edit_video,
    Kind.SPEECH: _edit_speech,
}
