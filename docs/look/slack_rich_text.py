"""Slack's rich_text blocks as safe HTML: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from docs.look import emoji
from docs.look.errors import NotDrawn
from docs.look.press import Json, colour
from docs.look.slack_mrkdwn import Mrkdwn

STYLES = {"code": "code", "strike": "s", "italic": "em", "bold": "strong", "underline": "u"}
SILENT = {"highlight", "client_highlight", "unlink"}
MARKS = (("decimal", "lower-alpha", "lower-roman"), ("disc", "circle", "square"))


@dataclass(frozen=True, slots=True)
class RichText:
    """Writes the elements of a rich_text block."""

    words: Mrkdwn

    def __call__(self, block: Json) -> Markup:
        if block["type"] != "rich_text":
            raise NotDrawn(f"{block['type']} stands where rich_text belongs")
        return Markup('<div class="rich">{}</div>').format(Markup().join(map(self._element, block["elements"])))

    def _element(self, it: Json) -> Markup:
        writers: Mapping[str, Callable[[Json], Markup]] = {
            "rich_text_section": lambda it: Markup("<div>{}</div>").format(self.parts(it)),
            "rich_text_preformatted": lambda it: Markup("<pre>{}</pre>").format(self.parts(it)),
            "rich_text_quote": lambda it: Markup("<blockquote>{}</blockquote>").format(self.parts(it)),
            "rich_text_list": self._list,
        }
        return _writer(writers, it)(it)

    def _list(self, it: Json) -> Markup:
        ordered = {"ordered": True, "bullet": False}.get(it["style"])
        if ordered is None:
            raise NotDrawn(f"a list of style {it['style']} is not drawn")
        items = Markup().join(Markup("<li>{}</li>").format(self.parts(item)) for item in it["elements"])
        indent = int(it.get("indent", 0))
        return Markup('<{0} style="margin-left:{1}px;list-style-type:{2}" start="{3}"{4}>{5}</{0}>').format(
            Markup("ol" if ordered else "ul"), 26 + 26 * indent, MARKS[not ordered][indent % 3],
            int(it.get("offset", 0)) + 1, Markup(' class="bordered"' if it.get("border") else ""), items,
        )  # fmt: skip

    def parts(self, it: Json) -> Markup:
        return Markup().join(self._styled(part) for part in it["elements"])

    def _styled(self, part: Json) -> Markup:
        styles = {name for name, on in part.get("style", {}).items() if on} - SILENT if _has_styles(part) else set()
        if strange := styles - STYLES.keys():
            raise NotDrawn(f"not drawn: the style {', '.join(sorted(strange))}")
        out = _writer(self._parts(), part)(part)
        for style in (style for style in STYLES if style in styles):
            out = Markup("<{0}>{1}</{0}>").format(Markup(STYLES[style]), out)
        return out

    def _parts(self) -> Mapping[str, Callable[[Json], Markup]]:
        mention = self.words.mention
        return {
            "text": lambda it: lines(it["text"]),
            "link": lambda it: Markup("<a>{}</a>").format(emoji.words(it.get("text") or it["url"])),
            "user": lambda it: mention("@", it["user_id"]),
            "usergroup": lambda it: mention("@", it["usergroup_id"]),
            "team": lambda it: mention("@", it["team_id"]),
            "channel": lambda it: mention("#", it["channel_id"]),
            "emoji": lambda it: emoji.drawing(it["name"]),
            "date": lambda it: emoji.words(self.words.date(it["timestamp"], it["format"])),
            "broadcast": lambda it: Markup('<span class="mention loud">@{}</span>').format(it["range"]),
            "color": lambda it: Markup('<span class="colour"><i style="background:{}"></i>{}</span>').format(
                colour(it["value"]), it["value"]
            ),
        }


def lines(text: str) -> Markup:
    """Plain text with its line breaks."""
    return Markup("<br>").join(emoji.words(line) for line in text.split("\n"))


def _has_styles(part: Json) -> bool:
    return isinstance(part.get("style"), dict)


def _writer(writers: Mapping[str, Callable[[Json], Markup]], it: Json) -> Callable[[Json], Markup]:
    if it["type"] not in writers:
        raise NotDrawn(f"{it['type']} is not drawn")
    return writers[it["type"]]
