"""Reading a wish: its kind, what it shows, how often, and what it refers to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.agent.planners.offline.clauses import Clause, Nature
from core.agent.planners.offline.delivery import Delivery, cut_voice, read_delivery, read_spoken, whole_text_spoken
from core.agent.planners.offline.fragments import tidy
from core.agent.planners.offline.heads import Head, find_head, strip_leads
from core.agent.planners.offline.quotes import Quoted
from core.agent.planners.offline.targets import TARGET, Target, read_target
from core.agent.planners.offline.traits import Traits, read_style, read_traits, with_settings
from core.agent.planners.offline.words import EMPTY_ADJECTIVES, ROLES, Noun
from core.providers.base import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Something new to make."""

    kind: Kind
    prompt: str = ""
    """What to show, in the person's words; empty where they only named a kind."""
    subject: str = ""
    """What it is about, for wishes beside it that name no subject."""
    count: int = 1
    traits: Traits = field(default_factory=Traits)
    target: Target | None = None
    """What it is made from: `a video of it`."""
    spoken: str = ""
    delivery: Delivery = field(default_factory=Delivery)


_PREPOSITION = re.compile(r"(?:of|showing|depicting|featuring|about|with|:)(?: |$)", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:of|about|for|showing|depicting|featuring|describing|on|with|in|:)(?: |$)", re.IGNORECASE)
_REFERENCE = re.compile(
    rf"(?:\b(?:to go|that goes|which goes|to go along|along) with {TARGET}"
    rf"|\b(?:of|from|using|based on|out of|for|about|with|on|to|in|like|describing|made from|made of) "
    rf"{TARGET})(?! {'(?:of|for|about) '})",
    re.IGNORECASE,
)
_TARGET = re.compile(TARGET, re.IGNORECASE)
_OBJECT = re.compile(rf"(?:narrate|voice|describe|speak|read) (?P<target>{TARGET})", re.IGNORECASE)
_ORDER = re.compile(r"(?:animate|film) (?=\w)", re.IGNORECASE)
_LABEL = re.compile(r", (?:as )?(?:a )?(?:video|clip|animation|gif|movie|timelapse)$", re.IGNORECASE)
_LASTING = re.compile(r"(?:^|, )[\w.]+[ -]?(?:seconds?|secs?|s|minutes?)(?: long)?(?=$|,)", re.IGNORECASE)
"""A length that stands alone between commas: only a video has one."""
_SOMETHING = re.compile(
    r"(?:something|anything|a (?:few words|sentence|line|story|poem))\b ?(?:(?:about|on|for|of) )?", re.IGNORECASE
)


def read_wish(clause: Clause, quoted: Quoted, settings: Mapping[str, str]) -> Wish:
    """Understand a clause that wishes for something new. Settings win over the words."""
    text = clause.text.removeprefix("with ").removeprefix("With ") if _head(clause.text) is None else clause.text
    wish = _order(text, quoted) if clause.nature is Nature.SPEECH else _wish(text, quoted)
    return _as_set(wish, quoted.restore(text), settings)


def counted(wishes: list[Wish], settings: Mapping[str, str]) -> list[Wish]:
    """The chosen count goes to the main kind: a picture three times needs its narration only once."""
    count = with_settings(Traits(), settings).count
    main = next((wish.kind for wish in wishes if wish.kind is not Kind.SPEECH), Kind.SPEECH)
    return [replace(wish, count=count) if count and wish.kind is main else wish for wish in wishes]


def shaped(wishes: list[Wish]) -> list[Wish]:
    """`A lighthouse and a narration, wide`: a voice has no shape, so the word is meant for what is seen."""
    shape = next((wish.traits.aspect for wish in wishes if wish.kind is Kind.SPEECH and wish.traits.aspect), None)
    if shape is None:
        return wishes
    return [replace(wish, traits=replace(wish.traits, aspect=wish.traits.aspect or shape)) for wish in wishes]


def _wish(text: str, quoted: Quoted) -> Wish:
    head = find_head(text)
    if head and head.noun.kind is Kind.SPEECH:
        return _speech(text, quoted, head)
    if head:
        return _named(text, quoted, head.noun)
    return _unnamed(text, quoted)


def _named(text: str, quoted: Quoted, noun: Noun) -> Wish:
    """`a wide poster of a lighthouse`."""
    traits, rest = read_traits(strip_leads(text), timed=noun.kind is Kind.VIDEO)
    head = find_head(rest)
    if head is None or head.noun.kind is not noun.kind:
        return Wish(kind=noun.kind, prompt=quoted.restore(rest), subject=quoted.restore(rest), traits=traits)
    reference = _REFERENCE.search(head.after)
    after = tidy(_REFERENCE.sub("", head.after, count=1)) if reference else head.after
    styled = replace(traits, style=traits.style or read_style(rest, head.noun.singular))
    return Wish(
        kind=noun.kind,
        prompt=quoted.restore(_prompt(rest, head, after, referring=bool(reference))),
        subject=quoted.restore(_subject(head, after)),
        count=max(head.count, traits.count or 1),
        traits=styled,
        target=_target(reference[0]) if reference else None,
    )


