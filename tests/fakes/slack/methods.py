"""What each Web API method takes, demands and allows: docs.slack.dev/reference/methods."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "truth", "json", "ids"]
Speed = Literal[1, 2, 3, 4, "special", "post", "read"]
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of the Web API."""

    needed: dict[str, Kind]
    allowed: dict[str, Kind]
    scopes: tuple[str, ...] = ()
    """Any one of these will do; none: no scope needed."""
    speed: Speed = 3
    token: Literal["bot", "app", "none"] = "bot"
    takes_json: bool = True
    """False: a JSON body is ignored, arguments go by query or form."""

    def kind(self, name: str) -> Kind | None:
        return self.needed.get(name) or self.allowed.get(name)


KINDS: dict[str, Kind] = {
    **dict.fromkeys(("blocks", "attachments", "chunks", "metadata", "view", "message", "files", "prompts"), "json"),
    **dict.fromkeys(("loading_messages",), "json"),
    **dict.fromkeys(("limit", "length", "count", "page"), "whole"),
    **dict.fromkeys(("users", "types", "channels", "file_ids"), "ids"),
    **dict.fromkeys(
        (
            *("as_user", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn", "link_names", "inclusive"),
            *("include_all_metadata", "include_locale", "include_num_members", "return_im", "force", "test"),
            *("exclude_archived", "prevent_creation", "include_slackbot_availability"),
        ),
        "truth",
    ),
}


def _kinds(names: str) -> dict[str, Kind]:
    return {name: KINDS.get(name, "text") for name in names.split()}


def _method(
    needed: str = "",
    allowed: str = "",
    scopes: str | tuple[str, ...] = (),
    speed: Speed = 3,
    token: Literal["bot", "app", "none"] = "bot",
    takes_json: bool = True,
) -> Method:
    return Method(
        needed=_kinds(needed),
        allowed=_kinds(allowed + " team_id"),
        scopes=(scopes,) if isinstance(scopes, str) else scopes,
        speed=speed,
        token=token,
        takes_json=takes_json,
    )


LOOK = "icon_emoji icon_url username"
WORDS = "text blocks attachments markdown_text parse link_names as_user"
PAGE = "cursor limit"
SPAN = "cursor inclusive include_all_metadata latest oldest limit"
WRITE = "chat:write"
METHODS: dict[str, Method] = {
    "auth.test": _method(speed="special"),
    "auth.revoke": _method(allowed="test"),
    "apps.connections.open": _method(scopes="connections:write", speed=1, token="app"),
    "oauth.v2.access": _method(
        allowed="client_id client_secret code redirect_uri grant_type refresh_token",
        speed=4,
        token="none",
        takes_json=False,
    ),
    "chat.postMessage": _method(
        "channel",
        f"{WORDS} thread_ts reply_broadcast unfurl_links unfurl_media container_id mrkdwn metadata {LOOK}",
        WRITE,
        "post",
    ),
    "chat.update": _method("channel ts", f"{WORDS} file_ids reply_broadcast metadata", WRITE),
    "chat.delete": _method("channel ts", "as_user", WRITE),
    "chat.postEphemeral": _method("channel user", f"{WORDS} thread_ts {LOOK}", WRITE, 4),
    "chat.getPermalink": _method("channel message_ts", speed="special", takes_json=False),
    "chat.startStream": _method(
        "channel thread_ts",
        f"markdown_text chunks recipient_team_id recipient_user_id task_display_mode {LOOK}",
        WRITE,
        2,
    ),
    "chat.appendStream": _method("channel ts", "markdown_text chunks", WRITE, 4),
    "chat.stopStream": _method("channel ts", "markdown_text chunks blocks metadata session_status", WRITE, 2),
    "assistant.threads.setStatus": _method(
        "channel_id thread_ts status", f"loading_messages {LOOK}", ("assistant:write", WRITE), "special"
    ),
    "assistant.threads.setSuggestedPrompts": _method(
        "channel_id prompts", "thread_ts title", ("assistant:write", WRITE), "special"
    ),
    "assistant.threads.setTitle": _method("channel_id thread_ts title", "", "assistant:write", "special"),
    "agents.sessions.setStatus": _method("status", f"channel_id thread_ts title initiator_user_id {LOOK}", WRITE, 3),
    "conversations.info": _method("channel", "include_locale include_num_members", READ, takes_json=False),
    "conversations.join": _method("channel", "", "channels:join"),
    "conversations.open": _method(
        "", "channel users return_im prevent_creation", ("im:write", "mpim:write", "channels:manage", "groups:write")
    ),
    "conversations.replies": _method("channel ts", SPAN, HISTORY, "read", takes_json=False),
    "conversations.history": _method("channel", SPAN, HISTORY, "read", takes_json=False),
    "conversations.members": _method("channel", PAGE, READ, 4, takes_json=False),
    "conversations.invite": _method(
        "channel users", "force", ("channels:manage", "channels:write.invites", "groups:write")
    ),
    "users.info": _method("user", "include_locale", "users:read", 4, takes_json=False),
    "users.conversations": _method("", f"exclude_archived types user {PAGE}", READ, takes_json=False),
    "files.getUploadURLExternal": _method(
        "filename length", "alt_txt snippet_type", "files:write", 4, takes_json=False
    ),
    "files.completeUploadExternal": _method(
        "files", "channel_id channels thread_ts initial_comment blocks", "files:write", 4
    ),
    "files.info": _method("file", f"count page {PAGE}", "files:read", 4, takes_json=False),
    "files.delete": _method("file", "", "files:write"),
    "views.open": _method("view", "trigger_id interactivity_pointer", speed=4),
    "views.push": _method("view", "trigger_id interactivity_pointer", speed=4),
    "views.update": _method("view", "view_id external_id hash", speed=4),
    "views.publish": _method("user_id view", "hash", speed=4),
    "blocks.validate": _method("", "blocks message view", speed="special"),
    "bots.info": _method("", "bot", "users:read", takes_json=False),
    "team.info": _method("", "team domain include_slackbot_availability", "team:read", takes_json=False),
    "reactions.add": _method("channel name timestamp", "", "reactions:write"),
}
MANIFEST_SCOPES = frozenset(
    {
        *("app_mentions:read", "assistant:write", "channels:history", "groups:history", "im:history"),
        *("chat:write", "commands", "files:read", "files:write"),
    }
)
"""What an app asks for that lives in channels, threads and the Messages tab, and nothing more."""
KNOWN_SCOPES = MANIFEST_SCOPES | {
    *READ,
    *HISTORY,
    *(scope for method in METHODS.values() for scope in method.scopes),
    *(
        "chat:write.public",
        "chat:write.customize",
        "links:read",
        "links.embed:write",
        "links:write",
        "users:read.email",
    ),
}
