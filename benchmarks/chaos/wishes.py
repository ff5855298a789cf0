"""What people ask for while the server dies under them, and their stubbornness."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from benchmarks.client import FINAL, Client, Json
from benchmarks.scripts import SCRIPTS

AGAIN_S = 0.1
ACTIONS = ("vary", "upscale", "animate", "again")
KINDS = ("image",) * 4 + ("film",) * 4 + ("talk",) * 3 + ("refine",) * 4 + ("action",) * 3
PICTURED = ("image", "film")
Request = Callable[[str], Awaitable[Json]]
"""Sends one wish under a key."""


@dataclass(slots=True)
class Wish:
    """One accepted wish."""

    key: str
    kind: str
    creation: Json
    """As it was accepted; then its first final view."""

    @property
    def steps(self) -> int:
        """How many assets it should bring."""
        return len(SCRIPTS[self.kind]) if self.kind in SCRIPTS else 1


@dataclass(slots=True)
class Person:
    """Somebody with a token who asks, asks again when nobody answers, and remembers what was promised."""

    client: Client
    name: str
    luck: Random
    wishes: list[Wish] = field(default_factory=list)
    looking: list[asyncio.Task[None]] = field(default_factory=list)
    """One for each wish, done when it has ended."""
    refused: int = 0
    """Requests that were not answered, or not with a 202: each was sent again."""

    async def ask(self, number: int, kind: str | None = None) -> None:
        """One wish, with one key, until it is accepted; then once more, as a client does that lost the answer."""
        key = f"{self.name}-{number}"
        kind, send = self._request(kind or self.luck.choice(KINDS), f"a boat {key}")
        creation = await self.stubbornly(lambda: send(key))
        wish = Wish(key, kind, creation)
        self.wishes.append(wish)
        self.looking.append(asyncio.create_task(self._see_the_end(wish)))
        again = await self.stubbornly(lambda: send(key))
        assert again["id"] == creation["id"], "the same key must find the same creation"

    async def _see_the_end(self, wish: Wish) -> None:
        """Look until it has ended, and keep that view."""
        while wish.creation["status"] not in FINAL:
            wish.creation = await self.stubbornly(lambda: self.client.creation(wish.creation["id"]))
            await asyncio.sleep(AGAIN_S)

    async def stubbornly(self, request: Callable[[], Awaitable[Json]]) -> Json:
        """Until there is an answer."""
        while True:
            try:
                return await request()
            except (aiohttp.ClientError, OSError):
                self.refused += 1
                await asyncio.sleep(AGAIN_S)

    def _request(self, kind: str, words: str) -> tuple[str, Request]:
        """How to send a wish of a kind; of a picture, where there is nothing yet to work from."""
        threads = [wish.creation["thread"] for wish in self.wishes if wish.kind in PICTURED]
        pictures = [
            asset["id"] for wish in self.wishes for asset in wish.creation["assets"] if asset["kind"] == "image"
        ]
        if kind == "refine" and threads:
            thread = self.luck.choice(threads)
            return kind, lambda key: self.client.reply(thread, f"edit: {words}", key)
        if kind == "action" and pictures:
            body: dict[str, Any] = {"action": self.luck.choice(ACTIONS), "inputs": [self.luck.choice(pictures)]}
            return kind, lambda key: self.client.create("", key, **body)
        script = kind if kind in SCRIPTS else "image"
        return script, lambda key: self.client.create(f"{script}: {words}", key)
