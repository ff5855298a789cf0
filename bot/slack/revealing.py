"""Showing a result where it does not stand yet: one that is hidden, to one person; one's own, in a conversation."""

from pathlib import Path

from bot.slack.asks import Ask
from bot.slack.buttons import actions, link
from bot.slack.desk import Desk
from bot.slack.kit import section
from bot.slack.markup import quoted
from bot.slack.places import thread
from core.creation.titles import shortened
from core.creation.view import AssetView
from core.trust.disk import working_folder

HIDDEN = "The safety check hid this. Only you can see this message."
IN_DM = "It is in your messages with Easel."
SHOWN = "From the gallery: {title}"


class Revealing:
    """Both write only where the person who pressed may read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def reveal(self, ask: Ask, asset_id: str) -> None:
        """Show a hidden result to whoever wants to see it: by its page, else as a file in their own messages."""
        who = await self._desk.looks(ask)
        seen = await self._desk.seen(ask, who, asset_id)
        if url := self._desk.app.links.asset(asset_id, seen.asset.links_ended):
            await self._desk.whispers.say(ask, HIDDEN, [section(HIDDEN), actions(link("open", url))])
            return
        async with working_folder() as folder:
            path = await self._desk.app.chats.file(who.user_id, asset_id, ask.through, folder)
            await self._upload(ask, seen.asset, path)
        await self._desk.whispers.say(ask, IN_DM)

    async def show_here(self, ask: Ask, asset_id: str) -> None:
        """Post one's own result in the conversation, or in their messages with Easel where there is none.

        Raises:
            NotFound: it is not theirs.
        """
        asker = await self._desk.asker(ask)
        asset = await self._desk.app.studio.asset(asker.user_id, asset_id)
        channel = ask.channel or await self._desk.rooms.dm(ask.team, ask.user)
        title = quoted(SHOWN.format(title=shortened(asset.asked or asset.alt_text or asset.kind, 120)))
        client = await self._desk.clients.client(ask.team)
        root = await client.chat_postMessage(channel=channel, text=title, unfurl_links=False, unfurl_media=False)
        place = thread(ask.team, channel, str(root["ts"]))
        await self._desk.app.chats.share(asker.user_id, asset_id, place, ask.event)

    async def _upload(self, ask: Ask, asset: AssetView, path: Path) -> None:
        client = await self._desk.clients.client(ask.team)
        await client.files_upload_v2(
            channel=await self._desk.rooms.dm(ask.team, ask.user),
            file=str(path),
            filename=f"{asset.version or asset.kind}{path.suffix}",
            alt_txt=asset.alt_text[:1_000],
        )
