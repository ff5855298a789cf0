"""Slack, by ids alone: what the core asks of a chat platform (see `core.chat.Adapter`)."""

from collections.abc import Sequence
from pathlib import Path

from slack_sdk.errors import SlackApiError

from bot.slack import fetching, views
from bot.slack.agent import Agent
from bot.slack.calls import said_by
from bot.slack.clients import Clients
from bot.slack.finding import Finder, metadata
from bot.slack.markup import Json
from bot.slack.names import Names
from bot.slack.places import PLATFORM, message
from bot.slack.shared import delete_files, delete_message
from bot.slack.streams import Streams
from bot.slack.underway import UnderWay
from bot.slack.uploads import Uploads
from bot.slack.writing import say, say_anew
from core.chat import Attachment, FileRef, MessageRef, Pace, ThreadRef
from core.creation.view import CreationView
from core.native.pool import NativePool
from core.trust.disk import Disk
from storage import posts
from storage.database import Database
from storage.tables import Post, now

EDIT_S = 1.25
"""chat.update is tier 3, 50 and more a minute and workspace: docs.slack.dev/apis/web-api/rate-limits."""
STILL_STREAMING = "streaming_state_conflict"


class SlackAdapter:
    """One per process. Any process may write, edit and delete any message."""

    opening_s = 0.0

    def __init__(self, clients: Clients, database: Database, pool: NativePool) -> None:
        self.names = Names(clients)
        self._clients = clients
        self._database = database
        self._agent = Agent(clients)
        self._finder = Finder(clients)
        self._streams = Streams(clients)
        self._disk = Disk("slack", 4)
        self._uploads = Uploads(clients, pool, self._disk, self._remember)
        self._under_way = UnderWay()

    def pace(self, thread: ThreadRef) -> Pace:
        """One allowance for each workspace."""
        return Pace(f"{PLATFORM}:{thread.workspace}", EDIT_S)

    async def close(self) -> None:
        """Let go of what is being written."""
        await self._under_way.close()
        self._disk.close()

    # --- writing --------------------------------------------------------------------------------------------------

    async def open(self, thread: ThreadRef, view: CreationView, *, post: Post) -> MessageRef:
        """Write the root: who asked for what. Its `ts` is the thread."""
        self._finder.tried(post)
        return await self._under_way.write(post.id, self._open(thread, view, post))

    async def post(
        self, thread: ThreadRef, view: CreationView, files: Sequence[Attachment] = (), *, post: Post
    ) -> MessageRef:
        """Write the status message, or attach results with their buttons under them."""
        self._finder.tried(post)
        work = self._results(thread, view, files, post) if posts.asset_ids(post) else self._status(thread, view, post)
        return await self._under_way.write(post.id, work)

    async def find(self, thread: ThreadRef, post: Post) -> MessageRef | None:
        """A message that is being written here, or that an earlier process wrote and could not note."""
        if under_way := await self._under_way.join(post.id):
            return under_way
        return None if self._under_way.never_sent(post.id) else await self._finder.find(thread, post)

    async def _open(self, place: ThreadRef, view: CreationView, post: Post) -> MessageRef:
        team, channel = place.workspace, place.channel
        name = await self.names.person(team, view.by)
        join = channel if await self.names.is_outside(team, channel) else ""
        blocks = views.root_blocks(view, name=name, join=join)
        ts = await say(self._clients, place, blocks, views.root_text(view, name=name), post)
        return message(team, channel, ts, ts)

    async def _status(self, place: ThreadRef, view: CreationView, post: Post) -> MessageRef:
        ts = await self._streams.begin(place, view, post)
        if ts is None:
            blocks = await self._status_blocks(place, view)
            ts = await say(self._clients, place, blocks, views.status_text(view), post)
        if not view.state.final:
            await self._agent.tell(place, view, "processing")
        return MessageRef(place, ts)

    async def _results(
        self, place: ThreadRef, view: CreationView, files: Sequence[Attachment], post: Post
    ) -> MessageRef:
        """Slack has no veil, so what the safety check flagged is not attached; a button shows it to who asks."""
        shown = [file for file in files if file.asset_id not in views.veiled(view)]
        ids = await self._uploads.attach(place, post, shown) if shown else {}
        blocks = await self._result_blocks(place, view, ids)
        return MessageRef(place, await say(self._clients, place, blocks, views.result_text(view.assets), post))

    # --- editing --------------------------------------------------------------------------------------------------

    async def edit(self, message: MessageRef, view: CreationView, *, post: Post) -> MessageRef:
        """Show the newest state: in the stream while there is one, else by writing the message anew."""
        if posts.asset_ids(post):
            await self._edit_results(message, view, post)
        elif not await self._streams.go_on(message, view):
            await self._edit_status(message, view, post)
        return message

    async def _edit_status(self, message: MessageRef, view: CreationView, post: Post) -> None:
        if self._streams.live(message):
            await self._end_stream(message, view, post)
        blocks, text = await self._status_blocks(message.thread, view), views.status_text(view)
        try:
            await say_anew(self._clients, message, blocks, text, post)
        except SlackApiError as error:
            if said_by(error) != STILL_STREAMING:
                raise
            # the stream of a process that is gone: Slack allows no edit while it lasts
            await self._end_stream(message, view, post)
            await say_anew(self._clients, message, blocks, text, post)
        if view.state.final:
            await self._agent.tell(message.thread, view, "active")

    async def _edit_results(self, message: MessageRef, view: CreationView, post: Post) -> None:
        """Some results are gone: so are their files and their buttons."""
        files, left = posts.file_of(post), {asset.id for asset in view.assets}
        await delete_files(self._clients, message.thread, [file for each, file in files.items() if each not in left])
        blocks = await self._result_blocks(message.thread, view, files)
        await say_anew(self._clients, message, blocks, views.result_text(view.assets), post)

    async def _end_stream(self, message: MessageRef, view: CreationView, post: Post) -> None:
        blocks = await self._status_blocks(message.thread, view) if view.state.final else []
        words = [block for block in blocks if block["type"] != "plan"]
        tail = views.marked(words, f"{post.id}-end")
        await self._streams.end(message, view, closing=tail, metadata=metadata(post))

    # --- deleting and fetching ------------------------------------------------------------------------------------

    async def delete(self, message: MessageRef) -> None:
        """Take a message back with its files, so that nothing of it remains at Slack."""
        place = message.thread
        row = await self._database.read(lambda session: posts.by_message(session, str(place), message.id))
        for ts in await delete_files(self._clients, place, row.file_ids if row else ()):
            await delete_message(self._clients, place, ts)
        await delete_message(self._clients, place, message.id)

    async def fetch(self, thread: ThreadRef, file: FileRef, target: Path) -> None:
        """Download what a person attached; `file.source` is its Slack id."""
        await fetching.fetch(self._clients, self._disk, thread, file, target)

    # --- what the messages are made of ----------------------------------------------------------------------------

    async def _status_blocks(self, place: ThreadRef, view: CreationView) -> list[Json]:
        credit = await self.names.person(place.workspace, view.credit)
        return views.status_blocks(view, now=now(), credit=credit)

    async def _result_blocks(self, place: ThreadRef, view: CreationView, files: dict[str, str]) -> list[Json]:
        credit = await self.names.person(place.workspace, view.credit)
        missing = {asset.id for asset in view.assets if not files.get(asset.id)}
        return views.result_actions(view.assets, view, missing=missing, credit=credit)

    async def _remember(self, post_id: str, file_ids: list[str]) -> None:
        await self._database.change(lambda session: posts.files(session, post_id, file_ids))
