"""Who looks, and what they may see where they are: Discord's own word that somebody is in a server."""

from dataclasses import dataclass

import discord

from bot.discord import by_hand, places
from bot.discord.desk import Desk, desk_of, person
from core.gallery.membership import Viewer


@dataclass(frozen=True, slots=True)
class Looks:
    """A person at a client."""

    desk: Desk
    viewer: Viewer
    here: str | None
    """The workspace that they are in just now; None in direct messages, and where Easel is no member."""

    @property
    def user_id(self) -> str:
        """Whose eyes these are."""
        return self.viewer.user_id

    @property
    def workspaces(self) -> tuple[str, ...]:
        """What is shown in these, they see."""
        return self.viewer.workspaces


async def looks(interaction: discord.Interaction) -> Looks:
    """Who is behind an interaction. In a server with Easel in it, that they are there is noted."""
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    here = await _here(desk, interaction, user_id)
    return Looks(desk, await desk.app.kept.membership.viewer(user_id, here), here)


async def _here(desk: Desk, interaction: discord.Interaction, user_id: str) -> str | None:
    if not (by_hand.is_member(interaction) and isinstance(interaction.user, discord.Member)):
        return None
    place = await desk.chats.workspace(places.PLATFORM, str(interaction.guild_id))
    await desk.app.kept.membership.seen(user_id, place.id)
    return place.id
