"""`/settings`: what a server's managers decide. Each choice counts at once; nothing is kept but the rules."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
from discord import ButtonStyle, ChannelType, SelectDefaultValue, SelectDefaultValueType, SelectOption
from discord.ui import (
    ActionRow,
    Button,
    ChannelSelect,
    Container,
    Label,
    LayoutView,
    Modal,
    RoleSelect,
    Select,
    TextDisplay,
    TextInput,
)

from bot.discord import places
from bot.discord.answers import replace, show
from bot.discord.attached import word
from bot.discord.desk import Desk, desk_of
from core.chats import Place
from core.errors import Forbidden, Invalid
from core.providers.base import Kind
from core.workspaces import WorkspaceRules

MONEY = "easel:money"
OPTIONS_MAX, PLACES_MAX = 25, 25
AS_OPERATOR = "-"
MODELS = {Kind.IMAGE: "Pictures", Kind.VIDEO: "Videos", Kind.SPEECH: "Narrations"}
FLAGGED = {
    AS_OPERATOR: "Flagged pictures: as Easel's operator decided",
    "off": "Flagged pictures: not looked for",
    "spoiler": "Flagged pictures: behind a click",
    "withhold": "Flagged pictures: held back",
}
BUDGETS = {"user_day_usd": "Per person and day, US dollars", "month_usd": "For the whole server per month, US dollars"}


async def opened(interaction: discord.Interaction) -> None:
    """The command's answer."""
    desk = desk_of(interaction)
    place = await _place(interaction, desk)
    await show(interaction, _view(desk, place.rules))


async def changed(interaction: discord.Interaction, name: str) -> None:
    """One rule was picked from its list."""
    data: Any = interaction.data or {}
    values = [str(each) for each in data.get("values") or ()]
    if name in ("channels", "roles"):
        await _decide(interaction, **{name: values})
    else:
        await _decide(interaction, **{name: None if values[0] == AS_OPERATOR else values[0]})


async def replies(interaction: discord.Interaction, yes: str) -> None:
    """Whether plain words in a thread count."""
    await _decide(interaction, replies=yes == "on")


async def money(interaction: discord.Interaction, _: str) -> None:
    """Open the form for the budgets."""
    place = await _place(interaction, desk_of(interaction))
    modal = Modal(title="Budgets", custom_id=MONEY, timeout=1)
    for name, label in BUDGETS.items():
        usd = getattr(place.rules, name)
        field: TextInput[Modal] = TextInput(
            custom_id=name, required=False, max_length=12, default="" if usd is None else f"{usd:g}"
        )
        modal.add_item(Label(text=label, description="Empty: no limit beyond the operator's.", component=field))
    modal.stop()
    await interaction.response.send_modal(modal)


async def paid(interaction: discord.Interaction, _: str) -> None:
    """The form came back."""
    await _decide(interaction, **{name: _dollars(word(interaction, name)) for name in BUDGETS})


PRESSES: dict[str, Callable[[discord.Interaction, str], Awaitable[None]]] = {
    "set": changed,
    "replies": replies,
    "money": money,
}


async def _decide(interaction: discord.Interaction, **values: Any) -> None:
    """Change some rules, keep the others, and show them all as they stand now."""
    desk = desk_of(interaction)
    place = await _place(interaction, desk)
    try:
        rules = WorkspaceRules.model_validate(place.rules.model_dump() | values)
    except ValueError as error:
        raise Invalid("That cannot be set.") from error
    await desk.chats.decide(place.id, rules)
    await replace(interaction, _view(desk, rules))


async def _place(interaction: discord.Interaction, desk: Desk) -> Place:
    """The workspace, for its managers alone: a button may be older than a role."""
    if not interaction.guild_id or not interaction.permissions.manage_guild:
        raise Forbidden("Only people who may manage this server can change Easel's settings.", "not_manager")
    return await desk.chats.workspace(places.PLATFORM, str(interaction.guild_id))


def _dollars(text: str) -> float | None:
    cleaned = text.strip().removeprefix("$").replace(",", ".")
    try:
        return float(cleaned) if cleaned else None
    except ValueError as error:
        raise Invalid("A budget is a number of US dollars, such as 2.50.") from error


# --- how it looks -------------------------------------------------------------------------------------------------


def _view(desk: Desk, rules: WorkspaceRules) -> LayoutView:
    view = LayoutView(timeout=None)
    head = "### Easel in this server\n-# Every choice counts at once, for what is asked from now on."
    view.add_item(
        Container(
            TextDisplay(head),
            ActionRow(_channels(rules.channels)),
            ActionRow(_roles(rules.roles)),
            *(ActionRow(_models(desk, rules, kind)) for kind in MODELS),
            ActionRow(_flagged(rules)),
            TextDisplay(_told(rules)),
            ActionRow(*_buttons(rules)),
        )
    )
    return view


def _channels(chosen: Sequence[str]) -> ChannelSelect[LayoutView]:
    known = [SelectDefaultValue(id=int(each), type=SelectDefaultValueType.channel) for each in chosen[:PLACES_MAX]]
    return ChannelSelect(
        custom_id="easel:set:channels",
        placeholder="Where Easel may be asked: everywhere",
        channel_types=[ChannelType.text, ChannelType.news, ChannelType.voice, ChannelType.forum],
        min_values=0,
        max_values=PLACES_MAX,
        default_values=known,
    )


def _roles(chosen: Sequence[str]) -> RoleSelect[LayoutView]:
    known = [SelectDefaultValue(id=int(each), type=SelectDefaultValueType.role) for each in chosen[:PLACES_MAX]]
    return RoleSelect(
        custom_id="easel:set:roles",
        placeholder="Who may ask: everybody",
        min_values=0,
        max_values=PLACES_MAX,
        default_values=known,
    )


def _models(desk: Desk, rules: WorkspaceRules, kind: Kind) -> Select[LayoutView]:
    chosen = getattr(rules, f"{kind.value}_model")
    able = [model for model in desk.app.catalogue.models if model.makes == kind][: OPTIONS_MAX - 1]
    first = SelectOption(label=f"{MODELS[kind]}: whichever fits best", value=AS_OPERATOR, default=chosen is None)
    options = [
        SelectOption(label=f"{MODELS[kind]}: {model.title}"[:100], value=model.id, default=model.id == chosen)
        for model in able
    ]
    return Select(custom_id=f"easel:set:{kind.value}_model", options=[first, *options])


def _flagged(rules: WorkspaceRules) -> Select[LayoutView]:
    chosen = rules.outputs or AS_OPERATOR
    options = [SelectOption(label=label, value=value, default=value == chosen) for value, label in FLAGGED.items()]
    return Select(custom_id="easel:set:outputs", options=options)


def _told(rules: WorkspaceRules) -> str:
    limits = [
        f"${usd:g} {per}"
        for usd, per in ((rules.user_day_usd, "per person and day"), (rules.month_usd, "per month"))
        if usd is not None
    ]
    heard = "count as refinements" if rules.replies else "do not count; people use Refine or mention Easel"
    return f"**Budgets** {' · '.join(limits) or 'those of the operator alone'}\n**Plain replies in a thread** {heard}"


def _buttons(rules: WorkspaceRules) -> Sequence[Button[LayoutView]]:
    turn = "off" if rules.replies else "on"
    label = "Ignore plain replies" if rules.replies else "Count plain replies"
    return (
        Button(label="Budgets", style=ButtonStyle.primary, custom_id="easel:money"),
        Button(label=label, custom_id=f"easel:replies:{turn}"),
    )
