"""Providers that cost nothing and behave alike each time, and the models they offer."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import media
from core.agent.catalogue import Model, Price
from core.providers.base import Kind, Made, Order, Output, Provider, Ticket, Tool, Waiting

Draw = Callable[[Path, str], None]
FILES: Mapping[Kind, tuple[str, str, Draw]] = {
    Kind.IMAGE: ("picture.png", "image/png", media.picture),
    Kind.VIDEO: ("clip.mp4", "video/mp4", media.clip),
    Kind.SPEECH: ("speech.wav", "audio/wav", media.sound),
}
IMAGE_TOOLS = frozenset({Tool.GENERATE_IMAGE, Tool.EDIT_IMAGE, Tool.VARY, Tool.UPSCALE})
VIDEO_TOOLS = frozenset({Tool.GENERATE_VIDEO, Tool.ANIMATE, Tool.EXTEND})
SPEECH_TOOLS = frozenset({Tool.GENERATE_SPEECH})


class Sleeper(Provider):
    """Sleeps, then hands over a small real file."""

    name = "sleeper"
    repeatable = True
    poll_s = 1.0

    def __init__(self, seconds: float, film_s: float | None = None) -> None:
        self._seconds = {Kind.VIDEO: film_s or seconds}
        self._other_s = seconds

    async def submit(self, order: Order) -> Output:
        """All its work."""
        await asyncio.sleep(self._seconds.get(order.kind, self._other_s))
        return drawn(order)

    async def poll(self, ticket: Ticket, order: Order) -> Waiting:
        """Never needed."""
        raise NotImplementedError

    async def cancel(self, ticket: Ticket) -> bool:
        """Nothing goes on elsewhere."""
        return True


def drawn(order: Order, cost_micros: int = 0) -> Output:
    """The file of an order, marked with its step's id."""
    name, media_type, draw = FILES[order.kind]
    path = order.folder / name
    draw(path, order.step_id)
    return Output(files=(Made(path=path, media_type=media_type, seed=order.seed),), cost_micros=cost_micros)


def model(provider: str, makes: Kind, abilities: frozenset[Tool], usd: float = 0) -> Model:
    """One model of a provider."""
    return Model(
        id=f"{provider}-{makes}",
        title=f"{provider}: {makes}",
        provider=provider,
        makes=makes,
        abilities=abilities,
        typical_s=1,
        price=Price(per_call=usd),
    )


SLEEPERS = (
    model("sleeper", Kind.IMAGE, IMAGE_TOOLS),
    model("sleeper", Kind.VIDEO, VIDEO_TOOLS),
    model("sleeper", Kind.SPEECH, SPEECH_TOOLS),
)
