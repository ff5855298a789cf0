"""What a command may look like.

https://docs.discord.com/developers/interactions/application-commands: names, 25 options, 25 choices, choices or
autocomplete, what is required comes first, 8000 characters in all.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from tests.fakes.discord.refusals import Path, invalid, too_long

CHAT, USER, MESSAGE = 1, 2, 3
SUB, GROUP, STRING, INTEGER, BOOLEAN, PERSON, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
NESTED = frozenset({SUB, GROUP})
MOST = {CHAT: 100, USER: 15, MESSAGE: 15}
"""15 context menus of each kind since March 2026."""
Body = dict[str, Any]


def check_all(commands: list[Body]) -> None:
    for i, one in enumerate(commands):
        check(one, (i,))
    for kind, most in MOST.items():
        if sum((one.get("type") or CHAT) == kind for one in commands) > most:
            message = f"Maximum number of application commands reached ({most})."
            raise invalid([], "APPLICATION_COMMAND_LIMIT_REACHED", message)
    names = [(one.get("type") or CHAT, one["name"]) for one in commands]
    if len(set(names)) < len(names):
        raise invalid([], "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")


def check(command: Body, path: tuple[str | int, ...] = ()) -> None:
    if (command.get("type") or CHAT) != CHAT:
        _check_menu(command, path)
        return
    _check_word(command, path)
    if _length(command) > 8000:
        message = "Command exceeds maximum size (8000)"
        raise invalid(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    _check_options(command.get("options") or [], (*path, "options"), depth=0)


def _check_menu(command: Body, path: Path) -> None:
    if not 1 <= len(command["name"]) <= 32:
        raise too_long((*path, "name"), 32)
    for key in ("description", "options"):
        if command.get(key):
            raise invalid(
                (*path, key), "APPLICATION_COMMAND_CONTEXT_MENU_FIELD", f"Context menu commands cannot have {key}"
            )


def _check_word(one: Body, path: Path) -> None:
    name = one.get("name") or ""
    if not (1 <= len(name) <= 32 and name == name.lower() and all(map(_may_stand_in_name, name))):
        raise invalid((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if not 1 <= len(one.get("description") or "") <= 100:
        raise invalid((*path, "description"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")


def _may_stand_in_name(letter: str) -> bool:
    return letter in "-_'" or unicodedata.category(letter)[0] in "LNM"


def _check_options(options: list[Body], path: Path, depth: int) -> None:
    if len(options) > 25:
        raise invalid(path, "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length.")
    if len({one["name"] for one in options}) < len(options):
        raise invalid(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique")
    nested = [one["type"] in NESTED for one in options]
    if any(nested) and not all(nested):
        raise invalid(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands and options cannot be mixed")
    required = [bool(one.get("required")) for one in options]
    if required != sorted(required, reverse=True):
        raise invalid(
            path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before others"
        )
    for i, one in enumerate(options):
        _check_option(one, (*path, i), depth)


def _check_option(one: Body, path: Path, depth: int) -> None:
    _check_word(one, path)
    if one["type"] in NESTED:
        if depth > (1 if one["type"] == SUB else 0):
            raise invalid((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deep")
        _check_options(one.get("options") or [], (*path, "options"), depth + 1)
        return
    choices = one.get("choices") or []
    if len(choices) > 25:
        raise invalid((*path, "choices"), "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length.")
    if choices and one.get("autocomplete"):
        message = "Choices and autocomplete are mutually exclusive"
        raise invalid(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
    if (choices or one.get("autocomplete")) and one["type"] not in {STRING, INTEGER, NUMBER}:
        raise invalid(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "This type has no choices")
    for key in ("name", "value"):
        if len({str(choice[key]) for choice in choices}) < len(choices):
            raise invalid((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATED", f"A {key} occurs twice")


def _length(one: Body) -> int:
    """Name, description and values of the command, its options and their choices; the longest localization counts."""
    own = _longest(one, "name") + _longest(one, "description")
    choices: Iterable[Body] = one.get("choices") or ()
    own += sum(_longest(choice, "name") + len(str(choice["value"])) for choice in choices)
    return own + sum(_length(option) for option in one.get("options") or ())


def _longest(one: Body, key: str) -> int:
    return max(len(text) for text in [one.get(key) or "", *(one.get(f"{key}_localizations") or {}).values()])
