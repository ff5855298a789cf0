"""Who plans, makes and checks, as the settings and keys say. What there is no key for is not loaded: the libraries of
OpenAI and Runway take half a second.
"""

import asyncio
from importlib import import_module

from bot.app import App
from bot.services import Makers
from bot.watch.makers import WatchedFetcher
from core.agent.catalogue import OFFLINE
from core.agent.planners.offline.planner import OfflinePlanner
from core.providers.offline.provider import OfflineProvider


async def makers(app: App) -> Makers:
    """Build them once. What was given goes before what the settings choose."""
    given = app.given
    if given.providers is not None:
        return Makers(given.planner or OfflinePlanner(), dict(given.providers), given.safety)
    chosen = await _chosen(app)
    if given.planner:
        chosen.planner = given.planner
    chosen.safety = given.safety or chosen.safety
    return chosen


async def _chosen(app: App) -> Makers:
    made = Makers(OfflinePlanner(), {OFFLINE: OfflineProvider(app.pool)})
    fetcher = WatchedFetcher(app.pool, app.watch)
    made.closers.append(fetcher.close)
    for name in app.settings.paid_keys:
        module = await asyncio.to_thread(import_module, f"bot.services.{name}")
        module.add(made, app, fetcher)
    return made
