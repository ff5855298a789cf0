"""The `easel` command line."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from bot import loop
from bot.safekeeping.cli import add_commands
from bot.settings import Settings

T = TypeVar("T")
app = typer.Typer(
    help="Easel makes images, video and speech by asking.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
token = typer.Typer(help="Keys for programs that use the REST interface.", no_args_is_help=True)
app.add_typer(token, name="token")
storage = typer.Typer(help="Where finished files lie.", no_args_is_help=True)
app.add_typer(storage, name="storage")
slack = typer.Typer(help="Easel as a Slack app.", no_args_is_help=True)
app.add_typer(slack, name="slack")

Json = Annotated[bool, typer.Option("--json", help="Print JSON as the last line.")]


def main() -> None:
    """Run a command; what a person did wrong is a sentence, not a traceback."""
    from core.errors import UserError
    from storage.errors import StorageBusy

    try:
        app()
    except UserError as error:
        _complain(error.message)
    except StorageBusy as error:
        _complain(f"Easel cannot begin without its database: {error}. Start it again once that is there.")
    except ValidationError as error:
        _complain("; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()))


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Address to bind (EASEL_HOST).")] = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also carry out creations here.")] = True,
) -> None:
    """Start every configured surface and a worker, and print the address."""
    from bot.serve import AlreadyRunning, DeclaredDead, serve
    from core.creation.heartbeat import NameTaken

    settings = _settings(serves=True, host=host)
    try:
        loop.run(serve(settings, worker=worker))
    except (AlreadyRunning, DeclaredDead, NameTaken) as error:
        _complain(str(error))
    except OSError as error:
        _complain(f"Easel cannot listen on {settings.host}:{settings.port}: {error.strerror or error}.")


@app.command()
def worker(
    if_postgres: Annotated[bool, typer.Option("--if-postgres", help="End quietly on SQLite.")] = False,
) -> None:
    """Carry out creations, without any surface. Needs PostgreSQL: on SQLite, `easel run` is the one worker."""
    from bot.serve import DeclaredDead
    from bot.watch.door import HERE
    from bot.work import work
    from core.creation.heartbeat import NameTaken

    settings = _settings(serves=True)
    if not settings.on_postgres:
        sentence = (
            "A separate worker needs PostgreSQL (DATABASE_URL). On SQLite, `easel run` carries out the creations."
        )
        if not if_postgres:
            _complain(sentence)
        print(sentence)
        return
    try:
        loop.run(work(settings))
    except (DeclaredDead, NameTaken) as error:
        _complain(str(error))
    except OSError as error:
        if settings.metrics_port is None:
            raise
        _complain(f"Easel cannot listen on {HERE}:{settings.metrics_port}: {error.strerror or error}.")


@app.command()
def create(
    text: Annotated[str, typer.Argument(help="What to make, in your own words.")],
    kind: Annotated[str | None, typer.Option(help="image, video or speech.")] = None,
    input: Annotated[list[Path] | None, typer.Option(help="A picture to work from; may be repeated.")] = None,  # noqa: A002
    model: Annotated[str | None, typer.Option(help="Ask this model instead of the best.")] = None,
    thread: Annotated[str | None, typer.Option(help="Go on with an earlier conversation: `thread` of --json.")] = None,
    as_json: Json = False,
) -> None:
    """Make something, show each step while it happens, and print where the files lie."""
    from bot.commands import Asked, create_once

    asked = Asked(text, kind=kind, inputs=tuple(input or ()), model=model, thread=thread)
    succeeded = _with_app(lambda house: create_once(house, asked, as_json=as_json))
    raise typer.Exit(0 if succeeded else 1)


@app.command()
def gallery(
    query: Annotated[str, typer.Argument(help="Words, and kind:video, tag:jazz, on:2026-11 …")] = "",
    as_json: Json = False,
) -> None:
    """Find what was made here, the newest first."""
    from bot.commands import list_gallery

    _with_app(lambda house: list_gallery(house, query, as_json=as_json), worker=False)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="A picture, video or sound.")],
    as_json: Json = False,
) -> None:
    """Tell whether a file was made here, what it looks like, and what its content credentials claim."""
    from rich.console import Console

    from bot.inspecting import inspect as look

    _with_app(lambda house: look(house, file, Console(), as_json=as_json), worker=False)


@app.command()
def usage(
    days: Annotated[int, typer.Option(help="How far back.", min=1)] = 31,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated, for a spreadsheet.")] = False,
) -> None:
    """Tell what everybody's work cost, by day, person and model."""
    from bot.commands import tell_usage

    _with_app(lambda house: tell_usage(house, days, as_csv=as_csv), worker=False)


