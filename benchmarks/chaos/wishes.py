"""What people ask for while everything dies around them, over HTTP, and what they were promised."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

import aiohttp

from benchmarks.client import Client, Json

AGAIN_S = 0.3
KINDS = ("image", "say") + ("flux",) * 6 + ("video",) * 5 + ("films",)
"""One of seven is answered at once, without a ticket: what a kill takes away there, nobody can ask for."""
FLUX = "flux-2-pro"
"""Replicate's: what it makes is fetched with a ticket."""


@dataclass(slots=True)
class Wish:
    """One wish, found again everywhere by its mark."""

    mark: str
    kind: str
    surface: str
    accepted: bool = False
    """Easel has said that it has it."""
    told: str = ""
    """What the person was told instead."""
    creation: str = ""
    """The id, where the surface tells it."""
    person: str = ""
    """In Slack, who asked."""

    @property
    def words(self) -> str:
        """What is typed."""
        return f"{'image' if self.kind == 'flux' else self.kind}: a boat {self.mark}"


@dataclass(slots=True)
class Book:
    """All wishes, numbered."""

    wishes: list[Wish] = field(default_factory=list)
    unanswered: int = 0
    """Requests, commands and presses without an answer, made again."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def wish(self, kind: str, surface: str) -> Wish:
        """A new one."""
        made = Wish(f"w{next(self._numbers):05d}", kind, surface)
        self.wishes.append(made)
        return made

    @property
    def accepted(self) -> list[Wish]:
        """What Easel promised."""
        return [wish for wish in self.wishes if wish.accepted]


class Caller:
    """Somebody with a token, who asks any of the addresses, and asks again with the same key."""

    def __init__(self, book: Book, clients: Sequence[Client], luck: Random) -> None:
        self._book, self._clients, self._luck = book, clients, luck
        self.asked: set[str] = set()
        """Ids of what they asked for."""

    async def ask(self) -> None:
        """One wish until it is accepted; then once more, as a client does that lost the answer."""
        wish = self._book.wish(self._luck.choice(KINDS), "rest")
        more = {"options": {"model": FLUX}} if wish.kind == "flux" else {}
        for _ in range(2):
            found = await self._stubbornly(lambda client: client.create(wish.words, wish.mark, **more))
            assert wish.creation in ("", found["id"]), "the same key must find the same creation"
            wish.creation, wish.accepted = found["id"], True
            self.asked.add(wish.creation)

    async def look(self, creation_id: str) -> Json:
        """A creation as it stands now."""
        return await self._stubbornly(lambda client: client.creation(creation_id))

    async def _stubbornly(self, request: Callable[[Client], Awaitable[Json]]) -> Json:
        while True:
            try:
                return await request(self._luck.choice(self._clients))
            except (aiohttp.ClientError, OSError, TimeoutError):
                self._book.unanswered += 1
                await asyncio.sleep(AGAIN_S)
