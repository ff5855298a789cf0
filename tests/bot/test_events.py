"""Server-sent events: whole views, in order, resumable, ending with the final one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.web import events
from storage.tables import CreationState
from tests.bot.house import MISSING, House, served


class Reader:
    """Reads one stream, event by event."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.comments = 0

    async def next(self) -> dict[str, Any] | None:
        """The next event as {"event", "id", "data"}; None at the end."""
        fields: dict[str, Any] = {}
        async for line in self.response.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if line.startswith(b":"):
                self.comments += 1
            elif name:
                fields[name] = value
            elif fields:
                return fields | {"data": json.loads(fields["data"])}
        return None

    async def rest(self) -> list[dict[str, Any]]:
        found = []
        while event := await self.next():
            found.append(event)
        return found


@asynccontextmanager
async def watching(house: House, creation_id: str, seen: str | None = None, base: str = "") -> AsyncIterator[Reader]:
    headers = {"Last-Event-ID": seen} if seen is not None else {}
    url = f"{base or house.open_url}/api/v1/creations/{creation_id}/events"
    async with asyncio.timeout(20), house.http.get(url, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        assert response.headers["X-Accel-Buffering"] == "no"
        yield Reader(response)


async def test_every_change_is_told_until_the_end(quiet: House) -> None:
    creation = await quiet.creation(quiet.context.local_user_id, CreationState.RUNNING)
    async with watching(quiet, creation.id) as reader:
        first = await reader.next()
        assert first is not None
        assert (first["event"], first["id"], first["data"]["status"]) == ("view", "1", "running")
        await quiet.change_creation(creation.id, reply="Almost there.")
        second = await reader.next()
        assert second is not None
        assert (second["id"], second["data"]["reply"]) == ("2", "Almost there.")
        await quiet.change_creation(creation.id, state=CreationState.SUCCEEDED)
        last = await reader.rest()
    assert [(each["id"], each["data"]["status"]) for each in last] == [("3", "succeeded")]


async def test_a_returning_reader_is_not_told_again_what_it_knows(quiet: House) -> None:
    creation = await quiet.creation(quiet.context.local_user_id, CreationState.RUNNING)
    async with watching(quiet, creation.id, seen="1") as reader:
        await quiet.change_creation(creation.id, reply="New.")
        event = await reader.next()
    assert event is not None
    assert (event["id"], event["data"]["reply"]) == ("2", "New.")


@pytest.mark.parametrize("seen", ["1", "0", "99", "-1", "x", "9" * 40, "²", ""])
async def test_what_has_ended_is_told_once_whatever_was_seen(quiet: House, seen: str) -> None:
    creation = await quiet.creation(quiet.context.local_user_id)
    async with watching(quiet, creation.id, seen=seen) as reader:
        assert [event["data"]["status"] for event in await reader.rest()] == ["succeeded"]


async def test_a_foreign_or_missing_stream_is_a_plain_404(quiet: House) -> None:
    theirs = await quiet.creation(quiet.ada.id, CreationState.RUNNING)
    for creation_id in (theirs.id, MISSING):
        answer = await quiet.ask("GET", f"/api/v1/creations/{creation_id}/events")
        assert (answer.status, answer.code) == (404, "not_found")


async def test_a_silent_stream_shows_that_it_lives(quiet: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "COMMENT_EVERY_S", 1)
    creation = await quiet.creation(quiet.context.local_user_id, CreationState.RUNNING)
    async with watching(quiet, creation.id) as reader:
        await reader.next()
        await asyncio.sleep(2.5)
        await quiet.change_creation(creation.id, state=CreationState.FAILED)
        await reader.rest()
        assert reader.comments >= 1


async def test_a_reader_who_leaves_is_no_longer_listened_for(quiet: House) -> None:
    creation = await quiet.creation(quiet.context.local_user_id, CreationState.RUNNING)
    async with watching(quiet, creation.id) as reader:
        await reader.next()
        assert listeners(quiet) == 1
        reader.response.close()
    async with asyncio.timeout(5):
        while listeners(quiet):
            await asyncio.sleep(0.05)


async def test_open_streams_and_waits_end_when_easel_closes(quiet: House) -> None:
    creation = await quiet.creation(quiet.context.local_user_id, CreationState.RUNNING)
    closing = AsyncExitStack()
    base = await closing.enter_async_context(served(quiet.context))
    waiting = asyncio.create_task(quiet.http.post(f"{base}/generate", json={"prompt": "a boat"}))
    async with watching(quiet, creation.id, base=base) as reader:
        await reader.next()
        async with asyncio.timeout(4):
            await closing.aclose()
        assert await reader.rest() == []
    answer = await waiting
    assert (answer.status, (await answer.json())["error"]["code"]) == (503, "restarting")
    assert answer.headers["Retry-After"]


def listeners(house: House) -> int:
    return sum(map(len, house.app.changes._listeners.values()))


async def test_a_real_creation_is_watched_to_its_end(busy: House) -> None:
    made = await busy.ask("POST", "/api/v1/creations", json={"prompt": "a lighthouse at dusk"})
    async with watching(busy, made.json["id"]) as reader:
        told = await reader.rest()
    ids = [int(event["id"]) for event in told]
    assert ids == sorted(set(ids))
    assert told[-1]["data"]["status"] == "succeeded"
    assert told[-1]["data"]["assets"]
