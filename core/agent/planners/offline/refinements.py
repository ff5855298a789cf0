"""From a change to calls on what is already there, or on what this same answer has planned."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from core.agent.planners.offline import replies
from core.agent.planners.offline.actions import Action
from core.agent.planners.offline.changes import Change
from core.agent.planners.offline.conversation import Asset
from core.agent.planners.offline.delivery import Delivery, cut_voice
from core.agent.planners.offline.edits import aspect_of, described_of, edit, rewrite
from core.agent.planners.offline.making import animated, asset_for
from core.agent.planners.offline.plan import Plan
from core.agent.planners.offline.prompts import LONGEST_PROMPT, without_degree
from core.agent.planners.offline.traits import with_settings
from core.agent.tools import Extend, Upscale, Vary
from core.providers.base import Kind

_EXTRA_S = 5.0
_UNKNOWN_LENGTH_S = 5.0


def refine(plan: Plan, change: Change, settings: Mapping[str, str]) -> None:
    """Plan the calls of one change; what cannot be done becomes an excuse."""
    if voice := cut_voice(settings.get("voice", "")):
        change = replace(change, delivery=Delivery(voice, change.delivery.manner))
    change = replace(change, traits=with_settings(change.traits, settings))
    change = _of_kind(change, settings.get("kind", ""), plan)
    excuse = _DOERS[change.action](plan, change)
    if excuse:
        plan.excuses.append(excuse)


def _of_kind(change: Change, kind: str, plan: Plan) -> Change:
    """The chosen kind says what `it` is; a video of a picture is that picture, animated."""
    if change.target.kind or kind not in {Kind.IMAGE, Kind.VIDEO, Kind.SPEECH}:
        return change
    if kind == Kind.VIDEO and change.action is Action.EDIT and not plan.newest(Kind.VIDEO):
        return replace(change, action=Action.ANIMATE)
    return replace(change, target=replace(change.target, kind=Kind(kind))) if plan.newest(Kind(kind)) else change


def _edit(plan: Plan, change: Change) -> str:
    targets = _targets(plan, change)
    if not targets:
        return _nothing(change.target.kind)
    for asset in targets:
        if asset.kind is Kind.SPEECH and (aspect_of(asset, change) or change.traits.style) and not change.target.kind:
            return replies.NO_IMAGE
        if asset.planned and "prompt" in type(plan.planned_call(asset)).model_fields:
            rewrite(plan, asset, change)
        else:
            edit(plan, asset, change)
    return ""


def _targets(plan: Plan, change: Change) -> list[Asset]:
    if change.target.many and not plan.inputs:
        return plan.latest_group(change.target.kind or Kind.IMAGE)
    asset = plan.newest(Kind.SPEECH) if _means_the_voice(plan, change) else asset_for(plan, change.target, None)
    return [asset] if asset else []


def _means_the_voice(plan: Plan, change: Change) -> bool:
    """`slower` is for the ear wherever there is speech."""
    if change.target.kind or change.target.pointer or plan.inputs:
        return False
    words = without_degree(change.description).lower().removeprefix("more ")
    return words in {"louder", "quieter", "slower", "faster"} and plan.newest(Kind.SPEECH) is not None


def _again(plan: Plan, change: Change) -> str:
    asset = asset_for(plan, change.target, None)
    if asset is None:
        return _nothing(change.target.kind)
    for _ in range(change.traits.count or 1):
        if asset.kind is Kind.IMAGE:
            plan.add(_variation(asset, change), asset)
        else:
            edit(plan, asset, change)
    return ""


def _variation(asset: Asset, change: Change) -> Vary:
    prompt = described_of(asset, change)[:LONGEST_PROMPT] or None
    return Vary.model_validate({"image": asset.id, "prompt": prompt, "aspect": aspect_of(asset, change)})


def _animate(plan: Plan, change: Change) -> str:
    if change.target.many and not plan.inputs:
        images = plan.latest_group(Kind.IMAGE)
    else:
        asset = asset_for(plan, change.target, Kind.IMAGE)
        images = [asset] if asset and asset.kind is Kind.IMAGE else []
    for image in images:
        plan.add(animated(image, described_of(image, change), change.traits.duration_s))
    return "" if images else replies.NO_IMAGE


def _upscale(plan: Plan, change: Change) -> str:
    assets = _targets(plan, change)
    usable = [asset for asset in assets if asset.kind is not Kind.SPEECH]
    for asset in usable:
        plan.add(Upscale(asset=asset.id), asset)
    if usable:
        return ""
    return replies.ONLY_PICTURES_AND_VIDEOS if assets else _nothing(change.target.kind)


def _extend(plan: Plan, change: Change) -> str:
    if change.target.kind is Kind.SPEECH:
        return replies.NEED_THE_WORDS
    video = _video(plan, change)
    if video is None:
        return replies.NO_VIDEO
    wished = change.traits.duration_s
    if change.until and wished:
        return _set_length(plan, video, change, wished)
    plan.add(_longer(video, change, wished or _EXTRA_S), video)
    return ""


def _set_length(plan: Plan, video: Asset, change: Change, wished_s: float) -> str:
    known = video.duration_s
    if video.planned:
        plan.rewrite(video, {"duration_s": wished_s}, video.prompt)
    elif known and wished_s > known:
        plan.add(_longer(video, change, max(1.0, round(wished_s - known, 2))), video)
    elif video.upload:
        return replies.NOT_SHORTER
    else:
        edit(plan, video, change)
    return ""


def _longer(video: Asset, change: Change, extra_s: float) -> Extend:
    return Extend(video=video.id, prompt=described_of(video, change)[:LONGEST_PROMPT] or None, duration_s=extra_s)


def _shorten(plan: Plan, change: Change) -> str:
    speech = plan.newest(Kind.SPEECH)
    video = _video(plan, change)
    if speech and (change.target.kind is Kind.SPEECH or not video):
        return replies.NEED_THE_WORDS
    if video is None:
        return replies.NO_VIDEO
    if video.upload:
        return replies.NOT_SHORTER
    length = change.traits.duration_s or max(1.0, (video.duration_s or _UNKNOWN_LENGTH_S) / 2)
    edit(plan, video, replace(change, traits=replace(change.traits, duration_s=min(length, 60.0))))
    return ""


def _video(plan: Plan, change: Change) -> Asset | None:
    """Only a video has a length: a picture that was named or attached does not stand in its way."""
    found = asset_for(plan, replace(change.target, kind=Kind.VIDEO), Kind.VIDEO)
    return found if found and found.kind is Kind.VIDEO else plan.newest(Kind.VIDEO)


def _speak(plan: Plan, change: Change) -> str:
    speech = plan.newest(Kind.SPEECH)
    if speech is None:
        return replies.NO_SPEECH
    edit(plan, speech, change)
    return ""


def _nothing(kind: Kind | None) -> str:
    return {Kind.VIDEO: replies.NO_VIDEO, Kind.SPEECH: replies.NO_SPEECH, Kind.IMAGE: replies.NO_IMAGE}.get(
        kind or Kind.UPLOAD, replies.NOTHING_YET
    )


_DOERS: dict[Action, Callable[[Plan, Change], str]] = {
    Action.EDIT: _edit,
    Action.AGAIN: _again,
    Action.ANIMATE: _animate,
    Action.UPSCALE: _upscale,
    Action.EXTEND: _extend,
    Action.SHORTEN: _shorten,
    Action.SPEAK: _speak,
}
