"""Cards for one person's eyes: what is known of an asset, its buttons, and questions before something is lost."""

from collections.abc import Iterator, Sequence

from discord import ButtonStyle
from discord.ui import ActionRow, Button, Container, LayoutView, TextDisplay
from discord.utils import format_dt

from bot.chat import phrases, tagging, visibility
from bot.chat.things import ASSET, Thing
from bot.discord import places
from bot.discord.buttons import asset_buttons, custom_id
from bot.discord.desk import Desk
from bot.discord.looking import Looks
from bot.discord.markup import block, line, quoted
from core.chat import MessageRef
from core.chats import Seen
from core.creation.view import AssetView

ASKED_MAX, SENT_MAX = 900, 2_200
"""Together with the rest below the 4,000 characters of a message."""
NOT_IN_A_MESSAGE = MessageRef(places.channel(None, 0), "")
TAGS_MAX, NAME_MAX = 300, 60
FURTHER = {
    "versions": "Versions",
    "recipe": "Recipe",
    "like": "More like this",
    "share": "Share",
    "collections": "Collections",
    "tags": "Tags",
    "stand": "Go on from here",
    "changed": "What changed",
    "card": "Back",
}
KINDS = {"image": "Picture", "video": "Video", "speech": "Narration", "upload": "Your picture"}


async def details(who: Looks, asset_id: str, through: MessageRef | None) -> LayoutView:
    """Everything known of an asset, and what leads further.

    Raises:
        NotFound: it is gone, or they do not see it.
    """
    found = await who.desk.chats.seen(who.user_id, asset_id, through or NOT_IN_A_MESSAGE, who.workspaces)
    words = told(found.asset, await kin(who.desk, who.user_id, found))
    return card(TextDisplay("\n".join([*words, *kept(found.asset)])), further(found, through))


def kept(asset: AssetView) -> Iterator[str]:
    """Where an own asset is kept: its tags, and who else sees it."""
    if asset.tags:
        yield f"-# {line(tagging.told(asset.tags), TAGS_MAX)}"
    if asset.mine and asset.visibility != "private":
        yield f"-# {visibility.seen_by(asset.visibility, 'server')}"


def further(found: Seen, through: MessageRef | None) -> list[ActionRow[LayoutView]]:
    """Where one may go from the details: from one's own everywhere; from another's as far as it is shown, and on with
    it where a message shows it.
    """
    asset = found.asset
    if asset.mine:
        return [row(asset.id, "versions", "recipe", "like"), row(asset.id, "share", "collections", "tags")]
    shown = ("recipe", "like", "collections") if found.beyond else ()
    verbs = (*shown, "stand") if through and asset.version else shown
    return [row(asset.id, *verbs)] if verbs else []


def row(asset_id: str, *verbs: str) -> ActionRow[LayoutView]:
    """Buttons of the cards that only their reader sees."""
    ids = {verb: str(Thing(ASSET, asset_id)) if verb == "share" else asset_id for verb in verbs}
    return ActionRow(*(Button(label=FURTHER[verb], custom_id=custom_id(verb, ids[verb])) for verb in verbs))


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
    """Whose it is; of one's own, what it was made from and what came of it."""
    if not found.asset.mine:
        by = f"<@{found.author}>" if found.author else quoted(found.asset.author, NAME_MAX)
        return f"Made by {by}" if by else ""
    parent, children, _ = await desk.studio.lineage(user_id, found.asset.id)
    given = await _given(desk, user_id, found.asset)
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
    rows = asset_buttons(found.asset, owner_only=found.asset.mine)
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
