"""Which pieces of a message belong together, and whether they wish for something new or change something old."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.agent.planners.offline.fragments import Fragment, join
from core.agent.planners.offline.heads import Head, find_head, strip_leads, strip_politeness
from core.agent.planners.offline.replies import is_small_talk
from core.agent.planners.offline.signs import (
    begins_new_order,
    changes_with_noun,
    comes_with,
    has_words,
    head_of,
    is_change,
    is_definite_change,
    is_exact_action,
    is_label,
    is_reference,
    opens_change,
    orders_speech,
    refers_back,
)
from core.providers.base import Kind


class Nature(StrEnum):
    """What a clause does."""

    WISH = "wish"
    SPEECH = "speech"
    """A wish in the form of an order: `say …`."""
    CHANGE = "change"
    SETTING = "setting"
    """`For my bakery, …` or `A lighthouse: …`: only the subject of what follows."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of fragments with one purpose."""

    nature: Nature
    fragments: tuple[Fragment, ...]

    @property
    def text(self) -> str:
        """The words, without the joiner before the first."""
        return join(self.fragments)


_SETTING = re.compile(
    r"(?:for (?=an? |my |our |the |this )|(?:i|we)(?:['’](?:m|re|ve)| am| are| have| run| own)(?: \w+ing)? )",
    re.IGNORECASE,
)


def clauses(fragments: tuple[Fragment, ...], *, thread: bool) -> tuple[Clause, ...]:
    """Group fragments.

    `thread`: something exists that can be changed, so that `at night` is a change and not a picture.
    """
    wanted = [fragment for fragment in fragments if has_words(fragment.text) and not is_small_talk(fragment.text)]
    found: list[Clause] = []
    for fragment in wanted:
        nature = (
            _opens(fragment, found[-1], thread=thread) if found else _first(_opening_sentence(wanted), thread=thread)
        )
        if nature:
            found.append(Clause(nature, (fragment,)))
        else:
            found[-1] = Clause(found[-1].nature, (*found[-1].fragments, fragment))
    return _with_setting(tuple(found))


def _opening_sentence(fragments: list[Fragment]) -> str:
    later = (at for at, fragment in enumerate(fragments) if at and fragment.joiner[:1] in ".!?:\n")
    return join(fragments[: next(later, len(fragments))])


def _first(text: str, *, thread: bool) -> Nature:
    bare = strip_politeness(text.strip(" .?!"))
    if is_definite_change(bare):
        return Nature.CHANGE
    if orders_speech(bare):
        return Nature.SPEECH
    if thread and is_exact_action(bare):
        return Nature.CHANGE
    head = head_of(text)
    if head:
        return Nature.CHANGE if thread and changes_with_noun(bare, head) else Nature.WISH
    return Nature.CHANGE if thread and is_change(bare) else Nature.WISH


def _opens(fragment: Fragment, current: Clause, *, thread: bool) -> Nature | None:
    """What the fragment begins, or None where it goes on with the current clause."""
    head = find_head(fragment.text)
    if len(current.fragments) == 1 and is_reference(current.fragments[0].text):
        return None  # "the first one, but darker"
    if fragment.with_joined:
        return Nature.WISH if head and comes_with(head) else None
    return _ordered(fragment.text) or _wished(fragment, head, current) or _changed(fragment, current, thread=thread)


def _ordered(text: str) -> Nature | None:
    bare = strip_politeness(text.strip(" .?!"))
    if orders_speech(bare):
        return Nature.SPEECH
    return Nature.CHANGE if is_definite_change(bare) else None


def _wished(fragment: Fragment, head: Head | None, current: Clause) -> Nature | None:
    if head is None:
        return Nature.WISH if begins_new_order(strip_politeness(fragment.text)) else None
    if (
        (is_label(fragment.text) and _is_unnamed(current))
        or _is_description(head, fragment, current)
        or _belongs_to_scene(head, fragment, current)
    ):
        return None
    return Nature.WISH


def _changed(fragment: Fragment, current: Clause, *, thread: bool) -> Nature | None:
    """After a change, the next one needs no `make it`."""
    bare = strip_politeness(fragment.text.strip(" .?!"))
    if not thread or current.nature is not Nature.CHANGE or find_head(fragment.text):
        return None
    new_sentence = fragment.joiner[:1] in ".!?\n"
    return Nature.CHANGE if opens_change(bare) or (new_sentence and is_change(bare)) else None


def _belongs_to_scene(head: Head, fragment: Fragment, current: Clause) -> bool:
    """`a desk and a poster`: after a wish that names no kind, a mere `and` goes on with its scene."""
    if head.noun.kind is not Kind.IMAGE or strip_leads(fragment.text) != fragment.text:
        return False
    if current.nature is Nature.CHANGE:
        return True
    unnamed = current.nature is Nature.WISH and head_of(current.fragments[0].text) is None
    return unnamed and fragment.loosely_joined and head.count == 1 and not refers_back(fragment.text)


def _is_description(head: Head, fragment: Fragment, current: Clause) -> bool:
    """`a fox, digital painting`, `…, 35mm film`: a medium without an article, unless it stands in a list of such."""
    listed = find_head(current.fragments[-1].text)
    bare = not head.article and head.count == 1 and not head.after and head.noun.kind is not Kind.SPEECH
    return bare and fragment.joiner.strip() == "," and bool(head.before) and not (listed and not listed.article)


def _is_unnamed(clause: Clause) -> bool:
    return clause.nature is Nature.WISH and head_of(clause.fragments[0].text) is None


def _with_setting(found: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Mark a first clause that only names the subject of the wishes after it."""
    if len(found) < 2 or found[0].nature is not Nature.WISH or head_of(found[0].fragments[0].text):
        return found
    announced = found[1].fragments[0].joiner.startswith(":")
    if announced or _SETTING.match(found[0].text):
        return (Clause(Nature.SETTING, found[0].fragments), *found[1:])
    return found


def subject_of(setting: Clause) -> str:
    """What a setting is about: `I'm launching a coffee brand` is about a coffee brand."""
    return _SETTING.sub("", setting.text, count=1)
