"""What a message may be: the rules that hold for new ones and for edits, whoever's token sends them."""

from typing import Any

from tests.fakes.discord import components, mentions
from tests.fakes.discord.files import Upload
from tests.fakes.discord.messages import Flag, Message
from tests.fakes.discord.refusals import invalid, refused, too_long

CONTENT = 2000
EMBEDS_TEXT = 6000
FILES = 10
SENDABLE = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.VOICE | Flag.V2
WITH_V2 = ("content", "embeds", "poll", "sticker_ids")
Body = dict[str, Any]


def check_new(body: Body, uploads: dict[int, Upload], *, may_hide: bool) -> None:
    """`may_hide`: answers to interactions may also be ephemeral."""
    flags = int(body.get("flags") or 0)
    if wrong := flags & ~int(SENDABLE | (Flag.EPHEMERAL if may_hide else 0)):
        raise invalid(["flags"], "MESSAGE_FLAGS_INVALID", f"Flags {wrong} cannot be set")
    check_attachments(body, uploads, kept=[])
    if flags & Flag.VOICE:
        _check_voice(body, uploads)
    names = file_names(body, uploads)
    _check_common(body, v2=bool(flags & Flag.V2), files=names)
    _check_nonce(body)
    if not any(
        (
            body.get("content"),
            body.get("embeds"),
            body.get("components"),
            body.get("poll"),
            uploads,
            body.get("sticker_ids"),
        )
    ):
        raise refused(50006)


def check_edit(message: Message, body: Body, uploads: dict[int, Upload]) -> bool:
    """Whether the message is Components V2 afterwards: once it is, it stays so."""
    if message.flags & Flag.VOICE:
        raise refused(50162)
    flags = int(body.get("flags") or 0)
    v2 = message.v2 or bool(flags & Flag.V2)
    check_attachments(body, uploads, kept=[one.id for one in message.attachments])
    kept = {str(one["id"]) for one in body["attachments"]} if body.get("attachments") is not None else None
    old = {one.name for one in message.attachments if kept is None or one.id in kept}
    _check_common(body, v2=v2, files=file_names(body, uploads) | old)
    if v2 and not message.v2 and _left_over(message, body):
        raise _legacy(_left_over(message, body))
    if v2 and "components" not in body:
        _check_still_shown(message, old | file_names(body, uploads))
    return v2


def _check_still_shown(message: Message, files: set[str]) -> None:
    components.check_message(message.components, v2=True, files=files)


def _left_over(message: Message, body: Body) -> str:
    """A message that turns to V2 must let go of its words and embeds in the same edit."""
    for key, value in (("content", message.content), ("embeds", message.embeds)):
        if value and key not in body:
            return key
    return ""


def _legacy(field: str) -> Exception:
    message = f"The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
    return invalid([field], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _check_common(body: Body, *, v2: bool, files: set[str]) -> None:
    if len(body.get("content") or "") > CONTENT:
        raise too_long(["content"], CONTENT)
    if v2 and (used := [key for key in WITH_V2 if body.get(key)]):
        raise _legacy(used[0])
    _check_embeds(body.get("embeds") or [])
    mentions.check(body.get("allowed_mentions"))
    components.check_message(body.get("components") or [], v2=v2, files=files)
    if v2 and body.get("components") == []:
        raise refused(50006)


def _check_embeds(embeds: list[Body]) -> None:
    if len(embeds) > 10:
        raise invalid(["embeds"], "BASE_TYPE_BAD_LENGTH", "Must be 10 or fewer in length.")
    if sum(map(_embed_text, embeds)) > EMBEDS_TEXT:
        raise invalid(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBEDS_TEXT}")


def _embed_text(embed: Body) -> int:
    own = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    fields = [text for field in embed.get("fields") or () for text in (field.get("name"), field.get("value"))]
    return sum(len(text or "") for text in [*own, *fields, (embed.get("author") or {}).get("name")])


def check_attachments(body: Body, uploads: dict[int, Upload], *, kept: list[str]) -> None:
    """Each entry describes a file of this request, by its number, or one that the message already has."""
    entries = body.get("attachments") or []
    if max(len(entries), len(uploads)) > FILES:
        raise invalid(["attachments"], "BASE_TYPE_BAD_LENGTH", f"Must be {FILES} or fewer in length.")
    for i, entry in enumerate(entries):
        one = str(entry.get("id", ""))
        if one not in kept and not (one.isdecimal() and int(one) in uploads):
            raise invalid(["attachments", i, "id"], "ATTACHMENT_NOT_FOUND", "No such attachment or file")
        if len(entry.get("description") or "") > 1024:
            raise too_long(["attachments", i, "description"], 1024)


def file_names(body: Body, uploads: dict[int, Upload]) -> set[str]:
    entries = {str(one.get("id")): one for one in body.get("attachments") or ()}
    named = (str(entries.get(str(i), {}).get("filename") or upload.name) for i, upload in uploads.items())
    return {name.replace(" ", "_") for name in named}


def _check_nonce(body: Body) -> None:
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        raise invalid(["nonce"], "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")


def _check_voice(body: Body, uploads: dict[int, Upload]) -> None:
    """https://docs.discord.com/developers/resources/message#voice-messages."""
    if any(body.get(key) for key in ("content", "embeds", "components", "poll")):
        raise refused(50159)
    if len(uploads) != 1:
        raise refused(50160)
    entry: Body = next(iter(body.get("attachments") or ()), {})
    if not entry.get("duration_secs") or not entry.get("waveform"):
        raise refused(50161)
    kind = next(iter(uploads.values())).media_type
    if kind and not kind.startswith("audio/"):
        raise refused(50160)
