"""Who plans, makes and checks, as the settings and keys say. What nobody asks for is not loaded: OpenAI's and Runway's
libraries take half a second, the offline planner's patterns a quarter of one.
"""

import asyncio
from importlib import import_module

from bot.app import App
from bot.services import Makers
from bot.watch.makers import WatchedFetcher
from core.agent.catalogue import OFFLINE
from core.agent.messages import Planner
from core.providers.offline.provider import OfflineProvider


async def makers(app: App) -> Makers:
    """Build them once. What was given goes before what the settings choose."""
    given = app.given
    if given.providers is not None:
        return Makers(dict(given.providers), given.planner, given.safety)
    chosen = await _chosen(app)
    chosen.planner, chosen.safety = given.planner or chosen.planner, given.safety or chosen.safety
    return chosen


async def _chosen(app: App) -> Makers:
    made = Makers({OFFLINE: OfflineProvider(app.pool)})
    fetcher = WatchedFetcher(app.pool, app.watch)
    made.closers.append(fetcher.close)
    for name in app.settings.paid_keys:
        module = await asyncio.to_thread(import_module, f"bot.services.{name}")
        module.add(made, app, fetcher)
    return made


def offline_planner() -> Planner:
    """Who plans where nobody else does."""
    from core.agent.planners.offline.planner import OfflinePlanner

    return OfflinePlanner()
