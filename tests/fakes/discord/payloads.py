"""People and places as Discord writes them: every field that its OpenAPI description requires."""

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import ids
from tests.fakes.discord.permissions import in_channel

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel, Guild, Member, Role, User

Body = dict[str, Any]


def user(who: "User") -> Body:
    body = {
        "id": who.id,
        "username": who.name if who.bot else who.name.lower(),
        "global_name": None if who.bot else who.name.capitalize(),
        "avatar": None,
        "discriminator": "0",
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    return body | ({"bot": True} if who.bot else {})


def me(who: "User") -> Body:
    return user(who) | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def member(who: "Member", permissions: int | None = None) -> Body:
    body = {
        "user": user(who.user),
        "roles": [role.id for role in who.roles],
        "nick": who.nick,
        "joined_at": ids.iso(who.joined_at),
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "pending": False,
        "premium_since": None,
        "mute": False,
        "deaf": False,
    }
    return body if permissions is None else body | {"permissions": str(permissions)}


def role(one: "Role") -> Body:
    tags = {"tags": {"bot_id": one.managed_by}} if one.managed_by else {}
    return {
        "id": one.id,
        "name": one.name,
        "permissions": str(int(one.permissions)),
        "position": one.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.managed_by is not None,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
        **tags,
    }


def channel(place: "Channel", *, seen_by: str | None = None) -> Body:
    """With `seen_by`, the permissions of that account in it, as interactions carry them."""
    body: Body = {"id": place.id, "type": int(place.kind), "flags": 0, "last_message_id": _last(place)}
    if place.guild is None:
        body |= _private(place)
    elif place.is_thread:
        body |= thread(place)
    else:
        body |= _text(place)
    if seen_by:
        body["permissions"] = str(in_channel(place, seen_by))
    return body


def _last(place: "Channel") -> str | None:
    return next(reversed(place.messages), None)


def _private(place: "Channel") -> Body:
    others = [user(one) for one in place.recipients.values() if not one.bot]
    group = {"name": place.name, "icon": None, "owner_id": place.owner_id} if place.kind == 3 else {}
    return {"recipients": others, **group}


def _text(place: "Channel") -> Body:
    guild = place.guild
    assert guild is not None
    overwrites = [
        {"id": target, "type": 0 if target in guild.roles else 1, "allow": str(int(allow)), "deny": str(int(deny))}
        for target, (allow, deny) in place.overwrites.items()
    ]
    return {
        "guild_id": guild.id,
        "name": place.name,
        "position": list(guild.channels).index(place.id) if place.id in guild.channels else 0,
        "permission_overwrites": overwrites,
        "nsfw": place.nsfw,
        "topic": place.topic,
        "parent_id": None,
        "rate_limit_per_user": 0,
    }


def thread(place: "Channel") -> Body:
    assert place.guild is not None and place.parent is not None
    state = place.thread
    return {
        "id": place.id,
        "type": int(place.kind),
        "flags": 0,
        "last_message_id": _last(place),
        "guild_id": place.guild.id,
        "parent_id": place.parent.id,
        "owner_id": place.owner_id,
        "name": place.name,
        "rate_limit_per_user": 0,
        "message_count": state.sent,
        "total_message_sent": state.sent,
        "member_count": min(50, len(state.members)),
        "thread_metadata": {
            "archived": place.archived,
            "archive_timestamp": ids.iso(state.changed_at),
            "auto_archive_duration": state.auto_archive_minutes,
            "locked": state.locked,
            "create_timestamp": ids.iso(state.made_at),
            **({"invitable": state.invitable} if place.kind == 12 else {}),
        },
    }


def thread_member(place: "Channel", user_id: str) -> Body:
    joined = ids.iso(place.thread.members[user_id])
    return {"id": place.id, "user_id": user_id, "join_timestamp": joined, "flags": 0}


NOTHING = dict.fromkeys(
    [
        "icon",
        "description",
        "home_header",
        "splash",
        "discovery_splash",
        "banner",
        "application_id",
        "afk_channel_id",
        "system_channel_id",
        "widget_channel_id",
        "max_presences",
        "vanity_url_code",
        "rules_channel_id",
        "safety_alerts_channel_id",
        "public_updates_channel_id",
        "incidents_data",
    ]
)
ZERO = dict.fromkeys(
    [
        "system_channel_flags",
        "verification_level",
        "default_message_notifications",
        "mfa_level",
        "explicit_content_filter",
        "premium_tier",
        "premium_subscription_count",
        "nsfw_level",
    ],
    0,
)


def guild(place: "Guild") -> Body:
    return {
        **NOTHING,
        **ZERO,
        "id": place.id,
        "name": place.name,
        "owner_id": place.owner_id,
        "roles": [role(one) for one in place.roles.values()],
        "features": [],
        "emojis": [],
        "stickers": [],
        "region": "us-central",
        "afk_timeout": 300,
        "widget_enabled": False,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
    }


def guild_create(place: "Guild", *, joined: bool = False) -> Body:
    """Without the members intent a bot is told of itself alone. `joined`: just now; else it was in there before."""
    bots = [member(one) for one in place.members.values() if one.user.bot]
    return guild(place) | {
        "joined_at": bots[0]["joined_at"] if bots else None,
        "large": len(place.members) > 250,
        **({} if joined else {"unavailable": False}),
        "member_count": len(place.members),
        "voice_states": [],
        "members": bots,
        "channels": [channel(one) for one in place.channels.values() if not one.is_thread],
        "threads": [thread(one) for one in place.channels.values() if _open_to(one, bots)],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _open_to(place: "Channel", bots: list[Body]) -> bool:
    if not place.is_thread or place.archived:
        return False
    return place.kind == 11 or any(bot["user"]["id"] in place.thread.members for bot in bots)
