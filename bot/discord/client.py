"""The gateway client: what arrives by it goes to the listeners."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.discord import collecting, commands, gallery, gallery_view, places, settings
from bot.discord.answers import bounded, say, sentence_for
from bot.discord.desk import AtDesk, Desk
from bot.discord.listeners import messages, refine
from bot.discord.listeners.buttons import pressed
from bot.discord.syncing import sync
from storage.leader import Leader

Submit = Callable[[discord.Interaction, str], Awaitable[None]]
FORMS: dict[str, Submit] = {
    refine.OF_ASSET: refine.submitted,
    refine.OF_MESSAGE: refine.submitted,
    gallery_view.SEARCH: gallery.searched,
    settings.MONEY: settings.paid,
    collecting.NEW: collecting.made,
    collecting.TAGGED: collecting.tagged,
}
"""By how their ids begin."""
HEARD = ("INTERACTION_CREATE", "MESSAGE_CREATE", "GUILD_DELETE")
"""What people do; everything else is how the connection stands."""
_START = re.compile(r"easel:[a-z-]+")
OLD_COMMAND = "Discord still shows an older form of this command. Please try again in a minute."
log = structlog.get_logger()


class Tree(app_commands.CommandTree[Any]):
    """The commands, and what a person reads when one could not even be understood."""

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError, /) -> None:
        """The boundary before the listeners' own."""
        old = isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch)
        await say(interaction, OLD_COMMAND if old else sentence_for(error))


class Listener(AtDesk):
    """Connected to the gateway. Remembers no messages and no members: everything comes with its event."""

    def __init__(self, desk: Desk, *, content: bool, leader: Leader | None = None, **more: Any) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content)
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            http_trace=desk.rest.allowance,
            **more,
        )
        self.desk = desk
        self.content_granted = content
        self.up = self.was_up = False
        self.tree = Tree(self)
        commands.everywhere(self.tree)
        if leader:
            for event in HEARD:
                self._connection.parsers[event] = self._led(leader, self._connection.parsers[event])

    def _led(self, leader: Leader, take: Callable[[Any], None]) -> Callable[[Any], None]:
        """Events of people, taken as long as this process leads. One that slept asks first whether it still does."""

        async def later(data: Any) -> None:
            if await leader.sure():
                take(data)

        def now_or_later(data: Any) -> None:
            if leader.certain:
                take(data)
            else:
                self.desk.start(later(data))

        return now_or_later

    async def setup_hook(self) -> None:
        """Register the commands before anybody is listened to. Without new ones, the old ones still work."""
        try:
            if await sync(self, self.tree):
                log.info("commands_registered")
        except discord.HTTPException as error:
            log.warning("commands_not_registered", status=error.status, code=error.code)

    def dispatch(self, event: str, /, *args: Any, **more: Any) -> None:
        """Tell the listeners. The library goes on waiting for servers when it is closed, and would then tell nobody."""
        if not self.is_closed():
            super().dispatch(event, *args, **more)

    async def on_connect(self) -> None:
        """Discord takes us in: from now on it tells what happens."""
        self.up = self.was_up = True

    async def on_ready(self) -> None:
        """The servers are known, too."""
        log.info("discord_connected", guilds=len(self.guilds), message_content=self.content_granted)

    async def on_resumed(self) -> None:
        """The connection is back, and what was missed comes now."""
        self.up = True

    async def on_shard_resumed(self, _: int) -> None:
        """One part of it is back."""
        self.up = True

    async def on_disconnect(self) -> None:
        """It is gone; the library takes it up again."""
        self.up = False

    async def on_message(self, message: discord.Message) -> None:
        """Words in a channel."""
        await messages.heard(self.desk, message, content_granted=self.content_granted)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Buttons, lists and forms. Commands find their way by themselves; all of them tell what files fit here.

        The library's own way for buttons, dynamic items, builds all items of the message anew at each press.
        """
        self.desk.adapter.sizes.learn(interaction.guild_id, interaction.filesize_limit)
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id") or "")
        if interaction.type is discord.InteractionType.component:
            await bounded(interaction, pressed(interaction, custom_id))
        elif interaction.type is discord.InteractionType.modal_submit:
            start = _START.match(custom_id)
            if start and (submitted := FORMS.get(start[0])):
                await bounded(interaction, submitted(interaction, custom_id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Easel was invited; one that comes back is welcome."""
        await self.desk.chats.workspace(places.PLATFORM, str(guild.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Easel was taken out."""
        await self.desk.chats.removed(places.PLATFORM, str(guild.id))

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """The boundary of events that have nobody to answer to."""
        log.exception("event_failed", on=event_method)


class ShardedListener(Listener, discord.AutoShardedClient):
    """The same over several connections, as Discord wants from 2,500 guilds on."""
