"""The commands that an app has registered."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import command_rules as rules
from tests.fakes.discord.ask import Answer, Ask, Route
from tests.fakes.discord.refusals import refused

if TYPE_CHECKING:
    from tests.fakes.discord.world import World

DAY_S = 86_400
PER_DAY = 200
GLOBAL = "/applications/{application_id}/commands"
LOCAL = "/applications/{application_id}/guilds/{guild_id}/commands"


@dataclass(slots=True)
class Command:
    """One command; `guild_id` is empty for those that hold everywhere."""

    id: str
    guild_id: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.body["name"])

    @property
    def kind(self) -> int:
        return int(self.body["type"])


class Commands:
    """The routes under /applications/{id}."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def routes(self) -> list[Route]:
        table = (
            ("GET", "", "list_commands", self.all),
            ("PUT", "", "commands", self.overwrite),
            ("POST", "", "commands", self.create),
            ("GET", "/{command_id}", "get_command", self.get),
            ("PATCH", "/{command_id}", "commands", self.edit),
            ("DELETE", "/{command_id}", "commands", self.delete),
        )
        return [
            Route(method=method, path=base + path, name=name, act=act, major=major)
            for base, major in ((GLOBAL, ""), (LOCAL, "guild_id"))
            for method, path, name, act in table
        ]

    async def all(self, ask: Ask) -> Any:
        return [one.body for one in self._of(self._place(ask))]

    async def overwrite(self, ask: Ask) -> Any:
        place, wanted = self._place(ask), ask.body or []
        rules.check_all(wanted)
        old = {(one.kind, one.name): one for one in self._of(place)}
        fresh = [one for one in wanted if (one.get("type") or 1, one["name"]) not in old]
        self._count(place, len(fresh))
        for one in old.values():
            del self._world.commands[one.id]
        return [self._store(place, one, old.get((one.get("type") or 1, one["name"]))).body for one in wanted]

    async def create(self, ask: Ask) -> Any:
        place, body = self._place(ask), ask.body
        old = next(
            (one for one in self._of(place) if (one.kind, one.name) == (body.get("type") or 1, body["name"])), None
        )
        others = [one.body for one in self._of(place) if one is not old]
        rules.check_all([*others, body])
        self._count(place, old is None)
        return Answer(201 if old is None else 200, self._store(place, body, old).body)

    async def get(self, ask: Ask) -> Any:
        return self._found(ask).body

    async def edit(self, ask: Ask) -> Any:
        old = self._found(ask)
        merged = {key: value for key, value in {**old.body, **ask.body}.items() if key != "version"}
        rules.check(merged)
        return self._store(old.guild_id, merged, old).body

    async def delete(self, ask: Ask) -> None:
        del self._world.commands[self._found(ask).id]

    def _store(self, place: str, body: dict[str, Any], old: Command | None) -> Command:
        world = self._world
        identity = old.id if old else world.ids.next()
        permissions = body.get("default_member_permissions")
        written = {
            "id": identity,
            "application_id": world.application_id,
            "version": world.ids.next(),
            "type": body.get("type") or 1,
            "name": body["name"],
            "name_localizations": body.get("name_localizations"),
            "description": body.get("description") or "",
            "description_localizations": body.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": body.get("dm_permission", True) is not False,
            "contexts": body.get("contexts"),
            "integration_types": body.get("integration_types") or [0],
            "nsfw": bool(body.get("nsfw")),
        }
        if body.get("options"):
            written["options"] = [_clean(one) for one in body["options"]]
        if place:
            written["guild_id"] = place
        world.commands[identity] = made = Command(identity, place, written)
        world.pulse.beat()
        return made

    def _count(self, place: str, fresh: int) -> None:
        """https://docs.discord.com/developers/interactions/application-commands#registering-a-command."""
        world, now = self._world, self._world.clock.now()
        world.commands_made = [one for one in world.commands_made if one[0] > now - DAY_S]
        if sum(one[1] == place for one in world.commands_made) + fresh > PER_DAY:
            raise refused(30034)
        world.commands_made += [(now, place)] * fresh

    def _of(self, place: str) -> list[Command]:
        return [one for one in self._world.commands.values() if one.guild_id == place]

    def _place(self, ask: Ask) -> str:
        if ask.params["application_id"] != self._world.application_id:
            raise refused(50001)
        place = ask.params.get("guild_id", "")
        if place and (place not in self._world.guilds or not self._world.guilds[place].installed):
            raise refused(50001)
        return place

    def _found(self, ask: Ask) -> Command:
        found = self._world.commands.get(ask.params["command_id"])
        if found is None or found.guild_id != self._place(ask):
            raise refused(10063)
        return found


def _clean(option: dict[str, Any]) -> dict[str, Any]:
    """What was not said is not repeated."""
    body = {key: value for key, value in option.items() if value not in (None, [], {})}
    if "options" in body:
        body["options"] = [_clean(one) for one in body["options"]]
    return body
