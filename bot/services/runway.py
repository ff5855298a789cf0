"""Runway makes."""

from runwayml import AsyncRunwayML

from bot.app import App
from bot.services import Makers
from core.providers.runway.provider import RunwayProvider
from core.trust.fetch import Fetcher


def add(made: Makers, app: App, fetcher: Fetcher) -> None:
    """Let it make."""
    settings = app.settings
    assert settings.runwayml_api_secret
    secret = settings.runwayml_api_secret.get_secret_value()
    client = AsyncRunwayML(api_key=secret, base_url=settings.runwayml_base_url)
    provider = RunwayProvider(client, app.catalogue, fetcher, app.pool)
    made.providers["runway"] = provider
    made.closers.append(provider.close)
