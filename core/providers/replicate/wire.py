"""Replicate's HTTP interface, the five requests of it that Easel makes (replicate.com/docs/reference/http).

Written by hand, because the SDK (1.0.7) loses what matters here: an answer with a status it does not know raises, and
the id of a paid prediction is gone with it; of a 429 it drops `Retry-After`; its GET waits and repeats on its own.
"""

import re
from typing import Any, BinaryIO

import httpx
import stamina

from core.providers import verdicts
from core.providers.base import Failed, Refused, Unknown
from core.providers.looks import Looks
from core.providers.replicate import troubles
from core.providers.replicate.finding import AGAIN, Listed, read_list
from core.providers.replicate.prediction import Prediction, Unreadable, read

BASE_URL = "https://api.replicate.com"
TIMEOUT_S = 30.0
DEADLINE_S = 1_800
"""Replicate stops every prediction after 30 minutes."""
TRIES = 3
_VERSION = re.compile(r"[^/:]+/[^/:]+:(?P<version>[0-9a-f]{64})")
_FREE_ERRORS = (httpx.TransportError, Unreadable)


class Wire:
    """One account. Creating is paid and done once; the rest is free."""

    def __init__(
        self, token: str, base_url: str | None, *, deadline_s: float = DEADLINE_S, timeout_s: float = TIMEOUT_S
    ) -> None:
        base_url = base_url or BASE_URL
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "Easel"}
        self._looks = Looks(base_url, headers, timeout_s=timeout_s)
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers=headers,
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 10), pool=None),
            trust_env=False,
        )
        self._deadline = f"{max(5, round(min(deadline_s, DEADLINE_S)))}s"

    async def create(self, model: str, inputs: dict[str, Any]) -> Prediction | Refused | Failed:
        """Start a prediction by a model's name, or by `owner/name:version`, and do not wait for it."""
        match = _VERSION.fullmatch(model)
        path = "/v1/predictions" if match else f"/v1/models/{model}/predictions"
        body = {"version": match["version"], "input": inputs} if match else {"input": inputs}
        try:
            response = await self._client.post(path, json=body, headers={"Cancel-After": self._deadline})
            return _read(response) if response.is_success else troubles.of_create(response)
        except (httpx.HTTPError, Unreadable) as error:
            return verdicts.of_error(troubles.WHO, error)

    async def get(self, prediction_id: str) -> Prediction | None:
        """How it stands; None where nobody could tell just now."""
        try:
            return read(await self._looks.get("/v1/predictions", prediction_id))
        except Unreadable:
            return None

    async def listed(self) -> Listed | Unknown:
        """What the account began of late."""
        try:
            response = await self._client.get("/v1/predictions")
            if response.is_success:
                return read_list(response.json())
        except (httpx.HTTPError, ValueError):
            return AGAIN
        return AGAIN if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS else Unknown()

    async def cancel(self, prediction_id: str) -> Prediction | None:
        """Ask it to stop; how it stands then, None where nobody could tell."""
        try:
            async for attempt in stamina.retry_context(on=_FREE_ERRORS, attempts=TRIES, timeout=10):
                with attempt:
                    return await self._stopped(prediction_id)
        except _FREE_ERRORS:
            pass
        return None

    async def upload(self, name: str, file: BinaryIO, media_type: str) -> str | Failed:
        """Store a file that a prediction will start from; its URL."""
        try:
            async for attempt in stamina.retry_context(on=httpx.TransportError, attempts=TRIES, timeout=None):
                with attempt:
                    file.seek(0)
                    response = await self._client.post("/v1/files", files={"content": (name, file, media_type)})
        except httpx.TransportError as error:
            verdict = verdicts.of_error(troubles.WHO, error)
            return verdict if verdict.elsewhere else verdicts.not_taken(troubles.WHO)
        return _file_url(response) or verdicts.not_taken(troubles.WHO)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._looks.close()
        await self._client.aclose()

    async def _stopped(self, prediction_id: str) -> Prediction:
        response = await self._client.post(f"/v1/predictions/{prediction_id}/cancel")
        if not response.is_success:
            raise Unreadable
        return _read(response)


def _read(response: httpx.Response) -> Prediction:
    try:
        return read(response.json())
    except ValueError as error:
        raise Unreadable from error


def _file_url(response: httpx.Response) -> str | None:
    try:
        url = response.json()["urls"]["get"] if response.is_success else None
    except (ValueError, LookupError, TypeError):
        return None
    return url if isinstance(url, str) else None
