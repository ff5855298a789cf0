"""A person who uses Easel over HTTP."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Json = dict[str, Any]
FINAL = frozenset({"succeeded", "failed", "cancelled"})


class Client:
    """One token at one address."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str | None = None) -> None:
        self._http = http
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def create(self, prompt: str, key: str | None = None, **more: Any) -> Json:
        """`POST /api/v1/creations`."""
        return await self._post("/api/v1/creations", {"prompt": prompt} | more, key)

    async def reply(self, thread: str, text: str, key: str | None = None) -> Json:
        """`POST /api/v1/threads/{thread}/messages`."""
        return await self._post(f"/api/v1/threads/{thread}/messages", {"text": text}, key)

    async def creation(self, creation_id: str) -> Json:
        """`GET /api/v1/creations/{id}`."""
        return await self._get(f"/api/v1/creations/{creation_id}")

    async def assets(self, **query: Any) -> Json:
        """`GET /api/v1/assets`."""
        return await self._get("/api/v1/assets", query)

    async def views(self, creation_id: str) -> AsyncIterator[Json]:
        """Every view of `GET /api/v1/creations/{id}/events`, to the stream's end."""
        path = f"{self._url}/api/v1/creations/{creation_id}/events"
        async with self._http.get(path, headers=self._headers) as response:
            response.raise_for_status()
            async for line in response.content:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))

    async def finals(self, creation_id: str) -> list[Json]:
        """Watch a creation to the end; returns its final views, of which there should be one."""
        return [view async for view in self.views(creation_id) if view["status"] in FINAL]

    async def _post(self, path: str, body: Json, key: str | None) -> Json:
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        async with self._http.post(self._url + path, json=body, headers=headers) as response:
            return await _answer(response)

    async def _get(self, path: str, query: Json | None = None) -> Json:
        async with self._http.get(self._url + path, params=query, headers=self._headers) as response:
            return await _answer(response)


@asynccontextmanager
async def clients(url: str, tokens: Sequence[str]) -> AsyncIterator[list[Client]]:
    """One client per token, without a limit on connections."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as http:
        yield [Client(http, url, token) for token in tokens]


async def _answer(response: aiohttp.ClientResponse) -> Json:
    response.raise_for_status()
    answer: Json = await response.json()
    return answer
