"""Downloads what people attached: from Discord's own file servers and from nowhere else, without any token."""

import asyncio
from pathlib import Path

import httpx
from httpx_secure import SSRFProtectionError

from core.errors import ProviderError, TooLarge, UserError
from core.trust.disk import Disk
from core.trust.fetch import clients
from core.trust.links import Links, Way

HOSTS = ("cdn.discordapp.com", "media.discordapp.net")
"""https://docs.discord.com/developers/reference#signed-attachment-cdn-urls."""
CAP_BYTES = 64 << 20
CHUNK_BYTES = 256 * 1024
TIMEOUT_S = 120.0
HEADERS = {"User-Agent": "Easel", "Accept-Encoding": "identity"}
NOT_DISCORDS = "The attached file does not lie on Discord, so Easel does not fetch it. Please attach it here."
EXPIRED = "Discord does not hand out the attached file any more. Please attach it again."


class NotNow(Exception):
    """The download failed in a way that may pass."""


class Downloads:
    """One for the process. `api_base_url`: on a loopback address, its files lie on the same host and port."""

    def __init__(self, api_base_url: str | None) -> None:
        self._links = Links(hosts=HOSTS, base_url=api_base_url)
        self._disk = Disk("discord", 2)
        self._clients = clients(_client)

    async def fetch(self, url: str, target: Path) -> None:
        """Write one file to `target`; on an error nothing is left there.

        Raises:
            UserError: with the sentence why it cannot be taken.
        """
        link, way = self._checked(url)
        try:
            async with asyncio.timeout(TIMEOUT_S), self._clients[way].stream("GET", link) as response:
                _check(response)
                await self._disk.receive(response.aiter_raw(CHUNK_BYTES), target, CAP_BYTES, _too_large)
        except SSRFProtectionError as error:
            raise UserError(NOT_DISCORDS, "link_refused") from error
        except httpx.TransportError as error:
            await self._disk.run(target.unlink, missing_ok=True)
            raise NotNow(type(error).__name__) from None  # its text may hold the signed link
        except BaseException:
            await self._disk.run(target.unlink, missing_ok=True)
            raise

    async def close(self) -> None:
        """Let go of every connection."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))
        self._disk.close()

    def _checked(self, url: str) -> tuple[httpx.URL, Way]:
        try:
            link = httpx.URL(url)
            return link, self._links.way(link)
        except (httpx.InvalidURL, ProviderError) as error:
            raise UserError(NOT_DISCORDS, "link_refused") from error


def _check(response: httpx.Response) -> None:
    """A redirect is no answer: Discord's links need none."""
    if response.status_code == 429 or response.status_code >= 500:
        raise NotNow(str(response.status_code))
    if response.status_code != 200:
        raise UserError(EXPIRED, "attachment")
    if int(response.headers.get("content-length", 0)) > CAP_BYTES:
        raise _too_large()


def _too_large() -> TooLarge:
    return TooLarge(f"The attached file is larger than Easel takes ({CAP_BYTES >> 20} MB).")


def _client() -> httpx.AsyncClient:
    """No proxy, no netrc, no redirect."""
    return httpx.AsyncClient(
        headers=HEADERS, trust_env=False, follow_redirects=False, timeout=httpx.Timeout(60, connect=10)
    )
