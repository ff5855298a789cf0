"""Slack messages, the App Home and modals, as its Web API has them, as pages that look like Slack in 2026."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from docs.look import emoji, press, slack_mrkdwn, when
from docs.look.errors import NotDrawn
from docs.look.press import Json, Press, Theme
from docs.look.slack_fields import BLOCKS, ELEMENTS, FIELDS, KINDS
from docs.look.slack_mrkdwn import Mrkdwn
from docs.look.slack_rich_text import RichText

TOGETHER_S = 300
NAMELESS: Mapping[str, str] = {}


def page(
    messages: Sequence[Json],
    *,
    title: str,
    theme: Theme,
    files: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """A channel ("#studio") or a thread ("Thread") with these messages, oldest first.

    `files` gives each address (or the id of a Slack file) its file or data URI; `names` says what ids mean.
    """
    printer = _press(files, names or NAMELESS, press.latest([message["ts"] for message in messages], now))
    rows = [(message, _follows(before, message)) for before, message in zip([None, *messages], messages, strict=False)]
    template = printer.environment.get_template("page.html")
    return template.render(rows=rows, title=title.removeprefix("#"), thread=not title.startswith("#"), theme=theme)


def home(
    view: Json,
    *,
    theme: Theme,
    files: Mapping[str, str],
    app: str = "Easel",
    names: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """The Home tab of an app, from a view of type "home"."""
    return _view("home", view, theme, app, _press(files, names or NAMELESS, now or when.moment(0)))


def modal(
    view: Json,
    *,
    theme: Theme,
    files: Mapping[str, str],
    app: str = "Easel",
    names: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """A dialog, from a view of type "modal"."""
    return _view("modal", view, theme, app, _press(files, names or NAMELESS, now or when.moment(0)))


def _view(kind: str, view: Json, theme: Theme, app: str, printer: Press) -> str:
    if view["type"] != kind:
        raise NotDrawn(f"a view of type {view['type']} is not a {kind}")
    return printer.environment.get_template(f"{kind}.html").render(it=view, app=app, theme=theme)


def _press(files: Mapping[str, str], names: Mapping[str, str], now: datetime) -> Press:
    words = Mrkdwn(names, now)
    made = press.environment("slack", files, now=now, names=names, mrkdwn=words, rich=RichText(words))
    printer = Press(made, FIELDS)
    made.globals |= {
        "text": lambda it: _text(it, words),
        "markdown": slack_mrkdwn.markdown,
        "block": lambda it, **more: _print(printer, it, BLOCKS, more),
        "element": lambda it, **more: _print(printer, it, ELEMENTS, more),
        "message": lambda it, follows: printer.print("message", it, follows=follows),
        "attachment": lambda it: printer.print("attachment", it),
        "file": lambda it: printer.print("file", it),
        "author": lambda it: _author(it, names),
        "stamp": lambda ts: when.time(when.moment(ts)),
        "day": lambda ts: when.day(when.moment(ts), now),
        "address": _address,
        "media_of": _media_of,
        "emoji_named": emoji.drawing,
        "colour": press.colour,
        "initial": _initial,
    }
    return printer


def _print(printer: Press, it: Json, known: frozenset[str], more: Json) -> Markup:
    kind = str(it["type"])
    if kind not in known:
        raise NotDrawn(f"{kind} is not drawn")
    return printer.print(KINDS.get(kind, kind), it, **more)


def _text(it: Json | str, words: Mrkdwn) -> Markup:
    """A text object; `verbatim` decides only what becomes a link."""
    if isinstance(it, str):
        return words(it)
    if it["type"] == "mrkdwn":
        return words(it["text"])
    if it["type"] == "plain_text":
        drawn = emoji.coded_words if it.get("emoji", True) else emoji.words
        return Markup("<br>").join(map(drawn, str(it["text"]).split("\n")))
    raise NotDrawn(f"a text of type {it['type']} is not drawn")


def _author(message: Json, names: Mapping[str, str]) -> str:
    told = message.get("username") or message.get("bot_profile", {}).get("name")
    return str(told or names.get(message.get("user", ""), message.get("user", "unknown")))


def _follows(before: Json | None, message: Json) -> bool:
    """Whether a message stands below the one before it without a head of its own."""
    if not before or message.get("is_ephemeral") or before.get("is_ephemeral"):
        return False
    near = float(message["ts"]) - float(before["ts"]) < TOGETHER_S
    return near and _author(message, NAMELESS) == _author(before, NAMELESS)


def _address(it: Json) -> str:
    """Where a picture is: its own address, or the address or id of a file in Slack."""
    shared = it.get("slack_file") or {}
    return str(it.get("image_url") or shared.get("url") or shared["id"])


def _media_of(file: Json) -> str:
    """image, video, audio or file."""
    sort = str(file.get("mimetype", "")).split("/")[0]
    return sort if sort in ("image", "video", "audio") else "file"


def _initial(it: Json) -> list[Json | str]:
    """What is chosen already: options, or ids of people and channels."""
    one = [
        it[name]
        for name in ("initial_option", "initial_user", "initial_channel", "initial_conversation")
        if it.get(name)
    ]
    many = ("initial_options", "initial_users", "initial_channels", "initial_conversations")
    return one + [value for name in many for value in it.get(name, ())]
