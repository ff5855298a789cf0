"""The commands of the operator who keeps things safe. Each loads what it needs only when it is called."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import typer

T = TypeVar("T")
Person = Annotated[str, typer.Argument(help="An id, a platform's account (discord:123), or the name of a token.")]


class House(Protocol):
    """Runs some work inside the house; with `worker`, as its worker where there is no other."""

    def __call__(self, work: Callable[[Any], Coroutine[Any, Any, T]], *, worker: bool = True) -> T:
        """What the work returns."""
        ...


def add_commands(app: typer.Typer, within: House, settings: Callable[[], Any]) -> None:
    """Add them to the command line."""

    @app.command()
    def forget(
        user: Person,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON as the last line.")] = False,
    ) -> None:
        """Delete a person for good: rows, files, thumbnails, and the messages that can be deleted. Prints a receipt."""
        from bot.safekeeping.people import asked, forget_person

        if not yes:
            within(lambda house: asked(house, user), worker=False)
            typer.confirm("Delete all of it? It cannot be undone.", abort=True)
        within(lambda house: forget_person(house, user, as_json=as_json))

    @app.command()
    def export(
        file: Annotated[Path, typer.Argument(help="The zip file to write.")],
        user: Annotated[str, typer.Option(help="Whose; as of `easel forget`.")] = "local",
    ) -> None:
        """Write everything that Easel has of a person into a zip file."""
        from bot.safekeeping.people import export_person

        within(lambda house: export_person(house, user, file), worker=False)

    @app.command("join-code")
    def join_code() -> None:
        """Print a code that makes another account (of a chat, a token) the person at this machine."""
        from bot.safekeeping.people import show_join_code

        within(show_join_code, worker=False)

    @app.command()
    def audit(
        repair: Annotated[bool, typer.Option("--repair", help="Delete orphans, make thumbnails anew.")] = False,
        deep: Annotated[bool, typer.Option("--deep", help="Read every file through and compare its hash.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON as the last line.")] = False,
    ) -> None:
        """Compare rows and files in both directions. Rows are never deleted: they say what there was."""
        from bot.safekeeping.audits import audited

        clean = within(lambda house: audited(house, deep=deep, repair=repair, as_json=as_json), worker=False)
        raise typer.Exit(0 if clean else 1)

    @app.command()
    def backup(
        to: Annotated[Path | None, typer.Option("--to", help="Write it into this file instead.")] = None,
        listed: Annotated[bool, typer.Option("--list", help="Tell which there are.")] = False,
    ) -> None:
        """Copy the database into the store of files, while Easel runs (SQLite)."""
        from bot.safekeeping.restoring import list_backups, make_backup

        within(list_backups if listed else lambda house: make_backup(house, to), worker=False)

    @app.command()
    def restore(
        named: Annotated[str, typer.Argument(help="A file, or a backup's name; without it, the newest.")] = "",
        reapply: Annotated[bool, typer.Option("--reapply", help="Only delete again what was deleted since.")] = False,
    ) -> None:
        """Put a backup of the database back. Stop Easel first; what was deleted since is deleted again."""
        from bot.safekeeping import restoring

        work = restoring.reapply(settings()) if reapply else restoring.restore(settings(), named)
        print("\n".join(asyncio.run(work)))
