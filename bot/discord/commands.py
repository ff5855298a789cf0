"""Slash commands and message menus: what they are called, what they take, and which listener answers."""

from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, ContextMenu, Range

from bot.chat import searching
from bot.discord import gallery, settings, walls
from bot.discord.answers import bounded
from bot.discord.attached import files_of
from bot.discord.desk import Desk, desk_of
from bot.discord.gallery_view import WORDS_MAX, State
from bot.discord.listeners import inspecting, menus, personal
from bot.discord.listeners.create import Ask, begin
from bot.discord.looking import looks
from bot.discord.markup import plain
from core.agent.tools import ASPECTS, STYLES
from core.errors import Invalid
from core.providers.base import Kind
from core.wishes import Options

CHOICES_MAX = 25
KINDS = [Choice(name=name, value=kind) for name, kind in (("image", "image"), ("video", "video"), ("speech", "speech"))]
Interaction = discord.Interaction


def everywhere(tree: app_commands.CommandTree[Any]) -> None:
    """Add every command: in servers and for single people, in channels and directly."""
    installs = app_commands.AppInstallationType(guild=True, user=True)
    contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    everybodys: tuple[app_commands.Command[Any, ..., Any], ...] = (
        *(create, show_gallery, inspect, usage),
        *(export, join, forget_me, help_),
    )
    for command in everybodys:
        command.allowed_installs, command.allowed_contexts = installs, contexts
        tree.add_command(command)
    tree.add_command(settings_)
    for name, listener in menus.MENUS.items():
        menu = ContextMenu(name=name, callback=listener)
        menu.allowed_installs, menu.allowed_contexts = installs, contexts
        tree.add_command(menu)


@app_commands.command(name="create", description="Make a picture, a video or a narration")
@app_commands.describe(
    prompt="What to make, in your own words",
    kind="Only this; otherwise your words decide",
    aspect="The shape",
    count="How many",
    duration="Seconds, of a video",
    voice="Who speaks",
    style="The manner",
    model="Who makes it; otherwise whichever fits best",
    image="A picture to work from",
    image2="Another one",
    private="Only you see it",
)
@app_commands.choices(
    kind=KINDS,
    aspect=[Choice(name=each, value=each) for each in ASPECTS],
    style=[Choice(name=each, value=each) for each in STYLES],
)
async def create(
    interaction: Interaction,
    prompt: Range[str, 1, 6000],
    kind: str | None = None,
    aspect: str | None = None,
    count: Range[int, 1, 10] | None = None,
    duration: Range[int, 1, 60] | None = None,
    voice: Range[str, 1, 60] | None = None,
    style: str | None = None,
    model: Range[str, 1, 100] | None = None,
    image: discord.Attachment | None = None,
    image2: discord.Attachment | None = None,
    private: bool = False,
) -> None:
    """`/create`."""

    async def work() -> None:
        options = Options.model_validate(
            {
                "aspect": aspect,
                "count": count,
                "duration_s": duration,
                "voice": voice,
                "style": style,
                "model": _model(desk_of(interaction), model),
            }
        )
        made = Kind(kind) if kind else None
        files = files_of((image, image2))
        await begin(interaction, Ask(prompt=prompt, kind=made, options=options, files=files, private=private))

    await bounded(interaction, work())


