"""Replicate makes."""

from bot.app import App
from bot.services import Makers
from core.providers.replicate.provider import ReplicateProvider
from core.trust.fetch import Fetcher


def add(made: Makers, app: App, fetcher: Fetcher) -> None:
    """Let it make."""
    settings = app.settings
    assert settings.replicate_api_token
    token = settings.replicate_api_token.get_secret_value()
    provider = ReplicateProvider(token, app.catalogue, fetcher, base_url=settings.replicate_base_url)
    made.providers["replicate"] = provider
    made.closers.append(provider.close)
