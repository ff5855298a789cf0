"""The default mind: reads simple wishes in the newest user message and calls whichever offered tools fit.

It knows no client: tools are found by words in their names and filled by words in their arguments' names.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.openai.conversation import Asked, Call, Line, Reply
from tests.fakes.openai.schemas import example

_NUMBERS = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4}
_COUNT = re.compile(
    r"\b(two|three|four|[234])\s+(?:\w+\s+)?(?:pictures|images|photos|drawings|variations|videos)\b", re.I
)
_NEXT = r"an?\s+\w*\s*(?:video|clip|picture|image|photo)|say\b|speak\b|read\b|narrat|animate\b|make\b|draw\b|upscale\b"
_SPLIT = re.compile(
    rf"\s*(?:;|,?\s+and\s+then\s+|,?\s+and\s+(?={_NEXT})|,\s*then\s+|[.!]\s+(?:then\s+)?(?={_NEXT}))\s*", re.I
)
_SPEECH = re.compile(r"\b(?:say|speak|narrate|read(?: aloud)?|pronounce|voice-?over|speech)\b[:,]?\s*(.*)", re.I | re.S)
_QUOTED = re.compile('["“]([^"”]+)["”]')
_VIDEO = re.compile(r"\b(?:video|clip|film|movie)\b", re.I)
_ANIMATE = re.compile(r"\banimate\b|\bbring (?:it|that|this) to life\b", re.I)
_CHANGE = re.compile(
    r"^\s*(?:please\s+)?(?:now\s+)?(?:make|turn|change|edit|add|remove|replace|give)\b.*|.*\b(?:darker|brighter|"
    r"instead|without the)\b.*",
    re.I | re.S,
)
_NEW = re.compile(
    r"\b(?:an?|two|three|four|\d)\s+(?:\w+\s+){0,3}(?:picture|image|photo|drawing|painting|video|clip)s?\b", re.I
)
_LEAD = re.compile(
    r"^\s*(?:please\s+)?(?:(?:make|draw|create|generate|paint|show)(?:\s+me)?\s+)?(?:(?:an?|one|two|three|four|\d)\s+)?"
    r"(?:(?:picture|image|photo|drawing|painting|video|clip|film|movie)s?\s+(?:of\s+)?)?",
    re.I,
)
_IT = re.compile(r"\b(?:it|this|that)\b", re.I)
_GREETING = re.compile(r"\s*(?:hi|hello|hey|thanks|thank you)\b.{0,20}", re.I)
_ID = re.compile(r"\b[0-9a-f]{32}\b")
_ID_KEYS = ("asset_id", "image_id", "video_id", "file_id", "id")
_REFS = ("image", "asset", "video", "asset_id", "image_id", "first_frame", "source", "parent")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of wish: words that a fitting tool's name has, best first."""

    verbs: tuple[str, ...]
    nouns: tuple[str, ...]


_IMAGE_NEW = _Kind(("generate", "create", "make", "draw", "new"), ("image", "picture"))
_VIDEO_NEW = _Kind(("generate", "create", "make", "new"), ("video", "clip"))
_SPEAK = _Kind(("generate", "create", "make", "say", "speak"), ("speech", "audio", "voice", "speak", "say"))
_EDIT = _Kind(("edit", "change", "refine", "modify"), ("image", "picture", "edit", "refine"))
_LIVEN = _Kind(("animate", "image_to"), ("animate", "video"))
_VARY = _Kind(("vary", "variation"), ("vary", "variation"))
_LARGER = _Kind(("upscale", "enlarge"), ("upscale", "enlarge"))
_LONGER = _Kind(("extend", "lengthen"), ("extend", "lengthen"))
_BY_WORD = (
    (re.compile(r"\bupscale|\blarger\b|\bbigger\b", re.I), _LARGER),
    (re.compile(r"\bvary\b|\bvariations?\b", re.I), _VARY),
    (re.compile(r"\bextend\b|\blonger\b", re.I), _LONGER),
    (_ANIMATE, _LIVEN),
    (_CHANGE, _EDIT),
)


