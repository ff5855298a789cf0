"""Questions to the configured providers and chat platforms: short, all at once, and never paid."""

import asyncio
from collections.abc import Awaitable, Iterator

from bot.app import App
from bot.doctor.findings import Finding
from bot.doctor.live.answers import LIMIT_S, unreachable


async def live(app: App) -> list[Finding]:
    """What they say, the findings of each together."""
    found = await asyncio.gather(*_questions(app))
    return [finding for findings in found for finding in findings]


def _questions(app: App) -> Iterator[Awaitable[list[Finding]]]:
    """Only the SDKs of configured providers are loaded."""
    settings = app.settings
    if "openai" in settings.paid_keys:
        from bot.doctor.live.openai import ask as ask_openai

        yield _soon("OpenAI", ask_openai(settings, app.catalogue))
    if settings.replicate_api_token:
        from bot.doctor.live.replicate import ask as ask_replicate

        yield _soon("Replicate", ask_replicate(settings, app.catalogue))
    if settings.runwayml_api_secret:
        from bot.doctor.live.runway import ask as ask_runway

        yield _soon("Runway", ask_runway(settings, app.catalogue))
    if settings.discord_token:
        from bot.doctor.live.discord import ask as ask_discord

        yield _soon("Discord", ask_discord(settings))
    if "slack" in settings.chat_platforms:
        from bot.doctor.live.slack import ask as ask_slack

        yield _soon("Slack", ask_slack(app))


async def _soon(who: str, question: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await question
    except TimeoutError:
        return [unreachable(who)]
