"""Questions to the configured providers: short, all at once, and never paid."""

import asyncio
from collections.abc import Awaitable, Iterator

from bot.app import App
from bot.doctor.findings import Finding
from bot.doctor.live.answers import LIMIT_S, unreachable


async def live(app: App) -> list[Finding]:
    """What the providers say, each provider's findings together."""
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


async def _soon(who: str, question: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await question
    except TimeoutError:
        return [unreachable(who)]
