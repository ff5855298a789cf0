"""Runway on three loopback sockets: the API, the file host (which also takes uploads), and another host."""

import asyncio
from collections import deque
from typing import Self

from tests.fakes.replicate.wire.behaviour import Behaviour, Script
from tests.fakes.replicate.wire.clock import Clock
from tests.fakes.replicate.wire.host import Host
from tests.fakes.replicate.wire.journal import Journal
from tests.fakes.replicate.wire.shelf import Shelf
from tests.fakes.runway import refusals
from tests.fakes.runway.api import CREATES, Api
from tests.fakes.runway.assets import INPUT_BYTES
from tests.fakes.runway.outcome import Outcome
from tests.fakes.runway.state import State
from tests.fakes.runway.task import Task
from tests.fakes.runway.uploads import Uploads

ROUTES = frozenset(CREATES) | {
    *("any", "create", "retrieve", "delete", "uploads", "upload", "organization", "usage", "output")
}


class RunwayServer:
    """`AsyncRunwayML(api_key=server.api_key, base_url=server.base_url)` talks to it.

    `scale` shortens every run and the polite pause between polls: at 0.01 a video takes 32 ms. `concurrency` and
    `daily_limit` are per model, as on tier 1.
    """

    def __init__(
        self,
        *,
        scale: float = 1.0,
        concurrency: int = 2,
        daily_limit: int = 200,
        credits: int = 1_000_000,  # noqa: A002
        upload_limit_bytes: int = INPUT_BYTES,
        extend_whole: bool = True,
        api_key: str = "key_" + "f" * 128,
        files_at_home: bool = False,
    ) -> None:
        self.api_key = api_key
        self.calls = Journal()
        self.clock = Clock()
        self._script = Script(ROUTES)
        self._files_at_home = files_at_home
        self._api, self._files, self._elsewhere = (self._host(name) for name in ("api", "files", "elsewhere"))
        self._shelf = Shelf(self.clock, signed=True, gone_status=403, elsewhere=lambda: self._elsewhere.url)
        self._state = State(
            api_key=api_key,
            clock=self.clock,
            shelf=self._shelf,
            uploads=Uploads(self.clock, upload_limit_bytes),
            files_url=lambda: self.files_url,
            concurrency=concurrency,
            daily_limit=daily_limit,
            credits=credits,
            scale=scale,
            extend_whole=extend_whole,
        )
        Api(self._state).routes(self._api)
        receiver = self._api if files_at_home else self._files
        receiver.add("POST", "/uploads", ("upload",), self._shelf.watched(self._state.uploads.receive))
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
        """The host of outputs and uploads: another port of this machine, or the API's own with `files_at_home`."""
        return self._api.url if self._files_at_home else self._files.url

    @property
    def elsewhere_url(self) -> str:
        return self._elsewhere.url

    # --- what a test sets -----------------------------------------------------------------------------------------

    def script(self, route: str, *behaviours: Behaviour) -> None:
        """The fates of the next requests to a route (`text_to_video`, `create` for any of them ...), one each."""
        self._script.add(route, behaviours)

    def always(self, route: str, behaviour: Behaviour | None) -> None:
        """The fate of every request to a route that no script covers; None ends it."""
        self._script.always(route, behaviour)

    @property
    def outcomes(self) -> deque[Outcome]:
        """How the next accepted tasks end, one each; success once it is empty."""
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
    def spent_credits(self) -> int:
        """Charged, or held for tasks that have not ended."""
        return self._state.spent()

    @property
    def unrefunded(self) -> int:
        """Tasks deleted while they ran: paid for nothing."""
        return self._state.unrefunded

    @property
    def hasty_polls(self) -> int:
        """Looks at a task less than 5 s (times `scale`) after the last one."""
        return self._state.hasty_polls

    @property
    def tasks(self) -> dict[str, Task]:
        return self._state.tasks

    @property
    def leaked_tokens(self) -> list[str]:
        """Authorization headers that arrived at a file's URL or with an upload's form."""
        return self._shelf.leaked_tokens

    @property
    def _hosts(self) -> tuple[Host, ...]:
        return (self._api, self._files, self._elsewhere)

    def _host(self, name: str) -> Host:
        return Host(name, journal=self.calls, clock=self.clock, script=self._script, unknown=refusals.unknown)
