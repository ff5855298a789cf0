"""Slack calling Easel: signed deliveries at `/slack/events`, and the pages of an installation."""

import json
from collections.abc import Sequence
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import CIMultiDictProxy
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.slack.oauth import INSTALL, REDIRECT
from core.errors import NotFound

EVENTS = "/slack/events"
DIGITS_MAX = 12
STRANGER, RUBBISH = 401, 400


class Door:
    """Looks at each delivery before Bolt does: Bolt answers 500 to what no Slack would send."""

    def __init__(self, bolt: AsyncApp, signing_secret: str | None, flow: AsyncOAuthFlow | None) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._flow = flow

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request below `/slack/`.

        Raises:
            NotFound: that way is not set up.
        """
        if request.path == EVENTS and request.method == "POST" and self._verifier:
            return await self._delivered(request, self._verifier)
        if request.method == "GET" and self._flow:
            asked = AsyncBoltRequest(body="", query=request.query_string, headers=_headers(request.headers))
            if request.path == INSTALL:
                return await to_aiohttp_response(await self._flow.handle_installation(asked))
            if request.path == REDIRECT:
                return await to_aiohttp_response(await self._flow.handle_callback(asked))
        raise NotFound

    async def _delivered(self, request: web.Request, verifier: SignatureVerifier) -> web.StreamResponse:
        body = signed_body(verifier, request.headers, await request.read())
        if body is None:
            return web.Response(status=STRANGER)
        if not is_delivery(body, request.content_type):
            return web.Response(status=RUBBISH)
        asked = AsyncBoltRequest(body=body, query=request.query_string, headers=_headers(request.headers))
        return await to_aiohttp_response(await self._bolt.async_dispatch(asked))


def signed_body(verifier: SignatureVerifier, headers: CIMultiDictProxy[str], body: bytes) -> str | None:
    """The body as text if Slack signed it within five minutes; None for everything else, however strange.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    stamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= DIGITS_MAX and signature.isascii()):
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if verifier.is_valid(text, stamp, signature) else None


def is_delivery(body: str, content_type: str) -> bool:
    """Whether a body is what Slack sends: a JSON object, a form, or a form with a JSON object in `payload`."""
    try:
        is_json = content_type == "application/json" or body.startswith("{")
        form = {} if is_json else dict(parse_qsl(body, keep_blank_values=True))
        found = json.loads(form.get("payload", "{}") if form else body)
    except ValueError:
        return False
    return isinstance(found, dict)


def _headers(headers: CIMultiDictProxy[str]) -> dict[str, str | Sequence[str]]:
    return dict(headers)
