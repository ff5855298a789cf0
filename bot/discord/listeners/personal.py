"""What concerns the person alone: what they spent, what Easel knows of them, and how to ask."""

from datetime import timedelta

import discord
from discord import ButtonStyle
from discord.ui import ActionRow, Button

from bot.chat import persons, phrases, receipts
from bot.discord import cards
from bot.discord.answers import acknowledge, replace, say, show, words
from bot.discord.desk import desk_of, person
from core.errors import UserError
from storage.tables import now

SURE = (
    "Delete everything Easel has of you? All your requests and results go, and so do the messages that show them, "
    "in every server. This cannot be undone."
)
CODE_MAX = 40
ELSEWHERE = "`/easel join {code}` in Slack, your page *You* on the web, or `/join {code}` with another Discord account"
HOW = (
    "**/create** makes something new; **/gallery** finds what you made.",
    "On anybody's picture, its menu has *Apps*: Refine, Animate, Make again, Inspect.",
    "**Details** below a result leads to its versions, its recipe, who sees it, collections and tags.",
    "Reply “undo” or “back to v2” in a thread, and the next reply goes on from there.",
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
    first, *more = receipts.lines(receipt)
    await replace(interaction, words(first, *(f"-# {each}" for each in more)))


async def export(interaction: discord.Interaction) -> None:
    """A link to everything of theirs, for them alone."""
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    link = await desk.app.links.leading_to(persons.EXPORT_PATH, user_id)
    shown = words(f"### Your data\n{persons.EXPORT}", f"-# {persons.EXPORT_LINK if link else persons.NO_EXPORT_LINK}")
    if link:
        shown.add_item(ActionRow(Button(label="Download everything", style=ButtonStyle.link, url=link)))
    await show(interaction, shown)


async def joining(interaction: discord.Interaction, code: str) -> None:
    """Without a code: show one. With a code: say what will happen, and ask."""
    if bare := "".join(letter for letter in code if letter.isalnum())[:CODE_MAX]:
        await show(interaction, cards.sure(persons.SURE_TO_JOIN, "Join", f"easel:join-yes:{bare}"))
        return
    desk = desk_of(interaction)
    plain = await desk.app.joining.code(await person(desk, interaction.user))
    how = persons.CODE_HOW.format(elsewhere=ELSEWHERE.format(code=plain))
    await say(interaction, f"### {persons.CODE.format(code=f'`{plain}`')}\n{how}")


async def join(interaction: discord.Interaction, code: str) -> None:
    """The yes to it."""
    desk = desk_of(interaction)
    user_id = await person(desk, interaction.user)
    await acknowledge(interaction)
    try:
        joined = await desk.app.joining.join(user_id, code)
    except UserError as error:
        await replace(interaction, words(error.message))
        return
    await replace(interaction, words(persons.joined(joined.platforms)))
