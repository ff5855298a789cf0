"""Discord messages, as its REST API gives them, as a page that looks like Discord in 2026."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from docs.look import press, when
from docs.look.discord_fields import COMPONENTS, FIELDS, MESSAGES
from docs.look.discord_markdown import Markdown
from docs.look.errors import NotDrawn
from docs.look.press import Json, Press, Theme

EPHEMERAL, SPOILER, COMPONENTS_V2 = 1 << 6, 1 << 3, 1 << 15
TOGETHER = timedelta(minutes=7)


def page(
    messages: Sequence[Json],
    *,
    title: str,
    theme: Theme,
    files: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """A channel ("#studio") or a thread ("A lighthouse at dusk") with these messages, oldest first.

    `files` gives each address its file or data URI; `names` says what channel and role ids mean.
    """
    now = press.latest([message["timestamp"] for message in messages], now)
    known = dict(names or {}) | {
        user["id"]: _name(user) for message in messages for user in message.get("mentions", ())
    }
    printer = _press(files, known, now)
    rows = [(message, _follows(before, message)) for before, message in zip([None, *messages], messages, strict=False)]
    template = printer.environment.get_template("page.html")
    return template.render(rows=rows, title=title.removeprefix("#"), thread=not title.startswith("#"), theme=theme)


def modal(
    data: Json,
    *,
    theme: Theme,
    app: str = "Easel",
    files: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """The dialog of an interaction answer of type 9: `{"title", "custom_id", "components"}`."""
    printer = _press(files or {}, names or {}, now or when.moment(0))
    return printer.environment.get_template("modal.html").render(it=data, app=app, theme=theme)


def _press(files: Mapping[str, str], names: Mapping[str, str], now: datetime) -> Press:
    made = press.environment("discord", files, now=now, markdown=Markdown(names, now), names=names, name_of=_name)
    printer = Press(made, FIELDS)
    made.globals |= {
        "colour": press.colour,
        "day": lambda at: _stamp(at, now),
        "part": lambda it, **more: _component(printer, it, more),
        "message": lambda it, follows: printer.print(_kind(MESSAGES, it, "message"), it, follows=follows),
        "embed": lambda it: printer.print("embed", it),
        "attachment": lambda it: printer.print("attachment", it),
        "command": _command,
        "sort": _sort,
        "hidden": _hidden,
        "tile": _tile,
        "bars": _bars,
        "ephemeral": _ephemeral,
        "v2": lambda it: bool(it.get("flags", 0) & COMPONENTS_V2),
        "referred": _referred,
    }
    return printer


def _component(printer: Press, it: Json, more: Json) -> Markup:
    return printer.print(_kind(COMPONENTS, it, "component"), it, **more)


def _kind(kinds: Mapping[int, str], it: Json, what: str) -> str:
    if it["type"] not in kinds:
        raise NotDrawn(f"a {what} of type {it['type']} is not drawn")
    return kinds[it["type"]]


def _name(user: Json) -> str:
    return str(user.get("global_name") or user["username"])


def _follows(before: Json | None, message: Json) -> bool:
    """Whether a message stands below the one before it without a head of its own."""
    if not before or message["type"] != 0 or before["type"] not in (0, 19, 20) or _ephemeral(before):
        return False
    near = when.moment(message["timestamp"]) - when.moment(before["timestamp"]) < TOGETHER
    return bool(near and message["author"]["id"] == before["author"]["id"])


def _ephemeral(message: Json) -> bool:
    return bool(message.get("flags", 0) & EPHEMERAL)


def _stamp(at: datetime, now: datetime) -> str:
    """2:03 PM, Yesterday at 2:03 PM, 11/20/26, 2:03 PM."""
    days = (now.date() - at.date()).days
    if days == 0:
        return when.time(at)
    return f"Yesterday at {when.time(at)}" if days == 1 else f"{at.month}/{at.day}/{at:%y}, {when.time(at)}"


def _command(message: Json) -> Json | None:
    """Who used which command for this message to appear, if a command it was."""
    told = message.get("interaction_metadata") or {}
    older = message.get("interaction") or {}
    if 2 not in (told.get("type"), older.get("type")):
        return None
    name = told.get("name") or older.get("name")
    if not name:
        raise NotDrawn("the message does not say which command was used: give `interaction` or a name")
    return {"user": _name(told.get("user") or older["user"]), "name": name, "menu": message["type"] == 23}


def _sort(attachment: Json) -> str:
    """image, video, audio or file."""
    sort = str(attachment.get("content_type", "")).split("/")[0]
    return sort if sort in ("image", "video", "audio") else "file"


def _hidden(attachment: Json) -> bool:
    return bool(attachment.get("flags", 0) & SPOILER) or attachment["filename"].startswith("SPOILER_")


def _tile(url: str, alt: str | None, spoiler: bool, width: int | None, height: int | None, **more: object) -> Json:
    """One picture of a mosaic."""
    return {"url": url, "alt": alt, "spoiler": spoiler, "width": width, "height": height} | more


def _bars(waveform: str, count: int = 34) -> list[int]:
    """A voice message's heights in percent, from base64 bytes."""
    try:
        heights = base64.b64decode(waveform, validate=True)
    except binascii.Error as error:
        raise NotDrawn("the waveform is not base64") from error
    return [max(12, heights[index * len(heights) // count] * 100 // 255) for index in range(count)] if heights else []


def _referred(url: str, attachments: Sequence[Json] = ()) -> str:
    """Where `attachment://name` leads, for a message as it was sent."""
    name = url.removeprefix("attachment://")
    return url if name == url else next((it["url"] for it in attachments if it["filename"] == name), url)
