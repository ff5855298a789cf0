"""What a person types or chooses in inputs and menus, as the client checks and reports it."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.slack.kit.walk import blocks_within, elements_of
from tests.fakes.slack.screen import Impossible
from tests.fakes.slack.view import View

Json = dict[str, Any]
TEXTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
PICKS = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
}
ONE_OF = {"static_select", "external_select", "radio_buttons"}
SOME_OF = {"multi_static_select", "multi_external_select", "checkboxes"}


def options(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return list(element.get("options", [])) + grouped


def _option(element: Json, wanted: Any) -> Json:
    """By value or by label."""
    for option in options(element):
        if wanted in (option["value"], option["text"]["text"], option):
            return option
    raise Impossible(f"no option {wanted!r}; there are {[one['text']['text'] for one in options(element)]}")


def chosen(element: Json, value: Any) -> Json:
    """The state of an element after the person put `value` into it (a string, an option's label or value, a list)."""
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": _typed(element, value)}
    if kind in PICKS:
        return {"type": kind, PICKS[kind][0]: value}
    if kind in ONE_OF:
        return {"type": kind, "selected_option": None if value is None else _option(element, value)}
    if kind in SOME_OF:
        return {"type": kind, "selected_options": [_option(element, one) for one in value]}
    if kind == "file_input":
        return {"type": kind, "files": _files(element, value)}
    if kind == "rich_text_input":
        part = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
        return {"type": kind, "rich_text_value": {"type": "rich_text", "elements": [part]}}
    raise Impossible(f"nothing can be put into a {kind}")


def _typed(element: Json, value: Any) -> str | None:
    if value in (None, ""):
        return None
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if element["type"] == "plain_text_input" and not least <= len(value) <= most:
        raise Impossible(f"the client wants {least} to {most} characters")
    if element["type"] == "email_text_input" and "@" not in value:
        raise Impossible("the client wants an e-mail address")
    if element["type"] == "url_text_input" and "://" not in value:
        raise Impossible("the client wants a URL")
    if element["type"] == "number_input":
        _figure(element, value)
    return str(value)


def _figure(element: Json, value: Any) -> None:
    try:
        number = float(value)
    except ValueError:
        raise Impossible("the client wants a number") from None
    least, most = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
    if not least <= number <= most or (number % 1 and not element["is_decimal_allowed"]):
        raise Impossible(f"the client wants a number from {least} to {most}")


def _files(element: Json, value: Sequence[Json]) -> list[Json]:
    kinds, most = element.get("filetypes"), element.get("max_files", 10)
    if len(value) > most:
        raise Impossible(f"the client takes {most} files")
    if kinds and any(file["filetype"] not in kinds for file in value):
        raise Impossible(f"the client takes only {kinds}")
    return list(value)


def initial(element: Json) -> Json:
    """Before anybody touched it."""
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind in PICKS:
        now, first = PICKS[kind]
        return {"type": kind, now: element.get(first, [] if kind.startswith("multi_") else None)}
    if kind in ONE_OF:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in SOME_OF:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind == "file_input":
        return {"type": kind, "files": []}
    return {"type": kind, "rich_text_value": element.get("initial_value")}


def stateful(element: Json) -> bool:
    return element["type"] in TEXTS | set(PICKS) | ONE_OF | SOME_OF | {"file_input", "rich_text_input"}


def state(blocks: list[Json], kept: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """`state.values`: what was put in, else what stood there."""
    values: dict[str, dict[str, Json]] = {}
    for _, block in blocks_within(blocks):
        for element in filter(stateful, elements_of(block)):
            put = kept.get(block["block_id"], {}).get(element["action_id"])
            values.setdefault(block["block_id"], {})[element["action_id"]] = put or initial(element)
    return values


def filled(view: View, values: dict[str, dict[str, Any]]) -> dict[str, dict[str, Json]]:
    """The state a submission reports; what is required must be there."""
    blocks = {block["block_id"]: block for _, block in blocks_within(view.blocks)}
    kept = {block_id: dict(actions) for block_id, actions in view.state.items()}
    for block_id, actions in values.items():
        if block_id not in blocks:
            raise Impossible(f"no block {block_id!r} in the view; there are {sorted(blocks)}")
        known = {one["action_id"]: one for one in elements_of(blocks[block_id])}
        for action_id, value in actions.items():
            if action_id not in known:
                raise Impossible(f"no input {action_id!r} in block {block_id!r}; there are {sorted(known)}")
            kept.setdefault(block_id, {})[action_id] = chosen(known[action_id], value)
    values_now = state(view.blocks, kept)
    for block in blocks.values():
        if block["type"] == "input" and not block.get("optional"):
            _present(block, values_now)
    return values_now


def _present(block: Json, values: dict[str, dict[str, Json]]) -> None:
    put = values[block["block_id"]][block["element"]["action_id"]]
    if not any(value for name, value in put.items() if name != "type"):
        raise Impossible(f"the client asks to fill in {block['label']['text']!r}")
