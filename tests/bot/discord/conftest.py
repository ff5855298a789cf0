"""Houses on Discord."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.discord.house import House, opened


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    """An Easel in one server, that makes one small picture for any wish."""
    async with opened(tmp_path) as built:
        yield built
