"""Who plans, makes and checks: one module for each service that wants a key, loaded only where there is one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from core.agent.messages import Planner
from core.providers.base import Provider
from core.trust.checks import Safety


@dataclass(slots=True)
class Makers:
    """Everything that talks to the outside, and how to close it."""

    providers: dict[str, Provider]
    planner: Planner | None = None
    """None: the offline one plans."""
    safety: Safety | None = None
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def close(self) -> None:
        """Let go of every connection."""
        for closer in self.closers:
            await closer()
