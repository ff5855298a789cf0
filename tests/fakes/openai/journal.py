"""What was asked of the server: one line per request, without any secret."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai.routes import Route


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart form."""

    name: str
    filename: str
    content_type: str
    data: bytes = field(repr=False)

    def facts(self) -> dict[str, Any]:
        """What the journal keeps instead of the bytes."""
        digest = hashlib.sha256(self.data).hexdigest()
        names = {"field": self.name, "filename": self.filename, "content_type": self.content_type}
        return names | {"size_bytes": len(self.data), "sha256": digest}


@dataclass(slots=True)
class Call:
    """One request. `status` is 0 while it runs, and stays 0 when the connection was dropped."""

    at_s: float
    """`time.monotonic()`."""
    route: Route
    method: str
    path: str
    request_id: str
    idempotency_key: str | None = None
    user_agent: str = ""
    body: Any = None
    """The JSON, or of a form its fields and `files`."""
    status: int = 0
    paid: bool = False
    sent: Mapping[str, str] = field(default_factory=dict)
    """Headers of the answer."""
