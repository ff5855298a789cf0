"""What a planner call costs, and what it may cost at most."""

import json
from math import ceil
from typing import Any

from core.agent.catalogue import Price
from core.agent.messages import Usage

BYTES_PER_TOKEN = 3
"""Generous: English has 4 to 5 bytes a token, Chinese about 4; counting bytes instead of characters covers both."""


def used(price: Price, input_tokens: int | None, output_tokens: int | None) -> Usage:
    """A call's usage at the service's price. Cached input is counted in full, so the sum is never too low."""
    tokens_in, tokens_out = input_tokens or 0, output_tokens or 0
    return Usage(tokens_in, tokens_out, price.tokens_micros(text_in=tokens_in, out=tokens_out))


def highest_micros(price: Price, size_bytes: int, most_out: int) -> int:
    """The most that a request of this size can cost: all of it as input, and every token that it allows as output."""
    return price.tokens_micros(text_in=ceil(size_bytes / BYTES_PER_TOKEN), out=most_out)


def size_bytes(told: Any) -> int:
    """As it travels."""
    return len(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))
