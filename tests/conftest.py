"""What every test may ask for: settings of its own, and a house to live in.

Rows lie in SQLite, unless a test says `@each_database`: then it runs twice, the second time on PostgreSQL. So says what
the database itself decides: who wins of two that write at once, what stands after a crash, what a query finds. What
only happens to keep its rows somewhere (pages, planners, providers, messages) runs once.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.settings import Settings
from storage.database import Database
from tests.fakes.house import House, opened
from tests.furnished import EASEL, furnish_folder
from tests.postgres import NoPostgres, Server, server

FOREIGN = ("EASEL_", "OPENAI_", "REPLICATE_", "RUNWAYML_", "DISCORD_", "SLACK_", "S3_", "AWS_", "OTEL_")
FOREIGN += ("DATABASE_URL", "PORT")
SQLITE, POSTGRES = "sqlite", "postgres"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "each_database: run on SQLite, and again on PostgreSQL")
    config.addinivalue_line("markers", "sqlite_alone: about SQLite itself, among tests that run on both")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was left out is said, one line for each reason."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple | list))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} not run: {reason.removeprefix('Skipped: ')}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker
    if "kept_in" in metafunc.fixturenames and marked("each_database") and not marked("sqlite_alone"):
        metafunc.parametrize("kept_in", (SQLITE, POSTGRES), indirect=True)


@pytest.fixture(autouse=True, scope="session")
def short_logs() -> None:
    """A traceback in a failed test's output is one, not a page of frames and locals."""
    structlog.configure(
        [
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's own environment holds, no test sees a setting or a key of it."""
    for name in os.environ:
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL for all tests of one process; whoever asks first waits half a second for it."""
    try:
        with server() as running:
            yield running
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture
def kept_in(request: pytest.FixtureRequest) -> str:
    """Where this test's rows lie: `sqlite` or `postgres`."""
    return getattr(request, "param", SQLITE)


@pytest.fixture
def database_url(kept_in: str, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """What `DATABASE_URL` says: nothing for SQLite, or a PostgreSQL database of the test's own, already migrated."""
    if kept_in == SQLITE:
        yield None
        return
    running: Server = request.getfixturevalue("postgres")
    url = running.fresh()
    yield url
    running.drop(url)


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    """Defaults, in a folder and a database of the test's own."""
    return settings_for(tmp_path, database_url)


def settings_for(folder: Path, database_url: str | None, **more: Any) -> Settings:
    """Settings by their names in the environment. Several machines share one secret, so PostgreSQL wants one."""
    if database_url:
        more = {"DATABASE_URL": database_url, "EASEL_SECRET_KEY": "t" * 48} | more
    return Settings(_env_file=None, EASEL_DATA_DIR=folder / "data", **more)


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """An Easel that makes one small picture for any wish."""
    async with opened(settings) as built:
        yield built


@pytest.fixture
def database(tmp_path: Path, database_url: str | None) -> Iterator[Database]:
    """Easel's tables, and nobody at work."""
    built = Database(database_url or f"sqlite:///{furnish_folder(tmp_path) / EASEL}")
    yield built
    built.close()
