"""Replicate on three loopback sockets: the API, the file host, and another host that redirects lead to."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Self

from tests.fakes.replicate import flux, refusals, stand_ins
from tests.fakes.replicate.api import Api
from tests.fakes.replicate.model import Model
from tests.fakes.replicate.outcome import Outcome
from tests.fakes.replicate.prediction import Prediction
from tests.fakes.replicate.state import State
from tests.fakes.replicate.throttle import Throttle
from tests.fakes.replicate.uploads import Uploads
from tests.fakes.replicate.wire.behaviour import Behaviour, Script
from tests.fakes.replicate.wire.clock import Clock
from tests.fakes.replicate.wire.host import Host
from tests.fakes.replicate.wire.journal import Journal
from tests.fakes.replicate.wire.shelf import Shelf

ROUTES = frozenset({"any", "create", "list", "get", "cancel", "model", "version", "account", "output"}) | {
    f"files.{verb}" for verb in ("create", "list", "get", "delete")
}


def all_models() -> tuple[Model, ...]:
    """What the server offers unless a test says otherwise."""
    return (
        flux.flux_2_pro(),
        flux.flux_1_1_pro(),
        flux.flux_dev(),
        stand_ins.video(),
        stand_ins.upscale(),
        stand_ins.speech(),
    )


class ReplicateServer:
    """`replicate.Client(api_token=server.api_token, base_url=server.base_url)` talks to it.

    `scale` shortens every run: at 0.01 an image takes 12 ms. `low_credit` limits creates to 6 a minute, 1 a second.
    """

    def __init__(
        self,
        *,
        scale: float = 1.0,
        low_credit: bool = False,
        creates_per_minute: int = 600,
        others_per_minute: int = 3000,
        models: Iterable[Model] | None = None,
        api_token: str = "r8_" + "F" * 37,
        files_at_home: bool = False,
    ) -> None:
        self.api_token = api_token
        self.calls = Journal()
        self.clock = Clock()
        self._script = Script(ROUTES)
        self._files_at_home = files_at_home
        self._api, self._files, self._elsewhere = (self._host(name) for name in ("api", "files", "elsewhere"))
        self._shelf = Shelf(self.clock, signed=False, gone_status=404, elsewhere=lambda: self._elsewhere.url)
        self._state = State(
            api_token=api_token,
            clock=self.clock,
            shelf=self._shelf,
            throttle=Throttle(
                self.clock,
                creates_per_minute=creates_per_minute,
                others_per_minute=others_per_minute,
                low_credit=low_credit,
            ),
            uploads=Uploads(self.clock),
            models={model.slug: model for model in (all_models() if models is None else models)},
            api_url=lambda: self.base_url,
            files_url=lambda: self.files_url,
            scale=scale,
        )
        Api(self._state).routes(self._api)
        for method in ("GET", "HEAD"):
            self._files.add(method, "/{path:.+}", ("output",), self._shelf.serve)
            self._elsewhere.add(method, "/{path:.+}", ("output",), self._shelf.serve_elsewhere)
            if files_at_home:
                self._api.add(method, "/{path:.+}", ("output",), self._shelf.serve)

    async def start(self) -> None:
        for host in self._hosts:
            await host.start()

    async def stop(self) -> None:
        """Cuts what is open; `start` opens the same ports again."""
        await asyncio.gather(*(host.stop() for host in self._hosts))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def base_url(self) -> str:
        return self._api.url

    @property
    def files_url(self) -> str:
        """The host of outputs: another port of this machine, or the API's own with `files_at_home`."""
        return self._api.url if self._files_at_home else self._files.url

    @property
    def elsewhere_url(self) -> str:
        return self._elsewhere.url

    # --- what a test sets -----------------------------------------------------------------------------------------

    def script(self, route: str, *behaviours: Behaviour) -> None:
        """The fates of the next requests to a route (`create`, `get` ..., or `any`), one each."""
        self._script.add(route, behaviours)

    def always(self, route: str, behaviour: Behaviour | None) -> None:
        """The fate of every request to a route that no script covers; None ends it."""
        self._script.always(route, behaviour)

    @property
    def outcomes(self) -> deque[Outcome]:
        """How the next accepted predictions end, one each; success once it is empty."""
        return self._state.outcomes

    @property
    def run_s(self) -> dict[str, float]:
        """Seconds a run takes by kind (`image`, `video`, `speech`), before `scale`."""
        return self._state.run_s

    # --- what a test reads ----------------------------------------------------------------------------------------

    @property
    def paid(self) -> int:
        """Accepted creates, whether or not their creator ever learnt of it."""
        return self._state.paid

    @property
    def billed(self) -> int:
        """Predictions that held a machine: not those canceled or aborted before they started."""
        now = self.clock.now()
        return sum(p.ran_s(now) > 0 and p.status(now) != "aborted" for p in self.predictions.values())

    @property
    def predictions(self) -> dict[str, Prediction]:
        return self._state.predictions

    @property
    def leaked_tokens(self) -> list[str]:
        """Authorization headers that arrived at a file's URL, on whichever host."""
        return self._shelf.leaked_tokens

    @property
    def _hosts(self) -> tuple[Host, ...]:
        return (self._api, self._files, self._elsewhere)

    def _host(self, name: str) -> Host:
        return Host(name, journal=self.calls, clock=self.clock, script=self._script, unknown=refusals.unknown)
