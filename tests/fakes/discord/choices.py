"""A command's options as a person's client fills them in: only what was declared, only what fits."""

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.acts import UserCannot
from tests.fakes.discord.command_rules import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    INTEGER,
    MENTIONABLE,
    NESTED,
    NUMBER,
    PERSON,
    ROLE,
    STRING,
)
from tests.fakes.discord.files import Upload
from tests.fakes.discord.places import Channel, Guild, Role, User

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

Body = dict[str, Any]


def upload_of(value: object, name: str = "file.png") -> Upload:
    """Bytes, a pair of name and bytes, or an Upload."""
    match value:
        case Upload():
            return value
        case bytes():
            return Upload(name, value)
        case (str() as given, bytes() as data):
            return Upload(given, data)
    raise UserCannot(f"{value!r} is no file")


class Resolved(dict[str, Body]):
    """What a client sends along with ids."""

    def __init__(self, world: "World", guild: Guild | None) -> None:
        super().__init__()
        self._world, self._guild = world, guild

    def add(self, kind: str, key: str, body: Body) -> str:
        self.setdefault(kind, {})[key] = body
        return key

    def file(self, upload: Upload, channel: Channel) -> str:
        """Kept under a link of its own, apart from any message."""
        if len(upload.data) > self._world.desk.limit(channel):
            raise UserCannot(f"{upload.name} is larger than people may upload here")
        stored = self._world.cdn.store(upload, channel.id, {}, ephemeral=True)
        return self.add("attachments", stored.id, self._world.cdn.payload(stored))

    def user(self, user: User) -> str:
        self.add("users", user.id, payloads.user(user))
        if self._guild and user.id in self._guild.members:
            member = payloads.member(self._guild.members[user.id], 0)
            self.add(
                "members", user.id, {key: value for key, value in member.items() if key not in {"user", "mute", "deaf"}}
            )
        return user.id

    def role(self, role: Role) -> str:
        return self.add("roles", role.id, payloads.role(role))

    def channel(self, channel: Channel, seen_by: str) -> str:
        return self.add("channels", channel.id, payloads.channel(channel, seen_by=seen_by))


class Filling:
    """Turns keyword arguments into the options of one command."""

    def __init__(self, world: "World", channel: Channel, user: User) -> None:
        self._channel, self._user = channel, user
        self.resolved = Resolved(world, channel.guild)

    def options(self, declared: list[Body], path: list[str], given: Body, *, focused: str = "") -> list[Body]:
        """`path` names sub-commands; `focused` is the option whose autocompletion is asked for."""
        if path:
            found = next((one for one in declared if one["name"] == path[0] and one["type"] in NESTED), None)
            if found is None:
                raise UserCannot(f"there is no sub-command {path[0]!r}")
            inner = self.options(found.get("options") or [], path[1:], given, focused=focused)
            return [{"name": found["name"], "type": found["type"], "options": inner}]
        if any(one["type"] in NESTED for one in declared):
            raise UserCannot("a sub-command must be chosen")
        self._check_names(declared, given, focused)
        return [self._option(one, given[one["name"]], focused) for one in declared if one["name"] in given]

    def _check_names(self, declared: list[Body], given: Body, focused: str) -> None:
        if unknown := given.keys() - {one["name"] for one in declared}:
            raise UserCannot(f"the command has no option {', '.join(sorted(unknown))}")
        required = {one["name"] for one in declared if one.get("required")}
        if not focused and (missing := required - given.keys()):
            raise UserCannot(f"the command asks for {', '.join(sorted(missing))}")

    def _option(self, declared: Body, value: Any, focused: str) -> Body:
        body = {"name": declared["name"], "type": declared["type"]}
        if declared["name"] == focused:
            if not declared.get("autocomplete"):
                raise UserCannot(f"{focused} has no autocompletion")
            return body | {"value": value, "focused": True}
        return body | {"value": self._value(declared, value)}

    def _value(self, declared: Body, value: Any) -> Any:
        kind, name = declared["type"], declared["name"]
        match kind, value:
            case (_, str()) if kind == STRING:
                _check_length(declared, value)
            case (_, bool()) if kind == BOOLEAN:
                return value
            case (_, int()) if kind == INTEGER and not isinstance(value, bool):
                _check_range(declared, value)
            case (_, int() | float()) if kind == NUMBER:
                _check_range(declared, value)
            case (_, bytes() | tuple() | Upload()) if kind == ATTACHMENT:
                return self.resolved.file(upload_of(value), self._channel)
            case (_, User()) if kind in {PERSON, MENTIONABLE}:
                return self.resolved.user(value)
            case (_, Role()) if kind in {ROLE, MENTIONABLE}:
                return self.resolved.role(value)
            case (_, Channel()) if kind == CHANNEL:
                return self._channel_value(declared, value)
            case _:
                raise UserCannot(f"{value!r} does not fit the option {name} (type {kind})")
        return self._chosen(declared, value)

    def _channel_value(self, declared: Body, value: Channel) -> str:
        kinds = declared.get("channel_types")
        if kinds and value.kind not in kinds:
            raise UserCannot(f"{declared['name']} does not take such a channel")
        return self.resolved.channel(value, self._user.id)

    def _chosen(self, declared: Body, value: Any) -> Any:
        """With choices only their values can be picked; a person picks by name or by value."""
        choices = declared.get("choices")
        if not choices:
            return value
        for one in choices:
            if value in (one["value"], one["name"]):
                return one["value"]
        raise UserCannot(f"{declared['name']} offers {[one['name'] for one in choices]}, not {value!r}")


def _check_length(declared: Body, value: str) -> None:
    most = declared.get("max_length") or 6000
    if not declared.get("choices") and not (declared.get("min_length") or 0) <= len(value) <= most:
        raise UserCannot(f"{declared['name']} takes at most {most} characters")


def _check_range(declared: Body, value: float) -> None:
    low, high = declared.get("min_value", -(2**53)), declared.get("max_value", 2**53)
    if not low <= value <= high:
        raise UserCannot(f"{declared['name']} takes {low} to {high}")
