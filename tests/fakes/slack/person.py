"""A scripted user: does what people do in Slack, and sees what they would see."""

from urllib.parse import urlsplit

import aiohttp

from tests.fakes.slack import events
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.eyes import Seen
from tests.fakes.slack.hand import Hand
from tests.fakes.slack.message import Message
from tests.fakes.slack.screen import Impossible
from tests.fakes.slack.voice import Voice
from tests.fakes.slack.workspace import Channel


class Person(Voice, Hand):
    """`server.workspace("T1").person("ada")`; `say`, `mention`, `click`, `select`, `submit` … and what stands here."""

    async def command(
        self, channel: "str | Channel", command: str, text: str = "", *, thread: "str | Message | None" = None
    ) -> Seen:
        """A slash command; never in a thread (github.com/slackapi/bolt-python/issues/873)."""
        declared = self._world.app.commands
        if thread is not None:
            raise Impossible(f"{command} is not supported in threads")
        if declared is not None and command not in declared:
            raise Impossible(f"{command} is not a valid command")
        token = self.workspace.token
        if token is None or token.state != "live" or "commands" not in token.scopes:
            raise Impossible(f"{command} is not a valid command: the app is not installed")
        place = self._writable(channel)
        app, name = self._world.app, "directmessage" if place.im_user else place.name
        url = self._world.response_urls.issue(self.workspace, place.id, self.id)
        payload = {
            "token": app.verification_token,
            "team_id": self.workspace.id,
            "team_domain": self.workspace.domain,
            "channel_id": place.id,
            "channel_name": "privategroup" if place.private else name,
            "user_id": self.id,
            "user_name": self.name,
            "command": command,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": url,
            "trigger_id": self._world.triggers.issue(self.workspace.id, self.id),
        }
        seen = await self._seen([self._world.deliveries.send("slash_commands", self.workspace, payload)])
        if seen.acked and seen.response:
            seen.message = self._answered(url, seen)
        return seen

    def _answered(self, url: str, seen: Seen) -> Message | None:
        """The acknowledgement's own message, or trouble if it makes no sense."""
        urls = self._world.response_urls
        try:
            return urls.answer(urls.place(url), seen.response)
        except Refused as refused:
            self._world.refused_answers.append(refused)
            seen.trouble = True
        return None

    async def open_home(self) -> Seen:
        return await self._open("home")

    async def open_messages(self) -> Seen:
        return await self._open("messages")

    async def _open(self, tab: str) -> Seen:
        body = events.home_opened(self.workspace, self.id, tab)
        sent = self._world.deliveries.event(self.workspace, body)
        return await self._seen([sent] if sent else [])

    async def join(self, channel: "str | Channel") -> Seen:
        place = self.workspace.find(channel)
        place.members.add(self.id)
        sent = self._world.deliveries.member_joined(self.workspace, place, self.id)
        return await self._seen([sent] if sent else [])

    async def invite_app(self, channel: "str | Channel") -> Seen:
        place = self._writable(channel)
        place.members.add(self.workspace.bot_user_id)
        sent = self._world.deliveries.member_joined(self.workspace, place, self.workspace.bot_user_id)
        return await self._seen([sent] if sent else [])

    async def install(self, authorize_url: str, *, deny: bool = False) -> str:
        """Goes through the authorize page in a browser; the URL Slack sends the browser back to."""
        base = self._world.base_url()
        if not authorize_url.startswith(f"{base}/"):
            parts = urlsplit(authorize_url)
            authorize_url = f"{base}{parts.path}?{parts.query}"
        form = {"team": self.workspace.id, "user": self.id} | ({"deny": "1"} if deny else {})
        async with aiohttp.ClientSession() as browser:
            async with browser.get(authorize_url) as page:
                if page.status != 200:
                    raise Impossible(await page.text())
            async with browser.post(authorize_url, data=form, allow_redirects=False) as answer:
                return answer.headers["Location"]
