"""A modal as a person fills it in, and a select as they pick from it."""

from typing import Any

from tests.fakes.discord.acts import Modal, UserCannot
from tests.fakes.discord.choices import Resolved, upload_of
from tests.fakes.discord.components import CHECKBOX, CHECKBOXES, INPUT, LABEL, RADIO, ROW, SELECT, TEXT, UPLOAD
from tests.fakes.discord.places import Channel, Role, User

Body = dict[str, Any]
MOST_TEXT = 4000


def submitted(modal: Modal, given: Body, channel: Channel, resolved: Resolved, seen_by: User) -> Body:
    """The data of a MODAL_SUBMIT; what is not given keeps its default."""
    if modal.submitted:
        raise UserCannot("this modal was sent already")
    if unknown := given.keys() - modal.fields.keys():
        raise UserCannot(f"the modal has no field {sorted(unknown)}; it has {sorted(modal.fields)}")
    filling = _Filling(given, channel, resolved, seen_by)
    components = [filling.top(i, one) for i, one in enumerate(modal.data["components"], 1)]
    return {
        "custom_id": modal.custom_id,
        "components": components,
        **({"resolved": dict(resolved)} if resolved else {}),
    }


class _Filling:
    def __init__(self, given: Body, channel: Channel, resolved: Resolved, seen_by: User) -> None:
        self._given, self._channel, self._resolved, self._seen_by = given, channel, resolved, seen_by

    def top(self, number: int, one: Body) -> Body:
        body = {"type": one["type"], "id": one.get("id") or number}
        if one["type"] == TEXT:
            return body
        if one["type"] == ROW:
            return body | {"components": [self._field(number * 100, child) for child in one["components"]]}
        assert one["type"] == LABEL
        return body | {"component": self._field(number * 100, one["component"])}

    def _field(self, number: int, one: Body) -> Body:
        name, kind = one["custom_id"], one["type"]
        body = {"type": kind, "id": one.get("id") or number, "custom_id": name}
        value = self._given.get(name)
        if kind == INPUT:
            return body | {"value": _text(one, one.get("value") or "" if value is None else value)}
        if kind == CHECKBOX:
            return body | {"value": bool(one.get("default") if value is None else value)}
        if kind == RADIO:
            return body | {"value": self._radio(one, value)}
        return body | {"values": self._values(one, value)}

    def _radio(self, one: Body, value: Any) -> Any:
        if value is None:
            value = next((option["value"] for option in one["options"] if option.get("default")), None)
        if value is None and one.get("required", True):
            raise UserCannot(f"{one['custom_id']} must be filled in")
        return None if value is None else pick(one, [value])[0]

    def _values(self, one: Body, value: Any) -> list[str]:
        given = [] if value is None else list(value) if isinstance(value, list) else [value]
        if value is None and one["type"] in {SELECT, CHECKBOXES}:
            given = [option["value"] for option in one["options"] if option.get("default")]
        required = one.get("required", True) is not False
        low, high = (one.get("min_values") or 1) if required else 0, one.get("max_values") or max(1, _most(one))
        if not low <= len(given) <= high:
            raise UserCannot(f"{one['custom_id']} takes {low} to {high} values, not {len(given)}")
        if one["type"] == UPLOAD:
            return [self._resolved.file(upload_of(file), self._channel) for file in given]
        if one["type"] in {SELECT, CHECKBOXES}:
            return pick(one, given)
        return [resolve(each, self._resolved, self._seen_by) for each in given]


def _most(one: Body) -> int:
    return len(one.get("options") or ()) if one["type"] == CHECKBOXES else 1


def _text(one: Body, value: Any) -> str:
    low, high = one.get("min_length") or 0, one.get("max_length") or MOST_TEXT
    if not isinstance(value, str):
        raise UserCannot(f"{one['custom_id']} takes words")
    if not value and one.get("required", True) is not False:
        raise UserCannot(f"{one['custom_id']} must be filled in")
    if value and not low <= len(value) <= high:
        raise UserCannot(f"{one['custom_id']} takes {low} to {high} characters, not {len(value)}")
    return value


def pick(one: Body, wanted: list[Any]) -> list[str]:
    """By value or by what is written there."""
    names = {option["label"]: option["value"] for option in one["options"]}
    values = set(names.values())
    for each in wanted:
        if each not in values and each not in names:
            raise UserCannot(f"there is no choice {each!r}; there are {list(names)}")
    return [each if each in values else names[each] for each in wanted]


def resolve(value: Any, resolved: Resolved, seen_by: User) -> str:
    match value:
        case User():
            return resolved.user(value)
        case Role():
            return resolved.role(value)
        case Channel():
            return resolved.channel(value, seen_by.id)
    raise UserCannot(f"{value!r} cannot be picked")