@create.autocomplete("model")
async def models(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Models whose name holds what was typed, of the kind that was chosen."""
    kind = getattr(interaction.namespace, "kind", None)
    found = [
        model
        for model in desk_of(interaction).app.catalogue.models
        if (not kind or model.makes == kind) and current.lower() in f"{model.title} {model.id}".lower()
    ]
    return [Choice(name=model.title[:100], value=model.id) for model in found[:CHOICES_MAX] if len(model.id) <= 100]


@create.autocomplete("voice")
async def voices(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Voices of the models that speak."""
    known = dict.fromkeys(_voices(desk_of(interaction), getattr(interaction.namespace, "model", None)))
    return [Choice(name=each, value=each) for each in known if current.lower() in each.lower()][:CHOICES_MAX]


@app_commands.command(name="gallery", description="Everything you made, for your eyes only")
@app_commands.describe(
    search="Words, and kind:video, is:favourite, tag:jazz, on:2026-11 …",
    kind="Only this",
    favourites="Only your favourites",
    collection="What hangs in it",
    others="What others show in this server",
)
@app_commands.choices(kind=[*KINDS, Choice(name="upload", value="upload")])
async def show_gallery(
    interaction: Interaction,
    search: Range[str, 0, WORDS_MAX] = "",
    kind: str = "",
    favourites: bool = False,
    collection: Range[str, 1, 100] | None = None,
    others: bool = False,
) -> None:
    """`/gallery`."""
    state = State(kind=kind, favourites=favourites, words=search, others=others).fitting()
    await bounded(
        interaction, walls.opened(interaction, collection) if collection else gallery.opened(interaction, state)
    )


@show_gallery.autocomplete("search")
async def searches(interaction: Interaction, current: str) -> list[Choice[str]]:
    """How the search may go on: keys, one's tags, one's collections."""
    who = await looks(interaction)
    kept, key = who.desk.app.kept, searching.key(current)
    tags = [name for name, _ in await kept.tags.listing(who.user_id)] if key == "tag" else []
    names = [name for _, name in await kept.collections.named(who.viewer)] if key == "in" else []
    found = searching.completions(current, tags, names, WORDS_MAX)
    return [Choice(name=each, value=each) for each in found[:CHOICES_MAX]]


@show_gallery.autocomplete("collection")
async def walls_known(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Collections whose name holds what was typed: one's own, and those that are shown here."""
    who = await looks(interaction)
    found = await who.desk.app.kept.collections.matching(who.viewer, current, CHOICES_MAX)
    return [Choice(name=plain(f"{each.name} · {each.count}", 100), value=each.id) for each in found]


@app_commands.command(name="inspect", description="Where a file comes from: made here, by whom, and how")
@app_commands.describe(file="A picture, a video, a sound; nothing of it is kept")
async def inspect(interaction: Interaction, file: discord.Attachment) -> None:
    """`/inspect`."""
    await bounded(interaction, inspecting.of_files(interaction, files_of((file,))))


@app_commands.command(name="usage", description="What your requests cost")
async def usage(interaction: Interaction) -> None:
    """`/usage`."""
    await bounded(interaction, personal.usage(interaction))


@app_commands.command(name="export-my-data", description="Everything Easel has of you, as one zip")
async def export(interaction: Interaction) -> None:
    """`/export-my-data`."""
    await bounded(interaction, personal.export(interaction))


@app_commands.command(name="join", description="Be the same person here and elsewhere: one gallery, one budget")
@app_commands.describe(code="The code that your other account was shown; without one, you are shown one")
async def join(interaction: Interaction, code: Range[str, 1, 40] | None = None) -> None:
    """`/join`."""
    await bounded(interaction, personal.joining(interaction, code or ""))


@app_commands.command(name="forget-me", description="Delete everything you made with Easel, and all Easel knows of you")
async def forget_me(interaction: Interaction) -> None:
    """`/forget-me`."""
    await bounded(interaction, personal.forget_me(interaction))


@app_commands.command(name="help", description="How to use Easel")
async def help_(interaction: Interaction) -> None:
    """`/help`."""
    await bounded(interaction, personal.help_(interaction))


@app_commands.command(name="settings", description="Easel in this server: models, places, people, money")
@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
async def settings_(interaction: Interaction) -> None:
    """`/settings`."""
    await bounded(interaction, settings.opened(interaction))


def _model(desk: Desk, wanted: str | None) -> str | None:
    """A model by its id, or by the name that was typed out instead of picked."""
    if not wanted:
        return None
    for model in desk.app.catalogue.models:
        if wanted.lower() in (model.id.lower(), model.title.lower()):
            return model.id
    raise Invalid("There is no such model here; pick one of those that are offered while you type.", "no_model")


def _voices(desk: Desk, model_id: str | None) -> Iterator[str]:
    for model in desk.app.catalogue.models:
        if model.makes == Kind.SPEECH and model_id in (None, "", model.id):
            yield from model.voices
