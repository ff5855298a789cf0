"""What concerns the person alone: what they spent, what Easel knows of them, and how to ask."""

from datetime import timedelta

import discord

from bot.chat import phrases
from bot.discord import cards
from bot.discord.answers import acknowledge, replace, say, show, words
from bot.discord.desk import desk_of, person
from storage.tables import now

SURE = (
    "Delete everything Easel has of you? All your requests and results go, and so do the messages that show them, "
    "in every server. This cannot be undone."
)
HOW = (
    "**/create** makes something new; **/gallery** finds what you made.",
    "On anybody's picture, its menu has *Apps*: Refine, Animate, Make again.",
)


async def usage(interaction: discord.Interaction) -> None:
    """What this person's work cost today and this month, in UTC."""
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    since = {"Today": today, "In seven days": today - timedelta(days=6), "This month": today.replace(day=1)}
    spent = await desk.studio.usages(user_id, list(since.values()))
    lines = [f"{name}: **{phrases.dollars(usd)}**" for name, usd in zip(since, spent, strict=True)]
    await say(interaction, "\n".join(("### What you spent", *lines, "-# Days begin at midnight, UTC.")))


async def help_(interaction: discord.Interaction) -> None:
    """How to ask."""
    await say(interaction, "\n".join(("### How to use Easel", *(f"- {each}" for each in (*phrases.HELP, *HOW)))))


async def forget_me(interaction: discord.Interaction) -> None:
    """Ask first."""
    await show(interaction, cards.sure(SURE, "Delete everything", "easel:forget-yes"))


async def forget(interaction: discord.Interaction, _: str) -> None:
    """The yes to it; says what went."""
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    await acknowledge(interaction)
    receipt = await desk.studio.forget(user_id)
    said = phrases.FORGOTTEN.format(creations=receipt.creations, assets=receipt.assets)
    await replace(interaction, words(said))
