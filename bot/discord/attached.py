"""Pictures and words that people gave: in a command, a form, a message, or somebody else's message."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import discord

from bot.discord.attachments import HOSTS
from core.chat import FileRef

MOST = 10
Wanted = Callable[[discord.UnfurledMediaItem], bool]


def files_of(attachments: Iterable[discord.Attachment | None]) -> tuple[FileRef, ...]:
    """What was attached, pictures or not: the check of finished downloads says what cannot be taken."""
    return tuple(FileRef(each.url, each.filename) for each in attachments if each is not None)


def pictures_in(message: discord.Message) -> tuple[FileRef, ...]:
    """The pictures that a message shows, whoever wrote it; also those inside Components V2."""
    loose = [each for each in message.attachments if (each.content_type or "").startswith("image/")]
    found = dict.fromkeys((*files_of(loose), *map(_file, _media(message.components, _is_picture))))
    return tuple(found)[:MOST]


def any_in(message: discord.Message) -> tuple[FileRef, ...]:
    """The files that a message shows, of whatever kind."""
    shown = _media(message.components, _lies_there)
    found = dict.fromkeys((*files_of(message.attachments), *map(_file, shown)))
    return tuple(found)[:MOST]


def _file(media: discord.UnfurledMediaItem) -> FileRef:
    return FileRef(media.url, media.url.split("?")[0].rsplit("/", 1)[-1])


def _media(components: Iterable[Any], wanted: Wanted) -> Iterator[discord.UnfurledMediaItem]:
    for one in components:
        yield from _media(getattr(one, "children", ()), wanted)
        if isinstance(one, discord.MediaGalleryComponent):
            yield from (item.media for item in one.items if wanted(item.media))
        elif accessory := getattr(one, "accessory", None):
            yield from _media([accessory], wanted)
        elif isinstance(one, discord.ThumbnailComponent | discord.FileComponent) and wanted(one.media):
            yield one.media


def _is_picture(media: discord.UnfurledMediaItem) -> bool:
    return (media.content_type or "").startswith("image/") and _lies_there(media)


def _lies_there(media: discord.UnfurledMediaItem) -> bool:
    """Only files that lie with Discord: another site's address would be anybody's choice."""
    return media.attachment_id is not None or urlsplit(media.url).hostname in HOSTS


# --- forms --------------------------------------------------------------------------------------------------------


def word(interaction: discord.Interaction, custom_id: str) -> str:
    """What was written into a field of a form."""
    return str(_field(interaction, custom_id).get("value") or "")


def files_in_form(interaction: discord.Interaction) -> tuple[FileRef, ...]:
    """What was uploaded with a form, in its order."""
    data: Any = interaction.data or {}
    known = data.get("resolved", {}).get("attachments", {})
    ids = [one for field in _fields(data) if field.get("type") == 19 for one in field.get("values") or ()]
    return tuple(FileRef(known[one]["url"], known[one]["filename"]) for one in ids if one in known)


def _field(interaction: discord.Interaction, custom_id: str) -> dict[str, Any]:
    data: Any = interaction.data or {}
    return next((field for field in _fields(data) if field.get("custom_id") == custom_id), {})


def _fields(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in data.get("components", ()):
        yield one.get("component", one)
