"""Whom a message pings and where its links lead: what a reader's client makes of texts and blocks.

Control sequences: docs.slack.dev/messaging/formatting-message-text. Counted generously: a `text` beside blocks counts,
too, as notifications show it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.slack.kit.walk import texts_within

SEQUENCE = re.compile(r"<([^<>\n]+)>")
BARE_NAME = re.compile(r"(?<![\w@<])@([a-z0-9][a-z0-9._-]*)")
EVERYBODY = {"channel", "here", "everyone"}
MARKDOWN_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
MARKDOWN_LINK = re.compile(r"(?<!\\)\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Somebody whom a message would notify."""

    channel: str
    ts: str
    whom: str
    """A user id, `@channel`, `@here`, `@everyone` or a user group's id."""
    source: str
    """The text it was found in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link a reader can follow."""

    channel: str
    ts: str
    url: str
    label: str | None

    @property
    def forged(self) -> bool:
        """Whether the label says something else than where the link leads."""
        if not self.label:
            return False
        host = urlsplit(self.url).hostname or ""
        bare = self.url.partition("://")[2]
        return self.label.strip().rstrip("/") not in {self.url.rstrip("/"), bare.rstrip("/"), host, f"www.{host}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What one text holds: the pinged, and (url, label) pairs."""

    pings: tuple[str, ...] = ()
    links: tuple[tuple[str, str | None], ...] = ()


def in_mrkdwn(text: str, names: dict[str, str] | None = None) -> Marks:
    """`names`: user name → id, given when `link_names` or `parse=full` turns bare @names into mentions."""
    pings, links = [], []
    for body in SEQUENCE.findall(text):
        target, _, label = body.partition("|")
        if target.startswith("@"):
            pings.append(target[1:])
        elif target.startswith("!"):
            pings.extend(_special(target[1:]))
        elif not target.startswith("#") and ":" in target:
            links.append((target, label or None))
    for name in BARE_NAME.findall(text) if names is not None else ():
        if name in EVERYBODY:
            pings.append(f"@{name}")
        elif names and name in names:
            pings.append(names[name])
    return Marks(pings=tuple(pings), links=tuple(links))


def _special(body: str) -> Iterator[str]:
    if body in EVERYBODY:
        yield f"@{body}"
    elif body.startswith("subteam^"):
        yield body.removeprefix("subteam^")


def in_markdown(text: str) -> Marks:
    """Standard Markdown: [label](url) makes a link, <@U1> and <!here> still ping, code does neither."""
    bare = MARKDOWN_CODE.sub("", text)
    marks = in_mrkdwn(bare.replace("\\<", ""))
    links = [(url, label) for label, url in MARKDOWN_LINK.findall(bare)]
    return Marks(pings=marks.pings, links=(*marks.links, *links))


def in_blocks(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, Marks]]:
    """Each text of the blocks that can ping or link, with what it holds."""
    for one in texts_within(blocks):
        match one.get("type"):
            case "mrkdwn":
                yield one["text"], in_mrkdwn(one["text"])
            case "markdown":
                yield one["text"], in_markdown(one["text"])
            case "user" if "user_id" in one:
                yield "rich_text", Marks(pings=(one["user_id"],))
            case "usergroup" if "usergroup_id" in one:
                yield "rich_text", Marks(pings=(one["usergroup_id"],))
            case "broadcast" if "range" in one:
                yield "rich_text", Marks(pings=(f"@{one['range']}",))
            case "link" if "url" in one:
                yield "rich_text", Marks(links=((one["url"], one.get("text")),))
            case _:
                continue
