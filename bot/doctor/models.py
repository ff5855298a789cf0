"""Which models would be used, as the catalogue and the settings say."""

from collections.abc import Iterator
from datetime import timedelta

from bot.app import App
from bot.doctor.findings import Finding, good, note
from bot.doctor.servers import at_openai
from core.agent.catalogue import Role, today

SOON = timedelta(days=60)


def models(app: App) -> Iterator[Finding]:
    """What makes, and what ends soon."""
    for ending in app.catalogue.ending(today() + SOON):
        yield note(ending.id, f"Its provider shuts it down on {ending.ends:%d %B %Y}.")
    for model in app.catalogue.models:
        yield good(model.id, f"{model.title}: makes {model.makes} ({', '.join(sorted(model.abilities))}).")
    if app.offline:
        yield note("Providers", "Only offline sketches, which are not AI models. Add a key to .env for real ones.")


def planner(app: App) -> Iterator[Finding]:
    """Who turns a wish into calls."""
    settings = app.settings
    wanted = settings.agent_model
    if "openai" not in settings.paid_keys:
        reason = "EASEL_AGENT_MODEL is set, but without OPENAI_API_KEY or OPENAI_BASE_URL nobody can be asked."
        yield note("Planner", reason) if wanted else good("Planner", "The offline planner: rules, not an AI model.")
        return
    service = app.catalogue.service(Role.PLANNER, wanted)
    name = service.id if service else wanted
    if name:
        yield good("Planner", f"{name}, by the {settings.agent_api} interface (EASEL_AGENT_API).")
    if service is None:
        counted = "at the highest price of those that are listed" if at_openai(settings) else "as free"
        yield note("Planner", f"No catalogue lists {name} (EASEL_AGENT_MODEL): its tokens are counted {counted}.")
