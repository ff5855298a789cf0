"""An order turned into a description: `add a boat` becomes `with a boat`, `too dark` becomes `brighter`."""

import re
from collections.abc import Callable

from core.agent.planners.offline.quotes import MARK

_THERE = r"(?: (?:to|on|in|into|onto) (?:it|this|that|the (?:image|picture|photo|video|scene)))?"
_TOO: dict[str, str] = {
    "dark": "brighter", "bright": "darker", "light": "darker", "small": "bigger", "big": "smaller", "busy": "simpler",
    "cold": "warmer", "warm": "cooler", "slow": "slightly faster", "fast": "slower", "loud": "quieter",
    "quiet": "louder", "blurry": "sharper", "plain": "more detailed", "simple": "more detailed",
}  # fmt: skip
_VERBS: dict[str, str] = {
    "darken": "darker",
    "brighten": "brighter",
    "lighten": "lighter",
    "sharpen": "sharper",
    "simplify": "simpler",
}

_RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"(?:add|put|include|insert|place) (.+?){_THERE}", lambda found: f"with {found[1]}"),
    (r"give (?:it|this|that|them) (.+)", lambda found: f"with {found[1]}"),
    (r"give (\S+(?: \S+)?) ((?:an?|some|more) .+)", lambda found: f"{found[1]} with {found[2]}"),
    (
        r"(?:remove|delete|erase|drop|lose|get rid of|take (?:out|away|off)|no) (.+?)(?: from (?:it|this|that"
        r"|the \w+))?",
        lambda found: f"without {found[1]}",
    ),
    (r"(?:replace|swap|switch) (.+?) (?:with|for|by|to) (.+)", lambda found: f"{found[2]} instead of {found[1]}"),
    (r"(?:change|turn|convert|switch) (?!it\b)(.+?) (?:in)?to (.+)", lambda found: f"{found[1]} now {found[2]}"),
    (r"(?:change|turn|convert) (?:it )?(?:in)?to (.+)", lambda found: f"as {found[1]}"),
    (r"into (.+)", lambda found: f"as {found[1]}"),
    (r"to ((?:be )?\S+)", lambda found: found[1].removeprefix("be ")),
    (r"i (?:don.t like|hate) (?:the )?(.+)", lambda found: f"different {found[1]}"),
    (r"speed (?:\w+ )?up", lambda _: "faster"),
    (r"slow (?:\w+ )?down", lambda _: "slower"),
    (
        rf"(?:the (?:text|words?|caption|sign|title) )?(?:should|must) (?:say|read) ({MARK})",
        lambda found: f"with the words {found[1]}",
    ),
    (r"crop(?: it| this| that| the \w+)?", lambda _: ""),
    (rf"(?:to )?(?:say|says|read|reads) ({MARK})", lambda found: f"with the words {found[1]}"),
    (r"make (.+)", lambda found: found[1]),
    (r"use (.+)", lambda found: f"with {found[1]}"),
    (r"(?:look|looks|feel) (?:more )?(like .+|as .+)", lambda found: f"looking {found[1]}"),
    (r"(?:look|looks|feel) (.+)", lambda found: found[1]),
    (r"(the .+?) (?:should|could|must|needs? to|has to) (?:be|look) (.+)", lambda found: f"{found[1]} {found[2]}"),
    (r"(?:it is |is |looks )?too (\w+)", lambda found: _TOO.get(found[1].lower(), f"less {found[1]}")),
    (
        r"(the .+?) (?:is|are|looks?) too (\w+)",
        lambda found: f"{found[1]} {_TOO.get(found[2].lower(), 'less ' + found[2])}",
    ),
    (
        rf"({'|'.join(_VERBS)})(?: (?:it|this|that|the (?:image|picture|photo|video)))?",
        lambda found: _VERBS[found[1].lower()],
    ),
    (
        r"(an? (?:watercolou?r|(?:\S+ )?(?:painting|drawing|sketch|photo|illustration|poster|logo|cartoon|comic)).*)",
        lambda f: f"as {f[1]}",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), say) for pattern, say in _RULES)
_LONGEST = 400
"""Longer orders are descriptions already."""


def describe(change: str) -> str:
    """What is seen when the order is carried out."""
    text = change.removesuffix(" instead")
    if len(text) > _LONGEST:
        return text
    for pattern, say in _COMPILED:
        if found := pattern.fullmatch(text):
            return say(found)
    return text
