"""Which pieces of a message belong together, and whether they wish for something new or change something old."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.agent.planners.offline.changes import Action, read_change
from core.agent.planners.offline.fragments import Fragment, join
from core.agent.planners.offline.heads import Head, find_head, strip_leads, strip_politeness
from core.agent.planners.offline.quotes import MARK
from core.agent.planners.offline.replies import is_small_talk
from core.agent.planners.offline.shapes import read_aspect
from core.agent.planners.offline.targets import NOUN, TARGET
from core.agent.planners.offline.words import ADJECTIVES, COMPARATIVES, SCENES
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


_ABOUT = r"(?:of|for|about|showing|with|featuring|depicting) "
_DEFINITE_CHANGE = re.compile(
    rf"(?:make|turn|change|convert|transform|render|animate|upscale|enlarge|extend|vary|edit|redraw|repaint|bring|set|put|give|crop|shorten) "
    rf"{TARGET}(?! {_ABOUT}(?!{TARGET}))",
    re.IGNORECASE,
)
_SPEECH_ORDER = re.compile(
    rf"(?:say|speak|narrate|recite|announce|pronounce)\b(?! {TARGET}(?: |$)(?!aloud|out))"
    rf"|(?:whisper|read|voice)(?= ?:? ?{MARK})|read (?:aloud|out\b|me |to me|the (?:words|text|following|line)|(?:this|it) (?:aloud|out))",
    re.IGNORECASE,
)
_NARRATE_IT = re.compile(rf"(?:narrate|voice|describe) {TARGET}", re.IGNORECASE)
_NEW_ORDER = re.compile(
    r"(?:make|create|generate|draw|paint|design|produce) (?:me |us )?(?:an?|the|some|my|\d{1,2}|two|three) ",
    re.IGNORECASE,
)
_CHANGING_VERB = re.compile(
    r"(?:add|remove|delete|erase|replace|swap|change|turn|crop|zoom|rotate|flip|mirror|blur|sharpen|brighten|darken|lighten|enlarge|"
    r"upscale|enhance|extend|lengthen|shorten|continue|vary|redo|retry|repeat|regenerate|recolou?r|colou?r|fix|use|put|give|keep|move|"
    r"drop|lose|get rid|take (?:out|away|off)|switch|cut|trim|tilt|soften|simplify|improve|convert|undo|increase|decrease|reduce|raise|"
    r"lower|tone|boost|straighten|center|speed up|slow down|speak|more|less|fewer|another|again|same|the same|without|no|too|not|one more|"
    r"once more|different|something (?:else|different)|much|even|way|a (?:bit|little|lot|touch|tad)|slightly|whispered|read (?:it|that|this)"
    r"|say (?:it|that|this)|make (?:it|the|her|his|him|them|everything|all|more|less|\w+er)|instead)\b",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(?:at|with|in|on|under|during|from|as|inside|like|by|against|before|after|into|but|for|around|behind|next to)\b",
    re.IGNORECASE,
)
_OF_SOMETHING = re.compile(rf"{TARGET} {_ABOUT}", re.IGNORECASE)
_TARGET_START = re.compile(TARGET, re.IGNORECASE)
_SHOULD = re.compile(
    r"the (?:[\w'’-]+ ){1,5}?(?:should|needs? to|must|could|has to|(?:is|are|looks?) too)\b", re.IGNORECASE
)
_VERSION = re.compile(
    rf"(?:an?|the|some) (?:[\w'’-]+ ){{1,6}}?(?:versions?|variations?|variant|take|ones?)(?: (?:of|on) {TARGET})?$",
    re.IGNORECASE,
)
_COMPARED_NOUN = re.compile(
    rf"(?:(?:an?|the) )?(?:(?:bit|little|much|slightly) )*(?P<how>more|less|\w+er) (?:[\w-]+ )?(?:{NOUN})$", re.IGNORECASE
)
_SETTING = re.compile(
    r"(?:for (?:an?|my|our|the|this)|i'm|i am|i’m|we're|we are|we’re|i have|we have|i run|we run)\b", re.IGNORECASE
)
_SAYING = re.compile(r"(?:saying|says|that says|which says|reading|:)", re.IGNORECASE)
_SHORT_WORDS, _SENTENCE_WORDS = 12, 30


def clauses(fragments: tuple[Fragment, ...], *, thread: bool) -> tuple[Clause, ...]:
    """Group fragments. `thread`: something exists that can be changed, so that `at night` is a change and not a picture."""
    wanted = [fragment for fragment in fragments if _has_words(fragment.text) and not is_small_talk(fragment.text)]
    found: list[Clause] = []
    for fragment in wanted:
        nature = _opens(fragment, found[-1], thread=thread) if found else _first(_opening_sentence(wanted), thread=thread)
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
    if _DEFINITE_CHANGE.match(bare):
        return Nature.CHANGE
    if _orders_speech(bare):
        return Nature.SPEECH
    if thread and _is_exact_action(bare):
        return Nature.CHANGE
    head = _head(text)
    if head and not (thread and _changes_with_noun(bare, head)):
        return Nature.WISH
    return Nature.CHANGE if thread and _is_change(bare) else Nature.WISH


def _opens(fragment: Fragment, current: Clause, *, thread: bool) -> Nature | None:
    """What the fragment begins, or None where it goes on with the current clause."""
    if _TARGET_START.fullmatch(current.text):
        return None  # "the first one, but darker"
    bare = strip_politeness(fragment.text.strip(" .?!"))
    if fragment.with_joined:
        head = find_head(fragment.text)
        return Nature.WISH if head and _comes_with(head) else None
    if _DEFINITE_CHANGE.match(bare) or (thread and _NARRATE_IT.match(bare)):
        return Nature.SPEECH if _NARRATE_IT.match(bare) else Nature.CHANGE
    if _orders_speech(bare):
        return Nature.SPEECH
    head = find_head(fragment.text)
    if head:
        if _is_label(fragment.text) and _is_unnamed(current):
            return None
        return Nature.WISH if not _belongs_to_scene(head, fragment, current) else None
    if _NEW_ORDER.match(bare):
        return Nature.WISH
    if current.nature is Nature.CHANGE and (
        _opens_change(bare) or (fragment.joiner[:1] in ".!?\n" and _is_change(bare))
    ):
        return Nature.CHANGE
    return None


def _has_words(text: str) -> bool:
    return any(char.isalnum() or ord(char) > 0x2190 for char in strip_leads(text))


def _head(text: str) -> Head | None:
    """The head of the text; after a leading `with` only a narration counts."""
    if text[:5].lower() == "with ":
        head = find_head(text[5:])
        return head if head and _comes_with(head) else None
    return find_head(text)


def _comes_with(head: Head) -> bool:
    """`with a narration` is a wish; `a wall with a picture` is scenery."""
    if head.noun.kind is Kind.SPEECH:
        return head.noun.singular not in {"voice", "audio"} or bool(_SAYING.match(head.after))
    return head.noun.kind is Kind.VIDEO and bool(re.match(rf"(?:of|from) {TARGET}", head.after, re.IGNORECASE))


def _orders_speech(text: str) -> bool:
    return bool(_SPEECH_ORDER.match(text) or _NARRATE_IT.match(text))


def _is_exact_action(text: str) -> bool:
    """`another video`, `animate it`; not `a video of it`, which is a wish with a reference."""
    action = read_change(text[:200]).action
    return action is not Action.EDIT and not (action is Action.ANIMATE and text[:2].lower() == "a ")


def _changes_with_noun(text: str, head: Head) -> bool:
    """A kind noun inside a change: `add a picture of a cat`, `a darker picture`, `the video is too short`."""
    if text[:4].lower() == "add ":
        return head.noun.kind is Kind.IMAGE
    compared = _COMPARED_NOUN.match(text)
    if compared and (compared["how"].lower() in COMPARATIVES or compared["how"].lower() in {"more", "less"}):
        return True
    return bool(_TARGET_START.match(text)) and not _OF_SOMETHING.match(text)


def _belongs_to_scene(head: Head, fragment: Fragment, current: Clause) -> bool:
    """`a desk and a poster`: after a wish that names no kind, a mere `and` goes on with its scene."""
    if head.noun.kind is not Kind.IMAGE or strip_leads(fragment.text) != fragment.text:
        return False
    if current.nature is Nature.CHANGE:
        return True
    unnamed = current.nature is Nature.WISH and _head(current.fragments[0].text) is None
    return (
        unnamed
        and fragment.loosely_joined
        and head.count == 1
        and not re.search(rf"\b(?:of|from) {TARGET}", fragment.text, re.I)
    )


def _is_unnamed(clause: Clause) -> bool:
    return clause.nature is Nature.WISH and _head(clause.fragments[0].text) is None


def _is_label(text: str) -> bool:
    """`…, video`: the kind of what stands before, not a wish of its own."""
    return text.lower().removeprefix("as ").removeprefix("a ") in {
        "video",
        "clip",
        "animation",
        "gif",
        "movie",
        "timelapse",
    }


def _is_change(text: str) -> bool:
    words = text.split()
    if _opens_change(text) or (_PREPOSITION.match(text) and len(words) <= _SHORT_WORDS):
        return True
    if len(words) > _SENTENCE_WORDS:
        return False
    if _TARGET_START.match(text) and not _OF_SOMETHING.match(text):
        return True
    return bool(_SHOULD.match(text) or _VERSION.match(text) or text.lower().endswith(" instead"))


def _opens_change(text: str) -> bool:
    words = [word.strip(",.!?").lower() for word in text.split(maxsplit=_SHORT_WORDS)]
    if _CHANGING_VERB.match(text) or words[0] in COMPARATIVES:
        return True
    describing = [
        word for word in words if word in ADJECTIVES or word.endswith("ish") or word in {"and", "or", "very", "really"}
    ]
    if len(words) <= _SHORT_WORDS and len(describing) == len(words):
        return True
    return text.lower() in SCENES or (len(words) <= _SHORT_WORDS and not read_aspect(text)[1].strip())


def _with_setting(found: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Mark a first clause that only names the subject of the wishes after it."""
    if len(found) < 2 or found[0].nature is not Nature.WISH or _head(found[0].fragments[0].text):
        return found
    announced = found[1].fragments[0].joiner.startswith(":")
    if announced or _SETTING.match(found[0].text):
        return (Clause(Nature.SETTING, found[0].fragments), *found[1:])
    return found


def subject_of(setting: Clause) -> str:
    """What a setting is about: `I'm launching a coffee brand` is about a coffee brand."""
    return _SETTING.sub("", setting.text, count=1)
