"""How versions look on a page: the nearest pictures, a tree of words, what changed, and a recipe."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.chat import changes, phrases, recipes, versions
from bot.chat.links import Links
from bot.chat.versions import Line, Lines
from bot.slack.asks import Ask
from bot.slack.buttons import actions, back, button, link
from bot.slack.kit import alert, menu, modal, section, small, told
from bot.slack.markup import Json, cut, plain, rich
from bot.slack.shelf import thumbnail
from core.creation.titles import shortened
from core.creation.view import AssetView
from core.provenance.changes import Mark, Run
from core.provenance.lineage import Comparison
from core.provenance.trees import Tree

LINE_MAX, RUN_MAX, CHANGED_MAX, VALUE_MAX, LABEL_MAX = 160, 600, 2_400, 400, 70
STYLES: Mapping[Mark, Json] = {Mark.KEPT: {}, Mark.REMOVED: {"strike": True}, Mark.ADDED: {"bold": True}}
FROM, THIS, LED = "It was made from", "This one", "It led to"


def tree_page(
    ask: Ask, tree: Tree, asset: AssetView, links: Links, *, comparing: str | None = None, note: str = ""
) -> Json:
    """The versions around one. `comparing`: a link to the web."""
    shown = versions.lines(tree, asset.id)
    blocks = [alert(note)] if note else []
    blocks += _pictures(tree, asset, links)
    if tree.title:
        blocks.append(small(tree.title))
    blocks += _lines(shown)
    if len(shown.shown) > 1:
        blocks.append(actions(_others(shown)))
    stands = any(each.here and versions.STANDS in each.notes for each in shown.shown)
    may_stand = asset.mine or ask.through is not None
    blocks.append(actions(*_presses(tree, asset, comparing, may_stand=may_stand and not stands)))
    return modal("versions", "Versions", blocks, notes=ask.origin())


def changed_page(ask: Ask, found: Comparison, links: Links, comparing: str | None) -> Json:
    """What is not the same in two versions."""
    before, after = found.before, found.after
    pictured = [
        section(f"{what}: {versions.name(each)}\n{shortened(each.asked or each.prompt, LINE_MAX)}", shown)
        for each, what in ((before, "Before"), (after, "After"))
        if (shown := thumbnail(each, links))
    ]
    heading = f"From {versions.name(before)} to {versions.name(after)}"
    blocks = [rich(_section([_run(heading, {"bold": True})])), *pictured, *_changed(found)]
    further = [link("compare", comparing)] if comparing else []
    blocks.append(actions(*further, back("versions", after.id)))
    return modal("changed", "What changed", blocks, notes=ask.origin())


def recipe_page(ask: Ask, recipe: Mapping[str, Any], json_link: str | None) -> Json:
    """How an asset was made. `json_link`: the same for programs."""
    blocks = told("Asked for", recipe["asked"])
    if recipe["sent"] != recipe["asked"]:
        blocks += told("Sent to the model", recipe["sent"])
    pairs = [plain(f"{name}\n{value}", VALUE_MAX) for name, value in recipes.pairs(recipe)]
    blocks += [{"type": "section", "fields": pairs[start : start + 10]} for start in range(0, len(pairs), 10)]
    further = [link("json", json_link)] if json_link else []
    blocks.append(actions(*further, back("details", recipe["id"])))
    return modal(
        "recipe", f"Recipe of {recipe['version']}" if recipe["version"] else "Recipe", blocks, notes=ask.origin()
    )


def _pictures(tree: Tree, asset: AssetView, links: Links) -> Iterator[Json]:
    near = versions.neighbours(tree, asset.id)
    place = next((number for number, each in enumerate(near) if each.id == asset.id), 0)
    for number, each in enumerate(near):
        if shown := thumbnail(each, links):
            what = THIS if number == place else FROM if number < place else LED
            yield section(f"{what}\n{phrases.facts(each) or versions.name(each)}", shown)


def _lines(shown: Lines) -> Iterator[Json]:
    if shown.above:
        yield small(f"{shown.above} before these")
    if shown.shown:
        yield rich(*map(_line, shown.shown))
    if shown.below:
        yield small(f"{shown.below} more")


def _line(one: Line) -> Json:
    name = versions.name(one.asset)
    runs = [_run(one.indent)] if one.indent else []
    runs.append(_run(f"▸ {name}" if one.here else name, {"bold": True} if one.here else {}))
    if one.words:
        runs.append(_run(f"  {cut(one.words, LINE_MAX)}"))
    runs += [_run(f" · {note}", {"italic": True}) for note in one.notes]
    return _section([*runs, _run("\n")])


def _others(shown: Lines) -> Json:
    options = [
        (each.asset.id, cut(f"{versions.name(each.asset)} · {each.words or each.asset.kind}", LABEL_MAX))
        for each in shown.shown
        if not each.here
    ]
    return menu("easel_version", options, hint="Look at another version…")


def _presses(tree: Tree, asset: AssetView, comparing: str | None, *, may_stand: bool) -> Iterator[Json]:
    alone = changes.earlier(tree, asset.id) is None
    if asset.version and may_stand:
        yield button("stand", asset.id, label=f"Go on from {asset.version}", style="primary")
    if not alone:
        yield button("changed", asset.id)
        if comparing:
            yield link("compare", comparing)
    yield back("details", asset.id)


def _changed(found: Comparison) -> Iterator[Json]:
    if found.change.nothing:
        yield section(changes.NOTHING)
    if marked := list(_marked(changes.words(found.change))):
        yield rich({"type": "rich_text_quote", "elements": marked})
    facts = [_section([_run(cut(each, VALUE_MAX))]) for each in changes.facts(found.change)]
    if facts:
        yield rich({"type": "rich_text_list", "style": "bullet", "elements": facts})


def _marked(runs: Sequence[Run]) -> Iterator[Json]:
    """Both texts as one: what went is struck out, what came is bold."""
    room = CHANGED_MAX
    for run in runs:
        words = cut(run.text, min(RUN_MAX, room))
        yield _run(f"{words} ", STYLES[run.mark])
        room -= len(words)
        if room <= 1:
            return


def _run(text: str, style: Mapping[str, bool] | None = None) -> Json:
    element: Json = {"type": "text", "text": text}
    return element | ({"style": dict(style)} if style else {})


def _section(runs: Iterable[Json]) -> Json:
    return {"type": "rich_text_section", "elements": list(runs)}
