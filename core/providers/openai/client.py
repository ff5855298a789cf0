"""The connection to one server: how long it may take, how much of it at once."""

from asyncio import Semaphore
from dataclasses import dataclass
from urllib.parse import urlsplit

import openai
import openai.resources.audio.speech
import openai.resources.responses.responses  # the SDK would load them in the middle of a first call, on the event loop
from openai import AsyncOpenAI, DefaultAioHttpClient

OPENAI_URL = "https://api.openai.com/v1"
_NO_KEY = "no-key"
"""Servers at home ask for none, the SDK insists on one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Every figure of the connection that is not a model's."""

    timeout_s: float = 300
    """Without a byte. A picture of the best quality takes up to two minutes."""
    connect_s: float = 10
    bodies_at_once: int = 8
    """Whole pictures in JSON being read, decoded and written: each holds about 4 MB, and for a moment only."""
    streams_at_once: int = 8
    """Pictures that send previews: each takes three times the memory and the work of one that comes whole. Beyond,
    there are no previews: then everybody's pictures matter more than anybody's first glimpse."""


class Connection:
    """An SDK client that never asks twice, and the turns that calls wait for."""

    def __init__(self, api_key: str | None, base_url: str | None = None, *, bounds: Bounds | None = None) -> None:
        self.base_url = (base_url or OPENAI_URL).rstrip("/")
        self.bounds = bounds or Bounds()
        timeout = openai.Timeout(self.bounds.timeout_s, connect=self.bounds.connect_s)
        self.sdk = AsyncOpenAI(
            api_key=api_key or _NO_KEY,
            base_url=self.base_url,
            timeout=timeout,
            max_retries=0,
            http_client=DefaultAioHttpClient(timeout=timeout),
        )
        self.bodies = Semaphore(self.bounds.bodies_at_once)
        self.streams = Semaphore(self.bounds.streams_at_once)

    @property
    def official(self) -> bool:
        """OpenAI's own service, in whatever region; else a compatible server, which may know less."""
        host = urlsplit(self.base_url).hostname or ""
        return host == "api.openai.com" or host.endswith(".api.openai.com")

    async def close(self) -> None:
        """Let go of every connection."""
        await self.sdk.close()
