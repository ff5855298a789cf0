"""A person's tags, written in one field: `jazz, blue sky`."""

import re
from collections.abc import Sequence

FIELD_MAX = 400
HINT = "With commas between: jazz, blue sky. Find them with tag:jazz."
_BETWEEN = re.compile(r"[,;\n#]+")


def names(text: str) -> list[str]:
    """What was written, name by name; the tags' own desk says which of them can be."""
    return [each.strip() for each in _BETWEEN.split(text) if each.strip()]


def field(tags: Sequence[str]) -> str:
    """Tags as they stand in the field."""
    return ", ".join(tags)


def told(tags: Sequence[str]) -> str:
    """Tags as they stand below an asset; empty for none."""
    return " ".join(f"#{each}" for each in tags)
