"""Discord's markdown as safe HTML: https://support.discord.com/hc/en-us/articles/210298617"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from docs.look import emoji, when
from docs.look.errors import NotDrawn

INLINE = re.compile(
    r"""
      \\(?P<escaped>[^\w\s])
    | (?P<ticks>`{1,2})(?P<code>.+?)(?P=ticks)
    | <t:(?P<unix>-?\d{1,13})(?::(?P<style>[tTdDfFR]))?>
    | <(?P<sort>@!?|@&|\#)(?P<id>\d+)>
    | </(?P<command>[-_\w ]{1,98}):\d+>
    | (?P<custom><a?:\w+:\d+>)
    | (?P<everyone>@everyone|@here)
    | \[(?P<label>[^\]\n]+)\]\(<?(?P<target>https?://[^\s)>]+)>?\)
    | (?P<url>https?://[^\s<>]*[^\s<>.,:;"')\]])
    | <(?P<quiet>https?://[^\s<>]+)>
    | \|\|(?P<spoiler>.+?)\|\|
    | \*\*(?P<bold>.+?)\*\*(?!\*)
    | __(?P<underline>.+?)__(?!_)
    | ~~(?P<strike>.+?)~~
    | \*(?!\s)(?P<italic>.+?)(?<!\s)\*(?!\*)
    | (?<!\w)_(?P<slanted>.+?)_(?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)
TAGS = {"bold": "strong", "underline": "u", "strike": "s", "italic": "em", "slanted": "em"}
FENCE = re.compile(r"```(?:([\w+-]*)\n)?(.*?)\n?```", re.DOTALL)
ITEM = re.compile(r"( *)([-*]|\d+\.) (.+)")


@dataclass(frozen=True, slots=True)
class Markdown:
    """Writes markdown; `names` says who or what an id is, without "@" or "#"."""

    names: Mapping[str, str]
    now: datetime

    def __call__(self, text: str) -> Markup:
        """A whole message: code fences first, then line by line."""
        out, end = Markup(), 0
        for fence in FENCE.finditer(text):
            out += self._lines(text[end : fence.start()].removesuffix("\n"))
            out += Markup("<pre><code>{}</code></pre>").format(fence[2].removeprefix("\n"))
            end = fence.end() + text[fence.end() :].startswith("\n")
        return out + self._lines(text[end:])

    def _lines(self, text: str) -> Markup:
        lines, out = text.split("\n") if text else [], Markup()
        while lines:
            block, count = self._block(lines)
            out, lines = out + block, lines[count:]
        return out

    def _block(self, lines: list[str]) -> tuple[Markup, int]:
        """What the first lines make, and how many they are."""
        line = lines[0]
        if heading := re.match(r"(#{1,3}) +(.+)", line):
            return self._tagged(f"h{len(heading[1])}", heading[2]), 1
        if line.startswith("-# "):
            return self._tagged("small", line[3:]), 1
        if line.startswith(">>> "):
            return self._quote([line[4:], *lines[1:]]), len(lines)
        if count := _run(lines, _quoted):
            return self._quote_lines(lines[:count]), count
        if count := _items(lines):
            return self._list(lines[:count]), count
        count = max(1, _run(lines, lambda line: not _special(line)))
        return self._paragraph(lines[:count]), count

    def _paragraph(self, lines: list[str]) -> Markup:
        text = "\n".join(lines)
        large = " large" if emoji.alone(text) else ""
        return Markup('<p class="text{}">{}</p>').format(large, self.inline(text))

    def _tagged(self, tag: str, text: str) -> Markup:
        return Markup("<{0}>{1}</{0}>").format(Markup(tag), self.inline(text))

    def _quote_lines(self, lines: list[str]) -> Markup:
        return self._quote([line.removeprefix(">").removeprefix(" ") for line in lines])

    def _quote(self, lines: list[str]) -> Markup:
        return Markup("<blockquote>{}</blockquote>").format(self._lines("\n".join(lines)))

    def _list(self, lines: list[str]) -> Markup:
        """Items of one depth; deeper ones become a list inside the item before them."""
        first = ITEM.match(lines[0])
        assert first
        depth, out, rest = len(first[1]), Markup(), lines
        while rest:
            match = ITEM.match(rest[0])
            count = 1 + _run(rest[1:], lambda line: _depth(line) > depth)
            inner = self._lines("\n".join(rest[1:count])) if count > 1 else Markup()
            out += Markup("<li>{}{}</li>").format(self.inline(match[3] if match else ""), inner)
            rest = rest[count:]
        if first[2] in "-*":
            return Markup("<ul>{}</ul>").format(out)
        return Markup('<ol start="{}">{}</ol>').format(first[2][:-1], out)

    def inline(self, text: str) -> Markup:
        """Everything that stands within a line."""
        out, end = Markup(), 0
        for match in INLINE.finditer(text):
            out += emoji.words(text[end : match.start()]) + self._found(match)
            end = match.end()
        return out + emoji.words(text[end:])

    def _found(self, match: re.Match[str]) -> Markup:
        name = match.lastgroup or ""
        if tag := TAGS.get(name):
            return self._tagged(tag, match[name])
        return self._writers()[name](match)

    def _writers(self) -> Mapping[str, Callable[[re.Match[str]], Markup]]:
        """By the last group of each alternative."""
        return {
            "escaped": lambda match: escape(match["escaped"]),
            "code": lambda match: Markup("<code>{}</code>").format(match["code"]),
            "unix": self._time,
            "style": self._time,
            "id": self._mention,
            "command": lambda match: Markup('<span class="mention">/{}</span>').format(match["command"]),
            "custom": _refuse,
            "everyone": lambda match: Markup('<span class="mention">{}</span>').format(match["everyone"]),
            "target": lambda match: Markup("<a>{}</a>").format(self.inline(match["label"])),
            "url": lambda match: Markup("<a>{}</a>").format(match["url"]),
            "quiet": lambda match: Markup("<a>{}</a>").format(match["quiet"]),
            "spoiler": lambda match: Markup('<span class="spoiler">{}</span>').format(self.inline(match["spoiler"])),
        }

    def _time(self, match: re.Match[str]) -> Markup:
        words = when.DISCORD[match["style"] or "f"](when.moment(match["unix"]), self.now)
        return Markup('<span class="time">{}</span>').format(words)

    def _mention(self, match: re.Match[str]) -> Markup:
        mark = "#" if match["sort"] == "#" else "@"
        name = self.names.get(match["id"], "unknown" if mark == "#" else "unknown-user")
        return Markup('<span class="mention">{}{}</span>').format(mark, name)


def _run(lines: list[str], test: Callable[[str], object]) -> int:
    """How many lines at the start pass."""
    return next((index for index, line in enumerate(lines) if not test(line)), len(lines))


def _quoted(line: str) -> bool:
    return line.startswith("> ") or line == ">"


def _items(lines: list[str]) -> int:
    """How many lines one list has: numbers and dots at the same depth are two lists."""
    first = ITEM.match(lines[0])
    if not first:
        return 0
    dotted, depth = first[2] in "-*", len(first[1])
    return _run(lines, lambda line: _depth(line) > depth or _alike(line, dotted))


def _alike(line: str, dotted: bool) -> bool:
    match = ITEM.match(line)
    return match is not None and (match[2] in "-*") == dotted


def _depth(line: str) -> int:
    match = ITEM.match(line)
    return len(match[1]) if match else 0


def _special(line: str) -> bool:
    return bool(re.match(r"#{1,3} +.|-# |>>> |> | *([-*]|\d+\.) .", line)) or line == ">"


def _refuse(match: re.Match[str]) -> Markup:
    raise NotDrawn(f"no drawing of the emoji {match['custom']}")
