"""Where people meet Easel, and what travels there in clear text."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.app import App
from bot.doctor.findings import Finding, good, note
from bot.settings import Settings, is_loopback


def surfaces(app: App) -> Iterator[Finding]:
    """The web and the chats."""
    settings = app.settings
    guarded = "a token or the sign-in link is demanded" if app.token_demanded else "open to this machine only"
    yield good("Web", f"{settings.host}:{settings.port}, {guarded}.")
    yield from _clear_text(settings)
    if not settings.discord_token:
        yield note("Discord", "No token is set (DISCORD_TOKEN): docs/discord.md tells how to get one.")
    if "slack" not in settings.chat_platforms:
        yield note("Slack", "No token is set (SLACK_BOT_TOKEN): docs/slack.md tells how to get one.")


def _clear_text(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url or ""
    seen = not is_loopback(settings.host) or not settings.loopback_only
    if seen and urlsplit(url).scheme != "https":
        address = f"EASEL_PUBLIC_URL is {url}" if url else "EASEL_PUBLIC_URL is not set"
        yield note("Plain http", f"Easel can be reached from outside and {address}: put a server with https before it.")
    servers = {
        "OPENAI_BASE_URL": settings.openai_base_url,
        "REPLICATE_BASE_URL": settings.replicate_base_url,
        "RUNWAYML_BASE_URL": settings.runwayml_base_url,
    }
    if plain := [name for name, at in servers.items() if at and urlsplit(at).scheme != "https"]:
        yield note("Plain http", f"{' and '.join(plain)}: fine on this machine, where alone it is allowed.")
