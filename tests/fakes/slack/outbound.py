"""Signed HTTP deliveries: docs.slack.dev/authentication/verifying-requests-from-slack."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.deliver import Delivery, Outcome
from tests.fakes.slack.world import World


def sign(secret: str, body: bytes, at: float | str | None = None) -> dict[str, str]:
    """The two headers Slack adds; `at` in seconds since 1970, by the wall (apps refuse what is 5 min old)."""
    stamp = at if isinstance(at, str) else str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def encoded(delivery: Delivery) -> tuple[bytes, str]:
    """Events go as JSON, commands as a form, interactions as a form with `payload`."""
    match delivery.kind:
        case "slash_commands":
            return urlencode(delivery.payload).encode(), "application/x-www-form-urlencoded"
        case "interactive":
            form = {"payload": json.dumps(delivery.payload)}
            return urlencode(form).encode(), "application/x-www-form-urlencoded"
        case _:
            return json.dumps(delivery.payload).encode(), "application/json"


class Outbound:
    """Posts deliveries to one URL."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.url = ""
        self.reachable = asyncio.Event()
        """Never set: nobody tells Slack that a server is back, so it waits its time."""
        self._client: aiohttp.ClientSession | None = None

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        """Any request, signed or not: the raw way in, for tests of the door."""
        if self._client is None or self._client.closed:
            self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        async with self._client.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status, dict(answer.headers), await answer.text()

    async def challenge(self) -> bool:
        """url_verification: the endpoint must give the challenge back."""
        app = self._world.app
        asked = {"type": "url_verification", "token": app.verification_token, "challenge": "3eZbrw1aB1"}
        body = json.dumps(asked).encode()
        status, _, text = await self.post(body, {"Content-Type": "application/json"} | sign(app.signing_secret, body))
        return status == 200 and asked["challenge"] in text

    async def carry(self, delivery: Delivery, again: int, reason: str | None) -> Outcome:
        body, content_type = encoded(delivery)
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= sign(self._world.app.signing_secret, body)
        if again:
            headers |= {"X-Slack-Retry-Num": str(again), "X-Slack-Retry-Reason": reason or "http_error"}
        began = time.monotonic()
        try:
            status, answered, text = await asyncio.wait_for(self.post(body, headers), self._world.ack_s)
        except TimeoutError:
            return Outcome(fault="http_timeout", latency_s=time.monotonic() - began)
        except (aiohttp.ClientError, ConnectionError):
            return Outcome(fault="connection_failed", latency_s=time.monotonic() - began)
        latency_s = time.monotonic() - began
        if not 200 <= status < 300:
            final = answered.get("X-Slack-No-Retry") == "1"
            return Outcome(fault="http_error", latency_s=latency_s, final=final)
        return Outcome(latency_s=latency_s, answer=_read(text))

    async def stop(self) -> None:
        if self._client:
            await self._client.close()


def _read(text: str) -> Any:
    """JSON where it is JSON; plain text is a message's text."""
    if not text:
        return {}
    try:
        return json.loads(text)
    except ValueError:
        return {"text": text}
