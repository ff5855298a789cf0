"""The pulse of one process: how late its event loop is, and since when a chat platform cannot be heard."""

import asyncio
from collections.abc import Mapping
from time import monotonic

from bot.surface import Surface
from bot.watch.figures import Figures

EVERY_S = 0.5


class Pulse:
    """Beats until cancelled."""

    def __init__(self, figures: Figures, surfaces: Mapping[str, Surface]) -> None:
        """`surfaces` is filled when the platforms' modules are loaded. Nobody listens to them before `run` says so."""
        self._figures = figures
        self._surfaces = surfaces
        self._down: dict[str, float] = {}
        self._were_up: set[str] = set()
        self._opened: asyncio.Event | None = None

    async def run(self, opened: asyncio.Event, *, listens: bool) -> None:
        """Look at both, twice a second. `listens`: this process takes in what comes, once the platforms are there."""
        self._opened = opened if listens else None
        while True:
            due = monotonic() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self._figures.lag.observe(max(0.0, monotonic() - due))
            self._listen()

    def complaints(self, patience_s: float) -> list[str]:
        """Why wishes cannot come in: from platforms that never could, or have not been heard for so long.

        A connection that drops is taken up again within seconds as a rule: nothing is lost meanwhile, and no other
        process would be better off.
        """
        self._listen()
        return [
            reason
            for name, surface in self._surfaces.items()
            for reason in surface.not_ready()
            if name not in self._were_up or monotonic() - self._down.get(name, monotonic()) > patience_s
        ]

    def _listen(self) -> None:
        listened_to = self._surfaces if self._opened and self._opened.is_set() else {}
        for name, surface in listened_to.items():
            up = not surface.not_ready()
            self._figures.platform_up.labels(name).set(up)
            if up:
                self._were_up.add(name)
                self._down.pop(name, None)
            else:
                self._down.setdefault(name, monotonic())
