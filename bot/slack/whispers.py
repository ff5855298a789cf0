"""Words for one person's eyes."""

from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.asks import Ask
from bot.slack.calls import said_by
from bot.slack.clients import Clients, patience
from bot.slack.kit import INVALID
from bot.slack.markup import Json, quoted
from bot.slack.rooms import Rooms


class Refused(Exception):
    """Slack does not take this message; `str()` is its word for why."""


class Whispers:
    """Says something to one person, by whatever way their ask leaves open."""

    def __init__(self, clients: Clients, rooms: Rooms) -> None:
        self._clients = clients
        self._rooms = rooms

    async def say(self, ask: Ask, text: str, blocks: list[Json] | None = None, *, replace: bool = False) -> None:
        """`replace` puts it in the place of the message on which they pressed, where that is theirs alone.

        Raises:
            Refused: Slack does not take the blocks.
        """
        if ask.response_url and await self._by_url(ask, text, blocks, replace=replace):
            return
        if not (ask.channel and await self._in_channel(ask, text, blocks)):
            await self._in_dm(ask, text, blocks)

    async def _in_channel(self, ask: Ask, text: str, blocks: list[Json] | None) -> bool:
        """Whether it could be said there: in a channel that Easel has not joined it cannot whisper."""
        client = await self._clients.client(ask.team)
        try:
            await client.chat_postEphemeral(
                channel=ask.channel, user=ask.user, text=quoted(text), blocks=blocks, thread_ts=ask.thread or None
            )
        except SlackApiError as error:
            if said_by(error) in INVALID:
                raise Refused(said_by(error)) from error
            return False
        return True

    async def _in_dm(self, ask: Ask, text: str, blocks: list[Json] | None) -> None:
        client = await self._clients.client(ask.team)
        dm = await self._rooms.dm(ask.team, ask.user)
        await client.chat_postMessage(
            channel=dm, text=quoted(text), blocks=blocks, unfurl_links=False, unfurl_media=False
        )

    async def _by_url(self, ask: Ask, text: str, blocks: list[Json] | None, *, replace: bool) -> bool:
        """Whether it could be said so: a response URL works five times in half an hour.

        https://docs.slack.dev/interactivity/handling-user-interaction
        """
        client = AsyncWebhookClient(ask.response_url, session=self._clients.connections(), retry_handlers=patience())
        body: Json = {"response_type": "ephemeral", "replace_original": replace and ask.is_ephemeral}
        body |= {"text": quoted(text), "unfurl_links": False, "unfurl_media": False}
        body |= {"blocks": blocks} if blocks else {}
        body |= {"thread_ts": ask.thread} if ask.thread else {}
        answer = await client.send_dict(body)
        word = _refusal(answer.status_code, answer.body)
        if word in INVALID:
            raise Refused(word)
        return not word


def _refusal(status: int, body: str) -> str:
    """Slack's word for why; it answers `ok`, or JSON that says the contrary with whatever status."""
    named = next((each for each in sorted(INVALID, key=len, reverse=True) if each in body), "")
    return named or ("" if status == 200 and '"ok":false' not in body.replace(" ", "") else f"status {status}")
