"""The calls of Runway's SDK that Easel makes, with its retries off and its answers read by ourselves.

The SDK repeats a create on 429 and 5xx, which pays again, and its parsed answers raise on what they do not know.
"""

from typing import Any, BinaryIO

import httpx
import runwayml.resources  # noqa: F401  # the SDK would load them in the middle of the first call, on the event loop
import stamina
from runwayml import AsyncRunwayML, RunwayMLError

from core.providers.base import Failed, Refused
from core.providers.looks import Looks
from core.providers.runway import troubles
from core.providers.runway.call import Call
from core.providers.runway.task import Task, Unreadable, read

TRIES = 3
TIMEOUT_S = 60.0
_ERRORS = (RunwayMLError, httpx.HTTPError, ValueError)
"""What the SDK lets through: its own, httpx's (uploads), and an unreadable body's."""


class Wire:
    """One account. Creating is paid and done once; the rest is free."""

    def __init__(self, client: AsyncRunwayML) -> None:
        self._client = client.with_options(max_retries=0)
        self._looks = Looks(self.base_url, _told(client), timeout_s=_seconds(client.timeout))

    @property
    def base_url(self) -> str:
        """The address of the service."""
        return str(self._client.base_url)

    async def create(self, call: Call) -> Task | Refused | Failed:
        """Start a task and do not wait for it."""
        resource: Any = getattr(self._client, call.resource)
        try:
            response = await resource.with_raw_response.create(**call.arguments)
            return read(await response.json())
        except _ERRORS as error:
            return troubles.of_create(error)

    async def get(self, task_id: str) -> Task | None:
        """How it stands; None where nobody could tell just now. Runway asks for 5 s between two looks at a task."""
        try:
            return read(await self._looks.get("/v1/tasks", task_id))
        except Unreadable:
            return None

    async def delete(self, task_id: str) -> bool:
        """Ask it to stop; whether Runway heard it."""
        try:
            async for attempt in stamina.retry_context(on=_ERRORS, attempts=TRIES, timeout=10):
                with attempt:
                    await self._client.tasks.delete(task_id)
        except _ERRORS:
            return False
        return True

    async def upload(self, name: str, file: BinaryIO, media_type: str) -> str | Failed:
        """Store a file that a task will start from, for a day; its runway:// address."""
        try:
            async for attempt in stamina.retry_context(on=_ERRORS, attempts=TRIES, timeout=None):
                with attempt:
                    file.seek(0)
                    stored = await self._client.uploads.create_ephemeral(file=(name, file, media_type))
        except _ERRORS as error:
            return troubles.of_upload(error)
        return stored.uri

    async def close(self) -> None:
        """Let go of every connection."""
        await self._looks.close()
        await self._client.close()


def _told(client: AsyncRunwayML) -> dict[str, str]:
    """What the SDK tells with every request: the key, and the version of the interface that it was made for."""
    return {name: value for name, value in client.default_headers.items() if isinstance(value, str)}


def _seconds(timeout: float | httpx.Timeout | None) -> float:
    seconds = timeout.read if isinstance(timeout, httpx.Timeout) else timeout
    return seconds or TIMEOUT_S
