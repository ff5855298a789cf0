"""What the endpoints share: the day, the models, the mind, what was spoken and stored."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.fakes.openai.conversation import Mind
from tests.fakes.openai.models import Catalogue
from tests.fakes.openai.tokens import PromptCache

Flavour = Literal["openai", "localai"]


@dataclass(slots=True, kw_only=True)
class World:
    """The server's state. Tests change it between requests."""

    flavour: Flavour
    now: datetime
    catalogue: Catalogue
    mind: Mind
    refuses: frozenset[str]
    """Fields that a compatible server does not know."""
    speaker: Callable[[str, str], str]
    """What a Realtime model says, given its instructions and the newest user text."""
    hears: Callable[[bytes], str] = lambda _: ""
    """Transcribes audio that this server did not speak."""
    spoken: dict[str, str] = field(default_factory=dict)
    """SHA-256 of audio, or of its samples, to the text spoken there."""
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    """What `/files/…` serves: bytes and media type."""
    stored: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Input and output items of responses made with `store`."""
    sealed: set[str] = field(default_factory=set)
    """Encrypted reasoning that this server gave out."""
    flagged_images: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """SHA-256 of a picture to the moderation categories it falls under."""
    cache: PromptCache = field(default_factory=PromptCache)
    base_url: str = ""

    @property
    def stamp(self) -> int:
        """The server's day as Unix seconds."""
        return int(self.now.timestamp())

    @property
    def compatible(self) -> bool:
        """Whether this is someone else's server with OpenAI's protocol."""
        return self.flavour != "openai"

    def remember_speech(self, audio: bytes, text: str) -> None:
        self.spoken[hashlib.sha256(audio).hexdigest()] = text

    def publish(self, data: bytes, media_type: str) -> str:
        """Serve a file; returns its URL."""
        name = f"{secrets.token_hex(8)}.{media_type.rsplit('/', 1)[-1]}"
        self.files[name] = (data, media_type)
        return f"{self.base_url.removesuffix('/v1')}/files/{name}"


def new_id(prefix: str) -> str:
    """A fresh id as the platform writes them."""
    return f"{prefix}_{secrets.token_hex(16)}"
