"""How the gallery looks: a page of pictures with a list below, and one asset with its family."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import discord
from discord import ButtonStyle, MediaGalleryItem, SelectOption
from discord.ui import (
    ActionRow,
    Button,
    Container,
    File,
    Label,
    LayoutView,
    MediaGallery,
    Modal,
    Select,
    TextDisplay,
    TextInput,
)

from bot.discord import cards
from bot.discord.buttons import asset_buttons
from bot.discord.markup import line, plain
from core.creation.view import AssetView

SEARCH, WORDS = "easel:searched", "words"
ALT_MAX, OPTION_MAX, LINE_MAX, WORDS_MAX, RELATIVES_MAX = 1_024, 100, 90, 40, 4
PAGES_MAX = 5
"""How many pages back are remembered; the id of a button has 100 characters."""
NOTHING = "Nothing like that is here."
NOTHING_YET = "Nothing here yet. **/create** makes something."
KINDS = {"": "Everything", "image": "Pictures", "video": "Videos", "speech": "Narrations", "upload": "Your uploads"}
SIGNS = {"video": "▶ ", "speech": "♪ "}
"""A narration has no picture: its line says so."""
_LETTERS = {"": "-", "image": "i", "video": "v", "speech": "s", "upload": "u"}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
Row = ActionRow[LayoutView]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where somebody is in their gallery; `str()` and `parse()` are each other's inverse."""

    kind: str = ""
    favourites: bool = False
    before: tuple[int, ...] = ()
    """Where each page began, the present one last; none on the first."""
    words: str = ""

    def __str__(self) -> str:
        cursors = ".".join(map(_written, self.before))
        return f"{_LETTERS[self.kind]}{'f' if self.favourites else '-'}:{cursors}:{self.words}"

    @classmethod
    def parse(cls, text: str) -> "State":
        """Read back; what cannot be read is the first page of everything."""
        head, _, rest = text.partition(":")
        cursors, _, words = rest.partition(":")
        kinds = {letter: kind for kind, letter in _LETTERS.items()}
        try:
            before = tuple(int(each, 36) for each in cursors.split(".") if each)
        except ValueError:
            return cls()
        return cls(kind=kinds.get(head[:1], ""), favourites=head[1:2] == "f", before=before, words=words)

    def fitting(self) -> "State":
        """The same, short enough for a button's id."""
        return replace(self, before=self.before[-PAGES_MAX:], words=self.words[:WORDS_MAX].strip())

    @property
    def brief(self) -> "State":
        """Beside an asset's id there is room for the present page only."""
        return replace(self.fitting(), before=self.before[-1:])


def page(
    state: State, assets: Sequence[AssetView], pictured: set[str], following: int | None, link: str | None
) -> LayoutView:
    """One page. `pictured`: ids of the assets whose small picture comes along, by that name."""
    view = LayoutView(timeout=None)
    inside: list[discord.ui.Item[LayoutView]] = [TextDisplay(_heading(state, assets))]
    if shown := [asset for asset in assets if asset.id in pictured]:
        inside.append(MediaGallery(*(_item(asset, f"{asset.id}.webp") for asset in shown)))
    if assets:
        inside.append(TextDisplay("\n".join(_lines(assets))))
        inside.append(ActionRow(_choice(state, assets)))
    view.add_item(Container(*inside, ActionRow(_kinds(state)), _steps(state, following, link)))
    return view


def detail(
    state: State,
    asset: AssetView,
    parent: AssetView | None,
    children: Sequence[AssetView],
    file: str,
    link: str | None,
) -> LayoutView:
    """One asset, its recipe, its family, and all that can be done with it."""
    view = LayoutView(timeout=None)
    inside: list[discord.ui.Item[LayoutView]] = []
    if file:
        is_sound = asset.media_type.startswith("audio/")
        inside.append(File(f"attachment://{file}") if is_sound else MediaGallery(_item(asset, file)))
    inside.append(TextDisplay("\n".join(cards.told(asset))))
    family = [*_relatives(state, parent, children)]
    rows = [ActionRow(*family)] if family else []
    view.add_item(Container(*inside, *rows, *asset_buttons(asset), _last_row(state, asset, link)))
    return view


