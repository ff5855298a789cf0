"""The routes that tell an app about itself, its servers and the people in them."""

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import payloads
from tests.fakes.discord.access import Access
from tests.fakes.discord.ask import Ask, Route
from tests.fakes.discord.permissions import in_guild
from tests.fakes.discord.places import Channel, Kind, User
from tests.fakes.discord.refusals import invalid, refused

if TYPE_CHECKING:
    from tests.fakes.discord.gateway import Gateway
    from tests.fakes.discord.world import World


class Basics:
    """Identity, gateway, guilds, people, direct messages."""

    def __init__(self, world: "World", access: Access, gateway: "Gateway") -> None:
        self._world, self._access, self._gateway = world, access, gateway

    def routes(self) -> list[Route]:
        guild = "/guilds/{guild_id}"
        table = (
            ("GET", "/users/@me", "me", self.me, ""),
            ("GET", "/users/@me/guilds", "my_guilds", self.my_guilds, ""),
            ("POST", "/users/@me/channels", "dm", self.open_dm, ""),
            ("GET", "/users/{user_id}", "user", self.user, ""),
            ("GET", "/oauth2/applications/@me", "application", self.application, ""),
            ("GET", "/applications/@me", "application", self.application, ""),
            ("GET", "/gateway/bot", "gateway_bot", self.gateway_bot, ""),
            ("GET", guild, "guild", self.guild, "guild_id"),
            ("GET", guild + "/channels", "guild_channels", self.guild_channels, "guild_id"),
            ("GET", guild + "/roles", "guild_roles", self.guild_roles, "guild_id"),
            ("GET", guild + "/members/{user_id}", "member", self.member, "guild_id"),
            ("GET", guild + "/threads/active", "active_threads", self.active_threads, "guild_id"),
        )
        routes = [
            Route(method=method, path=path, name=name, act=act, major=major) for method, path, name, act, major in table
        ]
        return [*routes, Route(method="GET", path="/gateway", name="gateway", act=self.gateway, token=False)]

    async def me(self, _: Ask) -> Any:
        return payloads.me(self._world.bot)

    async def user(self, ask: Ask) -> Any:
        if ask.params["user_id"] not in self._world.users:
            raise refused(10013)
        return payloads.user(self._world.users[ask.params["user_id"]])

    async def my_guilds(self, _: Ask) -> Any:
        bot = self._world.bot
        return [
            {
                "id": one.id,
                "name": one.name,
                "icon": None,
                "banner": None,
                "owner": False,
                "permissions": str(in_guild(one, bot.id)),
                "features": [],
            }
            for one in self._world.guilds.values()
            if one.installed
        ]

    async def application(self, _: Ask) -> Any:
        world = self._world
        return {
            "id": world.application_id,
            "name": world.bot.name,
            "icon": None,
            "description": "",
            "type": None,
            "summary": "",
            "bot": payloads.user(world.bot),
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": world.application_flags,
            "flags_new": str(world.application_flags),
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "event_webhooks_url": None,
            "event_webhooks_status": 1,
            "explicit_content_filter": 0,
            "max_participants": None,
            "owner": payloads.user(world.owner),
            "team": None,
            "approximate_guild_count": sum(one.installed for one in world.guilds.values()),
            "approximate_user_install_count": sum(one.user_install for one in world.users.values()),
            "approximate_user_authorization_count": 0,
            "integration_types_config": {"0": {}, "1": {}},
            "eligible_oauth2_scopes": [],
        }

    async def gateway(self, _: Ask) -> Any:
        return {"url": self._world.gateway_url}

    async def gateway_bot(self, _: Ask) -> Any:
        total = self._world.rules.identify_total
        left = {"total": total, "remaining": self._gateway.identifies_left, "reset_after": 0, "max_concurrency": 1}
        return {"url": self._world.gateway_url, "shards": 1, "session_start_limit": left}

    async def guild(self, ask: Ask) -> Any:
        return payloads.guild(self._access.guild(ask))

    async def guild_channels(self, ask: Ask) -> Any:
        return [payloads.channel(one) for one in self._access.guild(ask).channels.values() if not one.is_thread]

    async def guild_roles(self, ask: Ask) -> Any:
        return [payloads.role(one) for one in self._access.guild(ask).roles.values()]

    async def member(self, ask: Ask) -> Any:
        guild, user_id = self._access.guild(ask), ask.params["user_id"]
        if user_id not in guild.members:
            raise refused(10007 if user_id in self._world.users else 10013)
        return payloads.member(guild.members[user_id])

    async def active_threads(self, ask: Ask) -> Any:
        guild = self._access.guild(ask)
        found = [
            one for one in guild.channels.values() if one.is_thread and not one.archived and self._world.bot_sees(one)
        ]
        mine = [
            payloads.thread_member(one, self._world.bot.id) for one in found if self._world.bot.id in one.thread.members
        ]
        return {"threads": [payloads.thread(one) for one in found], "members": mine, "has_more": False}

    async def open_dm(self, ask: Ask) -> Any:
        user = self._world.users.get(str((ask.body or {}).get("recipient_id")))
        if user is None:
            raise refused(10013)
        if user.bot:
            raise invalid(["recipient_id"], "USER_INVALID", "Cannot send messages to this user")
        return payloads.channel(dm_with(self._world, user))


def dm_with(world: "World", user: User) -> Channel:
    """The one direct channel between the app and a person."""
    if user.id in world.dms:
        return world.dms[user.id]
    made = Channel(world, Kind.DM, user.name)
    made.recipients = {user.id: user, world.bot.id: world.bot}
    world.channels[made.id] = world.dms[user.id] = made
    return made
