"""What Discord says no with, sorted: never again, too large, too often."""

from collections.abc import Iterator
from contextlib import contextmanager

import discord

from core.errors import Unreachable

TOO_LARGE = 40005
TOO_MANY_EDITS = 30046
"""Of a message older than an hour. https://docs.discord.com/developers/topics/opcodes-and-status-codes#json."""
GONE = frozenset({10003, 10008})
REMOVED = frozenset({10004})
PASSES = frozenset({401, 408, 429})
"""A token being changed, a slow line, a rate limit: another time it may work."""


@contextmanager
def sorted_out() -> Iterator[None]:
    """Raise `Unreachable` where asking again would never help; anything else stays what it was."""
    try:
        yield
    except discord.HTTPException as error:
        if reason := hopeless(error):
            raise Unreachable(reason) from error
        raise


def hopeless(error: discord.HTTPException) -> str:
    """Why it will never work; empty where it may. Without a code of Discord's it is a proxy that speaks."""
    if not error.code or error.status in PASSES or error.status >= 500 or is_too_large(error):
        return ""
    if error.code in REMOVED:
        return "removed"
    if error.code in GONE or error.status == 404:
        return "gone"
    return "forbidden" if error.status == 403 else f"refused {error.code}"


def is_too_large(error: discord.HTTPException) -> bool:
    """Whether the files are what Discord does not take."""
    return error.code == TOO_LARGE or error.status == 413


def is_edited_out(error: Exception) -> bool:
    """Whether a message takes no more edits for now."""
    return isinstance(error, discord.HTTPException) and error.code == TOO_MANY_EDITS
