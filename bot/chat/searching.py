"""How a search goes on while it is typed: the values of `tag:` and `in:`, and the keys themselves."""

from collections.abc import Iterator, Sequence

KEYS = ("kind:", "is:favourite", "tag:", "in:", "made:", "model:", "aspect:", "on:", "rated:up", "by:workspace")


def completions(typed: str, tags: Sequence[str], collections: Sequence[str], longest: int) -> list[str]:
    """Whole searches that begin with what was typed; first what was typed itself. None is longer than `longest`."""
    before, last = _last(typed)
    found = [typed.strip()] if typed.strip() else []
    found += [f"{before}{end}" for end in _ends(last, tags, collections)]
    return [each for each in dict.fromkeys(found) if len(each) <= longest]


def key(typed: str) -> str:
    """The key whose value is being typed; empty while it is a word, or a key itself."""
    name, colon, _ = _last(typed)[1].partition(":")
    return name.lower() if colon else ""


def quoted(name: str) -> str:
    """A name as the value of a key: in quotes where it has spaces."""
    return f'"{name}"' if " " in name else name


def _last(typed: str) -> tuple[str, str]:
    """What stands, and the word that is being typed: from an open quote on, spaces belong to it."""
    at = typed.rfind('in:"')
    start = at if at >= 0 and typed.count('"', at) == 1 else typed.rfind(" ") + 1
    return typed[:start], typed[start:]


def _ends(last: str, tags: Sequence[str], collections: Sequence[str]) -> Iterator[str]:
    name, colon, value = last.partition(":")
    begun = value.strip('"').casefold()
    if not colon:
        yield from (each for each in KEYS if each.startswith(last.casefold()))
    elif name.lower() == "tag":
        yield from (f"tag:{each}" for each in tags if begun in each)
    elif name.lower() == "in":
        yield from (f"in:{quoted(each)}" for each in collections if begun in each.casefold())
