"""Slack: whether the tokens are good, which scopes are missing, and whether it takes the newest blocks."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import App
from bot.doctor.findings import Finding, bad, good, listed, note
from bot.doctor.live.answers import unreachable
from bot.settings import Settings
from bot.slack.asks import Ask
from bot.slack.calls import said_by
from bot.slack.clients import Clients
from bot.slack.forms import create_form
from bot.slack.manifest import scopes
from bot.slack.oauth import INSTALL
from bot.slack.views import asset_card
from core.creation.view import AssetView

WHO = "Slack"
SAMPLE = AssetView(
    id="0" * 32,
    kind="image",
    tool="generate_image",
    media_type="image/png",
    size_bytes=1,
    width=1536,
    height=1024,
    duration_s=None,
    asked="a lighthouse",
    prompt="a lighthouse at dusk",
    alt_text="A lighthouse",
    provider=None,
    model="a model",
    seed=None,
    version="v1",
    parent_id=None,
    creation_id=None,
    favourite=False,
    visibility="private",
    safety="",
    cost_usd=0,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    has_thumbnail=True,
)


async def ask(app: App) -> list[Finding]:
    """A few free requests."""
    clients = Clients(app.settings)
    try:
        return [*_ways(app.settings), *[finding async for finding in _asked(app, clients)]]
    except (SlackClientError, aiohttp.ClientError, OSError):
        return [unreachable(WHO)]
    finally:
        await clients.close()


def _ways(settings: Settings) -> list[Finding]:
    """How it comes in."""
    if settings.slack_app_token:
        return [good(WHO, "It is reached by Socket Mode (SLACK_APP_TOKEN).")]
    if not settings.slack_signing_secret:
        return [bad(WHO, "Nothing can come in: set SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET and EASEL_PUBLIC_URL.")]
    if not settings.public_url:
        return [note(WHO, "SLACK_SIGNING_SECRET is set, but not EASEL_PUBLIC_URL: which address does Slack call?")]
    return [good(WHO, f"It calls {settings.public_url.rstrip('/')}/slack/events.")]


async def _asked(app: App, clients: Clients) -> AsyncIterator[Finding]:
    settings = app.settings
    if settings.slack_app_token:
        yield await _connection(clients.made(None, []), settings.slack_app_token.get_secret_value())
    if settings.slack_client_id and settings.slack_client_secret:
        base = (settings.public_url or "").rstrip("/")
        yield (
            good(WHO, f"It is installed by {base}{INSTALL}")
            if base
            else note(WHO, "For installing it in workspaces, set EASEL_PUBLIC_URL.")
        )
    elif settings.slack_bot_token:
        client = clients.made(settings.slack_bot_token.get_secret_value(), [])
        yield await _token(client)
        yield await _blocks(app, client)


async def _connection(client: AsyncWebClient, app_token: str) -> Finding:
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        return bad(WHO, f"SLACK_APP_TOKEN does not open a connection ({said_by(error)}).")
    return good(WHO, "SLACK_APP_TOKEN opens a connection.")


async def _token(client: AsyncWebClient) -> Finding:
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        return bad(WHO, f"It does not accept SLACK_BOT_TOKEN ({said_by(error)}).")
    header = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
    missing = sorted(set(scopes()) - {each.strip() for each in header.split(",")}) if header else []
    if missing:
        wanted = listed(missing, 20)
        return bad(WHO, f"SLACK_BOT_TOKEN is good, but these scopes are missing: {wanted}. Install the app again.")
    return good(WHO, f"SLACK_BOT_TOKEN is good, in {answer.get('team') or answer.get('team_id')}.")


async def _blocks(app: App, client: AsyncWebClient) -> Finding:
    """https://docs.slack.dev/reference/methods/blocks.validate"""
    form = create_form(Ask(team="", user="", event=""), app.catalogue.models)
    carousel = [{"type": "carousel", "elements": [asset_card(SAMPLE)]}]
    try:
        await client.blocks_validate(view=form)
        await client.blocks_validate(blocks=carousel)
    except SlackApiError as error:
        return note(WHO, f"It does not take some of Easel's blocks ({said_by(error)}): plainer ones stand in.")
    return good(WHO, "It takes Easel's forms and cards.")
