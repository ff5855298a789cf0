"""Who plans, makes and checks, as the settings and keys say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.app import App
from core.agent.messages import Planner
from core.agent.planners.offline.planner import OfflinePlanner
from core.providers.base import Provider
from core.providers.offline.provider import OfflineProvider
from core.trust.checks import Safety


@dataclass(frozen=True, slots=True)
class Makers:
    """Everything that talks to the outside, and how to close it."""

    planner: Planner
    providers: Mapping[str, Provider]
    safety: Safety | None
    close: Callable[[], Awaitable[None]]


def makers(app: App) -> Makers:
    """Build them once. What was given goes before what the settings choose."""
    given = app.given
    providers = given.providers or {"offline": OfflineProvider(app.pool)}
    return Makers(given.planner or OfflinePlanner(), providers, given.safety, _nothing)


async def _nothing() -> None:
    """Nothing to close."""
