"""Signs by which a piece of text tells its purpose: a wish, a spoken text, a change."""

import re

from core.agent.planners.offline.actions import Action
from core.agent.planners.offline.changes import read_change
from core.agent.planners.offline.heads import Head, find_head, strip_leads
from core.agent.planners.offline.quotes import MARK
from core.agent.planners.offline.shapes import read_aspect
from core.agent.planners.offline.targets import NOUN, TARGET
from core.agent.planners.offline.words import ADJECTIVES, COMPARATIVES, SCENES
from core.providers.base import Kind

_ABOUT = r"(?:of|for|about|showing|with|featuring|depicting) "
_DEFINITE_CHANGE = re.compile(
    rf"(?:make|turn|change|convert|transform|render|animate|upscale|enlarge|extend|vary|edit|redraw|repaint"
    rf"|bring|set|put|give|crop|shorten) "
    rf"{TARGET}(?:(?<= it)|(?<= this)|(?<= that)|(?<= them)|(?! {_ABOUT}(?!{TARGET})))|(?:read|say|speak"
    rf"|narrate) {TARGET},? (?:again|with|in|using|but|by)\b",
    re.IGNORECASE,
)
_SPEECH_ORDER = re.compile(
    rf"{MARK},? (?:spoken|read|said|narrated|in an? (?:\w+ ){{1,3}}voice)\b"
    rf"|(?:say|speak|narrate|recite|announce|pronounce)\b(?! {TARGET}(?: |$)(?!aloud|out))"
    rf"|(?:whisper|read|voice)(?= ?:? ?{MARK})|read (?:aloud|out\b|me |to me|the (?:words|text|following|line)"
    rf"|(?:this|it) (?:aloud|out))",
    re.IGNORECASE,
)
_NARRATE_IT = re.compile(rf"(?:narrate|voice|describe) {TARGET}", re.IGNORECASE)
_NEW_ORDER = re.compile(
    r"(?:make|create|generate|draw|paint|design|produce) (?:me |us )?(?:an?|the|some|my|\d{1,2}|two|three) ",
    re.IGNORECASE,
)
_CHANGING_VERB = re.compile(
    r"(?:add|remove|delete|erase|replace|swap|change|turn|crop|zoom|rotate|flip|mirror|blur|sharpen|brighten"
    r"|darken|lighten|enlarge|"
    r"upscale|enhance|extend|lengthen|shorten|continue|vary|redo|retry|repeat|regenerate|recolou?r|colou?r"
    r"|fix|use|put|give|keep|move|"
    r"drop|lose|get rid|take (?:out|away|off)|switch|cut|trim|tilt|soften|simplify|improve|convert|undo"
    r"|increase|decrease|reduce|raise|"
    r"lower|tone|boost|straighten|center|speed|slow (?:it|this|that|down)|an? different|i (?:don.t like|hate)"
    r"|speak|more|less|fewer|another|again|same|the same"
    r"|without|no|too|not|one more|"
    r"once more|different|something (?:else|different)|much|even|way|a (?:bit|little|lot|touch|tad)|slightly"
    r"|whispered|read (?:it|that|this)"
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
    rf"(?:(?:an?|the) )?(?:(?:bit|little|much|slightly) )*(?P<how>more|less|\w+er) (?:[\w-]+ )?(?:{NOUN})$",
    re.IGNORECASE,
)
_SAYING = re.compile(r"(?:saying|says|that says|which says|reading|:)", re.IGNORECASE)
_SHORT_WORDS, _SENTENCE_WORDS = 12, 30
_MADE_FROM = re.compile(rf"\b(?:of|from) {TARGET}", re.IGNORECASE)


def is_definite_change(text: str) -> bool:
    """`make it …`, `animate the second one`: a change even where nothing exists yet."""
    return bool(_DEFINITE_CHANGE.match(text))


def is_reference(text: str) -> bool:
    """`The first one`, and nothing more."""
    return bool(_TARGET_START.fullmatch(text))


def begins_new_order(text: str) -> bool:
    """`draw a dog`."""
    return bool(_NEW_ORDER.match(text))


def refers_back(text: str) -> bool:
    """`a poster of it`."""
    return bool(_MADE_FROM.search(text))


def has_words(text: str) -> bool:
    """More than politeness is left."""
    return any(char.isalnum() or ord(char) > 0x2190 for char in strip_leads(text))


def head_of(text: str) -> Head | None:
    """The head of the text; after a leading `with` only a narration counts."""
    if text[:5].lower() == "with ":
        head = find_head(text[5:])
        return head if head and comes_with(head) else None
    return find_head(text)


def comes_with(head: Head) -> bool:
    """`with a narration` is a wish; `a wall with a picture` is scenery."""
    if head.noun.kind is Kind.SPEECH:
        return head.noun.singular not in {"voice", "audio"} or bool(_SAYING.match(head.after))
    return head.noun.kind is Kind.VIDEO and bool(re.match(rf"(?:of|from) {TARGET}", head.after, re.IGNORECASE))


def orders_speech(text: str) -> bool:
    """`say …`, `read aloud …`, `narrate it`."""
    return bool(_SPEECH_ORDER.match(text) or _NARRATE_IT.match(text))


def is_exact_action(text: str) -> bool:
    """`another video`, `animate it`; not `a video of it`, which is a wish with a reference."""
    action = read_change(text[:200]).action
    return action is not Action.EDIT and not (action is Action.ANIMATE and text[:2].lower() == "a ")


def changes_with_noun(text: str, head: Head) -> bool:
    """A kind noun inside a change: `add a picture of a cat`, `a darker picture`, `the video is too short`."""
    if text[:4].lower() == "add ":
        return head.noun.kind is Kind.IMAGE
    compared = _COMPARED_NOUN.match(text)
    if compared and (compared["how"].lower() in COMPARATIVES or compared["how"].lower() in {"more", "less"}):
        return True
    return bool(_TARGET_START.match(text)) and not _OF_SOMETHING.match(text)


def is_label(text: str) -> bool:
    """`…, video`: the kind of what stands before, not a wish of its own."""
    return text.lower().removeprefix("as ").removeprefix("a ") in {
        "video",
        "clip",
        "animation",
        "gif",
        "movie",
        "timelapse",
    }


def is_change(text: str) -> bool:
    """Under something that exists, the text reads as a change of it."""
    words = text.split()
    if opens_change(text) or (_PREPOSITION.match(text) and len(words) <= _SHORT_WORDS):
        return True
    if len(words) > _SENTENCE_WORDS:
        return False
    if _TARGET_START.match(text) and not _OF_SOMETHING.match(text):
        return True
    return bool(_SHOULD.match(text) or _VERSION.match(text) or text.lower().endswith(" instead"))


def opens_change(text: str) -> bool:
    """The text begins with words that only a change begins with."""
    words = [word.strip(",.!?").lower() for word in text.split(maxsplit=_SHORT_WORDS)]
    if _CHANGING_VERB.match(text) or words[0] in COMPARATIVES:
        return True
    describing = [
        word for word in words if word in ADJECTIVES or word.endswith("ish") or word in {"and", "or", "very", "really"}
    ]
    if len(words) <= _SHORT_WORDS and len(describing) == len(words):
        return True
    return text.lower() in SCENES or (len(words) <= _SHORT_WORDS and not read_aspect(text)[1].strip())
