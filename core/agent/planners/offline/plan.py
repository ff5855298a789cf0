"""The calls of one answer while they are gathered; what they will make can be referred to at once."""

from typing import Any

from core.agent.messages import ToolCall
from core.agent.planners.offline.conversation import Asset, Conversation
from core.agent.tools import TOOLS, AnyArguments
from core.providers.base import Kind

MOST_CALLS = 12

_SPECS = {spec.arguments: spec for spec in TOOLS.values()}
_ORDINALS = {
    "first": 0, "1st": 0, "original": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
    "5th": 4, "last": -1, "latest": -1, "newest": -1, "previous": -2,
}  # fmt: skip


class Plan:
    """Grows call by call. Its assets are those of the thread, then those that it will make."""

    def __init__(self, conversation: Conversation) -> None:
        self.inputs = conversation.inputs
        self.calls: list[AnyArguments] = []
        self.excuses: list[str] = []
        """Whole sentences about what could not be done."""
        self._made = [asset for asset in conversation.assets if asset not in conversation.inputs]
        self._planned: list[Asset] = []
        self._first_id = conversation.calls_before

    def add(self, arguments: AnyArguments, asset: Asset | None = None) -> None:
        """Ask for one more call, up to the limit. `asset` tells what it will be, as far as that is known."""
        if len(self.calls) >= MOST_CALLS:
            return
        self._planned.append(self._expected(arguments, asset, len(self.calls)))
        self.calls.append(arguments)

    def rewrite(self, asset: Asset, changes: dict[str, Any], prompt: str) -> None:
        """Change a call that is already planned, instead of paying for a second one."""
        at = self._planned.index(asset)
        old = self.calls[at]
        self.calls[at] = type(old).model_validate({**old.model_dump(exclude_none=True), **changes})
        self._planned[at] = self._expected(self.calls[at], Asset(id="", kind=asset.kind, prompt=prompt), at)

    def planned_call(self, asset: Asset) -> AnyArguments:
        """The call that will make this planned asset."""
        return self.calls[self._planned.index(asset)]

    def newest(self, kind: Kind | None = None) -> Asset | None:
        """What `it` is: planned before attached before made, an image before anything else."""
        for group in (self._planned[::-1], self.inputs, self._made[::-1]):
            if found := _first(group, kind):
                return found
        return None

    def pointed(self, word: str, kind: Kind | None) -> Asset | None:
        """The asset that `v3b`, `2` or `second` points to."""
        wanted = word.lower().removeprefix("v")
        for asset in reversed(self._made):
            if asset.version.lower().removeprefix("v") == wanted:
                return asset
        candidates = [asset for asset in self._made if asset.kind is (kind or Kind.IMAGE)]
        at = _ORDINALS.get(wanted, int(wanted) - 1 if wanted.isdecimal() else len(candidates))
        return candidates[at] if -len(candidates) <= at < len(candidates) else None

    def latest_group(self, kind: Kind) -> list[Asset]:
        """All of this kind that the latest creation with any of it made: what `them` means."""
        planned = [asset for asset in self._planned if asset.kind is kind]
        same = planned or [asset for asset in self._made if asset.kind is kind]
        return [asset for asset in same if asset.creation == same[-1].creation]

    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls as the loop takes them, with ids that are unique in the conversation."""
        return tuple(
            ToolCall(
                f"call_{self._first_id + at}", _SPECS[type(call)].name.value, call.model_dump_json(exclude_none=True)
            )
            for at, call in enumerate(self.calls)
        )

    def _expected(self, arguments: AnyArguments, asset: Asset | None, at: int) -> Asset:
        given = arguments.model_dump(exclude_none=True)
        return Asset(
            id=f"call:{at}",
            kind=asset.kind if asset else _SPECS[type(arguments)].makes,
            prompt=asset.prompt if asset else str(given.get("prompt") or given.get("text", "")),
            aspect=given.get("aspect") or (asset.aspect if asset else None),
            duration_s=given.get("duration_s") or (asset.duration_s if asset else None),
            made_with=given,
        )


def _first(group: list[Asset] | tuple[Asset, ...], kind: Kind | None) -> Asset | None:
    wanted = (kind,) if kind else (Kind.IMAGE, Kind.VIDEO, Kind.SPEECH)
    return next((asset for each in wanted for asset in group if asset.kind is each), None)
