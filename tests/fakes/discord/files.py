"""Uploaded files, and the host that serves them under links that end.

https://docs.discord.com/developers/reference#signed-attachment-cdn-urls: a link carries `ex`, `is` and `hm`.
"""

import hashlib
import hmac
import io
import mimetypes
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from tests.fakes.discord.ids import Ids
from tests.fakes.replicate.wire.clock import Clock


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in."""

    name: str
    data: bytes = field(repr=False)
    media_type: str = ""


@dataclass(slots=True, eq=False, kw_only=True)
class Attachment:
    """A file of a message, or one that a person gave to a command."""

    id: str
    channel_id: str
    name: str
    data: bytes = field(repr=False)
    media_type: str | None
    size: tuple[int, int] | None = None
    description: str | None = None
    duration_s: float | None = None
    waveform: str | None = None
    ephemeral: bool = False

    @property
    def path(self) -> str:
        shelf = "ephemeral-attachments" if self.ephemeral else "attachments"
        return f"/{shelf}/{self.channel_id}/{self.id}/{self.name}"


class Cdn:
    """Signs links and serves what they point to."""

    def __init__(self, clock: Clock, ids: Ids, link_s: float) -> None:
        self._clock, self._ids, self._link_s = clock, ids, link_s
        self._secret = secrets.token_bytes(16)
        self._shelf: dict[str, Attachment] = {}
        self.base_url = ""
        self.leaked_tokens: list[str] = []
        """Authorization headers that arrived here: no business of a file host."""

    def store(self, upload: Upload, channel_id: str, meta: dict[str, Any], *, ephemeral: bool = False) -> Attachment:
        name = str(meta.get("filename") or upload.name).replace(" ", "_")
        media_type = upload.media_type or mimetypes.guess_type(name)[0]
        made = Attachment(
            id=self._ids.next(),
            channel_id=channel_id,
            name=name,
            data=upload.data,
            media_type=media_type,
            size=_picture_size(upload.data) if (media_type or "").startswith("image/") else None,
            description=meta.get("description"),
            duration_s=meta.get("duration_secs"),
            waveform=meta.get("waveform"),
            ephemeral=ephemeral,
        )
        self._shelf[made.path] = made
        return made

    def remove(self, attachment: Attachment) -> None:
        self._shelf.pop(attachment.path, None)

    def content(self, path: str) -> bytes:
        """The bytes behind an address, whether it still opens or not."""
        return self._shelf[path].data

    def url(self, attachment: Attachment) -> str:
        """Valid from now on, for `link_s`."""
        now = int(self._clock.now())
        until, since = f"{now + int(self._link_s):x}", f"{now:x}"
        return f"{self.base_url}{attachment.path}?ex={until}&is={since}&hm={self._sign(attachment.path, until, since)}&"

    def payload(self, attachment: Attachment) -> dict[str, Any]:
        url = self.url(attachment)
        body = {
            "id": attachment.id,
            "filename": attachment.name,
            "size": len(attachment.data),
            "url": url,
            "proxy_url": url,
            "content_type": attachment.media_type,
            "description": attachment.description,
            "duration_secs": attachment.duration_s,
            "waveform": attachment.waveform,
            "ephemeral": attachment.ephemeral or None,
        }
        if attachment.size:
            body |= {"width": attachment.size[0], "height": attachment.size[1]}
        return {key: value for key, value in body.items() if value is not None}

    def _sign(self, path: str, until: str, since: str) -> str:
        return hmac.new(self._secret, f"{path}?{until}&{since}".encode(), hashlib.sha256).hexdigest()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            self.leaked_tokens.append(request.path)
        found = self._shelf.get(request.path)
        if found is None or not self._opens(request):
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=found.data, content_type=found.media_type or "application/octet-stream")

    def _opens(self, request: web.Request) -> bool:
        until, since = request.query.get("ex", ""), request.query.get("is", "")
        if not hmac.compare_digest(self._sign(request.path, until, since), request.query.get("hm", "")):
            return False
        return int(until, 16) > self._clock.now()


def _picture_size(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None
