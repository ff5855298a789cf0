"""`/easel inspect` and “Inspect with Easel”: where files come from, for the eyes of whoever asks."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.chat import reports
from bot.chat.links import Links
from bot.slack.asks import Ask, Payload, files_of
from bot.slack.buttons import actions, button
from bot.slack.desk import Desk, Looks
from bot.slack.filled import Filled
from bot.slack.kit import alert, divider, field, modal, section, small
from bot.slack.markup import Json, cut, paragraph, rich
from bot.slack.shelf import rows, thumbnail
from core.chat import FileRef
from core.creation.view import AssetView
from core.errors import NotFound, UserError
from core.provenance.inspection import Report, Sighting

FILES_MAX, SIGHTINGS_MAX, NAME_MAX = 4, 4, 100
ANSWERED_S = 0.5
TITLE = "Inspect"
NO_FILE = "There is no file in this message that Easel could look at."
LOOKING = "Looking… This page shows what Easel knows as soon as it has read the file."
HINT = "A picture, a video or a sound. Easel looks at it and keeps nothing of it."
MORE = "Easel looks at {most} files at a time; the other {count} of this message it left alone."


class Inspecting:
    """A file is read after Slack has its answer, and the page that is open by then tells what came of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._inspection = desk.app.provenance.inspection

    async def open_form(self, ask: Ask) -> None:
        """Slack's commands take no file, so a form does."""
        files: Json = {"type": "file_input", "max_files": FILES_MAX}
        form = modal("inspect_form", TITLE, [field("files", "Files", files, hint=HINT)], submit=TITLE)
        await self._desk.open(ask, form)

    async def sent(self, ask: Ask, view: Mapping[str, Any]) -> Json:
        """The form came: the page that stands until the files are read."""
        self._desk.boundary.later(ask, self._look_later(ask, Filled(view).files("files")))
        return waiting()

    async def of_message(self, ask: Ask, message: Payload) -> None:
        """What a message carries; of one of Easel's that carries none, the results that it is about.

        Raises:
            NotFound: there is nothing to look at.
        """
        files = files_of(message.get("files"))
        if not files:
            await self._shown(ask)
            return
        client = await self._desk.clients.client(ask.team)
        opened = await client.views_open(trigger_id=ask.trigger, view=waiting())
        await self._look(ask, str(opened["view"]["id"]), files)

    async def _shown(self, ask: Ask) -> None:
        who, found = await self._desk.looks(ask), list[AssetView]()
        for asset_id in await self._desk.through(ask.through, lambda: self._about(ask)):
            try:
                found.append((await self._desk.seen(ask, who, asset_id)).asset)
            except NotFound:
                continue  # withheld, or deleted meanwhile
        if not found:
            raise NotFound(NO_FILE)
        blocks = [section("This Easel made this."), *rows(found, self._desk.app.links)]
        await self._desk.open(ask, modal("report", TITLE, blocks, notes=ask.origin()))

    async def _about(self, ask: Ask) -> Sequence[str]:
        shown = await self._desk.app.chats.showing(ask.through) if ask.through else None
        if shown is None:
            raise NotFound(NO_FILE)
        return shown.asset_ids

    async def _look_later(self, ask: Ask, files: Sequence[FileRef]) -> None:
        """The waiting page is Slack's answer to the form: what came before it would be covered by it."""
        await asyncio.sleep(ANSWERED_S)
        await self._look(ask, ask.view_id, files)

    async def _look(self, ask: Ask, view_id: str, files: Sequence[FileRef]) -> None:
        """Fill the page that is open; whoever closed it does not want to know any more."""
        who = await self._desk.looks(ask)
        blocks: list[Json] = []
        for file in files[:FILES_MAX]:
            blocks += [*([divider()] if blocks else []), *await self._told(ask, who, file)]
        if (left := len(files) - FILES_MAX) > 0:
            blocks.append(small(MORE.format(most=FILES_MAX, count=left)))
        await self._desk.replace(ask, view_id, modal("report", TITLE, blocks, notes=ask.origin()))

    async def _told(self, ask: Ask, who: Looks, file: FileRef) -> list[Json]:
        name = cut(file.name, NAME_MAX)
        try:
            report = await self._inspection.attached(who.user_id, ask.place, file, who.workspaces)
        except UserError as error:
            return [alert(error.message, good=False), small(name)]
        return list(told(report, name, self._desk.app.links))


def waiting() -> Json:
    """The page until the files are read."""
    return modal("report", TITLE, [section(LOOKING)])


def told(report: Report, name: str, links: Links) -> Iterator[Json]:
    """A report: first what Easel knows, then what the file itself claims."""
    words = reports.told(report)
    yield rich(paragraph(words.headline, bold=True))
    for seen, line in list(zip(report.sightings, words.lines, strict=True))[:SIGHTINGS_MAX]:
        yield from _sighting(seen, line, links)
    yield section(words.credentials)
    yield small(f"{name} · {words.fingerprint}")


def _sighting(seen: Sighting, line: str, links: Links) -> Iterator[Json]:
    yield section(line, thumbnail(seen.asset, links))
    yield actions(button("details", seen.asset.id))
