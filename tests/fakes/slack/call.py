"""One Web API call on its way: who asks, for what, and the look-ups that nearly every method begins with."""

from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.errors import Refused
from tests.fakes.slack.file import SHOWN, File
from tests.fakes.slack.message import Message
from tests.fakes.slack.workspace import Channel, Token, Workspace
from tests.fakes.slack.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Arguments are already of the right kind; nothing unknown is among them."""

    world: World
    workspace: Workspace
    token: Token
    args: Json

    def channel(self, name: str = "channel") -> Channel:
        """A channel the app can see: a private one it is not in does not exist for it. A user id means their DM."""
        wanted = str(self.args.get(name, ""))
        if self.workspace.user(wanted):
            return self.workspace.dm(wanted)
        found = self.workspace.channels.get(wanted)
        if found is None or (found.private and self.workspace.bot_user_id not in found.members):
            raise Refused("channel_not_found")
        return found

    def writable(self, name: str = "channel") -> Channel:
        """A channel the app may write to: it is a member, or public and `chat:write.public` is granted."""
        channel = self.channel(name)
        if channel.archived:
            raise Refused("is_archived")
        if self.workspace.bot_user_id not in channel.members and "chat:write.public" not in self.token.scopes:
            raise Refused("not_in_channel")
        if channel.im_user and not self.world.app.messages_tab:
            raise Refused("messages_tab_disabled")
        return channel

    def readable(self, verb: str) -> Channel:
        """A channel whose kind the token may read: `channels:history`, `groups:read` …"""
        channel = self.channel()
        self.need(channel.scope(verb))
        return channel

    def need(self, scope: str) -> None:
        if scope not in self.token.scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.token.scopes)))

    def thread(self, channel: Channel) -> str | None:
        """The root a reply belongs under; a reply's own ts is no root."""
        ts = self.args.get("thread_ts")
        if ts is None:
            return None
        root = channel.messages.get(ts)
        if root is None or root.ephemeral_to or (root.thread_ts or root.ts) != root.ts:
            raise Refused("thread_not_found")
        return str(ts)

    def own_message(self, channel: Channel, refusal: str) -> Message:
        message = channel.messages.get(self.args["ts"])
        if message is None or message.deleted:
            raise Refused("message_not_found")
        if message.bot_id != self.workspace.bot_id:
            raise Refused(refusal)
        return message

    def file(self, name: str = "file") -> File:
        file = self.world.files.get(str(self.args.get(name, "")))
        if file is None or file.team != self.workspace.id or not self.sees(file):
            raise Refused("file_not_found")
        if file.deleted:
            raise Refused("file_deleted")
        return file

    def sees(self, file: File) -> bool:
        if file.user == self.workspace.bot_user_id or file.handed_over:
            return True
        places = [self.workspace.channels[share.channel] for share in file.shares]
        return any(self.workspace.bot_user_id in place.members or place.kind == "channel" for place in places)

    def file_fault(self, channel: Channel | None) -> "FileFault":
        """Why a Slack file cannot stand in a block of a message there (None: of a view)."""
        return FileFault(self, channel)


@dataclass(frozen=True, slots=True)
class FileFault:
    """`slack_file` right after its upload, or before it is shared there, is "invalid slack file".

    github.com/slackapi/python-slack-sdk/issues/1658: a file that is not shared is seen by the app alone;
    issues/1521: with `highlight_type` a picture is processed at once.
    """

    call: Call
    channel: Channel | None

    def __call__(self, name: str) -> str | None:
        file = self._found(name)
        if file is None or file.deleted or not file.ready or not self._shared(file):
            return "invalid slack file"
        if file.media_type not in SHOWN:
            return "invalid slack file: unsupported file type"
        return None

    def _found(self, name: str) -> File | None:
        files = [one for one in self.call.world.files.values() if one.team == self.call.workspace.id]
        return next((one for one in files if name in {one.id, one.url_private, one.permalink}), None)

    def _shared(self, file: File) -> bool:
        places = file.destined | {share.channel for share in file.shares}
        return bool(places) if self.channel is None else self.channel.id in places
