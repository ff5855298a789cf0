"""Downloads what providers link into a file, and lets nothing else be reached or stored."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx
import stamina
import structlog
from httpx_secure import SSRFProtectionError, httpx_ssrf_protection

from core.errors import NativeError, ProviderError, Unsupported
from core.native.pool import NativePool
from core.providers.base import Kind
from core.trust.disk import Disk
from core.trust.links import Links, Way, is_here, is_public, refused

log = structlog.get_logger()

CHUNK_BYTES = 256 * 1024
"""What is held in memory of one download."""
REDIRECTS = 2
TRIES = 3
"""A download is free, so it is tried again; the work behind it was paid."""
AT_ONCE = 32
"""httpx's pool costs processor time that grows with what waits in it."""
CAPS_BYTES = {Kind.IMAGE: 100 << 20, Kind.SPEECH: 200 << 20, Kind.VIDEO: 1 << 30}
MEDIA = {Kind.IMAGE: ("image/", "a picture"), Kind.SPEECH: ("audio/", "a sound"), Kind.VIDEO: ("video/", "a video")}
_HEADERS = {"User-Agent": "Easel", "Accept": "*/*", "Accept-Encoding": "identity"}


class _Again(Exception):
    """A try that failed in a way that may pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A downloaded file, measured."""

    path: Path
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None


class Fetcher:
    """One for the whole house. It carries no token and keeps no cookie."""

    def __init__(self, pool: NativePool, *, timeout_s: float = 300) -> None:
        self._pool = pool
        self._timeout_s = timeout_s
        self._disk = Disk("fetch", 4)
        self._clients = clients(_client)

    async def fetch(self, url: str, target: Path, *, kind: Kind, links: Links, cap_bytes: int | None = None) -> Fetched:
        """Download one file and measure it. On an error nothing is left at `target`.

        Raises:
            ProviderError: `link_refused`, `too_large`, `download_failed` or `wrong_media`, with a sentence.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                size_bytes = await self._download(url, target, links, cap_bytes or CAPS_BYTES[kind])
            return await self._measured(target, kind, size_bytes)
        except TimeoutError as error:
            await self._remove(target)
            raise _failed() from error
        except ProviderError:
            await self._remove(target)
            raise

    async def close(self) -> None:
        """Let go of every connection."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))
        self._disk.close()

    async def _download(self, url: str, target: Path, links: Links, cap_bytes: int) -> int:
        try:
            async for attempt in stamina.retry_context(on=_Again, attempts=TRIES, timeout=None):
                with attempt:
                    return await self._attempt(url, target, links, cap_bytes)
        except _Again as error:
            raise _failed() from error
        raise AssertionError  # the context ends by a result or an error

    async def _attempt(self, url: str, target: Path, links: Links, cap_bytes: int) -> int:
        try:
            async with self._opened(url, links) as response:
                return await self._receive(response, target, cap_bytes)
        except SSRFProtectionError as error:
            log.warning("link_refused", host=error.hostname)
            raise refused() from error
        except httpx.TransportError as error:
            raise _Again(type(error).__name__) from None  # its text may hold a signed link

    @asynccontextmanager
    async def _opened(self, url: str, links: Links) -> AsyncIterator[httpx.Response]:
        """The answer behind at most `REDIRECTS` redirects, each of them checked like the first link."""
        link = _parsed(url)
        for _ in range(REDIRECTS + 1):
            client = self._clients[links.way(link)]
            async with client.stream("GET", link) as response:
                if not response.has_redirect_location:
                    _check_status(response.status_code)
                    yield response
                    return
                link = _parsed(response.headers["location"], link)
        raise refused()

    async def _receive(self, response: httpx.Response, target: Path, cap_bytes: int) -> int:
        if int(response.headers.get("content-length", 0)) > cap_bytes:
            raise _too_large(cap_bytes)
        chunks = response.aiter_raw(CHUNK_BYTES)
        return await self._disk.receive(chunks, target, cap_bytes, lambda: _too_large(cap_bytes))

    async def _measured(self, path: Path, kind: Kind, size_bytes: int) -> Fetched:
        start, name = MEDIA[kind]
        try:
            facts = await self._pool.run("core.native.pictures:probe", {"source": path})
        except (Unsupported, NativeError) as error:
            raise _wrong_media(name) from error
        if not str(facts["media_type"]).startswith(start):
            raise _wrong_media(name)
        return Fetched(path=path, size_bytes=size_bytes, **facts)

    async def _remove(self, target: Path) -> None:
        await self._disk.run(target.unlink, missing_ok=True)


def clients(make: Callable[[], httpx.AsyncClient]) -> dict[Way, httpx.AsyncClient]:
    """One client for each way in which a link may be reached; each looks at the address that it really connects to."""
    return {
        Way.PUBLIC: httpx_ssrf_protection(make(), custom_validator=is_public),
        Way.HOME: httpx_ssrf_protection(make(), check_globally_reachable=False, custom_validator=is_here),
    }


def _client() -> httpx.AsyncClient:
    """No proxy, no netrc, no cookie, no redirect that was not looked at."""
    return httpx.AsyncClient(
        headers=_HEADERS,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=8),
        timeout=httpx.Timeout(60, connect=10, pool=None),
    )


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        return base.join(url) if base else httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise refused() from error


def _check_status(status: int) -> None:
    if status == 429 or status >= 500:
        raise _Again(str(status))
    if status != 200:
        raise _failed()


def _failed() -> ProviderError:
    return ProviderError("The finished file could not be downloaded from the service.", "download_failed")


def _too_large(cap_bytes: int) -> ProviderError:
    return ProviderError(f"The finished file is larger than Easel takes ({cap_bytes >> 20} MB).", "too_large")


def _wrong_media(name: str) -> ProviderError:
    return ProviderError(f"What the service sent is not {name} that Easel can read.", "wrong_media")
