"""What every test may ask for: settings of its own, and a house to live in."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bot.settings import Settings
from storage.database import Database
from storage.migrate import migrate
from tests.fakes.house import House, opened

FOREIGN = ("EASEL_", "OPENAI_", "REPLICATE_", "RUNWAYML_", "DISCORD_", "SLACK_", "S3_", "AWS_", "DATABASE_URL", "PORT")


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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Defaults, in a folder of the test's own."""
    return Settings(_env_file=None, EASEL_DATA_DIR=tmp_path / "data")  # type: ignore[call-arg]


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    """An Easel that makes one small picture for any wish."""
    async with opened(settings) as built:
        yield built


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Easel's tables, and nobody at work."""
    built = Database(f"sqlite:///{tmp_path / 'easel.db'}")
    migrate(built.engine)
    yield built
    built.close()
