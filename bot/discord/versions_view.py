"""How versions look: a tree of words with the nearest pictures, what changed, and a recipe."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from discord import ButtonStyle, MediaGalleryItem, SelectOption
from discord.ui import ActionRow, Button, Container, File, Item, LayoutView, MediaGallery, Select, TextDisplay

from bot.chat import changes, recipes, versions
from bot.chat.versions import Line, Lines
from bot.discord import cards
from bot.discord.buttons import custom_id
from bot.discord.markup import block, line, plain
from bot.discord.pictures import ALT_MAX, small_name
from core.creation.view import AssetView
from core.provenance.changes import Mark, Run
from core.provenance.lineage import Comparison
from core.provenance.trees import Tree

WORDS_MAX, VALUE_MAX, OPTION_MAX, CHANGED_MAX, RUN_MAX = 110, 220, 100, 2_400, 600
ASKED_MAX, SENT_MAX = 500, 1_400
MARKS = {Mark.KEPT: "{}", Mark.REMOVED: "~~{}~~", Mark.ADDED: "**{}**"}
Inside = list[Item[LayoutView]]


def tree_view(tree: Tree, asset: AssetView, pictured: Sequence[AssetView], comparing: str | None) -> LayoutView:
    """The versions around one. `pictured`: whose small pictures come along. `comparing`: a link to the web."""
    shown = versions.lines(tree, asset.id)
    here = next((each for each in shown.shown if each.here), None)
    inside: Inside = [MediaGallery(*map(item, pictured))] if pictured else []
    inside.append(TextDisplay("\n".join(_told(shown))))
    if len(shown.shown) > 1:
        inside.append(ActionRow(_others(asset, shown)))
    stands = here is not None and versions.STANDS in here.notes
    inside.append(ActionRow(*_buttons(tree, asset, comparing, stands=stands)))
    return LayoutView(timeout=None).add_item(Container(*inside))


def changed_view(found: Comparison, pictured: Sequence[AssetView], comparing: str | None) -> LayoutView:
    """What is not the same in two versions."""
    inside: Inside = [MediaGallery(*map(item, pictured))] if pictured else []
    inside.append(TextDisplay("\n".join(_changed(found))))
    back: Button[LayoutView] = Button(label="Back", custom_id=custom_id("versions", found.after.id))
    inside.append(ActionRow(back, *_web(comparing)))
    return LayoutView(timeout=None).add_item(Container(*inside))


def recipe_view(recipe: Mapping[str, Any], file: str) -> LayoutView:
    """How an asset was made; `file` holds the same for programs."""
    lines = [f"### Recipe of {recipe['version'] or 'your upload'}"]
    if recipe["asked"]:
        lines += ["**Asked for**", block(recipe["asked"], ASKED_MAX)]
    if recipe["sent"] and recipe["sent"] != recipe["asked"]:
        lines += ["**Sent to the model**", block(recipe["sent"], SENT_MAX)]
    lines += [f"-# {name}: {line(value, VALUE_MAX)}" for name, value in recipes.pairs(recipe)]
    text: TextDisplay[LayoutView] = TextDisplay("\n".join(lines))
    return LayoutView(timeout=None).add_item(
        Container(text, File(f"attachment://{file}"), cards.row(recipe["id"], "card"))
    )


def item(asset: AssetView) -> MediaGalleryItem:
    """A small picture that comes along."""
    words = plain(f"{versions.name(asset)}: {asset.alt_text or asset.asked or asset.prompt}", ALT_MAX)
    return MediaGalleryItem(f"attachment://{small_name(asset)}", description=words, spoiler=asset.safety == "spoiler")


def _told(shown: Lines) -> Iterator[str]:
    yield "### Versions"
    if shown.above:
        yield f"-# {shown.above} before these"
    yield from map(_line, shown.shown)
    if shown.below:
        yield f"-# {shown.below} more"


def _line(one: Line) -> str:
    name = versions.name(one.asset)
    notes = "".join(f" · *{each}*" for each in one.notes)
    return f"{one.indent}{f'**▸ {name}**' if one.here else name} · {line(one.words, WORDS_MAX)}{notes}"


def _others(asset: AssetView, shown: Lines) -> Select[LayoutView]:
    options = [
        SelectOption(
            label=plain(f"{versions.name(each.asset)} · {cards.KINDS.get(each.asset.kind, '')}", OPTION_MAX),
            value=each.asset.id,
            description=plain(each.words, OPTION_MAX) or None,
        )
        for each in shown.shown
        if not each.here
    ]
    return Select(custom_id=custom_id("version", asset.id), placeholder="Look at another version…", options=options)


def _buttons(tree: Tree, asset: AssetView, comparing: str | None, *, stands: bool) -> Iterator[Button[LayoutView]]:
    alone, name = changes.earlier(tree, asset.id) is None, versions.name(asset)
    if asset.version:
        label = f"Going on from {name}" if stands else f"Go on from {name}"
        yield Button(label=label, custom_id=custom_id("stand", asset.id), disabled=stands, style=ButtonStyle.primary)
        yield Button(label=cards.FURTHER["changed"], custom_id=custom_id("changed", asset.id), disabled=alone)
    yield from _web(None if alone else comparing)
    yield Button(label=cards.FURTHER["card"], custom_id=custom_id("card", asset.id))


def _web(link: str | None) -> Iterator[Button[LayoutView]]:
    if link:
        yield Button(label="Compare on the web", style=ButtonStyle.link, url=link)


def _changed(found: Comparison) -> Iterator[str]:
    yield f"### From {versions.name(found.before)} to {versions.name(found.after)}"
    if found.change.nothing:
        yield changes.NOTHING
    if marked := _marked(changes.words(found.change)):
        yield marked
    for each in changes.facts(found.change):
        yield f"- {line(each, VALUE_MAX)}"


def _marked(runs: Sequence[Run]) -> str:
    """Both texts as one: what went is struck out, what came is bold."""
    told, room = list[str](), CHANGED_MAX
    for run in runs:
        if words := line(run.text, min(RUN_MAX, room)):
            told.append(MARKS[run.mark].format(words))
            room -= len(told[-1]) + 1
        if room <= 0:
            break
    return "> " + " ".join(told) if told else ""
