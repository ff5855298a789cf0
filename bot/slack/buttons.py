"""The buttons under Easel's messages. What is pressed comes back as `easel_<verb>` with the id it is about."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot.chat import phrases
from bot.slack.asks import Ask
from bot.slack.kit import sure
from bot.slack.markup import Json, plain
from core.creation.view import AssetView

LABELS = {
    "refine": "Refine",
    "vary": "Vary",
    "animate": "Animate",
    "upscale": "Upscale",
    "extend": "Extend",
    "again": "Again",
    "favourite": "Favourite",
    "details": "Details",
    "delete": "Delete",
    "cancel": "Cancel",
    "run": "Yes, make it",
    "show": "Show",
    "here": "Show here",
    "join": "Add Easel here",
    "open": "Open in the browser",
    "versions": "Versions",
    "changed": "What changed",
    "recipe": "Recipe",
    "share": "Share",
    "hang": "Collections",
    "tags": "Tags",
    "like": "More like this",
    "stand": "Go on from here",
    "compare": "Compare on the web",
    "json": "As JSON",
    "export": "Download everything",
    "collections": "Collections",
}
MORE = ("versions", "recipe", "share", "hang", "tags")
"""What the menu at the end of a row leads to: at most five,
docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element."""
Do = Callable[[Ask, Mapping[str, Any]], Coroutine[Any, Any, None]]
"""What a press does."""
FEEDBACK = "easel_feedback"
"""Its values are `<asset id>:1` and `<asset id>:-1`."""
_DELETE_SURE = sure(
    "Delete this?", "It goes for good: here, from your gallery, and wherever else it was shown.", "Delete"
)


def button(verb: str, about: str, *, label: str = "", style: str = "") -> Json:
    """One button; `about` is the id of an asset or a creation."""
    made: Json = {
        "type": "button",
        "action_id": f"easel_{verb}",
        "value": about,
        "text": plain(label or LABELS[verb], 75),
    }
    if style:
        made["style"] = style
    return made | ({"confirm": _DELETE_SURE} if verb == "delete" else {})


def link(verb: str, url: str) -> Json:
    """A button that opens a page."""
    return {"type": "button", "action_id": f"easel_{verb}", "url": url, "text": plain(LABELS[verb], 75)}


def back(verb: str, about: str) -> Json:
    """The button that leads to the page before."""
    return button(verb, about, label="Back")


def more(asset_id: str) -> Json:
    """The menu at the end of a row of buttons."""
    options = [{"text": plain(LABELS[verb], 75), "value": f"{verb}:{asset_id}"} for verb in MORE]
    return {"type": "overflow", "action_id": "easel_more", "options": options}


def one_of_several(press: Json) -> Json:
    """Several of one verb stand in one row, so each needs an id of its own."""
    return press | {"action_id": f"{press['action_id']}:{press['value'][-40:]}"}


def verb_of(action: Mapping[str, Any]) -> str:
    """`easel_details` and `easel_details:<what tells it from others>` are both `details`."""
    return str(action["action_id"]).removeprefix("easel_").partition(":")[0]


def value_of(action: Mapping[str, Any]) -> str:
    """What a button is about, or what was chosen from a menu."""
    return str(action["value"] if "value" in action else action["selected_option"]["value"])


def actions(*buttons: Json) -> Json:
    """A row of buttons; docs.slack.dev/reference/block-kit/blocks/actions-block takes 25."""
    return {"type": "actions", "elements": list(buttons)}


def asset_actions(asset: AssetView) -> list[Json]:
    """All that a result can become and be kept by, in one row, the commonest first; Delete stands elsewhere."""
    making = [button(action.value, asset.id) for action in phrases.actions(asset.kind)]
    liked = button("favourite", asset.id, label="★ Favourite" if asset.favourite else "☆ Favourite")
    return [button("refine", asset.id, style="primary"), *making, liked, button("details", asset.id), more(asset.id)]


def feedback(asset: AssetView) -> Json:
    """Thumbs up and down for one result, and its wastebasket: out of the way of the other buttons."""
    good, bad = {"text": plain("Good"), "value": f"{asset.id}:1"}, {"text": plain("Bad"), "value": f"{asset.id}:-1"}
    thumbs = {"type": "feedback_buttons", "action_id": FEEDBACK, "positive_button": good, "negative_button": bad}
    basket = button("delete", asset.id) | {"type": "icon_button", "icon": "trash"}
    return {"type": "context_actions", "elements": [thumbs, basket]}
