"""Slack's two ways of writing as safe HTML: mrkdwn with its <angle> links, and the markdown of the markdown block."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from docs.look import emoji, when
from docs.look.errors import NotDrawn

INLINE = re.compile(
    r"""
      `(?P<code>[^`\n]+)`
    | <@(?P<user>[UW]\w+)(?:\|[^>]*)?>
    | <\#(?P<channel>\w+)(?:\|(?P<channel_name>[^>]*))?>
    | <!subteam\^(?P<group>\w+)(?:\|(?P<group_name>[^>]*))?>
    | <!date\^(?P<unix>-?\d+)\^(?P<form>[^^|>]+)(?:\^[^|>]+)?\|(?P<fallback>[^>]*)>
    | <!(?P<everyone>here|channel|everyone)(?:\|[^>]*)?>
    | <(?P<url>(?:https?://|mailto:|tel:)[^|>]+)(?:\|(?P<label>[^>]*))?>
    | (?<![\w*])\*(?P<bold>(?![\s*]).*?(?<!\s))\*(?![\w*])
    | (?<!\w)_(?P<italic>(?![\s_]).*?(?<!\s))_(?!\w)
    | (?<![\w~])~(?P<strike>(?![\s~]).*?(?<!\s))~(?![\w~])
    """,
    re.VERBOSE,
)
TAGS = {"bold": "strong", "italic": "em", "strike": "s"}
FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mrkdwn:
    """Writes mrkdwn (https://docs.slack.dev/messaging/formatting-message-text); `names` says who or what an id is."""

    names: Mapping[str, str]
    now: datetime

    def __call__(self, text: str) -> Markup:
        out, end = Markup(), 0
        for fence in FENCE.finditer(text):
            out += self._lines(text[end : fence.start()].removesuffix("\n"))
            out += Markup("<pre>{}</pre>").format(html.unescape(fence[1]))
            end = fence.end() + text[fence.end() :].startswith("\n")
        return out + self._lines(text[end:])

    def _lines(self, text: str) -> Markup:
        """Quotes, which a line opens with "&gt;", and what stands between them."""
        out, lines = Markup(), text.split("\n") if text else []
        while lines:
            quoted = _is_quote(lines[0])
            count = next((index for index, line in enumerate(lines) if _is_quote(line) != quoted), len(lines))
            words = [re.sub("^(&gt;|>) ?", "", line) if quoted else line for line in lines[:count]]
            tag = Markup("blockquote" if quoted else "div")
            out += Markup("<{0}>{1}</{0}>").format(tag, Markup("<br>").join(map(self.inline, words)))
            lines = lines[count:]
        return out

    def inline(self, text: str) -> Markup:
        out, end = Markup(), 0
        for match in INLINE.finditer(text):
            out += emoji.coded_words(html.unescape(text[end : match.start()])) + self._found(match)
            end = match.end()
        return out + emoji.coded_words(html.unescape(text[end:]))

    def _found(self, match: re.Match[str]) -> Markup:
        told = {name: value for name, value in match.groupdict().items() if value is not None}
        name = next(iter(told))
        if tag := TAGS.get(name):
            return Markup("<{0}>{1}</{0}>").format(Markup(tag), self.inline(match[name]))
        return self._writers()[name](match)

    def _writers(self) -> Mapping[str, Callable[[re.Match[str]], Markup]]:
        return {
            "code": lambda match: Markup("<code>{}</code>").format(html.unescape(match["code"])),
            "user": lambda match: self.mention("@", match["user"]),
            "channel": lambda match: self.mention("#", match["channel"], match["channel_name"]),
            "group": lambda match: self.mention("@", match["group"], (match["group_name"] or "").removeprefix("@")),
            "unix": lambda match: emoji.words(self.date(int(match["unix"]), html.unescape(match["form"]))),
            "everyone": lambda match: Markup('<span class="mention loud">@{}</span>').format(match["everyone"]),
            "url": lambda match: Markup("<a>{}</a>").format(
                emoji.coded_words(html.unescape(match["label"] or match["url"]))
            ),
        }

    def mention(self, mark: str, key: str, name: str | None = None) -> Markup:
        return Markup('<span class="mention">{}{}</span>').format(mark, self.names.get(key) or name or key)

    def date(self, unix: int, form: str) -> str:
        """A date by a form such as "{date_short} at {time}"; a token that is not known is refused."""
        return re.sub(r"\{(\w+)\}", lambda match: self._token(match[1], unix), form)

    def _token(self, name: str, unix: int) -> str:
        if name not in when.SLACK:
            raise NotDrawn(f"the date token {{{name}}} is not drawn")
        return when.SLACK[name](when.moment(unix), self.now)


def markdown(text: str) -> Markup:
    """The text of a markdown block: standard markdown; HTML in it stays text, a picture becomes its words."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["strikethrough", "table"])
    parser.add_render_rule("text", lambda _, tokens, index, *rest: str(emoji.coded_words(tokens[index].content)))
    parser.add_render_rule("image", lambda _, tokens, index, *rest: _image(tokens[index]))
    parser.add_render_rule("link_open", lambda *_: "<a>")
    return Markup(parser.render(text))


def _image(token: Token) -> str:
    return str(Markup("<a>{}</a>").format(token.content or token.attrs.get("src", "")))


def _is_quote(line: str) -> bool:
    return line.startswith(("&gt;", "> ")) or line == ">"
