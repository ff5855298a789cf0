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
from bot.discord.buttons import asset_buttons, custom_id
from bot.discord.markup import line, plain, quoted
from bot.discord.pictures import ALT_MAX, small_name
from core.creation.view import AssetView
from core.gallery.finding import HOW

SEARCH, WORDS = "easel:searched", "words"
OPTION_MAX, LINE_MAX, NAME_MAX, WORDS_MAX, RELATIVES_MAX = 100, 90, 40, 40, 4
PAGES_MAX = 5
"""How many pages back are remembered; the id of a button has 100 characters."""
REFUSED_MAX = 500
NOTHING = "Nothing like that is here."
NOTHING_YET = "Nothing here yet. **/create** makes something."
OTHERS, OTHERS_HERE = "others", "What others here show"
PICTURES = (".webp", ".png", ".jpg")
KINDS = {"": "Everything", "image": "Pictures", "video": "Videos", "speech": "Narrations", "upload": "Your uploads"}
SIGNS = {"video": "▶ ", "speech": "♪ "}
"""What is no picture: its line says so."""
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
    others: bool = False
    """Not one's own, but what others show in this server."""

    def __str__(self) -> str:
        cursors = ".".join(map(written, self.before))
        mark = "o" if self.others else "f" if self.favourites else "-"
        return f"{_LETTERS[self.kind]}{mark}:{cursors}:{self.words}"

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
        return cls(
            kind=kinds.get(head[:1], ""),
            favourites=head[1:2] == "f",
            others=head[1:2] == "o",
            before=before,
            words=words,
        )

    def fitting(self) -> "State":
        """The same, short enough for a button's id."""
        return replace(self, before=self.before[-PAGES_MAX:], words=self.words[:WORDS_MAX].strip())

    @property
    def brief(self) -> "State":
        """Beside an asset's id there is room for the present page only."""
        return replace(self.fitting(), before=self.before[-1:])


def page(
    state: State,
    assets: Sequence[AssetView],
    pictured: set[str],
    following: int | None,
    link: str | None,
    *,
    refused: str = "",
    here: bool = False,
) -> LayoutView:
    """One page. `pictured`: ids of the assets whose small picture comes along, by that name.

    `refused`: why what was searched for cannot be. `here`: this is a server in which others may show things.
    """
    head: TextDisplay[LayoutView] = TextDisplay(_heading(state, assets, refused))
    inside = [head, *hung(assets, pictured, state), ActionRow(_kinds(state, here=here)), _steps(state, following, link)]
    return LayoutView(timeout=None).add_item(Container(*inside))


def likes(asset: AssetView, alike: Sequence[AssetView], pictured: set[str]) -> LayoutView:
    """What is like an asset, the likest first."""
    said = f"### More like {asset.version or 'this'}" + ("" if alike else f"\n{NOTHING}")
    head: TextDisplay[LayoutView] = TextDisplay(said)
    inside = [head, *hung(alike, pictured, State()), cards.row(asset.id, "card")]
    return LayoutView(timeout=None).add_item(Container(*inside))


def hung(assets: Sequence[AssetView], pictured: set[str], state: State) -> Iterator[discord.ui.Item[LayoutView]]:
    """Pictures, a line for each, and a list to pick one from; nothing for nothing."""
    if shown := [asset for asset in assets if asset.id in pictured]:
        yield MediaGallery(*(_item(asset, small_name(asset)) for asset in shown))
    if assets:
        yield TextDisplay("\n".join(_lines(assets)))
        yield ActionRow(choice(state, assets))


