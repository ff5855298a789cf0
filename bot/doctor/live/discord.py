"""Discord: whether the token is good, what the application was granted, and how it is invited."""

import discord

from bot.discord.client import Tree
from bot.discord.commands import everywhere
from bot.discord.connection import HINT
from bot.discord.invite import invite_url
from bot.discord.rest import Rest, use_api
from bot.discord.syncing import differ
from bot.doctor.findings import Finding, good, note
from bot.doctor.live.answers import refused, unreachable
from bot.settings import Settings

WHO, KEY = "Discord", "DISCORD_TOKEN"


async def ask(settings: Settings) -> list[Finding]:
    """Three free requests."""
    assert settings.discord_token
    use_api(settings.discord_api_base_url)
    rest = Rest(settings.discord_token.get_secret_value())
    try:
        await rest.signed_in()
        application = await rest.application_info()
        tree = Tree(rest)
        everywhere(tree)
        return [*_granted(application), _commands(changed=await differ(rest, tree))]
    except discord.LoginFailure:
        return [refused(WHO, 401, KEY)]
    except discord.HTTPException as error:
        return [refused(WHO, error.status, KEY)]
    except OSError:
        return [unreachable(WHO)]
    finally:
        await rest.close()


def _granted(application: discord.AppInfo) -> list[Finding]:
    count = application.approximate_guild_count
    servers = f"{count} server{'' if count == 1 else 's'}"
    flags = application.flags
    hears = flags.gateway_message_content or flags.gateway_message_content_limited
    return [
        good(WHO, f"{KEY} is good: {application.name}, in {servers}."),
        good(WHO, "Plain replies in its threads are heard.") if hears else note(WHO, HINT),
        good(WHO, f"Invite it by {invite_url(application.id)}"),
    ]


def _commands(*, changed: bool) -> Finding:
    if changed:
        return note(WHO, "Its commands are registered, or brought up to date, when `easel run` starts.")
    return good(WHO, "Its commands are registered as they are in this version.")
