"""Houses for the tests of surfaces."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.house import House, house


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[House]:
    """An Easel where nobody works: what is asked for stays queued, and rows are what a test makes them."""
    async with house(tmp_path) as built:
        yield built


@pytest.fixture
async def busy(tmp_path: Path) -> AsyncIterator[House]:
    """An Easel with a worker and the offline providers."""
    async with house(tmp_path, worker=True) as built:
        yield built
