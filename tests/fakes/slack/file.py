"""A file at Slack: uploaded in three steps, processed a little later, and only then shared."""

import io
import mimetypes
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from PIL import Image, UnidentifiedImageError

SHOWN = {"image/png", "image/jpeg", "image/gif"}
"""What image blocks can show: docs.slack.dev/reference/block-kit/blocks/image-block."""
MAGIC = (
    (0, b"\x89PNG", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"%PDF", "application/pdf"),
)
THUMBS = (64, 360, 480, 720, 960, 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Where a file stands."""

    channel: str
    ts: str
    thread_ts: str | None
    private: bool


@dataclass(slots=True, kw_only=True, eq=False)
class File:
    """`ready` once Slack has processed it."""

    id: str
    team: str
    name: str
    user: str
    base_url: Callable[[], str]
    created: float
    length: int
    title: str = ""
    data: bytes = b""
    alt_text: str | None = None
    uploaded: bool = False
    completed: bool = False
    ready: bool = False
    deleted: bool = False
    shares: list[Share] = field(default_factory=list)
    destined: set[str] = field(default_factory=set)
    """Channels it was completed for, whether or not its message stands there yet."""
    handed_over: bool = False
    """Given to the app in a form (`file_input`): it sees the file though nobody else does."""
    converted: bytes | None = None
    """A HEIC picture's JPEG copy, where Slack made one."""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def media_type(self) -> str:
        for offset, magic, media_type in MAGIC:
            if self.data[offset : offset + len(magic)] == magic:
                return media_type
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def url_private(self) -> str:
        return f"{self.base_url()}/files-pri/{self.team}-{self.id}/{self.name}"

    @property
    def permalink(self) -> str:
        return f"{self.base_url()}/files/{self.user}/{self.id}/{self.name}"

    def threads(self) -> set[str | None]:
        """The threads it is shared in; None: a channel's root."""
        return {share.thread_ts for share in self.shares}

    def described(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "created": int(self.created),
            "timestamp": int(self.created),
            "name": self.name,
            "title": self.title or self.name,
            "user": self.user,
            "user_team": self.team,
            "size": len(self.data) or self.length,
            "mode": "hosted",
            "is_external": False,
            "editable": False,
            "is_public": any(not share.private for share in self.shares),
            "url_private": self.url_private,
            "url_private_download": f"{self.url_private}?download=1",
            "permalink": self.permalink,
            "mimetype": self.media_type if self.ready else "",
            "filetype": self._filetype() if self.ready else "",
            "channels": [share.channel for share in self.shares if not share.private],
            "groups": [share.channel for share in self.shares if share.private and share.channel[0] != "D"],
            "ims": [share.channel for share in self.shares if share.channel[0] == "D"],
            "shares": self._shares(),
        }
        body |= {"alt_txt": self.alt_text} if self.alt_text else {}
        return body | (self._pictures() if self.ready else {})

    def _filetype(self) -> str:
        kind = self.media_type.rpartition("/")[2]
        return {"jpeg": "jpg", "mpeg": "mp3", "octet-stream": "binary"}.get(kind, kind)

    def _shares(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for share in self.shares:
            place = found.setdefault("private" if share.private else "public", {}).setdefault(share.channel, [])
            place.append({"ts": share.ts} | ({"thread_ts": share.thread_ts} if share.thread_ts else {}))
        return found

    def _pictures(self) -> dict[str, Any]:
        size = dimensions(self.converted or self.data) if self.media_type.startswith("image/") else None
        if size is None:
            return {}
        wide = max(size)
        sizes = [most for most in THUMBS if most == 64 or most <= wide or self.converted]
        links = {f"thumb_{most}": f"{self.base_url()}/files-tmb/{self.team}-{self.id}/{most}.jpg" for most in sizes}
        return links | {"original_w": size[0], "original_h": size[1]}


@lru_cache(maxsize=256)
def dimensions(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        return None


@lru_cache(maxsize=64)
def thumbnail(data: bytes, most: int) -> bytes:
    """A JPEG no side of which is longer than `most`."""
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((most, most))
    out = io.BytesIO()
    small.save(out, "JPEG")
    return out.getvalue()
