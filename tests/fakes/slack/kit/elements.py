"""Block elements: docs.slack.dev/reference/block-kit/block-elements, lengths as in `slack_sdk.models`."""

from typing import Any

from tests.fakes.slack.kit.rich_text import rich_text
from tests.fakes.slack.kit.shape import (
    Check,
    Findings,
    Needed,
    anything,
    exactly_one,
    fields,
    many,
    matching,
    one_of,
    text,
    truth,
    typed,
    url,
    whole,
)
from tests.fakes.slack.kit.texts import (
    CHOICE,
    CONFIRM,
    DISPATCH,
    FILTER,
    IMAGE_SOURCE,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    plain,
    shown,
)

Fields = dict[str, Check | Needed]
ACTION: Fields = {"action_id": text(255, 1)}
CONFIRMED: Fields = ACTION | {"confirm": CONFIRM}
FOCUSED: Fields = {"focus_on_load": truth}
HINTED: Fields = {"placeholder": plain(150)}
SELECT: Fields = CONFIRMED | FOCUSED | HINTED
MULTI: Fields = SELECT | {"max_selected_items": whole(1)}
INPUT: Fields = ACTION | FOCUSED | HINTED | {"dispatch_action_config": DISPATCH}
IDS = many(text(least=1))
OPTIONS: Fields = {"options": many(OPTION, 1, 100), "option_groups": many(OPTION_GROUP, 1, 100)}
DAY = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "must be a date of the form YYYY-MM-DD")
HOUR = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time of the form HH:mm")
FIGURE = matching(r"-?\d+(\.\d+)?", "must be a number written as a string")


def _known_choice(value: Any, at: str, found: Findings) -> None:
    """Initial options must be among the options."""
    options = list(value.get("options", []))
    for group in value.get("option_groups", []):
        options.extend(group["options"])
    initial = value.get("initial_options") or ([value["initial_option"]] if "initial_option" in value else [])
    if any(one not in options for one in initial):
        found.add(at, "initial options must match an option exactly")


def _lengths(value: Any, at: str, found: Findings) -> None:
    least, most = value.get("min_length", 0), value.get("max_length", 3000)
    if least > most:
        found.add(at, "min_length must not be larger than max_length")
    elif len(value.get("initial_value", "")) > most:
        found.add(f"{at}/initial_value", f"must be less than {most + 1} characters")


FEEDBACK = fields({"text": Needed(plain(75)), "value": Needed(text(2000, 1)), "accessibility_label": text(75)})
BUTTON: Fields = CONFIRMED | {
    "text": Needed(plain(75)),
    "url": url(3000, ("http", "https", "mailto", "slack")),
    "value": text(2000, 1),
    "style": one_of("primary", "danger"),
    "accessibility_label": text(75),
    "agent_prompt": text(4000, 1),
    "agent_prompt_display": text(least=1),
    "visible_to_user_ids": many(text(least=1), 1, 10),
}
ELEMENTS: dict[str, Check] = {
    "button": fields(BUTTON),
    "workflow_button": fields(
        ACTION
        | {
            "text": Needed(plain(75)),
            "workflow": Needed(fields({"trigger": Needed(anything)})),
            "style": one_of("primary", "danger"),
            "accessibility_label": text(75),
        }
    ),
    "icon_button": fields(
        CONFIRMED
        | {
            "icon": Needed(one_of("trash")),
            "text": Needed(plain(75)),
            "value": text(2000, 1),
            "accessibility_label": text(75),
            "visible_to_user_ids": many(text(least=1), 1, 10),
        }
    ),
    "feedback_buttons": fields(ACTION | {"positive_button": Needed(FEEDBACK), "negative_button": Needed(FEEDBACK)}),
    "overflow": fields(CONFIRMED | {"options": Needed(many(OVERFLOW_OPTION, 1, 5))}),
    "image": fields(IMAGE_SOURCE, exactly_one("image_url", "slack_file"), shown),
    "checkboxes": fields(
        CONFIRMED | FOCUSED | {"options": Needed(many(CHOICE, 1, 10)), "initial_options": many(CHOICE, 1, 10)},
        _known_choice,
    ),
    "radio_buttons": fields(
        CONFIRMED | FOCUSED | {"options": Needed(many(CHOICE, 1, 10)), "initial_option": CHOICE}, _known_choice
    ),
    "datepicker": fields(SELECT | {"initial_date": DAY}),
    "timepicker": fields(SELECT | {"initial_time": HOUR, "timezone": text(least=1)}),
    "datetimepicker": fields(CONFIRMED | FOCUSED | {"initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
    "static_select": fields(
        SELECT | OPTIONS | {"initial_option": OPTION}, exactly_one("options", "option_groups"), _known_choice
    ),
    "multi_static_select": fields(
        MULTI | OPTIONS | {"initial_options": many(OPTION, 1, 100)},
        exactly_one("options", "option_groups"),
        _known_choice,
    ),
    "external_select": fields(SELECT | {"initial_option": OPTION, "min_query_length": whole(0)}),
    "multi_external_select": fields(MULTI | {"initial_options": many(OPTION, 1, 100), "min_query_length": whole(0)}),
    "users_select": fields(SELECT | {"initial_user": text(least=1)}),
    "multi_users_select": fields(MULTI | {"initial_users": IDS}),
    "channels_select": fields(SELECT | {"initial_channel": text(least=1), "response_url_enabled": truth}),
    "multi_channels_select": fields(MULTI | {"initial_channels": IDS}),
    "conversations_select": fields(
        SELECT
        | {
            "initial_conversation": text(least=1),
            "default_to_current_conversation": truth,
            "response_url_enabled": truth,
            "filter": FILTER,
        }
    ),
    "multi_conversations_select": fields(
        MULTI | {"initial_conversations": IDS, "default_to_current_conversation": truth, "filter": FILTER}
    ),
    "plain_text_input": fields(
        INPUT
        | {
            "initial_value": text(3000),
            "multiline": truth,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        _lengths,
    ),
    "email_text_input": fields(INPUT | {"initial_value": text()}),
    "url_text_input": fields(INPUT | {"initial_value": text()}),
    "number_input": fields(
        INPUT | {"is_decimal_allowed": Needed(truth), "initial_value": FIGURE, "min_value": FIGURE, "max_value": FIGURE}
    ),
    "rich_text_input": fields(
        INPUT
        | {
            "initial_value": typed({"rich_text": rich_text()}),
            "min_lines": whole(1),
            "max_lines": whole(1),
        }
    ),
    "file_input": fields(ACTION | {"filetypes": many(text(least=1), 1), "max_files": whole(1, 10)}),
}
PICKERS = ("datepicker", "timepicker", "checkboxes", "radio_buttons")
SELECTS = ("static_select", "external_select", "users_select", "channels_select", "conversations_select")
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
IN_SECTIONS = ("button", "image", "overflow", "workflow_button", *PICKERS, *SELECTS, *MULTI_SELECTS)
IN_ACTIONS = ("button", "overflow", "workflow_button", "datetimepicker", *PICKERS, *SELECTS)
IN_INPUTS = (
    *("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input"),
    *("datetimepicker", *PICKERS, *SELECTS, *MULTI_SELECTS),
)
