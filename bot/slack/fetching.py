"""What people attach in Slack, downloaded: with the bot's token, from Slack's file host and no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bot.settings import is_loopback
from bot.slack.calls import talking
from bot.slack.clients import Clients
from bot.slack.markup import Json
from core.chat import FileRef, ThreadRef
from core.errors import TooLarge, Unreachable, Unsupported, UserError
from core.trust.disk import Disk

FILE_HOST = "files.slack.com"
CAP_BYTES = 64 << 20
CHUNK_BYTES = 256 << 10
THUMB_MIN = 1024
HEIC = frozenset({"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"})
NOT_OURS = "That file lies outside of Slack. Please attach the file itself."
NO_HEIC = "Easel cannot read this HEIC photo. Please attach it as JPEG or PNG."
TOO_LARGE = "This file is too large: Easel takes up to 64 MB."
NOT_ALLOWED = "Slack did not let Easel read the attached file. Whoever looks after Easel here should install it again."
GONE = "The attached file is not there any more. Please attach it again."


async def fetch(clients: Clients, disk: Disk, thread: ThreadRef, file: FileRef, target: Path) -> None:
    """Download one file, by its Slack id.

    Raises:
        UserError: with the sentence why it cannot be taken.
    """
    url = address(await _about(clients, thread.workspace, file.source))
    if not is_slack(url, clients.base_url):
        raise Unsupported(NOT_OURS)
    token = await clients.token(thread.workspace)
    async with _opened(clients.connections(), url, token) as answer:
        await _store(answer, disk, target)


async def _about(clients: Clients, team: str, file_id: str) -> Json:
    try:
        async with talking(clients, team) as client:
            found: Json = (await client.files_info(file=file_id))["file"]
            return found
    except Unreachable as error:
        raise UserError(NOT_ALLOWED, "attachment") from error


def address(about: Json) -> str:
    """Where a file's bytes are: of a HEIC photo, its large JPEG copy.

    Raises:
        Unsupported: there is nothing that Easel could read.
    """
    if about.get("is_external") or about.get("mode") == "external":
        raise Unsupported(NOT_OURS)
    if about.get("mode") == "tombstone":
        raise UserError(GONE, "attachment")
    if int(about.get("size") or 0) > CAP_BYTES:
        raise TooLarge(TOO_LARGE)
    if about.get("mimetype") in HEIC or str(about.get("filetype", "")).lower() in ("heic", "heif"):
        return _large_copy(about)
    return str(about.get("url_private_download") or about.get("url_private") or "")


def _large_copy(about: Json) -> str:
    sizes = {
        int(name.removeprefix("thumb_")): str(url)
        for name, url in about.items()
        if name.startswith("thumb_") and name.removeprefix("thumb_").isdigit()
    }
    if not sizes or max(sizes) < THUMB_MIN:
        raise Unsupported(NO_HEIC)
    return sizes[max(sizes)]


def is_slack(url: str, base_url: str) -> bool:
    """The token goes to Slack's file host over TLS, or to the test server on this machine, and nowhere else."""
    parts, home = urlsplit(url), urlsplit(base_url)
    if parts.scheme == "https" and parts.hostname == FILE_HOST and parts.port in (None, 443):
        return True
    return is_loopback(home.hostname or "") and (parts.scheme, parts.netloc) == (home.scheme, home.netloc)


@asynccontextmanager
async def _opened(connections: aiohttp.ClientSession, url: str, token: str) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    async with connections.get(url, headers=headers, allow_redirects=False) as answer:
        if answer.status in (404, 410):
            raise UserError(GONE, "attachment")
        if 300 <= answer.status < 400 or answer.status in (401, 403):
            raise UserError(NOT_ALLOWED, "attachment")
        if answer.content_type == "text/html":
            raise UserError(NOT_ALLOWED, "attachment")
        answer.raise_for_status()
        yield answer


async def _store(answer: aiohttp.ClientResponse, disk: Disk, target: Path) -> None:
    size = 0
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        if size == 0 and is_page(chunk):
            raise UserError(NOT_ALLOWED, "attachment")
        await disk.run(_append, target, chunk, size)
        size += len(chunk)
        if size > CAP_BYTES:
            raise TooLarge(TOO_LARGE)


def _append(target: Path, chunk: bytes, size: int) -> None:
    """Opened anew each time, so that a download called off leaves no file open."""
    with target.open("ab" if size else "wb") as file:
        file.write(chunk)


def is_page(start: bytes) -> bool:
    """Whether bytes are a web page. Slack answers a refused download with its sign-in page, and status 200."""
    return start[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html", b"<head"))
