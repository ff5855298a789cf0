"""What the planner says itself: greetings answered, results presented, refusals explained."""

import re
from collections import Counter

from core.agent.messages import Message
from core.agent.planners.offline.conversation import facts
from core.agent.tools import TOOLS
from core.providers.base import Kind, Tool

HELP = (
    "I make pictures, videos and spoken words. Ask for “a lighthouse at dusk, wide, with a short narration”, "
    "and reply to anything I made to change it: “darker”, “animate it”, “another one”."
)
WELCOME = "Hello! " + HELP
THANKED = "You are welcome. Reply whenever you would like a change or something new."
PRAISED = "I am glad that you like it. Reply whenever you would like a change or something new."
GOING_BACK = "Nothing is lost: reply to any earlier version, and I will go on from there."
NOTHING_YET = "There is nothing here to change yet. Tell me what to make, and I will start with that."
NO_VIDEO = "There is no video here that I could change. Say “animate it” or ask for a video first."
NOT_SHORTER = "A video that you brought along can be changed or made longer here, but not shorter."
NO_IMAGE = "There is no picture here to work from yet. Attach one, or tell me what it should show."
NO_SPEECH = "There is no spoken text here yet. Ask for a narration, with the words in quotation marks."
WHAT_WITH_INPUT = (
    "What shall I do with it? For example “make it look like winter”, “animate it” or “a poster from this”."
)
NOT_OFFERED = "I cannot do that here. Ask me for something else, and I will try."
ONLY_PICTURES_AND_VIDEOS = (
    "Only pictures and videos can be made larger. For a voice, say “slower” or “with a female voice”."
)
NEED_THE_WORDS = "I can speak other words, but you have to write them: say “…” instead."

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|howdy|yo|good (?:morning|afternoon|evening)|greetings)(?: (?:there|easel|all"
    r"|everyone|you))?",
    re.IGNORECASE,
)
_THANKS = re.compile(r"(?:many )?(?:thanks|thank you|thx|cheers|ty)(?: (?:so|very) much| a lot| easel)?", re.IGNORECASE)
_PRAISE = re.compile(
    r"(?:(?:it|that|this|they) ?(?:'s|’s|is|looks?)? )?(?:(?:very|really|so|looks?|pretty) )?(?:great|nice"
    r"|perfect|cool|good|awesome|"
    r"beautiful|lovely|wow|amazing|ok|okay|got it|well done|i (?:really )?(?:like|love) it|love it|like it)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:(?:what|who|how|why|when|where)(?:'s|’s)? (?:can|do|does|are|is|did|should|will|would|much|many|was|were)\b"
    r"|(?:are|do|does|did|is) (?:you|there)\b|(?:can|could) you (?:tell|explain|help)\b|help\b|what else\b)",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"yes|no|nope|sure|less|maybe", re.IGNORECASE)
_BACK = re.compile(r"(?:undo|revert|go back)(?: .{0,60})?", re.IGNORECASE)
_FILLER = re.compile(
    r"(?:and )?(?:then|finally|lastly|next|also|first|please|(?:please )?(?:create|make|generate|draw)(?: "
    r"me)?(?: the following)?)",
    re.IGNORECASE,
)
_SHORT_QUESTION_WORDS = 12
_ANSWERS = (
    (_GREETING, WELCOME),
    (_THANKS, THANKED),
    (_PRAISE, PRAISED),
    (_BACK, GOING_BACK),
    (_VAGUE, HELP),
    (_FILLER, HELP),
)
_SENTENCE = re.compile(r"[A-Z][^{}\[\]<>_\n]{3,200}[.!]")
_WORDS = {Kind.IMAGE: "picture", Kind.VIDEO: "video", Kind.SPEECH: "narration"}


def is_small_talk(text: str) -> bool:
    """Greetings, thanks, praise and fillers: words that ask for nothing."""
    bare = text.strip(" ,.!?…")[:80]
    return any(pattern.fullmatch(bare) for pattern in (_GREETING, _THANKS, _PRAISE, _FILLER))


def answer(text: str) -> str:
    """The reply to a greeting, thanks or a question; empty where the text is a wish."""
    bare = text.strip(" ,.!?…")
    for pattern, reply in _ANSWERS:
        if pattern.fullmatch(bare[:80]) and len(bare) <= 80:
            return reply
    question = len(bare.split()) <= _SHORT_QUESTION_WORDS and _QUESTION.match(bare)
    return HELP if question or not says_something(bare) else ""


def says_something(text: str) -> bool:
    """A letter, a figure or a picture character such as 🦊."""
    return any(char.isalnum() or ord(char) > 0x2190 for char in text)


def closing(messages: tuple[Message, ...], results: tuple[Message, ...]) -> str:
    """One plain sentence about what the calls have brought."""
    tools = {call.id: call.name for message in messages for call in message.calls}
    made = Counter(
        _kind(facts(result), tools.get(result.call_id, "")) for result in results if "asset_id" in facts(result)
    )
    failed = [result for result in results if "asset_id" not in facts(result)]
    if not made:
        return _sorry(failed, tools, "") + " Try again, or say it in other words."
    presented = (
        f"Here {'is' if sum(made.values()) == 1 else 'are' if _several_first(made) else 'is'} {_presented(made)}."
    )
    excuse = f" {_sorry(failed, tools, 'But ')}" if failed else ""
    return f"{presented}{excuse} Reply to change anything."


def _several_first(made: Counter[Kind]) -> bool:
    return next(made[kind] for kind in _WORDS if made[kind]) > 1


def _presented(made: Counter[Kind]) -> str:
    things = [_thing(kind, made[kind], first=not made[kind]) for kind in _WORDS if made[kind]]
    things[0] = things[0].replace("the ", "your ", 1)
    if made[Kind.SPEECH] and len(things) > 1:
        things[-1] += " to go with " + ("it" if sum(made.values()) - made[Kind.SPEECH] == 1 else "them")
    return things[0] if len(things) == 1 else ", ".join(things[:-1]) + ", and " + things[-1]


def _thing(kind: Kind, count: int, *, first: bool) -> str:
    return f"the {_WORDS[kind]}" if count == 1 else f"the {count} {_WORDS[kind]}s"


def _kind(result: dict[str, object], tool: str) -> Kind:
    named = {kind.value: kind for kind in _WORDS}.get(str(result.get("kind")))
    return named or _makes(tool) or Kind.IMAGE


def _makes(tool: str) -> Kind | None:
    return TOOLS[Tool(tool)].makes if tool in list(Tool) else None


def _sorry(failed: list[Message], tools: dict[str, str], lead: str) -> str:
    kinds = Counter(_makes(tools.get(result.call_id, "")) for result in failed)
    names = [_thing(kind, kinds[kind], first=False) for kind in _WORDS if kinds[kind]] or ["that"]
    sentence = f"{lead}{' and '.join(names)} did not work out."
    reason = next((text for result in failed if _SENTENCE.fullmatch(text := str(facts(result).get("error", "")))), "")
    return (sentence if lead else sentence[:1].upper() + sentence[1:]) + (
        f" {reason}" if reason and _for_people(reason) else ""
    )


def _for_people(reason: str) -> bool:
    """Errors of arguments and code stay out of what the person reads."""
    return not any(
        word in reason.lower() for word in ("validation", "traceback", "exception", "argument", "field", "http")
    )
