"""response_url: five answers within 30 minutes.

Source: docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack import posting
from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Refused, invalid
from tests.fakes.slack.message import Message
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import World

Json = dict[str, Any]
USES, LASTS_S = 5, 1800
FIELDS = {
    *("text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts"),
    *("unfurl_links", "unfurl_media", "metadata", "mrkdwn"),
}


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """Where one interaction may be answered."""

    workspace: Workspace
    channel: str
    user: str
    origin: Message | None
    made_at: float
    uses: int = 0


class ResponseUrls:
    """Issues them and takes what is posted there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._all: dict[str, ResponseUrl] = {}

    def issue(self, workspace: Workspace, channel: str, user: str, origin: Message | None = None) -> str:
        key = secrets.token_urlsafe(18)
        made_at = self._world.clock.now()
        self._all[key] = ResponseUrl(workspace=workspace, channel=channel, user=user, origin=origin, made_at=made_at)
        return f"{self._world.base_url()}/response/{workspace.id}/{key}"

    async def take(self, request: web.Request) -> Json:
        """Counts a use, then does what the body asks; an invalid body costs nothing."""
        place = self._all.get(request.match_info["key"])
        if place is None or self._world.clock.now() - place.made_at > LASTS_S:
            raise Refused("expired_url")
        if place.uses >= USES:
            raise Refused("used_url")
        body: Json = json.loads(await request.read())
        self.answer(place, body)
        place.uses += 1
        return body

    def answer(self, place: ResponseUrl, body: Json) -> Message | None:
        if unknown := set(body) - FIELDS:
            raise invalid(*(f"unknown field: {name}" for name in sorted(unknown)))
        origin = place.origin
        if body.get("delete_original") and origin:
            origin.deleted = True
            self._world.changed()
            return None
        if body.get("replace_original") and origin:
            return self._replace(place, origin, body)
        return self._new(place, body)

    def _call(self, place: ResponseUrl, body: Json) -> Call:
        token = place.workspace.token
        assert token is not None
        args = {name: value for name, value in body.items() if name not in {"response_type", "replace_original"}}
        return Call(world=self._world, workspace=place.workspace, token=token, args=args)

    def _replace(self, place: ResponseUrl, origin: Message, body: Json) -> Message:
        call = self._call(place, body)
        said = posting.content(call, place.workspace.channels[place.channel])
        posting.edit(self._world, origin, said["text"], said["blocks"])
        posting.mark(call, origin)
        self._world.changed()
        return origin

    def _new(self, place: ResponseUrl, body: Json) -> Message:
        """Ephemeral unless `in_channel` is asked for; no membership is needed."""
        call, workspace = self._call(place, body), place.workspace
        channel = workspace.channels[place.channel]
        kind = body.get("response_type", "ephemeral")
        if kind not in {"ephemeral", "in_channel"}:
            raise invalid("response_type must be ephemeral or in_channel")
        message = Message(
            team=workspace.id,
            channel=channel.id,
            ts=workspace.next_ts(),
            user=workspace.bot_user_id,
            bot_id=workspace.bot_id,
            app_id=self._world.app.id,
            thread_ts=call.thread(channel),
            **posting.content(call, channel),
        )
        posting.mark(call, message)
        if kind == "in_channel":
            return posting.keep(self._world, workspace, channel, message)
        message.ephemeral_to = place.user
        self._world.ephemerals.append(message)
        self._world.changed()
        return message

    def place(self, url: str) -> ResponseUrl:
        return self._all[url.rpartition("/")[2]]
