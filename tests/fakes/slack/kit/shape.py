"""The small language in which Block Kit is written down here: a check looks at one value and notes what is wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One fault, in the form `blocks.validate` answers with (docs.slack.dev/reference/methods/blocks.validate)."""

    pointer: str
    message: str
    code: str = "failed_constraint"

    def line(self) -> str:
        """As it stands in `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"

    def described(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "message": self.message}


@dataclass(slots=True, kw_only=True)
class Findings:
    """What one check of one surface found, and what the checks need to know of it."""

    surface: str
    """`message`, `modal` or `home`."""
    file_fault: Callable[[str], str | None] = lambda _: None
    """Why a Slack file, named by id or URL, cannot be shown here."""
    issues: list[Issue] = field(default_factory=list)
    error: str | None = None
    """An error that has its own name instead of `invalid_blocks`."""

    def add(self, pointer: str, message: str) -> None:
        self.issues.append(Issue(pointer=pointer, message=message))


Check = Callable[[Any, str, Findings], None]


@dataclass(frozen=True, slots=True)
class Needed:
    """A field that must be there."""

    check: Check


def text(most: int | None = None, least: int = 0) -> Check:
    def check(value: Any, at: str, found: Findings) -> None:
        if not isinstance(value, str):
            found.add(at, "must provide a string")
        elif len(value) < least:
            found.add(at, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            found.add(at, f"must be less than {most + 1} characters")

    return check


def matching(pattern: str, said: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: Any, at: str, found: Findings) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            found.add(at, said)

    return check


def whole(least: int | None = None, most: int | None = None) -> Check:
    def check(value: Any, at: str, found: Findings) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            found.add(at, "must provide a number")
        elif (least is not None and value < least) or (most is not None and value > most):
            found.add(at, f"must be between {least} and {most}")

    return check


def number(value: Any, at: str, found: Findings) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        found.add(at, "must provide a number")


def truth(value: Any, at: str, found: Findings) -> None:
    if not isinstance(value, bool):
        found.add(at, "must provide a boolean")


def one_of(*words: str) -> Check:
    def check(value: Any, at: str, found: Findings) -> None:
        if value not in words:
            found.add(at, f"must be one of {', '.join(words)}")

    return check


def url(most: int = 3000, schemes: tuple[str, ...] = ("http", "https")) -> Check:
    def check(value: Any, at: str, found: Findings) -> None:
        if not isinstance(value, str) or not _is_url(value, schemes):
            found.add(at, "must be a valid URL")
        elif len(value) > most:
            found.add(at, f"must be less than {most + 1} characters")

    return check


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    if any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path)


def many(item: Check, least: int = 0, most: int | None = None) -> Check:
    def check(value: Any, at: str, found: Findings) -> None:
        if not isinstance(value, list):
            found.add(at, "must provide an array")
            return
        if len(value) < least:
            found.add(at, f"no fewer than {least} items required")
        if most is not None and len(value) > most:
            found.add(at, f"no more than {most} items allowed")
        for index, one in enumerate(value):
            item(one, f"{at}/{index}", found)

    return check


def fields(known: Mapping[str, Check | Needed], *rules: Check) -> Check:
    """An object with these fields and no others; the rules look at the whole once the fields are right."""

    def check(value: Any, at: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object")
            return
        before = len(found.issues)
        for name, one in known.items():
            if name in value:
                (one.check if isinstance(one, Needed) else one)(value[name], f"{at}/{name}", found)
            elif isinstance(one, Needed):
                found.add(at, f"missing required field: {name}")
        for name in value.keys() - known.keys():
            found.add(f"{at}/{name}", f"invalid additional property: {name}")
        if len(found.issues) == before:
            for rule in rules:
                rule(value, at, found)

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which check it must pass; the check does not see `type`."""

    def check(value: Any, at: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object")
        elif "type" not in value:
            found.add(at, "missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            found.add(f"{at}/type", f"unsupported type: {value['type']}")
        else:
            kinds[value["type"]]({name: one for name, one in value.items() if name != "type"}, at, found)

    return check


def only(kinds: Mapping[str, Check], *names: str) -> Check:
    return typed({name: kinds[name] for name in names})


def exactly_one(*names: str) -> Check:
    def check(value: Any, at: str, found: Findings) -> None:
        if sum(name in value for name in names) != 1:
            found.add(at, f"must provide exactly one of {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Check:
    def check(value: Any, at: str, found: Findings) -> None:
        if not any(name in value for name in names):
            found.add(at, f"must provide at least one of {', '.join(names)}")

    return check


def anything(value: Any, at: str, found: Findings) -> None:
    """Not looked at."""
