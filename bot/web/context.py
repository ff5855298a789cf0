"""What the web needs from the rest of the house, handed over once by `bot.app`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.watch.figures import Figures
from core.gallery.kept import Kept
from core.gallery.likeness import Likeness
from core.native.pool import NativePool
from core.people.export import Export
from core.people.joining import Joining
from core.provenance.desk import Provenance
from core.studio import Studio
from storage.database import Database
from storage.objects import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """The collaborators of every handler."""

    studio: Studio
    kept: Kept
    likeness: Likeness
    provenance: Provenance
    export: Export
    joining: Joining
    database: Database
    objects: ObjectStore
    pool: NativePool
    local_user_id: str
    """The person at this machine: owner of what is made without a token, and of the sign-in link."""
    secret_key: str
    host: str
    port: int
    public_url: str | None
    token_demanded: bool
    """False only while every provider is offline and bind and public URL are loopback."""
    offline: bool
    """Every provider is an offline sketcher: the pages say so."""
    incoming: Path
    """A folder for uploads that are not checked yet."""
    not_ready: Callable[[], Awaitable[list[str]]]
    """Reasons why no work can be taken now; empty when ready."""
    metrics: Callable[[], Awaitable[bytes]]
    """All figures of this process, in Prometheus' own format."""
    figures: Figures
    """Where requests and streams are counted."""
    slack: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    """Answers what Slack sends, where it calls us."""


WEB: web.AppKey[Web] = web.AppKey("web", Web)
USER: web.RequestKey[str] = web.RequestKey("user", str)
"""The id of the person whom a request comes from; set by the guard."""
