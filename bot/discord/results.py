"""Finished assets as messages: the picture first, then what it is, then what can be done with it.

A gallery shows pictures and plays videos. Nothing in Components V2 plays sound: its file component shows a name to
download (https://github.com/discord/discord-api-docs/pull/7503). So a narration is an ordinary message with an
attachment, which has a player.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from discord import MediaGalleryItem
from discord.ui import ActionRow, Button, File, LayoutView, MediaGallery, TextDisplay, View

from bot.chat import phrases
from bot.chat.links import Links
from bot.discord.buttons import asset_buttons, name, picture_buttons
from bot.discord.markup import line, mention, plain, quoted
from core.creation.view import AssetView, CreationView

ALT_MAX = 1024
"""https://docs.discord.com/developers/components/reference#media-gallery."""
LINES_MAX, FACTS_MAX, PROMPT_MAX, PROMPT_LEAST, NOTE_ROOM = 3_600, 140, 280, 40, 190
SPOILER = "spoiler"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file of a message, by the name that components call it."""

    name: str
    media_type: str
    whole: bool
    """False: a smaller copy or a still picture, as the original does not fit."""

    @property
    def url(self) -> str:
        """How a component names a file of its own message."""
        return f"attachment://{self.name}"


@dataclass(frozen=True, slots=True)
class Words:
    """A message from before Components V2: text with attachments beneath it."""

    text: str
    view: View


def result_view(
    view: CreationView, assets: Sequence[AssetView], *, links: Links, files: Mapping[str, Sent] | None = None
) -> LayoutView:
    """Finished assets with their facts and buttons. `files`: what is sent along, by asset id."""
    sent = files or {}
    shown = LayoutView(timeout=None)
    gallery = [_item(asset, sent[asset.id]) for asset in assets if asset.id in sent and _visual(sent[asset.id])]
    if gallery:
        shown.add_item(MediaGallery(*gallery))
    for asset in assets:
        if asset.id in sent and not _visual(sent[asset.id]):
            shown.add_item(File(sent[asset.id].url, spoiler=asset.safety == SPOILER))
    shown.add_item(TextDisplay(_text(view, assets, links, sent)))
    for row in asset_buttons(assets[0]) if len(assets) == 1 else picture_buttons(view, assets):
        shown.add_item(row)
    return shown


def result_words(
    view: CreationView, asset: AssetView, *, links: Links, files: Mapping[str, Sent] | None = None
) -> Words:
    """The same for a narration, as a message whose attachment has a player."""
    buttons = View(timeout=None)
    for number, row in enumerate(asset_buttons(asset)):
        _move(row, buttons, number)
    return Words(_text(view, [asset], links, files or {}), buttons)


def _move(row: ActionRow[LayoutView], buttons: View, number: int) -> None:
    for one in row.children:
        assert isinstance(one, Button)
        buttons.add_item(Button(label=one.label, style=one.style, custom_id=one.custom_id, row=number))


def _visual(sent: Sent) -> bool:
    return not sent.media_type.startswith("audio/")


def _item(asset: AssetView, sent: Sent) -> MediaGalleryItem:
    words = plain(asset.alt_text or asset.prompt or asset.asked, ALT_MAX)
    return MediaGalleryItem(sent.url, description=words or None, spoiler=asset.safety == SPOILER)


def _text(view: CreationView, assets: Sequence[AssetView], links: Links, sent: Mapping[str, Sent]) -> str:
    """Facts and prompts, each told once for those that share them, and whose they are."""
    prompts = {asset.prompt or asset.asked for asset in assets}
    room = LINES_MAX // len(assets) - FACTS_MAX - NOTE_ROOM if len(prompts) > 1 else PROMPT_MAX
    told: dict[tuple[str, str], list[str]] = {}
    for asset in assets:
        facts = line(phrases.facts(replace(asset, version="")), FACTS_MAX) + _note(asset, sent.get(asset.id), links)
        own = asset.prompt or asset.asked if len(prompts) > 1 else ""
        told.setdefault((facts, own), []).append(quoted(name(asset, assets)))
    lines: list[str] = []
    for (facts, own), names in told.items():
        lines += [" · ".join(filter(None, [f"**{', '.join(names)}**", facts])), _prompt(own, min(room, PROMPT_MAX))]
    shared = _prompt(prompts.pop(), PROMPT_MAX) if len(prompts) == 1 else ""
    return "\n".join(filter(None, [*lines, shared, _people(view)]))


def _note(asset: AssetView, sent: Sent | None, links: Links) -> str:
    """Where the original is, if that is not what the message shows."""
    if sent and sent.whole:
        return ""
    link = links.asset(asset.id, asset.links_ended)
    where = f"[the original](<{link}>)" if link else "the original is in your /gallery"
    size = f"{max(asset.size_bytes / 1_000_000, 0.1):.1f} MB"
    said = f"a preview, as {size} is too large here" if sent else f"not shown here ({size})"
    return f" · {said}: {where}"


def _prompt(words: str, limit: int) -> str:
    return f"-# {line(words, limit)}" if words and limit >= PROMPT_LEAST else ""


def _people(view: CreationView) -> str:
    said = [("asked by", mention(view.by)), ("after a result of", mention(view.credit))]
    words = ", ".join(f"{how} {who}" for how, who in said if who)
    return f"-# {words[0].upper()}{words[1:]}" if words else ""