def _prompt(rest: str, head: Head, after: str, *, referring: bool) -> str:
    """Keep the person's words; `an image of` says nothing that the call does not say already."""
    meaning = head.noun.telling or _shows_something(head.before) or (_says_something(head.before) and not referring)
    if not meaning:
        return _sentence(_PREPOSITION.sub("", after, count=1))
    phrase = f"{head.phrase}{'' if after[:1] in {',', ':', ''} else ' '}{after}".strip()
    return _sentence(f"{_article(head, phrase)} {phrase}")


def _article(head: Head, phrase: str) -> str:
    """The article that fits once count and shape are gone: `three icons` and `a square icon` are `an icon`."""
    several = head.count > 1 or head.article == "another"
    if not several and (head.article not in {"a", "an"} or not phrase[:1].isalpha()):
        return head.article
    return "an" if phrase[:1].lower() in "aeiou" else "a"


def _subject(head: Head, after: str) -> str:
    if found := _SUBJECT.match(after):
        return _sentence(after[found.end() :])
    words = [word for word in head.before.split() if word.lower() not in EMPTY_ADJECTIVES | ROLES]
    return " ".join(words)


def _says_something(before: str) -> bool:
    return any(word.lower() not in EMPTY_ADJECTIVES for word in before.split())


def _shows_something(before: str) -> bool:
    return any(word.lower() not in EMPTY_ADJECTIVES | ROLES for word in before.split())


def _sentence(text: str) -> str:
    tidied = tidy(text)
    return tidied if tidied.endswith("..") else tidied.rstrip(" .?!")


def _unnamed(text: str, quoted: Quoted) -> Wish:
    """No kind is named, so a picture; but `animate a cat` and `…, 10 seconds long` are videos."""
    bare = strip_leads(text)
    order, label = _ORDER.match(bare), _LABEL.search(bare)
    timed = bool(order or label or _LASTING.search(bare))
    words = bare[order.end() if order else 0 : label.start() if label else len(bare)]
    traits, rest = read_traits(words, timed=timed)
    rest = rest.removeprefix("of ") if timed else rest
    prompt = quoted.restore(_sentence(rest)) or quoted.restore(text)
    kind = Kind.VIDEO if timed else Kind.IMAGE
    return Wish(kind=kind, prompt=prompt, subject=prompt, count=traits.count or 1, traits=traits)


def _speech(text: str, quoted: Quoted, head: Head) -> Wish:
    """`a short narration saying …`."""
    spoken, around = read_spoken(quoted, head.after, command=False)
    traits, _ = read_traits(around, timed=False)
    reference = _REFERENCE.search(around)
    subject = "" if reference else _subject(head, tidy(around)) if _SUBJECT.match(tidy(around)) else ""
    return Wish(
        kind=Kind.SPEECH,
        subject=quoted.restore(subject),
        count=head.count,
        traits=traits,
        target=_target(reference[0]) if reference else None,
        spoken=spoken,
        delivery=read_delivery(f"{head.before} {around}"),
    )


def _order(text: str, quoted: Quoted) -> Wish:
    """`say hello in a deep male voice`."""
    bare = strip_leads(text)
    if found := _OBJECT.match(bare):
        target = read_target(found["target"])
        if not (rest := tidy(bare[found.end() :])) or rest.lower() in {"aloud", "out loud"}:
            return Wish(kind=Kind.SPEECH, target=target)
    spoken, around = read_spoken(quoted, bare, command=True)
    whisper = " whispering" if bare[:7].lower() == "whisper" else ""
    delivery = read_delivery(around.removeprefix("say") + whisper)
    if about := _SOMETHING.match(spoken):
        return Wish(kind=Kind.SPEECH, subject=spoken[about.end() :].strip(), delivery=delivery)
    return Wish(kind=Kind.SPEECH, spoken=spoken, subject=spoken, delivery=delivery)


def _target(words: str) -> Target:
    found = _TARGET.search(words)
    return read_target(found[0] if found else "")


def _head(text: str) -> Head | None:
    return find_head(text)


def _as_set(wish: Wish, text: str, settings: Mapping[str, str]) -> Wish:
    """The wish with what the person chose outside the words."""
    wish = replace(wish, traits=with_settings(wish.traits, settings))
    if voice := cut_voice(settings.get("voice", "")):
        wish = replace(wish, delivery=Delivery(voice, wish.delivery.manner))
    kind = settings.get("kind", "")
    if kind == Kind.SPEECH and wish.kind is not Kind.SPEECH:
        spoken, around = whole_text_spoken(text)
        return replace(wish, kind=Kind.SPEECH, spoken=spoken, delivery=read_delivery(around).over(wish.delivery))
    if kind in {Kind.IMAGE, Kind.VIDEO} and wish.kind in {Kind.IMAGE, Kind.VIDEO}:
        return replace(wish, kind=Kind(kind))
    return wish
