"""Discord on one loopback socket: REST, the gateway and the files, and the builders that tests use."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from tests.fakes.discord import payloads, schema
from tests.fakes.discord.access import Access
from tests.fakes.discord.ask import Call
from tests.fakes.discord.basics import Basics, dm_with
from tests.fakes.discord.callbacks import Callbacks
from tests.fakes.discord.channels import Channels
from tests.fakes.discord.commands import Command, Commands
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.host import Host
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.mentions import Ping
from tests.fakes.discord.messages import SYSTEM, Message
from tests.fakes.discord.permissions import EVERYONE, P
from tests.fakes.discord.person import Person
from tests.fakes.discord.places import Channel, Guild, Kind, Role, User
from tests.fakes.discord.rates import Rates
from tests.fakes.discord.settings import Rules
from tests.fakes.discord.threads import Threads
from tests.fakes.discord.webhooks import Webhooks
from tests.fakes.discord.world import World
from tests.fakes.replicate.wire.behaviour import Behaviour
from tests.fakes.replicate.wire.clock import Clock

T = TypeVar("T")
BOT = EVERYONE | P.PIN_MESSAGES
"""What an app asks for when it is added, if it asks for no more than everybody has."""


class DiscordServer:
    """The real discord.py talks to it once `Route.BASE` is `api_url` and `DEFAULT_GATEWAY` is `gateway_url`.

    `rules` are those of settings.py, by name: `content_intent=False`, `rate_limits=False`, `file_bytes=...`.
    """

    def __init__(
        self, *, clock: Clock | None = None, token: str | None = None, spec: Path = schema.SPEC, **rules: Any
    ) -> None:
        self.clock, self.rules = clock or Clock(), Rules(**rules)
        self.token = token or f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
        self.world = world = World(self.rules, self.clock, self.token)
        access = Access(world)
        self.gateway = Gateway(world)
        self._threads = Threads(world, access)
        parts = (
            Basics(world, access, self.gateway),
            Commands(world),
            Channels(world, access),
            self._threads,
            Callbacks(world),
            Webhooks(world),
        )
        routes = [route for part in parts for route in part.routes()]
        self._host = Host(world, routes, schema.oracle(spec))
        self._threads.rates = self._host.rates
        self._host.also("/gateway/", self.gateway.serve)
        self._host.also("/gateway", self.gateway.serve)
        self._host.also("/{shelf:attachments|ephemeral-attachments}/{channel}/{id}/{name}", world.cdn.serve)

    async def start(self) -> None:
        await self._host.start()
        self.world.cdn.base_url, self.world.gateway_url = self.base_url, self.gateway_url

    async def stop(self) -> None:
        """Cuts what is open; `start` opens the same port again, and streams may be resumed."""
        self.gateway.drop()
        await self._host.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._host.port}"

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self._host.port}/gateway"

    @property
    def application_id(self) -> str:
        return self.world.application_id

    @property
    def bot(self) -> User:
        return self.world.bot

    # --- building -------------------------------------------------------------------------------------------------

    def guild(
        self,
        name: str = "Atelier",
        *,
        installed: bool = True,
        bot_permissions: int = BOT,
        file_bytes: int | None = None,
    ) -> Guild:
        """A server; with `installed=False` the app is not in it."""
        limit = self.rules.file_bytes if file_bytes is None else file_bytes
        made = Guild(self.world, name, installed=installed, bot_permissions=int(bot_permissions), file_bytes=limit)
        self.world.guilds[made.id] = made
        return made

    def person(
        self,
        name: str = "ada",
        *guilds: Guild,
        roles: tuple[Role, ...] = (),
        user_install: bool = False,
        dms: bool = True,
    ) -> Person:
        """Somebody who is in these servers, and may have installed the app for themselves."""
        made = Person(self.world, name)
        made.user_install, made.dms = user_install, dms
        self.world.users[made.id] = made
        for guild in guilds:
            guild.join(made, roles)
        return made

    def dm(self, person: User) -> Channel:
        return dm_with(self.world, person)

    def group(self, *people: Person, name: str = "friends") -> Channel:
        """A group of people; the app is never in one, but works there for who installed it."""
        made = Channel(self.world, Kind.GROUP, name)
        made.recipients = {one.id: one for one in people}
        made.owner_id = people[0].id
        self.world.channels[made.id] = made
        return made

    # --- what a test makes happen ---------------------------------------------------------------------------------

    def script(self, route: str, *behaviours: Behaviour) -> None:
        """The fates of the next requests to a route by its name (`send`, `edit`, `callback`, `any` ...), one each."""
        self._host.script.add(route, behaviours)

    def always(self, route: str, behaviour: Behaviour | None) -> None:
        """The fate of every request that no script covers; None ends it."""
        self._host.script.always(route, behaviour)

    @property
    def rates(self) -> Rates:
        return self._host.rates

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Somebody closes a thread."""
        thread.thread.archived, thread.thread.locked = True, locked
        thread.thread.changed_at = self.clock.now()
        self.world.tell_channel("THREAD_UPDATE", payloads.thread(thread), thread)

    def delete(self, what: Channel | Message) -> None:
        """A moderator deletes a channel, a thread or a message."""
        self.world.desk.remove(what) if isinstance(what, Message) else self._threads.remove(what)

    # --- what a test reads ----------------------------------------------------------------------------------------

    async def until(self, look: Callable[[], T | None], timeout_s: float = 5.0, what: str = "it") -> T:
        """What `look` returns, once that is true; it may look at the bot, too."""
        return await self.world.pulse.until(look, timeout_s, what, every_s=0.01)

    async def connected(self, timeout_s: float = 5.0) -> None:
        await self.until(lambda: any(self.world.streams.live()), timeout_s, "a bot at the gateway")

    def messages(self, channel: Channel, seen_by: User | None = None) -> list[Message]:
        """What stands in a channel, oldest first; ephemeral messages only for whom they are."""
        found = channel.messages.values()
        return [one for one in found if one.ephemeral_for in {None, seen_by} and one.kind not in SYSTEM]

    def threads(self, channel: Channel) -> list[Channel]:
        return [one for one in self.world.channels.values() if one.parent is channel]

    @property
    def interactions(self) -> list[Interaction]:
        return list(self.world.interactions.values())

    @property
    def commands(self) -> list[Command]:
        return list(self.world.commands.values())

    @property
    def pings(self) -> list[Ping]:
        """Every notification that the app's and people's messages would cause."""
        return self.world.pings

    @property
    def bot_pings(self) -> list[Ping]:
        """Those that the app's messages cause."""
        own = {m.id for c in self.world.channels.values() for m in c.messages.values() if m.author is self.bot}
        return [one for one in self.world.pings if one.message_id in own]

    @property
    def hidden_files(self) -> list[tuple[Message, str]]:
        """Files that were sent with Components V2 but are shown by none of them: nobody sees them."""
        return self.world.hidden_files

    @property
    def requests(self) -> list[Call]:
        return self._host.calls

    def count(self, route: str) -> int:
        return sum(call.name == route for call in self.requests)

    @property
    def rejected(self) -> list[Call]:
        """Requests that this Discord refused by its own rules (what a script answered is not among them), and why."""
        return [call for call in self.requests if call.why]

    @property
    def throttled(self) -> int:
        """How often 429 was answered for asking too often; 30046 is another matter."""
        return sum(call.status == 429 and not call.code for call in self.requests)

    @property
    def invalid(self) -> int:
        """401, 403 and 429: 10,000 of them in 10 minutes get an address banned."""
        return sum(call.status in {401, 403, 429} for call in self.requests)

    @property
    def flawed(self) -> list[str]:
        """With `check_answers`: what this server itself said wrong."""
        return self._host.flawed

    @property
    def oracle(self) -> schema.Oracle | None:
        """Discord's description, where it is at hand."""
        return self._host.oracle
