"""What a language model is told before a conversation: its task, what can be made here, and how to word prompts."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from core.agent.catalogue import OFFLINE, Model
from core.providers.base import Kind, Tool

FOLDER = Path(__file__).with_name("prompts")
MADE = (Kind.IMAGE, Kind.VIDEO, Kind.SPEECH)
_PLURAL = {Kind.IMAGE: "images", Kind.VIDEO: "video", Kind.SPEECH: "speech"}
_NEW = frozenset({Tool.GENERATE_IMAGE, Tool.GENERATE_VIDEO, Tool.ANIMATE, Tool.GENERATE_SPEECH})
_USUAL_LIMIT = 10_000
"""Characters that every tool takes; a limit is only worth a word where it is lower."""


def instructions(models: Sequence[Model], *, exact_words: bool = False) -> str:
    """The system message for these usable models. Where the person's own words count, no guide to wording is given."""
    kinds = tuple(kind for kind in MADE if any(model.makes == kind for model in models))
    guides = () if exact_words else tuple(name for model in models if (name := _guide(model.id)))
    return _put_together(kinds, exact_words, "\n".join(_abilities(models, kinds)), tuple(dict.fromkeys(guides)))


@lru_cache(maxsize=64)
def _put_together(kinds: tuple[Kind, ...], exact_words: bool, abilities: str, guides: tuple[str, ...]) -> str:
    wording = ["exact"] if exact_words else [kind.value for kind in kinds]
    parts = [_text("system"), abilities, *map(_text, wording)]
    if guides:
        parts.append("\n".join(["# The models here", *(_text(f"models/{name}") for name in guides)]))
    return "\n\n".join(parts)


def _abilities(models: Sequence[Model], kinds: Sequence[Kind]) -> Iterator[str]:
    """What is possible here, so that nothing is called that cannot be made."""
    yield "# What can be made here"
    tools = sorted({tool for model in models for tool in model.abilities})
    yield f"- Tools with a model behind them: {', '.join(tools) or 'none'}. Do not call the others."
    if missing := [_PLURAL[kind] for kind in MADE if kind not in kinds]:
        yield f"- Not possible here: {', '.join(missing)}. Say so if it is asked for."
    for kind in kinds:
        yield from _limits(kind, _makers([model for model in models if model.makes == kind]))


def _makers(models: list[Model]) -> list[Model]:
    """Those that make something new: what they can is what a prompt may ask for. Offline sketches count if alone."""
    new = [model for model in models if model.abilities & _NEW] or models
    return [model for model in new if model.provider != OFFLINE] or new


def _limits(kind: Kind, models: list[Model]) -> Iterator[str]:
    if kind == Kind.VIDEO:
        shortest, longest = min(map(_shortest_s, models)), max(map(_longest_s, models))
        yield f"- A clip lasts {shortest:g} to {longest:g} seconds."
    if voices := list(dict.fromkeys(voice for model in models for voice in model.voices)):
        yield f"- Voices: {', '.join(voices)}. Leave voice null unless a kind of voice is wished."
    most = max(model.max_prompt for model in models)
    if most < _USUAL_LIMIT:
        yield f"- A text for {_PLURAL[kind]} has at most {most:,} characters."


def _shortest_s(model: Model) -> float:
    return min(model.durations, default=model.min_duration_s)


def _longest_s(model: Model) -> float:
    return max(model.durations, default=model.max_duration_s)


def _guide(model_id: str) -> str:
    """The guide for a model: the longest name of a file that its id begins with; empty where there is none."""
    return max((name for name in _guides() if model_id.startswith(name)), key=len, default="")


@cache
def _guides() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (FOLDER / "models").glob("*.md")))


@cache
def _text(name: str) -> str:
    return FOLDER.joinpath(f"{name}.md").read_text("utf-8").strip()
