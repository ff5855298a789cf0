"""What both looks print with: a template per kind of component, and a refusal of whatever is not known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from docs.look import emoji, media, when
from docs.look.errors import NotDrawn

TEMPLATES = Path(__file__).parent / "templates"
Json: TypeAlias = dict[str, Any]
Theme: TypeAlias = Literal["dark", "light"]
COLOURS = ("#5865f2", "#3ba55c", "#eb6f4b", "#c2538b", "#3c87c7", "#8f62c9", "#b98219", "#2d9d92")


@dataclass(frozen=True, slots=True)
class Press:
    """Prints components; `fields` names for each kind the fields that its template has in view."""

    environment: Environment
    fields: Mapping[str, frozenset[str]]

    def print(self, kind: str, it: Json, **more: Any) -> Markup:
        """One component. A field that no template looks at is refused, unless it is empty."""
        if kind not in self.fields:
            raise NotDrawn(f"{kind} is not drawn")
        strange = {name for name, value in it.items() if value not in (None, "", [], {})} - self.fields[kind]
        if strange:
            raise NotDrawn(f"{kind}: not drawn: {', '.join(sorted(strange))}")
        return Markup(self.environment.get_template(f"{kind}.html").render(it=it, **more))


def named(words: str) -> frozenset[str]:
    """Names of fields, from one line of them."""
    return frozenset(words.split())


def environment(platform: str, files: Mapping[str, str], **words: Any) -> Environment:
    """Templates of one platform, with everything escaped that is not marked as safe."""
    made = Environment(
        loader=FileSystemLoader([TEMPLATES / platform, TEMPLATES]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "css": Markup((TEMPLATES / f"{platform}.css").read_text()),
        "sprites": Markup("").join(Markup((TEMPLATES / name).read_text()) for name in ("icons.svg", "emoji.svg")),
        "icon": icon,
        "avatar": avatar,
        "src": lambda url: media.source(url, files),
        "moves": media.moves,
        "clock": media.clock,
        "size": media.size,
        "time": when.time,
        "relative": when.relative,
        "moment": when.moment,
        "plain": emoji.words,
        "among": among,
    } | words
    return made


def icon(name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>').format(name)


def avatar(name: str, app: bool = False) -> Markup:
    """A drawn face: an easel for an app, an initial for a person."""
    if app:
        return Markup('<span class="avatar app"><svg><use href="#easel"/></svg></span>')
    colour = COLOURS[sum(name.encode()) % len(COLOURS)]
    return Markup('<span class="avatar" style="background:{}">{}</span>').format(colour, name[:1].upper())


def among(value: Any, *known: Any) -> Any:
    """The value, if a template knows it."""
    if value not in known:
        raise NotDrawn(f"{value!r} is not drawn")
    return value


def latest(stamps: list[str], now: datetime | None) -> datetime:
    """The moment that a picture is taken: as asked, or that of the newest message."""
    return now or max(map(when.moment, stamps))


def colour(value: int | str) -> str:
    """A colour for CSS, from Discord's number or Slack's word of six hex digits."""
    text = f"{value:06x}" if isinstance(value, int) else value.removeprefix("#")
    named = {"good": "2eb67d", "warning": "ecb22e", "danger": "e01e5a"}
    text = named.get(text, text)
    if not re.fullmatch("[0-9a-fA-F]{6}", text):
        raise NotDrawn(f"the colour {value!r} is not drawn")
    return f"#{text}"
