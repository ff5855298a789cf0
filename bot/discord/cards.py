"""Cards for one person's eyes: what is known of an asset, its buttons, and questions before something is lost."""

from collections.abc import Sequence

from discord import ButtonStyle
from discord.ui import ActionRow, Button, Container, LayoutView, TextDisplay
from discord.utils import format_dt

from bot.chat import phrases
from bot.discord import places
from bot.discord.buttons import asset_buttons, custom_id
from bot.discord.desk import Desk
from bot.discord.markup import block, line
from core.chat import MessageRef
from core.chats import Seen
from core.creation.view import AssetView
from core.errors import NotFound

ASKED_MAX, SENT_MAX = 900, 2_200
"""Together with the rest below the 4,000 characters of a message."""
NOT_IN_A_MESSAGE = MessageRef(places.channel(None, 0), "")
KINDS = {"image": "Picture", "video": "Video", "speech": "Narration", "upload": "Your picture"}


async def details(desk: Desk, user_id: str, asset_id: str, through: MessageRef | None) -> LayoutView:
    """Everything known of an asset.

    Raises:
        NotFound: it is gone, or they do not see it.
    """
    found = await desk.chats.seen(user_id, asset_id, through or NOT_IN_A_MESSAGE)
    return card(TextDisplay("\n".join(told(found.asset, await kin(desk, user_id, found)))))


def told(asset: AssetView, family: str = "") -> list[str]:
    """Lines for the reader: first the words, then the recipe."""
    lines = [f"### {heading(asset)}"]
    if asset.asked:
        lines += ["**Asked for**", block(asset.asked, ASKED_MAX)]
    if asset.prompt and asset.prompt != asset.asked:
        lines += ["**Sent to the model**", block(asset.prompt, SENT_MAX)]
    lines += [f"-# {each}" for each in (recipe(asset), family) if each]
    return lines


def heading(asset: AssetView) -> str:
    """What it is: `v3b · Picture`."""
    return " · ".join(part for part in (asset.version, KINDS.get(asset.kind, asset.kind)) if part)


def recipe(asset: AssetView) -> str:
    """How it was made, on one line."""
    size = f"{asset.width} × {asset.height}" if asset.width and asset.height else ""
    length = f"{asset.duration_s:.0f} s" if asset.duration_s else ""
    seed = f"seed {asset.seed}" if asset.seed is not None else ""
    cost = phrases.dollars(asset.cost_usd) if asset.cost_usd else ""
    parts = (line(asset.model or "", 100), seed, size, length, cost, format_dt(asset.created_at, "f"))
    return " · ".join(part for part in parts if part)


async def kin(desk: Desk, user_id: str, found: Seen) -> str:
    """What it was made from and what came of it, as far as it is this person's own."""
    try:
        parent, children, _ = await desk.studio.lineage(user_id, found.asset.id)
        given = await _given(desk, user_id, found.asset)
    except NotFound:
        return f"Made by <@{found.author}>" if found.author and not found.mine else ""
    came = f"From {_name(parent)}" if parent else ""
    became = f"Became {', '.join(map(_name, children[:8]))}" if children else ""
    return " · ".join(part for part in (came, given, became) if part)


async def _given(desk: Desk, user_id: str, asset: AssetView) -> str:
    if asset.creation_id is None:
        return ""
    count = len((await desk.studio.creation(user_id, asset.creation_id, place=False)).inputs)
    return f"{count} pictures to work from" if count > 1 else ""


def one(found: Seen) -> LayoutView:
    """The buttons of one picture among several."""
    rows = asset_buttons(found.asset, owner_only=found.mine)
    return card(TextDisplay(f"### {heading(found.asset)}\n-# {recipe(found.asset)}"), rows)


def sure_to_delete(asset: AssetView) -> LayoutView:
    """The question before an asset goes."""
    words = f"Delete {_name(asset)} for good? It goes from your gallery and from every message that shows it."
    return sure(words, "Delete", custom_id("delete-yes", asset.id))


def sure(question: str, yes: str, yes_id: str) -> LayoutView:
    """A question with two answers."""
    agree: Button[LayoutView] = Button(label=yes, style=ButtonStyle.danger, custom_id=yes_id)
    keep: Button[LayoutView] = Button(label="Keep", custom_id="easel:keep")
    return card(TextDisplay(question), [ActionRow(agree, keep)])


def card(text: TextDisplay[LayoutView], rows: Sequence[ActionRow[LayoutView]] = ()) -> LayoutView:
    """Words in a frame, and buttons below them."""
    view = LayoutView(timeout=None)
    view.add_item(Container(text, *rows))
    return view


def _name(asset: AssetView) -> str:
    return asset.version or "this picture"
