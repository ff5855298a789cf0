"""What the doctor says of Slack."""

from pathlib import Path
from typing import Any

import pytest

from bot.app import running
from bot.doctor import Finding, Mark, examine
from bot.slack.manifest import scopes
from tests.bot.slack.house import slack_settings
from tests.fakes.slack import SlackServer
from tests.furnished import furnish


async def told(folder: Path, server: SlackServer, transport: str = "socket", **more: Any) -> list[Finding]:
    async with running(furnish(slack_settings(server, folder, transport, **more)), worker=False) as app:
        return [finding for finding in await examine(app) if finding.subject == "Slack"]


async def test_good_tokens_and_blocks_are_good(tmp_path: Path) -> None:
    async with SlackServer() as server:
        found = await told(tmp_path, server)
        assert {finding.mark for finding in found} == {Mark.GOOD}
        assert "Workspace T1" in str(found) or "T1" in str(found)
        assert server.rejected == []


async def test_a_missing_scope_is_named(tmp_path: Path) -> None:
    async with SlackServer() as server:
        server.workspace("T1", scopes=set(scopes()) - {"files:read"})
        (finding,) = [each for each in await told(tmp_path, server) if each.mark is Mark.BAD]
        assert "files:read" in finding.sentence


@pytest.mark.parametrize(("name", "value"), [("SLACK_BOT_TOKEN", "xoxb-wrong"), ("SLACK_APP_TOKEN", "xapp-wrong")])
async def test_a_wrong_token_is_named_and_not_shown(tmp_path: Path, name: str, value: str) -> None:
    async with SlackServer() as server:
        bad = [each for each in await told(tmp_path, server, **{name: value}) if each.mark is Mark.BAD]
        assert any(name in each.sentence for each in bad)
        assert value not in str(bad)


async def test_a_slack_that_nothing_comes_in_from_is_bad(tmp_path: Path) -> None:
    async with SlackServer() as server:
        found = await told(tmp_path, server, "http", SLACK_SIGNING_SECRET=None)
        assert any(each.mark is Mark.BAD and "SLACK_APP_TOKEN" in each.sentence for each in found)
