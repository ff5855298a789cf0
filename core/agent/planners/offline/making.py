"""From a wish to calls."""

from dataclasses import replace
from typing import Any

from core.agent.planners.offline import replies
from core.agent.planners.offline.conversation import Asset
from core.agent.planners.offline.delivery import Delivery
from core.agent.planners.offline.plan import Plan
from core.agent.planners.offline.prompts import LONGEST_INSTRUCTION, LONGEST_PROMPT, alt_text, merge, narration
from core.agent.planners.offline.targets import Target
from core.agent.planners.offline.wishes import Wish
from core.agent.tools import Animate, EditImage, GenerateImage, GenerateSpeech, GenerateVideo
from core.providers.base import Kind

_BARE_PROMPTS = {Kind.IMAGE: "a picture", Kind.VIDEO: "a video"}


def make(plan: Plan, wish: Wish) -> None:
    """Plan the calls of one wish."""
    if wish.kind is Kind.SPEECH:
        _make_speech(plan, wish)
    elif wish.target:
        _make_from(plan, wish, wish.target)
    else:
        _make_new(plan, wish)


def in_order(wishes: list[Wish], plan: Plan) -> list[Wish]:
    """`A clip of the image, and an image of a fox`: where nothing exists yet, what is referred to comes first."""
    if wishes and wishes[0].target and plan.newest() is None:
        return sorted(wishes, key=lambda wish: wish.target is not None)
    return wishes


def with_subjects(wishes: list[Wish], setting: str) -> list[Wish]:
    """Give every wish without a subject one from its neighbours: `two images and a video of a fox` are all of a fox."""
    if setting:
        return [wish if wish.subject else _set_in(wish, setting) for wish in wishes]
    return [
        wish if wish.subject else _borrowed(wish, wishes[:at][::-1] + wishes[at + 1 :])
        for at, wish in enumerate(wishes)
    ]


def _set_in(wish: Wish, setting: str) -> Wish:
    """`For my bakery, a logo` is a logo for my bakery."""
    if wish.target:
        return replace(wish, subject=setting)
    return replace(wish, subject=setting, prompt=f"{wish.prompt} for {setting}" if wish.prompt else setting)


def _borrowed(wish: Wish, neighbours: list[Wish]) -> Wish:
    seen = [near for near in neighbours if near.kind is not Kind.SPEECH or not near.spoken]
    subjects = [*(near.subject for near in [*seen, *neighbours]), *(near.prompt for near in seen)]
    subject = next((words for words in subjects if words), "")
    spoken = next((near.spoken for near in neighbours if near.spoken), "")
    prompt = wish.prompt or ("" if wish.target else subject or spoken)
    if wish.prompt and subject and not wish.target:
        prompt = _of(prompt, subject)
    return replace(wish, subject=subject, prompt=prompt)


def _of(prompt: str, subject: str) -> str:
    """`a hero image` beside `a video of a fox` becomes `a hero image of a fox`."""
    one, other = prompt.lower(), subject.lower()
    return prompt if one in other or other in one else f"{prompt} of {subject}"


def asset_for(plan: Plan, target: Target, kind: Kind | None) -> Asset | None:
    """What a reference means when an asset of this kind is wanted."""
    if target.pointer and (found := plan.pointed(target.pointer, target.kind or kind)):
        return found
    return plan.newest(target.kind or kind) or (plan.newest(kind) if kind else None)


def _make_new(plan: Plan, wish: Wish) -> None:
    attached = next((asset for asset in plan.inputs if asset.upload and asset.kind is Kind.IMAGE), None)
    if attached:
        _make_from_asset(plan, wish, attached, wish.prompt)
        return
    prompt = wish.prompt or _prompt_of(plan.newest())
    if not prompt:
        plan.excuses.append(
            f"What should the {'video' if wish.kind is Kind.VIDEO else 'picture'} show? Tell me in a few words."
        )
        return
    for _ in range(wish.count):
        plan.add(_generate(wish, prompt))