@app.command()
def release(asset_id: Annotated[str, typer.Argument(help="The asset's id.")]) -> None:
    """Let a picture be shown that the safety check held back."""
    from bot.commands import release as let_go

    _with_app(lambda house: let_go(house, asset_id), worker=False)


@app.command()
def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the providers.")] = False,
) -> None:
    """Tell what is configured, what is missing, and what would be used. Asking the providers costs nothing."""
    from bot.commands import consult

    healthy = _with_app(lambda house: consult(house, offline=offline), worker=False)
    raise typer.Exit(0 if healthy else 1)


@app.command()
def migrate() -> None:
    """Bring the tables to the newest shape."""
    from storage.database import Database
    from storage.migrate import HEAD
    from storage.migrate import migrate as bring_up

    settings = _settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.easel_database)
    done = bring_up(database.engine)
    database.close()
    print(f"The tables are at revision {HEAD}{'' if done else ' already'}.")


@token.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="Whose token: each name is a person; `local` is this machine's.")],
) -> None:
    """Make a token and print it, once, alone on its line."""
    from bot.commands import add_token

    _with_app(lambda house: add_token(house, name), worker=False)


@storage.command("move")
def storage_move(
    to: Annotated[str, typer.Option("--to", help="s3 (the bucket of S3_BUCKET) or files (the data folder).")],
) -> None:
    """Move every file to the other store. Stop Easel first; broken off, the same command goes on."""
    from bot.storage_move import move_to, told

    if to not in ("s3", "files"):
        _complain(f"--to takes s3 or files, not {to!r}.")
    print(told(asyncio.run(move_to(_settings(), "s3" if to == "s3" else "files")), to))


@slack.command("manifest")
def slack_manifest(
    url: Annotated[str | None, typer.Option(help="Easel's public address; without it, for Socket Mode.")] = None,
) -> None:
    """Print the manifest that makes the app at Slack."""
    import json

    from bot.slack.manifest import manifest

    print(json.dumps(manifest(url), indent=2))


def _settings(*, serves: bool = False, **overrides: Any) -> Settings:
    """Read them, and begin to log: a command that only answers its person says no more than what is wrong."""
    from bot.logs import format_for, set_up

    settings = Settings()
    settings = settings.model_copy(update={name: value for name, value in overrides.items() if value is not None})
    loud = serves or "log_level" in settings.model_fields_set
    set_up(settings.log_level if loud else "WARNING", format_for(settings.log_format))
    return settings


def _with_app(work: Callable[[Any], Coroutine[Any, Any, T]], *, worker: bool = True) -> T:
    """Run a command inside the house. Where no other process works on the data folder, this one does so long."""

    async def inside() -> T:
        async with _house(_settings(), worker) as house:
            return await work(house)

    return loop.run(inside())


@contextlib.asynccontextmanager
async def _house(settings: Settings, worker: bool) -> AsyncIterator[Any]:
    from bot.app import running
    from bot.lock import WorkerLock

    lock = WorkerLock(settings.data_dir)
    works = worker and not settings.on_postgres and lock.take()
    try:
        async with running(settings, worker=works) as house:
            yield house
    finally:
        lock.release()


add_commands(app, _with_app, _settings)


def _complain(sentence: str) -> None:
    print(f"easel: {sentence}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
