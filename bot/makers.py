"""Who plans, makes and checks, as the settings and keys say."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from runwayml import AsyncRunwayML

from bot.app import App
from bot.settings import Settings
from bot.watch.makers import WatchedFetcher
from core.agent.catalogue import OFFLINE, Catalogue, Price, Role, Service
from core.agent.messages import Planner
from core.agent.planners.chat_completions import ChatCompletionsPlanner
from core.agent.planners.offline.planner import OfflinePlanner
from core.agent.planners.responses import ResponsesPlanner
from core.providers.base import Provider
from core.providers.offline.provider import OfflineProvider
from core.providers.openai.client import Connection
from core.providers.openai.provider import OpenAIProvider
from core.providers.replicate.provider import ReplicateProvider
from core.providers.runway.provider import RunwayProvider
from core.trust.checks import Safety
from core.trust.fetch import Fetcher
from core.trust.safety import Safety as Moderation


@dataclass(slots=True)
class Makers:
    """Everything that talks to the outside, and how to close it."""

    planner: Planner
    providers: Mapping[str, Provider]
    safety: Safety | None = None
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def close(self) -> None:
        """Let go of every connection."""
        for closer in self.closers:
            await closer()


def makers(app: App) -> Makers:
    """Build them once. What was given goes before what the settings choose."""
    given = app.given
    if given.providers is not None:
        return Makers(given.planner or OfflinePlanner(), given.providers, given.safety)
    chosen = _chosen(app)
    if given.planner:
        chosen.planner = given.planner
    chosen.safety = given.safety or chosen.safety
    return chosen


def _chosen(app: App) -> Makers:
    settings, catalogue = app.settings, app.catalogue
    providers: dict[str, Provider] = {OFFLINE: OfflineProvider(app.pool)}
    made = Makers(OfflinePlanner(), providers)
    fetcher = WatchedFetcher(app.pool, app.watch)
    made.closers.append(fetcher.close)
    if "openai" in settings.paid_keys:
        _add_openai(made, providers, settings, app, fetcher)
    if settings.replicate_api_token:
        replicate = ReplicateProvider(
            settings.replicate_api_token.get_secret_value(), catalogue, fetcher, base_url=settings.replicate_base_url
        )
        providers["replicate"] = replicate
        made.closers.append(replicate.close)
    if settings.runwayml_api_secret:
        client = AsyncRunwayML(
            api_key=settings.runwayml_api_secret.get_secret_value(), base_url=settings.runwayml_base_url
        )
        runway = RunwayProvider(client, catalogue, fetcher, app.pool)
        providers["runway"] = runway
        made.closers.append(runway.close)
    return made


def _add_openai(made: Makers, providers: dict[str, Provider], settings: Settings, app: App, fetcher: Fetcher) -> None:
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    connection = Connection(key, settings.openai_base_url)
    provider = OpenAIProvider(connection, app.catalogue, app.pool, fetcher)
    providers["openai"] = provider
    made.safety = Moderation(connection, app.catalogue, app.pool)
    made.planner = _planner(connection, app.catalogue, settings)
    made.closers += [provider.close, connection.close]


def _planner(connection: Connection, catalogue: Catalogue, settings: Settings) -> Planner:
    """The wished model, also one that no catalogue lists: a server at home has its own, and asks for no money."""
    service = catalogue.service(Role.PLANNER, settings.agent_model)
    if service is None:
        price = catalogue.dearest(Role.PLANNER) if connection.official else Price()
        service = Service(id=settings.agent_model or "", role=Role.PLANNER, provider="openai", price=price)
    wire = ChatCompletionsPlanner if settings.agent_api == "chat" else ResponsesPlanner
    return wire(connection.sdk, service)
