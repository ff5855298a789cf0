"""What the commands do once the house stands."""

import csv
import sys
from dataclasses import astuple, dataclass, fields
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot import terminal
from bot.app import App
from bot.doctor import Mark, examine
from core.chat import ThreadRef
from core.errors import Invalid, NotFound
from core.gallery.finding import parse
from core.providers.base import Kind
from core.wishes import Options, Wish
from storage import gallery, ledger, people
from storage.tables import CreationState, new_id, now

SIGNS = {Mark.GOOD: "[green]✓[/]", Mark.NOTE: "[yellow]•[/]", Mark.BAD: "[red]✗[/]"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed."""

    text: str
    kind: str | None = None
    inputs: tuple[Path, ...] = ()
    model: str | None = None
    thread: str | None = None


async def create_once(app: App, asked: Asked, *, as_json: bool) -> bool:
    """One creation, watched to its end. Returns whether it succeeded."""
    console = Console(stderr=as_json)
    wish = Wish(
        user_id=app.local_user_id,
        prompt=asked.text,
        event_key=f"terminal:{new_id()}",
        surface="terminal",
        thread=ThreadRef.parse(asked.thread) if asked.thread else None,
        kind=_kind(asked.kind),
        inputs=tuple([await _uploaded(app, file) for file in asked.inputs]),
        options=Options(model=asked.model),
    )
    view = await terminal.show_creation(app, wish, console)
    await app.thumbnails.drained()
    await app.sidecars.drained()
    if as_json:
        print(await terminal.creation_json(app, app.local_user_id, view), flush=True)
    return view.state == CreationState.SUCCEEDED


async def list_gallery(app: App, words: str, *, as_json: bool) -> None:
    """The newest page of the gallery."""
    assets, more = await app.studio.gallery(app.local_user_id, parse(words, at=now().astimezone()))
    if as_json:
        print(await terminal.assets_json(app, app.local_user_id, assets))
    else:
        Console().print(terminal.gallery(assets, more=more is not None, words=words))


async def consult(app: App, *, offline: bool) -> bool:
    """Print the doctor's findings; True where none is bad."""
    findings = await examine(app, offline=offline)
    console = Console()
    for finding in findings:
        subject, sentence = escape(finding.subject), escape(finding.sentence)
        console.print(f"{SIGNS[finding.mark]} [bold]{subject}[/]  {sentence}", highlight=False)
    return all(finding.mark != Mark.BAD for finding in findings)


async def tell_usage(app: App, days: int, *, as_csv: bool) -> None:
    """What everybody's work cost, by day, person and model."""
    since = now() - timedelta(days=days)
    rows = await app.database.read(lambda session: ledger.spending(session, since))
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([each.name for each in fields(ledger.Spending)])
        writer.writerows(astuple(row) for row in rows)
    else:
        Console().print(terminal.usage(rows))


async def release(app: App, asset_id: str) -> None:
    """Let a picture be shown that the safety check held back."""
    if not await app.database.write(lambda session: gallery.release(session, asset_id)):
        raise NotFound
    print("Released.")


async def add_token(app: App, name: str) -> None:
    """Print a new token alone on stdout."""
    if not name.strip():
        raise Invalid("A token needs a name.")
    print(await app.database.write(lambda session: people.add_token(session, name.strip())))


async def _uploaded(app: App, file: Path) -> str:
    if not file.is_file():
        raise Invalid(f"There is no file {file}.")
    return (await app.studio.upload(app.local_user_id, file, file.name)).id


def _kind(kind: str | None) -> Kind | None:
    if kind is None:
        return None
    if kind not in (Kind.IMAGE, Kind.VIDEO, Kind.SPEECH):
        raise Invalid(f"Easel makes image, video and speech, not {kind!r}.", "unknown_kind")
    return Kind(kind)
