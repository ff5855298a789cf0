"""What the commands about one person do once the house stands."""

import json
from contextlib import aclosing, suppress
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.app import App
from core.errors import Invalid, NotFound
from core.people.deletion import Receipt
from storage import people
from storage.people import Known
from storage.tables import new_id


async def asked(app: App, named: str) -> None:
    """Say who would be forgotten, before the question."""
    known = await _known(app, named)
    accounts = ", ".join(known.accounts) or "no account"
    print(f"{known.name or known.user_id} ({accounts}): {known.assets} assets, {known.creations} creations.")


async def forget_person(app: App, named: str, *, as_json: bool) -> None:
    """Forget somebody and print the receipt."""
    known = await _known(app, named)
    receipt = await app.studio.forget(known.user_id)
    if not as_json:
        Console().print(_table(receipt))
    else:
        print(json.dumps(asdict(receipt)))


async def export_person(app: App, named: str, file: Path) -> None:
    """Write the zip: whole, or not at all."""
    known = await _known(app, named)
    part = file.with_name(f".{file.name}.{new_id()[:8]}.part")
    size = 0
    try:
        with part.open("wb") as opened:
            async with aclosing(await app.export.everything(known.user_id)) as pieces:
                async for piece in pieces:
                    size += opened.write(piece)
        part.replace(file)
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    print(f"{file}: {size / 1e6:,.1f} MB.")


async def show_join_code(app: App) -> None:
    """Print a code alone on stdout, and what it is for beside it."""
    code = await app.joining.code(app.local_user_id)
    Console(stderr=True).print("Enter this where you come from your other account, within ten minutes:")
    print(code)


async def _known(app: App, named: str) -> Known:
    found = await app.database.read(lambda session: people.named(session, named.strip()))
    if not found:
        raise NotFound(f"Easel knows nobody by {named!r}.")
    if len(found) > 1:
        each = ", ".join(person.user_id for person in found)
        raise Invalid(f"Several people have that account, in several workspaces: name one by its id ({each}).")
    return found[0]


def _table(receipt: Receipt) -> Table:
    table = Table(title="Deleted for good", title_justify="left", title_style="bold", show_header=False, box=None)
    table.add_column(justify="right", style="bold")
    table.add_column()
    lines = [(count, f"rows of {name}") for name, count in receipt.rows.items()]
    lines += [
        (receipt.objects, "stored files"),
        (receipt.thumbnails, "of them thumbnails"),
        (receipt.messages_deleted, "messages deleted in chats"),
        (receipt.messages_left, "messages that their platform would not delete"),
        (receipt.charges_anonymised, "charges kept in the totals, without a name"),
    ]
    for count, what in lines:
        table.add_row(f"{count:,}", what)
    table.caption = f"Asked for at {receipt.asked_at}, done in {receipt.duration_s:.1f} s."
    table.caption_justify = "left"
    return table
