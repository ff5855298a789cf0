"""The ways to change something that have words of their own; whatever has none is an edit."""

import re
from enum import StrEnum

from core.agent.planners.offline.heads import NUMBER
from core.agent.planners.offline.targets import NOUN, TARGET
from core.agent.planners.offline.words import MANNERS


class Action(StrEnum):
    """The ways to change something."""

    EDIT = "edit"
    AGAIN = "again"
    ANIMATE = "animate"
    UPSCALE = "upscale"
    EXTEND = "extend"
    SHORTEN = "shorten"
    SPEAK = "speak"


_TONED = "slower|faster|softer|deeper|higher|calmer|warmer|happier|sadder"
_MANNER = "|".join(sorted(MANNERS - set(_TONED.split("|"))))
"""Manners of speaking that cannot be said of a picture: a picture can be softer, but not louder."""
_MEDIUM = r"(?:videos?|clip|animation|gif|movie|film|timelapse|time-lapse)"
_VERSIONS = rf"(?:one|ones|versions?|variations?|variants?|takes?|options?|alternatives?|tries|try|{NOUN})"
_PATTERNS: tuple[tuple[Action, str], ...] = (
    (
        Action.AGAIN,
        rf"(?:(?:do|try|make|generate|create|run|draw) )?(?:(?:(?P<a>{TARGET}) )?(?:again|once more|one more time)"
        rf"|(?:the )?same(?: (?:again|thing(?: again)?|one))?$|another(?: {_VERSIONS})?"
        rf"|(?P<n>{NUMBER} )?more(?: {_VERSIONS})?(?: (?:of|like) (?P<b>{TARGET}))?"
        rf"|(?:an? |some )?(?:different|new|alternative|alternate|other|fresh) {_VERSIONS}(?: (?:of|on) "
        rf"(?P<c>{TARGET}))?"
        rf"|something (?:else|different)|(?P<m>{NUMBER} )?(?:different )?(?:versions|variations|variants"
        rf"|options|alternatives)(?: (?:of|on) (?P<d>{TARGET}))?"
        rf"|(?:redo|retry|repeat|regenerate|reroll|re-roll|vary)(?: (?P<e>{TARGET}))?)",
    ),
    (
        Action.ANIMATE,
        rf"animate(?: (?P<a>{TARGET}))?|(?:bring|set|get|put) (?P<b>{TARGET}) (?:to life|in motion|moving)"
        rf"|use (?P<d>{TARGET}) as (?:the|a) (?:first frame|start)(?: (?:of|for) an? {_MEDIUM})?"
        r"|to life|in motion|move|moving|come alive|come to life|alive|animated"
        rf"|(?:(?:in)?to (?:an? )?|as (?:an? )?|an? )(?:[\w-]+ ){{0,2}}{_MEDIUM}(?: (?:of|from|with|out of) "
        rf"(?P<c>{TARGET}))?",
    ),
    (
        Action.UPSCALE,
        rf"(?:upscale|enlarge|enhance)(?: (?P<a>{TARGET}))?(?: to \dk)?|bigger|larger|twice as big|[24]x|[48]k"
        rf"|u?hd|hi-?res|high-res"
        rf"|(?:in |at )?(?:an? )?(?:(?:higher|high|more|better|full|[48]k) )?(?:res|resolution|quality|definition)"
        rf"|(?:increase|raise|double|improve) (?:the )?(?:resolution|size|quality)(?: of (?P<b>{TARGET}))?",
    ),
    (
        Action.EXTEND,
        rf"longer(?: by)?|too short|(?:extend|lengthen|continue|prolong)(?: (?P<a>{TARGET}))?(?: (?:by|to"
        rf"|for))?|keep going|go on|last longer",
    ),
    (Action.SHORTEN, rf"shorter|too long|(?:shorten|trim|cut)(?: (?P<a>{TARGET}))?(?: down)?(?: (?:to|by))?"),
    (
        Action.SPEAK,
        rf"(?:(?:read|say|speak|narrate|repeat|voice) (?P<a>{TARGET}|again)(?: again| aloud| out loud)? ?)?"
        rf"(?:(?:but )?(?:in|with|using|use|by) )?(?!(?:add|make|create|include) )(?:an? |the )?(?:[\w'’-]+ "
        rf"){{0,4}}(?:voice|accent|narrator"
        rf"|voiceover|voice-over)(?: instead)?"
        rf"|(?:(?:read|say|speak|narrate|repeat) (?:(?P<b>{TARGET}) )?)?(?:more |very )?(?:{_MANNER})"
        rf"|(?:read|say|speak|narrate|repeat) (?P<c>{TARGET})(?: again| aloud| out loud)?(?: (?:{_TONED}))?"
        r"|(?:an? )?(?:[\w-]+ )?(?:woman|man|girl|boy) (?:reads?|says?|speaks?)(?: it| this| that)?"
        rf"|(?:speak|talk) (?:[\w-]+ )?[\w-]+",
    ),
)
_ACTIONS = tuple((action, re.compile(rf"(?:{pattern})(?=$|[ ,])", re.IGNORECASE)) for action, pattern in _PATTERNS)
_TAIL = re.compile(
    r"(?:[, ]*(?:,|and|but|with|without|in|at|where|by|to|from|so|while|on|slowly|gently|as)\b ?|, ?)", re.IGNORECASE
)


def find_action(text: str) -> tuple[Action, re.Match[str]] | None:
    """The action that the text begins with, where nothing but an addition follows: `longer hair` is no longer video."""
    for action, pattern in _ACTIONS:
        found = pattern.match(text)
        tail = text[found.end() :] if found and found[0].strip() else "-"
        if found and (not tail or _TAIL.match(tail.lstrip())):
            return action, found
    return None
