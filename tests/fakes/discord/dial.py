"""Where discord.py dials: at Discord, unless a test points it elsewhere for a while.

An unsharded client never asks `/gateway/bot`, so the two addresses are set apart.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import discord
import yarl

from tests.fakes.discord.server import DiscordServer


@contextmanager
def dialling(server: DiscordServer) -> Iterator[None]:
    """discord.py's clients reach this server; afterwards, what they reached before."""
    route, socket = discord.http.Route, discord.gateway.DiscordWebSocket
    before = route.BASE, socket.DEFAULT_GATEWAY
    route.BASE, socket.DEFAULT_GATEWAY = server.api_url, yarl.URL(server.gateway_url)
    try:
        yield
    finally:
        route.BASE, socket.DEFAULT_GATEWAY = before
