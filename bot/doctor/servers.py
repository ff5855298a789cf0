"""Whose server stands behind an address."""

from urllib.parse import urlsplit

from bot.settings import Settings


def at_openai(settings: Settings) -> bool:
    """OpenAI's own service, in whatever region; else a compatible server, which may know less and cost nothing."""
    host = urlsplit(settings.openai_base_url or "").hostname or ""
    return not settings.openai_base_url or host == "api.openai.com" or host.endswith(".api.openai.com")
