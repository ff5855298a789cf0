"""OpenAI, or a server that speaks like it: it plans, makes, and checks."""

from bot.app import App
from bot.services import Makers
from bot.settings import Settings
from core.agent.catalogue import Catalogue, Price, Role, Service
from core.agent.messages import Planner
from core.agent.planners.chat_completions import ChatCompletionsPlanner
from core.agent.planners.responses import ResponsesPlanner
from core.providers.openai.client import Connection
from core.providers.openai.provider import OpenAIProvider
from core.trust.fetch import Fetcher
from core.trust.safety import Safety


def add(made: Makers, app: App, fetcher: Fetcher) -> None:
    """Let it plan, make and check."""
    settings = app.settings
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    connection = Connection(key, settings.openai_base_url)
    provider = OpenAIProvider(connection, app.catalogue, app.pool, fetcher)
    made.providers["openai"] = provider
    made.safety = Safety(connection, app.catalogue, app.pool)
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
