"""Commands are registered only when they changed: Discord counts what is made anew, and every change takes a while."""

from typing import Any

import discord
from discord import app_commands

OUR_OWN = frozenset({"id", "application_id", "version", "guild_id", "dm_permission"})
"""What Discord adds."""
Command = dict[str, Any]


async def sync(client: discord.Client, tree: app_commands.CommandTree[Any]) -> bool:
    """Register the commands, unless Discord has them as they are; says whether it was needed."""
    if await differ(client, tree):
        await tree.sync()
        return True
    return False


async def differ(client: discord.Client, tree: app_commands.CommandTree[Any]) -> bool:
    """Whether Discord has other commands than these."""
    assert client.application_id is not None
    there: list[Any] = await client.http.get_global_commands(client.application_id)
    wanted = [command.to_dict(tree) for command in tree.get_commands()]
    return _known(there) != _known(wanted)


def _known(commands: list[Command]) -> dict[tuple[int, str], Any]:
    return {(int(each.get("type") or 1), str(each["name"])): _bare(each) for each in commands}


def _bare(value: Any) -> Any:
    """Without what is nothing, and numbers as they are written in either place."""
    if isinstance(value, dict):
        pruned = {name: _bare(each) for name, each in value.items() if name not in OUR_OWN}
        return {name: each for name, each in pruned.items() if each not in (None, False, [], {}, "")}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