def detail(
    state: State,
    asset: AssetView,
    parent: AssetView | None,
    children: Sequence[AssetView],
    files: Sequence[str],
    link: str | None,
) -> LayoutView:
    """One asset, its recipe, its family, and all that can be done with it. `files`: what comes along, by name."""
    shown = [name for name in files if name.endswith(PICTURES) or asset.kind != "speech"]
    inside: list[discord.ui.Item[LayoutView]] = [MediaGallery(*(_item(asset, each) for each in shown))] if shown else []
    inside += [File(f"attachment://{name}") for name in files if name not in shown]
    by = f"Made by {quoted(asset.author, LINE_MAX)}" if asset.author else ""
    inside.append(TextDisplay("\n".join([*cards.told(asset, by), *cards.kept(asset)])))
    family = [*_relatives(state, parent, children)]
    rows = [ActionRow(*family)] if family else []
    buttons = asset_buttons(asset, owner_only=asset.mine)
    return LayoutView(timeout=None).add_item(Container(*inside, *rows, *buttons, _last_row(state, asset, link)))


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


def _heading(state: State, assets: Sequence[AssetView], refused: str) -> str:
    narrowed = [
        OTHERS_HERE if state.others else "",
        KINDS[state.kind] if state.kind else "",
        "Favourites" if state.favourites else "",
        f"“{line(state.words, WORDS_MAX * 2)}”" if state.words else "",
    ]
    small = " · ".join(filter(None, narrowed))
    nothing = "" if assets else quoted(refused, REFUSED_MAX) or (NOTHING if small else NOTHING_YET)
    how = [f"-# {quoted(each, REFUSED_MAX)}" for each in HOW] if state.words and not assets else []
    return "\n".join(filter(None, ["### Your gallery", f"-# {small}" if small else "", nothing, *how]))


def _lines(assets: Sequence[AssetView]) -> Iterator[str]:
    for number, asset in enumerate(assets, 1):
        sign, star = SIGNS.get(asset.kind, ""), " ★" if asset.favourite else ""
        by = f" · by {line(asset.author, NAME_MAX)}" if asset.author else ""
        yield f"**{number}** {sign}{line(asset.asked or asset.prompt or cards.heading(asset), LINE_MAX)}{by}{star}"


def _item(asset: AssetView, file: str) -> MediaGalleryItem:
    alt_text = plain(asset.alt_text or asset.asked, ALT_MAX) or None
    return MediaGalleryItem(f"attachment://{file}", description=alt_text, spoiler=asset.safety == "spoiler")


def choice(state: State, assets: Sequence[AssetView]) -> Select[LayoutView]:
    """A list to pick one of these from, to look at it alone."""
    options = [
        SelectOption(
            label=plain(f"{number} · {cards.heading(asset)}", OPTION_MAX),
            value=asset.id,
            description=plain(asset.asked or asset.prompt, OPTION_MAX) or None,
        )
        for number, asset in enumerate(assets, 1)
    ]
    return Select(custom_id=f"easel:pick:{state.fitting()}", placeholder="Look at one…", options=options)


def _kinds(state: State, *, here: bool) -> Select[LayoutView]:
    own = not state.others
    options = [
        SelectOption(label=name, value=kind or "-", default=own and kind == state.kind) for kind, name in KINDS.items()
    ]
    if here or state.others:
        options.append(SelectOption(label=OTHERS_HERE, value=OTHERS, default=state.others))
    return Select(custom_id=f"easel:kind:{state.fitting()}", options=options)


def _steps(state: State, following: int | None, link: str | None) -> Row:
    back = replace(state, before=state.before[:-1])
    on = replace(state, before=(*state.before, following)) if following else state
    other = replace(state, favourites=not state.favourites, others=False, before=())
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
        look = custom_id("look", asset.id, str(state.brief))
        yield Button(label=f"{word} {cards.heading(asset)}"[:80], custom_id=look)


def _last_row(state: State, asset: AssetView, link: str | None) -> Row:
    row: Row = ActionRow(Button(label="Back", custom_id=f"easel:back:{state.fitting()}"))
    if asset.mine:
        withheld = asset.safety == "withheld"
        row.add_item(Button(label="Post here", custom_id=custom_id("post", asset.id), disabled=withheld))
    if link:
        row.add_item(Button(label="Open on the web", style=ButtonStyle.link, url=link))
    return row


def written(number: int) -> str:
    """In base 36: short."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"
