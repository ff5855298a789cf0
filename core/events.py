"""Server-sent events of services that speak OpenAI's protocol, read from the bytes that arrive.

The SDK's reader goes through every piece three times as text: half of a planner turn's processor time, and of that of a
streamed picture, whose last event is a line of megabytes.
"""

import json
from collections.abc import AsyncIterator, Container
from typing import Any

from httpx2 import HTTPError, Request, StreamError, TimeoutException
from openai import APIConnectionError, APIError, APITimeoutError

Event = dict[str, Any]
_DONE = b"[DONE]"
_UNTOLD = "An error occurred during streaming"


async def events(
    chunks: AsyncIterator[bytes], request: Request, wanted: Container[bytes] | None = None
) -> AsyncIterator[Event]:
    """The data of each event, as far as it is a JSON object. `wanted`: of events that say their name only these.

    Raises:
        APIConnectionError: the connection broke, or (APITimeoutError) nothing came in time.
        APIError: the service says that it failed.
        ValueError: an event is no JSON.
    """
    try:
        data: list[bytes] = []
        name = b""
        async for line in _lines(chunks):
            if line.startswith(b"data:"):
                data.append(line[5:])
            elif line.startswith(b"event:"):
                name = line[6:].strip()
            elif not line:
                is_wanted = wanted is None or not name or name in wanted
                if is_wanted and (event := _event(b"\n".join(data).strip(), request)) is not None:
                    yield event
                data.clear()
                name = b""
    except TimeoutException as error:
        raise APITimeoutError(request=request) from error
    except (HTTPError, StreamError) as error:
        raise APIConnectionError(request=request) from error


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Whole lines, without their ends."""
    rest, looked = bytearray(), 0
    async for chunk in chunks:
        rest += chunk
        while (end := rest.find(b"\n", looked)) >= 0:
            yield bytes(rest[:end]).rstrip(b"\r")
            del rest[: end + 1]
            looked = 0
        looked = len(rest)


def _event(data: bytes, request: Request) -> Event | None:
    if not data or data.startswith(_DONE):
        return None
    event = json.loads(data)
    if not isinstance(event, dict):
        return None
    if error := event.get("error"):
        told = error.get("message") if isinstance(error, dict) else None
        raise APIError(told if isinstance(told, str) and told else _UNTOLD, request, body=error)
    return event
