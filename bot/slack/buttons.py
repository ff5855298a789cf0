"""The buttons under Easel's messages. What is pressed comes back as `easel_<verb>` with the id it is about."""

from bot.chat import phrases
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
}
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


def actions(*buttons: Json) -> Json:
    """A row of buttons; docs.slack.dev/reference/block-kit/blocks/actions-block takes 25."""
    return {"type": "actions", "elements": list(buttons)}


def asset_actions(asset: AssetView) -> list[Json]:
    """All that a result can become and be kept by, in one row, the commonest first; Delete stands elsewhere."""
    making = [button(action.value, asset.id) for action in phrases.actions(asset.kind)]
    liked = button("favourite", asset.id, label="★ Favourite" if asset.favourite else "☆ Favourite")
    return [button("refine", asset.id, style="primary"), *making, liked, button("details", asset.id)]


def feedback(asset: AssetView) -> Json:
    """Thumbs up and down for one result, and its wastebasket: out of the way of the other buttons."""
    good, bad = {"text": plain("Good"), "value": f"{asset.id}:1"}, {"text": plain("Bad"), "value": f"{asset.id}:-1"}
    thumbs = {"type": "feedback_buttons", "action_id": FEEDBACK, "positive_button": good, "negative_button": bad}
    basket = button("delete", asset.id) | {"type": "icon_button", "icon": "trash"}
    return {"type": "context_actions", "elements": [thumbs, basket]}
