"""Houses in Slack for the tests of what comes in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.slack.house import SlackHouse, slack_house


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[SlackHouse]:
    """Easel at work in Slack by Socket Mode; any wish gives one small picture."""
    async with slack_house(tmp_path) as built:
        yield built
