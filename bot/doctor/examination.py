"""The whole look, in the order in which it is read."""

from bot.app import App
from bot.doctor.findings import Finding, note
from bot.doctor.machine import machine, storage
from bot.doctor.models import models, planner
from bot.doctor.money import checks, money
from bot.doctor.objects import objects
from bot.doctor.surfaces import surfaces


async def examine(app: App, *, offline: bool = False) -> list[Finding]:
    """Look at everything once. The providers are asked, which costs nothing, unless `offline`."""
    places = [*machine(app), *storage(app), *await objects(app, asked=not offline)]
    settled = [*places, *models(app), *planner(app)]
    return [*settled, *await _live(app, offline), *money(app), *checks(app), *surfaces(app)]


async def _live(app: App, offline: bool) -> list[Finding]:
    if not (app.settings.paid_keys or app.settings.chat_platforms):
        return []
    if offline:
        return [note("Providers", "They were not asked (--offline).")]
    from bot.doctor.live import live

    return await live(app)
