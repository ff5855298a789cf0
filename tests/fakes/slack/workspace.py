"""A workspace: channels, people, and the app as it is installed there."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import MANIFEST_SCOPES

if TYPE_CHECKING:
    from tests.fakes.slack.person import Person
    from tests.fakes.slack.view import View
    from tests.fakes.slack.world import World


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """A public or private channel, or somebody's direct messages with the app."""

    id: str
    name: str
    team: str
    private: bool = False
    im_user: str | None = None
    archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)
    """By ts, oldest first."""

    @property
    def kind(self) -> str:
        """`channel_type` of message events."""
        return "im" if self.im_user else "group" if self.private else "channel"

    def scope(self, verb: str) -> str:
        """`channels:history`, `groups:read` …"""
        return f"{ {'im': 'im', 'group': 'groups', 'channel': 'channels'}[self.kind] }:{verb}"

    def thread(self, ts: str) -> list[Message]:
        return [one for one in self.messages.values() if one.root_ts == ts]

    def described(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": self.id,
            "created": 1_700_000_000,
            "is_archived": self.archived,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": False,
            "is_private": self.private or bool(self.im_user),
            "context_team_id": self.team,
        }
        if self.im_user:
            return body | {"user": self.im_user}
        return body | {"name": self.name, "name_normalized": self.name, "num_members": len(self.members)}


@dataclass(slots=True, kw_only=True)
class Token:
    """What a bearer may do. `state`: `live`, `token_revoked`, `account_inactive` or `token_expired`."""

    value: str
    kind: str
    team: str | None
    scopes: frozenset[str]
    state: str = "live"


class Workspace:
    """`server.workspace("T1")`. Four channels stand ready; `channel`, `person` make more."""

    def __init__(self, world: "World", team: str, scopes: Iterable[str], installed: bool) -> None:
        self.id, self._world = team, world
        self.name, self.domain = f"Workspace {team}", team.lower()
        self.scopes = frozenset(scopes)
        self.bot_user_id, self.bot_id = f"UBOT{team}", f"B{team}"
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, Person] = {}
        self.homes: dict[str, View] = {}
        self.token: Token | None = None
        self._last_ts = 0
        self.channel("general")
        self.channel("random", bot=False)
        self.channel("studio", private=True)
        self.channel("secret", private=True, bot=False)
        if installed:
            self.install(self.scopes)

    # --- what an app needs ----------------------------------------------------------------------------------------

    @property
    def bot_token(self) -> str:
        if self.token is None:
            raise LookupError(f"the app is not installed in {self.id}")
        return self.token.value

    @property
    def app_token(self) -> str:
        return self._world.app.app_token.value

    @property
    def signing_secret(self) -> str:
        return self._world.app.signing_secret

    def install(self, scopes: Iterable[str] = MANIFEST_SCOPES) -> Token:
        """Issues a bot token; an earlier one stays good as long as it was not revoked."""
        value = f"xoxb-{self.id}-{secrets.token_hex(12)}"
        self.token = Token(value=value, kind="bot", team=self.id, scopes=frozenset(scopes))
        self.scopes = self.token.scopes
        self._world.tokens[value] = self.token
        return self.token

    # --- places and people ----------------------------------------------------------------------------------------

    def channel(self, name: str, *, private: bool | None = None, bot: bool = True) -> Channel:
        """By name, made where there is none; everybody is in it, the app only if `bot`."""
        found = next((one for one in self.channels.values() if one.name == name), None)
        if found is None:
            found = Channel(id=f"C{self.id}{name.upper()}", name=name, team=self.id, private=bool(private))
            found.members |= {person.id for person in self.people.values()}
            found.members |= {self.bot_user_id} if bot else set()
            self.channels[found.id] = found
        return found

    def person(self, name: str, *, admin: bool | None = None) -> "Person":
        """By name, made where there is none; a member of every channel there is. Ids are the same everywhere."""
        from tests.fakes.slack.person import Person

        if name not in self.people:
            person = self.people[name] = Person(self._world, self, name)
            for channel in self.channels.values():
                if not channel.im_user:
                    channel.members.add(person.id)
        if admin is not None:
            self.people[name].admin = admin
        return self.people[name]

    def user(self, user_id: str) -> "Person | None":
        return next((one for one in self.people.values() if one.id == user_id), None)

    def dm(self, user_id: str) -> Channel:
        """The Messages tab of one person."""
        key = f"D{self.id}{user_id}"
        if key not in self.channels:
            members = {user_id, self.bot_user_id}
            self.channels[key] = Channel(id=key, name=key, team=self.id, im_user=user_id, members=members)
        return self.channels[key]

    def names(self) -> dict[str, str]:
        return {person.name: person.id for person in self.people.values()}

    # --- the flow of messages -------------------------------------------------------------------------------------

    def next_ts(self) -> str:
        """Unique in the workspace, and rising."""
        self._last_ts = max(self._last_ts + 1, int(self._world.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def messages(self) -> Iterator[Message]:
        for channel in self.channels.values():
            yield from channel.messages.values()

    def find(self, name: "str | Channel") -> Channel:
        """By id, name or itself."""
        if isinstance(name, Channel):
            return name
        if name in self.channels:
            return self.channels[name]
        return next(one for one in self.channels.values() if one.name == name.lstrip("#"))