def form(state: State) -> Modal:
    """Words to search by."""
    modal = Modal(
        title="Search your gallery", custom_id=f"{SEARCH}:{replace(state.brief, before=(), words='')}", timeout=1
    )
    field: TextInput[Modal] = TextInput(
        custom_id=WORDS, required=False, max_length=WORDS_MAX, default=state.words or None
    )
    modal.add_item(Label(text="Words", description="Yours, or those that were sent to the model.", component=field))
    modal.stop()
    return modal


def _heading(state: State, assets: Sequence[AssetView]) -> str:
    narrowed = [
        KINDS[state.kind] if state.kind else "",
        "Favourites" if state.favourites else "",
        f"“{line(state.words, WORDS_MAX * 2)}”" if state.words else "",
    ]
    small = " · ".join(filter(None, narrowed))
    nothing = "" if assets else NOTHING if small else NOTHING_YET
    return "\n".join(filter(None, ["### Your gallery", f"-# {small}" if small else "", nothing]))


def _lines(assets: Sequence[AssetView]) -> Iterator[str]:
    for number, asset in enumerate(assets, 1):
        sign, star = SIGNS.get(asset.kind, ""), " ★" if asset.favourite else ""
        yield f"**{number}** {sign}{line(asset.asked or asset.prompt or cards.heading(asset), LINE_MAX)}{star}"


def _item(asset: AssetView, file: str) -> MediaGalleryItem:
    alt_text = plain(asset.alt_text or asset.asked, ALT_MAX) or None
    return MediaGalleryItem(f"attachment://{file}", description=alt_text, spoiler=asset.safety == "spoiler")


def _choice(state: State, assets: Sequence[AssetView]) -> Select[LayoutView]:
    options = [
        SelectOption(
            label=plain(f"{number} · {cards.heading(asset)}", OPTION_MAX),
            value=asset.id,
            description=plain(asset.asked or asset.prompt, OPTION_MAX) or None,
        )
        for number, asset in enumerate(assets, 1)
    ]
    return Select(custom_id=f"easel:pick:{state.fitting()}", placeholder="Look at one…", options=options)


def _kinds(state: State) -> Select[LayoutView]:
    options = [SelectOption(label=name, value=kind or "-", default=kind == state.kind) for kind, name in KINDS.items()]
    return Select(custom_id=f"easel:kind:{state.fitting()}", options=options)


def _steps(state: State, following: int | None, link: str | None) -> Row:
    back = replace(state, before=state.before[:-1])
    on = replace(state, before=(*state.before, following)) if following else state
    other = replace(state, favourites=not state.favourites, before=())
    row: Row = ActionRow(
        Button(label="Previous", custom_id=f"easel:previous:{back.fitting()}", disabled=not state.before),
        Button(label="Next", custom_id=f"easel:next:{on.fitting()}", disabled=following is None),
        Button(label="Everything" if state.favourites else "Favourites", custom_id=f"easel:marked:{other.fitting()}"),
        Button(label="Search", custom_id=f"easel:search:{state.fitting()}"),
    )
    if link:
        row.add_item(Button(label="Open on the web", style=ButtonStyle.link, url=link))
    return row


def _relatives(state: State, parent: AssetView | None, children: Sequence[AssetView]) -> Iterator[Button[LayoutView]]:
    named = [("From", parent)] if parent else []
    for word, asset in [*named, *(("Became", child) for child in children[:RELATIVES_MAX])]:
        assert asset is not None
        yield Button(label=f"{word} {cards.heading(asset)}"[:80], custom_id=f"easel:look:{asset.id}:{state.brief}")


def _last_row(state: State, asset: AssetView, link: str | None) -> Row:
    row: Row = ActionRow(
        Button(label="Back", custom_id=f"easel:back:{state.fitting()}"),
        Button(label="Post here", custom_id=f"easel:post:{asset.id}", disabled=asset.safety == "withheld"),
    )
    if link:
        row.add_item(Button(label="Open on the web", style=ButtonStyle.link, url=link))
    return row


def _written(number: int) -> str:
    """In base 36: short."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"
