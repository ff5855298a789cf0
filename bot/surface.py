"""What a chat platform brings into the house: an adapter that writes, and listeners that take what comes in."""

from typing import Protocol

from aiohttp import web

from core.chat import Adapter


class Surface(Protocol):
    """One configured platform. Built from the settings, in the background, because its library takes long to load."""

    @property
    def adapter(self) -> Adapter:
        """Writes by ids alone; works without `run`."""
        ...

    async def run(self) -> None:
        """Take what comes in, until cancelled. A lost connection is taken up again."""
        ...

    def not_ready(self) -> list[str]:
        """Why nothing can come in now; empty when all is well."""
        ...

    async def http(self, request: web.Request) -> web.StreamResponse:
        """Answer a request of the platform, where it calls us."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...
