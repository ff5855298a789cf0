"""What Easel asks for when it is invited to a server: each permission has its reason in docs/discord.md."""

import discord
from discord.utils import oauth_url

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    create_private_threads=True,
    attach_files=True,
    read_message_history=True,
)
SCOPES = ("bot", "applications.commands")


def invite_url(application_id: int) -> str:
    """A link by which somebody who manages a server adds Easel to it."""
    return oauth_url(application_id, permissions=PERMISSIONS, scopes=SCOPES)
