"""Slack on one loopback port: Web API, Socket Mode, signed HTTP deliveries, files, response URLs and OAuth pages."""

from collections.abc import Iterable
from typing import Self

from aiohttp import web

from tests.fakes.slack import events
from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.deliver import Deliveries, Delivery
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.gate import Gate
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import MANIFEST_SCOPES
from tests.fakes.slack.oauth import OAuth
from tests.fakes.slack.observed import Observed
from tests.fakes.slack.outbound import Outbound
from tests.fakes.slack.response_urls import ResponseUrls
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.workspace import Channel, Workspace
from tests.fakes.slack.world import App, World

BODY_BYTES = 1_100_000_000


class SlackServer(Observed):
    """`async with SlackServer() as server:`, then `AsyncWebClient(token, base_url=server.api_url)`.

    Deliveries go by Socket Mode until `deliver_to(url)`. `processing_s` passes between an upload's completion and the
    file's message; `ack_s` is the time an app has to acknowledge.
    """

    def __init__(
        self, *, clock: SlackClock | None = None, processing_s: float = 0.05, ack_s: float = 3.0, port: int = 0
    ) -> None:
        self.clock = clock or SlackClock()
        self._world = World(self.clock, processing_s, ack_s)
        self._world.base_url = lambda: self.base_url
        self._world.response_urls = ResponseUrls(self._world)
        self.sockets, self._outbound = Sockets(self._world), Outbound(self._world)
        self._world.deliveries = Deliveries(self._world, self.sockets)
        self.oauth = OAuth(self._world)
        self._gate = Gate(self._world, self.sockets, self.oauth)
        self._runner: web.AppRunner | None = None
        self.port = port

    async def start(self) -> None:
        """The same port again after `stop`."""
        app = web.Application(client_max_size=BODY_BYTES)
        self._routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    def _routes(self, router: web.UrlDispatcher) -> None:
        for verb in ("GET", "POST"):
            router.add_route(verb, "/api/{method}", self._gate.serve)
        router.add_get("/socket", self.sockets.serve)
        router.add_post("/upload/{key}", self._gate.upload)
        router.add_get("/files-pri/{place}/{name:.+}", self._gate.download)
        router.add_get("/files-tmb/{place}/{size:\\d+}.jpg", self._gate.download)
        router.add_post("/response/{team}/{key}", self._gate.respond)
        router.add_get("/oauth/v2/authorize", self.oauth.page)
        router.add_post("/oauth/v2/authorize", self.oauth.decide)

    async def stop(self) -> None:
        await self._world.stop()
        await self.sockets.stop()
        await self._outbound.stop()
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- addresses and settings -----------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """slack_sdk's `base_url`."""
        return f"{self.base_url}/api/"

    @property
    def authorize_url(self) -> str:
        """slack_bolt's `authorization_url`."""
        return f"{self.base_url}/oauth/v2/authorize"

    @property
    def app(self) -> App:
        """Ids, secrets, declared commands and subscribed events."""
        return self._world.app

    @property
    def limits(self) -> Limits:
        return self._world.limits

    @property
    def echo(self) -> bool:
        """Whether the app hears its own messages, as it does from Slack; False is lighter."""
        return self._world.echo

    @echo.setter
    def echo(self, value: bool) -> None:
        self._world.echo = value

    @property
    def ack_s(self) -> float:
        """Seconds an app has to acknowledge."""
        return self._world.ack_s

    @ack_s.setter
    def ack_s(self, value: float) -> None:
        self._world.ack_s = value

    def workspace(
        self, team: str = "T1", *, scopes: Iterable[str] = MANIFEST_SCOPES, installed: bool = True
    ) -> Workspace:
        """Made at the first call; scopes and installed count only then."""
        spaces = self._world.workspaces
        if team not in spaces:
            spaces[team] = Workspace(self._world, team, scopes, installed)
        return spaces[team]

    # --- how deliveries travel ------------------------------------------------------------------------------------

    async def deliver_to(self, url: str, *, verify: bool = True) -> None:
        """Signed HTTP to this URL from now on; refused unless it answers the challenge."""
        self._outbound.url = url
        if verify and not await self._outbound.challenge():
            raise AssertionError(f"{url} did not answer url_verification")
        self._world.deliveries.transport = self._outbound

    def deliver_by_socket(self) -> None:
        self._world.deliveries.transport = self.sockets

    async def post_raw(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        """Any request to the delivery URL: wrong signatures, old timestamps, rubbish. See `outbound.sign`."""
        return await self._outbound.post(body, headers)

    async def redeliver(self, delivery: Delivery, again: int = 1, reason: str = "http_timeout") -> Delivery:
        """One more copy of something already delivered."""
        transport = self._world.deliveries.transport
        delivery.tries.append(await transport.carry(delivery, again, reason))
        return delivery

    # --- what a test breaks ---------------------------------------------------------------------------------------

    def fail(self, place: str, *faults: Fault) -> None:
        """The fates of the next calls of a method (or `upload`, `download`, `response_url`), one each."""
        self._world.script.add(place, faults)

    def always(self, place: str, fault: Fault | None) -> None:
        """The fate of every call that no `fail` covers; None ends it."""
        self._world.script.always(place, fault)

    def revoke(self, team: str = "T1", state: str = "token_revoked") -> None:
        """The bot token ends without a word: `token_revoked`, `account_inactive` or `token_expired`."""
        if token := self.workspace(team).token:
            token.state = state

    async def uninstall(self, team: str = "T1") -> list[Delivery]:
        """A person removes the app: both last events, and a dead token; waits for their first tries."""
        workspace = self.workspace(team)
        self.revoke(team, "account_inactive")
        bodies = (events.revoked(workspace), events.uninstalled())
        sent = [self._world.deliveries.event(workspace, body, last_words=True) for body in bodies]
        told = [one for one in sent if one]
        await self.until(lambda: all(one.tries for one in told), self._world.ack_s + 5)
        return told

    async def archive(self, channel: Channel, user: str = "UADA") -> Delivery | None:
        workspace = self.workspace(channel.team)
        channel.archived = True
        return self._world.deliveries.event(workspace, events.archived(workspace, channel, user))

    def kill_stream(self, message: Message) -> None:
        """As Slack does after five minutes, now."""
        assert message.stream is not None
        message.stream.state = "dead"
