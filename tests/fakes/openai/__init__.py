"""A strict local OpenAI API for tests: `async with OpenAIServer() as server: AsyncOpenAI(base_url=server.base_url)`."""

from tests.fakes.openai.conversation import Asked, Call, Refusal, Thought
from tests.fakes.openai.faults import (
    BrokenJson,
    Drop,
    Empty,
    GatewayPage,
    Hang,
    InsufficientQuota,
    Normal,
    RateLimited,
    Slow,
    Status,
    Truncated,
    Unauthorized,
)
from tests.fakes.openai.mind import default_mind
from tests.fakes.openai.routes import Route
from tests.fakes.openai.server import OpenAIServer

__all__ = [
    "Asked",
    "BrokenJson",
    "Call",
    "Drop",
    "Empty",
    "GatewayPage",
    "Hang",
    "InsufficientQuota",
    "Normal",
    "OpenAIServer",
    "RateLimited",
    "Refusal",
    "Route",
    "Slow",
    "Status",
    "Thought",
    "Truncated",
    "Unauthorized",
    "default_mind",
]
