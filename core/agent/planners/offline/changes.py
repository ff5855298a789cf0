"""Reading a change: what shall be done to what is already there."""

import re
from dataclasses import dataclass, field

from core.agent.planners.offline.actions import Action, find_action
from core.agent.planners.offline.delivery import Delivery, read_delivery
from core.agent.planners.offline.descriptions import describe
from core.agent.planners.offline.fragments import tidy
from core.agent.planners.offline.heads import number, strip_politeness
from core.agent.planners.offline.prompts import without_degree
from core.agent.planners.offline.shapes import read_comparison
from core.agent.planners.offline.targets import NOUN, TARGET, Target, read_target
from core.agent.planners.offline.traits import Traits, read_traits
from core.providers.base import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, before it is known whether it can be done."""

    action: Action
    target: Target = field(default_factory=Target)
    instruction: str = ""
    """What the person said should change."""
    description: str = ""
    """The same as part of a description: `add a boat` is `with a boat`."""
    traits: Traits = field(default_factory=Traits)
    comparison: str = ""
    """`wider`: its meaning depends on the shape before."""
    delivery: Delivery = field(default_factory=Delivery)
    until: bool = False
    """The stated duration is the whole length, not what to add."""


_VERB = (
    "make|turn|render|have|get|keep|want|need|like|see|try|show|do|set|let|put|take|change|convert"
    "|transform|edit|redo|"
    "repaint|redraw|recolor|recolour"
)
_COPULA = (
    r"(?:but|except|to be|be|should be|should look|could be|needs? to be|must be|has to be|is|was|were"
    r"|looks?(?= (?:too|a bit)\b)|'s|’s)"
)
_LEAD = re.compile(rf"(?:(?:{_VERB}) )?(?P<target>{TARGET}),? ?(?:{_COPULA} )*", re.IGNORECASE)
_SAME = re.compile(
    rf"(?:the )?same(?: (?:one|thing|again|{NOUN}))?,? (?:but|only|just|except)? ?(?=(?:with|in|at|as|without"
    rf"|on|from|more|less|[\w-]+er)\b)",
    re.I,
)
_VERSION_OF = re.compile(
    rf"(?:(?:an?|the|some) )?(?!(?:as|in|into|to|with|without|like|from|of|by|on|at|add|put|remove|no|more"
    rf"|less) )(?P<how>(?:[\w'’-]+ ){{1,6}}?)(?P<noun>versions?|variations?|variant|take|ones?|{NOUN})"
    rf"(?: (?:of|on) (?P<target>{TARGET}))?$",
    re.IGNORECASE,
)
_PART = re.compile(r"make (?:the|my|this|that) (?:logo|icon|sticker|banner)\b", re.IGNORECASE)
"""These are as often a part of the picture as the whole of it."""
_ADDED = re.compile(r"(?:add|another|an extra|plus)(?: more)?|more", re.IGNORECASE)


def read_change(text: str) -> Change:
    """Understand a change. What fits no other action is an edit."""
    bare = strip_politeness(text.strip(" .!?"))
    if (named := find_action(bare)) and named[0] is Action.AGAIN:
        return _named(named, bare, Target(), read_traits(bare[named[1].end() :], timed=True)[0])
    target, core = _pointed(bare)
    if _PART.match(bare):
        return _edit(bare, Target())
    traits, rest = read_traits(core, timed=True)
    rest = without_degree(rest)
    if lasting := _lasting(core, rest, target, traits):
        return lasting
    named = find_action(rest)
    return _named(named, rest, target, traits) if named else _edit(core, target)


def _pointed(bare: str) -> tuple[Target, str]:
    """What is to be changed, and how: `make it darker`, `a darker version of it`, `the same in blue`."""
    rest = _SAME.sub("", bare)
    if lead := _LEAD.match(rest):
        return read_target(lead["target"]), rest[lead.end() :]
    if not find_action(rest) and (version := _VERSION_OF.match(rest)):
        return read_target(version["target"] or f"the {version['noun']}"), version["how"].strip()
    return Target(), rest


def _lasting(core: str, rest: str, target: Target, traits: Traits) -> Change | None:
    """`make it 10 seconds`, `add 5 seconds`: nothing but a length is left."""
    if traits.duration_s is None or (rest and not _ADDED.fullmatch(rest)):
        return None
    until = not _ADDED.match(core) and " more" not in core
    return Change(action=Action.EXTEND, target=target, traits=traits, until=until)


def _named(named: tuple[Action, re.Match[str]], core: str, target: Target, traits: Traits) -> Change:
    action, found = named
    tail = core[found.end() :].strip(" ,")
    own = read_target(next((found[name] for name in "abcde" if found.re.groupindex.get(name) and found[name]), ""))
    counted = next((found[name] for name in "nm" if found.re.groupindex.get(name) and found[name]), None)
    kind = own.kind or target.kind or _kind_of(action, found[0])
    return Change(
        action=action,
        target=Target(kind, own.pointer or target.pointer, own.many or target.many),
        description=describe(re.sub(r"^(?:but|and) ", "", tail)) if tail else "",
        instruction=tail,
        traits=_counted(traits, counted),
        delivery=read_delivery(core),
    )


def _kind_of(action: Action, words: str) -> Kind | None:
    """`another video` names its kind; `as a video` names the result instead."""
    return read_target(words).kind if action is Action.AGAIN else None


def _counted(traits: Traits, words: str | None) -> Traits:
    return Traits(
        aspect=traits.aspect,
        duration_s=traits.duration_s,
        style=traits.style,
        count=min(number(words.strip()) or 1, 10) if words else traits.count,
    )


def _edit(core: str, target: Target) -> Change:
    """A change of the content, of the shape, or of both."""
    traits, rest = read_traits(core, timed=False)
    comparison, rest = read_comparison(without_degree(rest)) or ("", rest)
    rest = tidy(rest)
    return Change(
        action=Action.EDIT,
        target=target,
        instruction=rest,
        description=describe(rest),
        traits=traits,
        comparison=comparison,
        delivery=read_delivery(rest),
    )
