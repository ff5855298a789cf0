"""Counts tokens roughly: four characters each."""

import json
from typing import Any

CACHE_STEP = 128
CACHE_LEAST = 1_024
"""A prefix is cached from 1,024 tokens on, in steps of 128: https://developers.openai.com/api/docs/guides/prompt-caching"""


def count(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text) // 4)


def cut(text: str, tokens: int) -> str:
    """As much of a text as these tokens hold."""
    return text[: tokens * 4]


class PromptCache:
    """Remembers the last prompts per model, and how much of a new one they share."""

    def __init__(self) -> None:
        self._prompts: dict[str, list[str]] = {}

    def read(self, model: str, prompt: Any) -> tuple[int, int]:
        """Tokens of this prompt, and how many of them were cached."""
        text = json.dumps(prompt, sort_keys=True)
        known = self._prompts.setdefault(model, [])
        shared = max((_shared(text, earlier) // 4 for earlier in known), default=0)
        known.append(text)
        del known[:-20]
        return count(text), shared // CACHE_STEP * CACHE_STEP if shared >= CACHE_LEAST else 0


def _shared(one: str, other: str) -> int:
    """Characters that two texts begin with alike, by halving: prompts are long, and compared with twenty others."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[:middle] == other[:middle] else (least, middle - 1)
    return least
