"""Why something is not made, per category of OpenAI's moderation, in words that judge nobody.

Categories: https://developers.openai.com/api/docs/guides/moderation
"""

from collections.abc import Sequence

_HELP = "If you are having a hard time, talking to someone can help: findahelpline.com lists free, confidential lines."
_SENTENCES = {
    "sexual/minors": "Easel does not make anything sexual that involves children or teenagers.",
    "self-harm/intent": f"Easel does not make this. {_HELP}",
    "self-harm/instructions": f"Easel does not make anything that explains self-harm. {_HELP}",
    "self-harm": f"Easel does not make anything that shows or encourages self-harm. {_HELP}",
    "hate/threatening": "Easel does not make threats against groups of people.",
    "hate": "Easel does not make anything that attacks people for who they are.",
    "harassment/threatening": "Easel does not make threats against people.",
    "harassment": "Easel does not make anything that attacks or mocks a person.",
    "illicit/violent": "Easel does not make guides to weapons or violence.",
    "illicit": "Easel does not make guides to things that are against the law.",
    "sexual": "Easel does not make sexual content.",
    "violence/graphic": "Easel does not make graphic violence.",
    "violence": "Easel does not make scenes of serious violence.",
}
_OTHER = "It is against the rules for what may be made here."
_ASK = "Different words may work."
_FINAL = {"sexual/minors", "self-harm", "self-harm/intent", "self-harm/instructions"}
"""Where it would be wrong to suggest another wording."""


def sentence_for(categories: Sequence[str]) -> str:
    """The sentence for the gravest of the flagged categories."""
    flagged = {_plain(each) for each in categories}
    grave = next((name for name in _SENTENCES if _plain(name) in flagged), None)
    sentence = _SENTENCES[grave] if grave else _OTHER
    return sentence if grave in _FINAL else f"{sentence} {_ASK}"


def _plain(category: str) -> str:
    """`self_harm` and `self-harm` are the same: the SDK and the platform spell them differently."""
    return category.lower().replace("_", "-").replace("/", "-")