def default_mind(asked: Asked) -> Reply:
    """Tool calls for what the newest message wishes, a sentence after their outputs, else a word of help."""
    if asked.schema is not None:
        return json.dumps(example(asked.schema, {}))
    if asked.lines and asked.lines[-1].role == "tool":
        return _closing(asked.lines)
    calls = list(_calls(asked)) if asked.tools and asked.tool_choice != "none" else []
    if calls:
        return calls
    if asked.tool_choice not in ("auto", "none"):
        return [_forced(asked)]
    return "I can make pictures, videos and speech. What would you like?"


def _closing(lines: tuple[Line, ...]) -> str:
    last = max((i for i, line in enumerate(lines) if line.role == "user"), default=-1)
    outputs = [_read(line.text) for line in lines[last + 1 :] if line.role == "tool"]
    failed = [each for each in outputs if isinstance(each, dict) and each.get("error")]
    if len(failed) == len(outputs):
        return "That did not work, I am sorry."
    made = len(outputs) - len(failed)
    return f"Here {'it is' if made == 1 else f'are all {made}'}." + (" The rest did not work." if failed else "")


def _calls(asked: Asked) -> Iterator[Call]:
    earlier = newest_asset(asked.lines)
    if _GREETING.fullmatch(asked.newest):
        return
    for part in _SPLIT.split(asked.newest):
        if part.strip():
            yield from _wish(asked, part, earlier)


def _wish(asked: Asked, part: str, earlier: str) -> Iterator[Call]:
    if said := _SPEECH.search(part):
        words = quoted.group(1) if (quoted := _QUOTED.search(part)) else said.group(1) or part
        yield from _filled(asked, _SPEAK, words.strip(), "")
        return
    if earlier and (_IT.search(part) or not _NEW.search(part)):
        for pattern, kind in _BY_WORD:
            if pattern.search(part) and _tool(asked.tools, kind):
                yield from _filled(asked, kind, part.strip(), earlier)
                return
    kind = _VIDEO_NEW if _VIDEO.search(part) else _IMAGE_NEW
    count = _NUMBERS.get(found.group(1).lower(), 1) if (found := _COUNT.search(part)) else 1
    for _ in range(count):
        yield from _filled(asked, kind, _LEAD.sub("", part).strip() or part.strip(), "")


def _filled(asked: Asked, kind: _Kind, words: str, asset: str) -> Iterator[Call]:
    if name := _tool(asked.tools, kind):
        yield Call(name, _arguments(asked.tools[name], words, asset))


def _forced(asked: Asked) -> Call:
    name = asked.tool_choice if asked.tool_choice in asked.tools else next(iter(asked.tools))
    return Call(name, _arguments(asked.tools[name], asked.newest, newest_asset(asked.lines)))


def _arguments(schema: Mapping[str, Any], words: str, asset: str) -> dict[str, Any]:
    properties = schema.get("properties", {})
    known: dict[str, Any] = {name: words for name in ("prompt", "text", "input", "instruction") if name in properties}
    if asset:
        known |= dict.fromkeys([name for name in _REFS if name in properties][:1], asset)
    return dict(example(schema, known))


def _tool(tools: Mapping[str, Any], kind: _Kind) -> str:
    """The offered tool whose name has a verb and a noun of this kind."""
    for verb in kind.verbs:
        for name in tools:
            if verb in name.lower() and any(noun in name.lower() for noun in kind.nouns):
                return name
    return ""


def newest_asset(lines: tuple[Line, ...]) -> str:
    """The id of the newest thing made or named in a conversation."""
    for line in reversed(lines):
        if line.role == "tool" and (found := _id_in(_read(line.text))):
            return found
        if line.role == "user" and (named := _ID.findall(line.text)):
            return str(named[-1])
    return ""


def _id_in(value: Any) -> str:
    if isinstance(value, list):
        found = [each for each in map(_id_in, value) if each]
        return found[-1] if found else ""
    if not isinstance(value, dict):
        return ""
    direct = [str(value[key]) for key in _ID_KEYS if value.get(key)]
    return direct[0] if direct else _id_in(list(value.values()))


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