def _generate(wish: Wish, prompt: str, first_frame: Asset | None = None) -> GenerateImage | GenerateVideo:
    prompt, traits = prompt[:LONGEST_PROMPT], wish.traits
    if wish.kind is Kind.IMAGE:
        return GenerateImage.model_validate(
            {"prompt": prompt, "aspect": traits.aspect, "style": traits.style, "alt_text": alt_text(prompt)}
        )
    return GenerateVideo.model_validate(
        {
            "prompt": prompt,
            "duration_s": traits.duration_s,
            "aspect": traits.aspect,
            "first_frame": first_frame.id if first_frame else None,
            "style": traits.style,
            "alt_text": alt_text(prompt, "Video: "),
        }
    )


def _make_from(plan: Plan, wish: Wish, target: Target) -> None:
    """`a video of it`, `a poster from this photo`."""
    asset = asset_for(plan, target, Kind.IMAGE)
    if asset is None or asset.kind is not Kind.IMAGE:
        asset = plan.newest(Kind.IMAGE)
    if asset is None:
        _without_source(plan, wish)
    else:
        _make_from_asset(plan, wish, asset, wish.prompt)


def _without_source(plan: Plan, wish: Wish) -> None:
    if base := _prompt_of(plan.newest()):
        for _ in range(wish.count):
            plan.add(_generate(wish, merge(base, wish.prompt) if wish.prompt else base))
    else:
        plan.excuses.append(replies.NO_IMAGE)


def _make_from_asset(plan: Plan, wish: Wish, asset: Asset, change: str) -> None:
    for _ in range(wish.count):
        if wish.kind is Kind.IMAGE:
            plan.add(_edited(wish, asset, change or "a new version"))
        elif asset.planned:
            plan.add(_generate(wish, _moving(asset, change) or _BARE_PROMPTS[Kind.VIDEO], asset))
        else:
            plan.add(animated(asset, _moving(asset, change), wish.traits.duration_s))


def _edited(wish: Wish, asset: Asset, change: str) -> EditImage:
    prompt = merge(asset.prompt, f"as {change}" if asset.prompt else change)
    return EditImage.model_validate(
        {
            "image": asset.id,
            "prompt": prompt,
            "instruction": change[:LONGEST_INSTRUCTION],
            "aspect": wish.traits.aspect,
            "style": wish.traits.style,
            "alt_text": alt_text(prompt),
        }
    )


def animated(asset: Asset, prompt: str, duration_s: float | None) -> Animate:
    """The call that makes a picture move."""
    return Animate(image=asset.id, prompt=prompt[:LONGEST_PROMPT] or None, duration_s=duration_s)


def _moving(asset: Asset, change: str) -> str:
    """The picture's description with what the words add about its movement."""
    return merge(asset.prompt, change) if change else asset.prompt


def _prompt_of(asset: Asset | None) -> str:
    return asset.prompt if asset and asset.kind is not Kind.SPEECH else ""


def _make_speech(plan: Plan, wish: Wish) -> None:
    seen = _prompt_of(plan.newest(Kind.IMAGE) or plan.newest(Kind.VIDEO))
    subject = seen or wish.subject if wish.target else wish.subject or seen
    text = (wish.spoken or narration(subject))[:LONGEST_PROMPT]
    earlier = plan.newest(Kind.SPEECH)
    delivery = wish.delivery.over(delivery_of(earlier)) if earlier and not earlier.planned else wish.delivery
    for _ in range(wish.count):
        plan.add(spoken(text, delivery), Asset(id="", kind=Kind.SPEECH, prompt=text))


def spoken(text: str, delivery: Delivery) -> GenerateSpeech:
    """The call that speaks a text."""
    return GenerateSpeech(text=text, voice=delivery.voice, instructions=delivery.manner)


def delivery_of(asset: Asset) -> Delivery:
    """How an earlier speech was spoken."""
    made: dict[str, Any] = asset.made_with
    voice, manner = made.get("voice"), made.get("instructions")
    return Delivery(voice[:60] if isinstance(voice, str) else None, manner[:1_000] if isinstance(manner, str) else None)
