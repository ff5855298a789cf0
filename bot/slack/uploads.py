"""Results as files in a thread: announced, noted, sent, completed. What is noted first is never doubled by a crash.

docs.slack.dev/messaging/working-with-files#uploading_files. `files_upload_v2` takes the same steps, but holds whole
videos in memory and tells a file's id only when all is done.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError

from bot.chat.fitting import as_png
from bot.slack.calls import FAULTS, talking
from bot.slack.clients import Clients
from bot.slack.markup import Json
from bot.slack.shared import is_shared
from core.chat import Attachment, ThreadRef
from core.errors import Unreachable
from core.native.pool import NativePool
from core.trust.disk import Disk, working_folder
from storage import posts
from storage.tables import Post

log = structlog.get_logger()
Remember = Callable[[str, list[str]], Awaitable[None]]
"""Stores the file ids of a post."""
ALT_MAX = 1_000
TRIES = 2
SHARED_WITHIN_S = 15.0
"""Processing takes seconds; a file that Slack took and does not show by then is only slow."""
TORN_WITHIN_S = 3.0
LOOK_S = (0.1, 0.2, 0.3, 0.5, 1.0)
SEND_S = 600.0
CHUNK_BYTES = 1 << 20
HIGHLIGHTS = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg", ".gif": "gif"}
"""With it, Slack shows a picture without processing it first (slack_sdk 3.42)."""


class NotSent(SlackClientError):
    """The file host did not take the bytes."""


@dataclass(slots=True)
class Sending:
    """One file on its way."""

    attachment: Attachment
    path: Path
    id: str
    there: bool = False


class Uploads:
    """Attaches files to threads."""

    def __init__(self, clients: Clients, pool: NativePool, disk: Disk, remember: Remember) -> None:
        self._clients = clients
        self._pool = pool
        self._disk = disk
        self._remember = remember

    async def attach(self, thread: ThreadRef, post: Post, files: Sequence[Attachment]) -> dict[str, str]:
        """Share files in a thread, together. Returns asset id → file id, without those that could not be attached.

        What an earlier run for the same post has shared is left as it is.

        Raises:
            Unreachable: Easel was thrown out of the workspace.
        """
        known = posts.file_of(post)
        sending = [Sending(file, file.path, known.get(file.asset_id, "")) for file in files]
        for each in sending:
            each.there = bool(each.id) and await is_shared(self._clients, thread, each.id)
        async with working_folder() as folder:
            await self._send_missing(thread, post, sending, folder)
        for each in sending:
            each.id = each.id if each.there else ""
        await self._note(post, sending)
        return {each.attachment.asset_id: each.id for each in sending if each.id}

    async def _send_missing(self, thread: ThreadRef, post: Post, sending: list[Sending], folder: Path) -> None:
        sent = []
        for each in sending:
            if not each.there:
                each.path = await self._showable(each.attachment, folder)
                if await self._tried(lambda each=each: self._send(thread, post, each, sending)):  # type: ignore[misc]
                    sent.append(each)
        if sent and await self._tried(lambda: self._complete(thread, sent)):
            await self._appeared(thread, sent, SHARED_WITHIN_S)
            for each in sent:
                each.there = True

    async def _tried(self, call: Callable[[], Awaitable[None]]) -> bool:
        """Whether it worked, at the second try at the latest. What cannot be attached is said, and never claimed."""
        for attempt in range(1, TRIES + 1):
            try:
                await call()
            except FAULTS as error:
                log.warning("file_not_attached", attempt=attempt, error=type(error).__name__)
            except Unreachable as error:
                log.warning("file_not_attached", reason=error.reason)
                if error.reason == "revoked":
                    raise
                return False
            else:
                return True
        return False

    async def _showable(self, file: Attachment, folder: Path) -> Path:
        """Slack shows PNG, JPEG and GIF; the gallery keeps the original."""
        if file.media_type != "image/webp":
            return file.path
        return await as_png(self._pool, file.path, folder) or file.path

    async def _send(self, thread: ThreadRef, post: Post, each: Sending, sending: list[Sending]) -> None:
        async with talking(self._clients, thread.workspace) as client:
            announced = await client.files_getUploadURLExternal(
                filename=Path(each.attachment.name).with_suffix(each.path.suffix).name,
                length=each.path.stat().st_size,
                alt_txt=each.attachment.alt_text[:ALT_MAX] or None,
            )
        each.id = str(announced["file_id"])
        await self._note(post, sending)
        await self._put(str(announced["upload_url"]), each.path)

    async def _note(self, post: Post, sending: Sequence[Sending]) -> None:
        """Store which file stands for which asset, before anything else can happen to it."""
        ids = {each.attachment.asset_id: each.id for each in sending}
        await self._remember(post.id, [ids.get(asset_id, "") for asset_id in posts.asset_ids(post)])

    async def _put(self, url: str, path: Path) -> None:
        """The bytes, streamed from the disk."""
        timeout = aiohttp.ClientTimeout(total=SEND_S, sock_connect=10)
        headers = {"Content-Length": str(path.stat().st_size), "Content-Type": "application/octet-stream"}
        post = self._clients.connections().post(url, data=self._bytes(path), headers=headers, timeout=timeout)
        async with post as answer:
            if answer.status != 200:
                raise NotSent(f"status {answer.status}")

    async def _bytes(self, path: Path) -> AsyncIterator[bytes]:
        offset = 0
        while chunk := await self._disk.run(_chunk, path, offset):
            offset += len(chunk)
            yield chunk

    async def _complete(self, thread: ThreadRef, files: list[Sending]) -> None:
        """Share what was sent. After a torn connection only the files themselves know whether that happened."""
        try:
            async with talking(self._clients, thread.workspace) as client:
                await client.files_completeUploadExternal(
                    files=[_completed(each) for each in files], channel_id=thread.channel, thread_ts=thread.thread
                )
        except (aiohttp.ClientError, TimeoutError):
            if not await self._appeared(thread, files, TORN_WITHIN_S):
                raise

    async def _appeared(self, thread: ThreadRef, files: Sequence[Sending], within_s: float) -> bool:
        """Wait until the files' message stands: it comes later than the answer, and buttons belong under it."""
        loop, looks, waiting = asyncio.get_running_loop(), 0, list(files)
        until = loop.time() + within_s
        while waiting and loop.time() < until:
            if await is_shared(self._clients, thread, waiting[0].id):
                waiting.pop(0)
            else:
                await asyncio.sleep(LOOK_S[min(looks, len(LOOK_S) - 1)])
                looks += 1
        return not waiting


def _chunk(path: Path, offset: int) -> bytes:
    """Opened anew each time, so that a call called off leaves no file open."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(CHUNK_BYTES)


def _completed(each: Sending) -> Json:
    title = each.attachment.alt_text[:200] or each.attachment.name
    highlight = HIGHLIGHTS.get(each.path.suffix.lower())
    return {"id": each.id, "title": title} | ({"highlight_type": highlight} if highlight else {})
