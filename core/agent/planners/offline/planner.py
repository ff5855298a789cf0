"""The offline planner: reads the newest request by rules, and answers with calls or with a sentence."""

import re
from collections.abc import Mapping
from dataclasses import replace

from core.agent.messages import Message, OnText, Role, Turn
from core.agent.planners.offline import making, replies
from core.agent.planners.offline.actions import Action
from core.agent.planners.offline.changes import Change, read_change
from core.agent.planners.offline.clauses import Clause, Nature, clauses, subject_of
from core.agent.planners.offline.conversation import Conversation, last_attempt_failed, read, results_since_newest
from core.agent.planners.offline.fragments import Fragment, clean, flatten, split
from core.agent.planners.offline.plan import MOST_CALLS, Plan
from core.agent.planners.offline.quotes import Quoted, mask
from core.agent.planners.offline.refinements import refine
from core.agent.planners.offline.wishes import Wish, counted, read_wish, shaped
from core.agent.tools import ToolSpec
from core.providers.base import Kind

_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_LETTERS = re.compile(r"[^\W\d_]")
_WISHES = frozenset({Nature.WISH, Nature.SPEECH})
_SHORT = 60
_MOST_CLAUSES = 2 * MOST_CALLS
"""More than can become calls; the rest of an endless list is not worth reading."""


class OfflinePlanner:
    """Rules in place of a language model. Stateless: whatever it knows is in the messages."""

    async def next(
        self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...], *, on_text: OnText | None = None
    ) -> Turn:
        """Plan the newest request, or close the creation when its calls have been carried out."""
        conversation = read(messages)
        if conversation is None:
            return Turn(replies.WELCOME)
        if messages[-1].role is not Role.USER:
            return Turn(replies.closing(messages, results_since_newest(messages)))
        return _offered(_answer(conversation), tools)

    def highest_price(self, messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]) -> int:
        """Rules cost nothing."""
        return 0


def _offered(turn: Turn, tools: tuple[ToolSpec, ...]) -> Turn:
    names = {tool.name.value for tool in tools}
    return turn if all(call.name in names for call in turn.calls) else Turn(replies.NOT_OFFERED)


def _answer(conversation: Conversation) -> Turn:
    text = clean(conversation.newest.text)
    quoted = mask(text)
    flat = flatten(quoted.text)
    if not flat.strip() and conversation.inputs:
        return Turn(replies.WHAT_WITH_INPUT)
    if (said := replies.answer(flat)) and not (_speech_is_chosen(conversation) and replies.says_something(flat)):
        return Turn(said)
    plan = Plan(conversation)
    _fill(plan, conversation, Quoted(flat, quoted.quotations))
    return Turn(calls=plan.tool_calls()) if plan.calls else Turn(" ".join(dict.fromkeys(plan.excuses)) or replies.HELP)


def _speech_is_chosen(conversation: Conversation) -> bool:
    """Then even `hello` is a text to speak, and no greeting."""
    return dict(conversation.newest.settings).get("kind") == Kind.SPEECH


def _fill(plan: Plan, conversation: Conversation, quoted: Quoted) -> None:
    if _asks_again(quoted.text) and not conversation.inputs and last_attempt_failed(conversation.before):
        _retry(plan, conversation)
        return
    settings = dict(conversation.newest.settings)
    found = _clauses(quoted.text, thread=plan.newest() is not None)
    wishes = [read_wish(clause, quoted, settings) for clause in found if clause.nature in _WISHES]
    if _speech_is_chosen(conversation) and not any(clause.nature is Nature.CHANGE for clause in found):
        _speak(plan, quoted, found, settings)
        return
    setting = next((clause for clause in found if clause.nature is Nature.SETTING), None)
    ready = making.with_subjects(
        shaped(counted(wishes, settings)), quoted.restore(subject_of(setting)) if setting else ""
    )
    _carry_out(plan, quoted, found, making.in_order(ready, plan), settings)


def _carry_out(
    plan: Plan, quoted: Quoted, found: tuple[Clause, ...], wishes: list[Wish], settings: Mapping[str, str]
) -> None:
    """Clause by clause, so that `make it darker and animate it` animates the darker picture."""
    coming = iter(wishes)
    for clause in found:
        if clause.nature is Nature.CHANGE:
            refine(plan, _change(clause, quoted), settings)
        elif clause.nature in _WISHES:
            making.make(plan, next(coming))


def _change(clause: Clause, quoted: Quoted) -> Change:
    change = read_change(clause.text)
    return replace(
        change, instruction=quoted.restore(change.instruction), description=quoted.restore(change.description)
    )


def _speak(plan: Plan, quoted: Quoted, found: tuple[Clause, ...], settings: Mapping[str, str]) -> None:
    """The person chose speech outside the words: what is no order for a narration is the text to speak."""
    natural = {**settings, "kind": ""}
    wishes = [read_wish(clause, quoted, natural) for clause in found if clause.nature in _WISHES]
    speeches = [wish for wish in wishes if wish.kind is Kind.SPEECH]
    whole = read_wish(Clause(Nature.WISH, (Fragment("", quoted.text),)), quoted, settings)
    for wish in making.with_subjects(counted(speeches or [whole], settings), ""):
        making.make(plan, wish)


def _clauses(text: str, *, thread: bool) -> tuple[Clause, ...]:
    """The rules know English: a text mostly in another script describes one picture as a whole."""
    letters = len(_LETTERS.findall(text))
    if letters and len(_LATIN.findall(text)) * 2 < letters:
        return (Clause(Nature.WISH, (Fragment("", text),)),)
    return clauses(split(text), thread=thread)[:_MOST_CLAUSES]


def _asks_again(text: str) -> bool:
    return len(text) < _SHORT and read_change(text).action is Action.AGAIN


def _retry(plan: Plan, conversation: Conversation) -> None:
    """`Try again` after a creation that made nothing: the request before is planned once more."""
    earlier = read(conversation.before)
    if earlier is not None:
        quoted = mask(clean(earlier.newest.text))
        _fill(plan, earlier, Quoted(flatten(quoted.text), quoted.quotations))
