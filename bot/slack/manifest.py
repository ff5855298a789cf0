"""The manifest that makes the app at Slack: https://docs.slack.dev/reference/app-manifest"""

import json
from importlib.resources import files
from typing import Any


def manifest(url: str | None = None) -> dict[str, Any]:
    """For Socket Mode; with Easel's public address, for signed HTTP deliveries and installing by OAuth."""
    made: dict[str, Any] = json.loads((files("bot.slack") / "manifest.json").read_text("utf-8"))
    if url:
        _by_http(made, url.rstrip("/"))
    return made


def scopes() -> list[str]:
    """What Easel asks a workspace for; `docs/slack.md` says why each."""
    return list(manifest()["oauth_config"]["scopes"]["bot"])


def _by_http(made: dict[str, Any], base: str) -> None:
    events = f"{base}/slack/events"
    settings = made["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = events
    settings["interactivity"]["request_url"] = events
    for command in made["features"]["slash_commands"]:
        command["url"] = events
    made["oauth_config"]["redirect_urls"] = [f"{base}/slack/oauth_redirect"]
