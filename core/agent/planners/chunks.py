"""The chunks of a Chat Completions stream, gathered into a turn. Servers differ; what comes is only looked at here."""

import json
from dataclasses import dataclass, field
from typing import Any

from core.agent.catalogue import Service
from core.agent.messages import ToolCall, Turn, Usage
from core.agent.planners import failures, pricing, telling
from core.agent.planners.schemas import from_strict

_THINK, _THOUGHT = "<think>", "</think>"


@dataclass(slots=True)
class _Call:
    """A call that is being written."""

    id: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def whole(self) -> bool:
        """Whether its arguments are JSON to the end."""
        try:
            json.loads(self.arguments or "{}")
        except (ValueError, RecursionError):
            return False
        return True


@dataclass(slots=True)
class Chunks:
    """One answer on its way."""

    _text: str = ""
    _shown: int = 0
    """Characters of the visible text that were handed out."""
    _calls: list[_Call] = field(default_factory=list)
    _at: dict[int, _Call] = field(default_factory=dict)
    _refused: bool = False
    _finish: str = ""
    _usage: Any = None

    def take(self, chunk: Any) -> str:
        """Note one chunk; the piece of text that it brings."""
        self._usage = getattr(chunk, "usage", None) or self._usage
        for choice in (chunk.choices or ())[:1]:
            self._finish = choice.finish_reason or self._finish
            if choice.delta:
                self._delta(choice.delta)
        return self._piece()

    def turn(self, service: Service, *, spoken_to: bool) -> Turn:
        """The planner's answer. Of one that was cut off, the calls that are whole count."""
        if not self._finish and not self._usage:
            raise failures.broken_off()
        usage = self._counted(service)
        if self._refused or self._finish == "content_filter":
            raise failures.refusal(usage.cost_micros)
        cut = self._finish == "length"
        calls = tuple(call for call in self._calls if call.whole or not cut)
        text = self._visible().strip()
        if not text and not calls and (cut or spoken_to):
            raise failures.cut_off(usage.cost_micros) if cut else failures.silent(usage.cost_micros)
        calls_told = tuple(_told(call, at) for at, call in enumerate(calls))
        return Turn(telling.cut(text) if cut else text, calls_told, usage)

    def _counted(self, service: Service) -> Usage:
        tokens = getattr(self._usage, "prompt_tokens", None), getattr(self._usage, "completion_tokens", None)
        return pricing.used(service.price, *tokens)

    def _delta(self, delta: Any) -> None:
        self._text += telling.clean(str(delta.content or ""))
        self._refused = self._refused or bool(getattr(delta, "refusal", None))
        for piece in delta.tool_calls or ():
            self._grow(piece)

    def _grow(self, piece: Any) -> None:
        """Add to a call. Some servers number every call 0 and tell a new one by its id alone."""
        index, found = piece.index or 0, piece.function
        call = self._at.get(index)
        if call is None or (piece.id and call.id and piece.id != call.id):
            call = self._at[index] = _Call()
            self._calls.append(call)
        call.id = call.id or str(piece.id or "")
        call.name = call.name or str(getattr(found, "name", None) or "")
        call.arguments += _as_text(getattr(found, "arguments", None))

    def _piece(self) -> str:
        visible = self._visible()
        piece, self._shown = visible[self._shown :], len(visible)
        return piece

    def _visible(self) -> str:
        """The text without the thoughts that some servers leave before it."""
        start = self._text.lstrip()
        if not start.startswith(_THINK):
            return "" if start and _THINK.startswith(start) else self._text
        return start.partition(_THOUGHT)[2].lstrip()


def _as_text(arguments: Any) -> str:
    """Some servers send an object where its text belongs."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""


def _told(call: _Call, position: int) -> ToolCall:
    name = telling.clean(call.name)
    return ToolCall(call.id or f"call_{position}", name, from_strict(name, call.arguments or "{}"))
