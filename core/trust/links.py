"""Which links of a provider may be followed: pure rules, asked again at every redirect."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from core.errors import ProviderError

NOT_FOLLOWED = "The service linked a file at a place that Easel does not fetch from."
_NAME = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*")
_PORTS = {"http": 80, "https": 443}


class Way(StrEnum):
    """How a link may be reached."""

    PUBLIC = "public"
    """https, at a public address."""
    HOME = "home"
    """The loopback server that the operator configured, at its very host and port."""


@dataclass(frozen=True, slots=True)
class Links:
    """What one provider may link."""

    hosts: tuple[str, ...] = ()
    """`files.example.com` means that host, `*.example.com` every host below it."""
    base_url: str | None = None
    """The provider's own address. Only a loopback one matters: its files lie on the same host and port."""

    def way(self, url: httpx.URL) -> Way:
        """How this link may be followed.

        Raises:
            ProviderError: it may not. Addresses in figures are no names, in whatever notation.
        """
        if self._at_home(url):
            return Way.HOME
        host = url.raw_host.decode("ascii").lower()
        named = _NAME.fullmatch(host) and any(_matches(host, pattern) for pattern in self.hosts)
        if url.scheme != "https" or url.userinfo or not named:
            raise refused()
        return Way.PUBLIC

    def _at_home(self, url: httpx.URL) -> bool:
        if not self.base_url:
            return False
        home = httpx.URL(self.base_url)
        return is_loopback(home.host) and _origin(home) == _origin(url) and not url.userinfo


def refused() -> ProviderError:
    """The error for a link that is not followed."""
    return ProviderError(NOT_FOLLOWED, "link_refused")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(host: str, address: IPv4Address | IPv6Address, port: int) -> bool:
    """Whether an address is an ordinary public one: what the library calls global, without two wrappings of others."""
    del host, port
    wrapped = address.sixtofour if isinstance(address, IPv6Address) else None
    return not address.is_multicast and (wrapped is None or wrapped.is_global)


def is_here(host: str, address: IPv4Address | IPv6Address, port: int) -> bool:
    """Whether an address is this machine's own."""
    del host, port
    return address.is_loopback


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host.lower(), url.port or _PORTS.get(url.scheme)
