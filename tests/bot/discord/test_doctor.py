"""What the doctor says of Discord."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot.app import running
from bot.discord.invite import PERMISSIONS
from bot.doctor import Finding, Mark, examine
from bot.settings import Settings
from tests.bot.discord.house import addresses_restored, opened, settings_for
from tests.fakes.discord import DiscordServer, breaks
from tests.furnished import furnish

DOCUMENT = Path(__file__).parents[3] / "docs" / "discord.md"


async def consulted(settings: Settings, *, offline: bool = False) -> list[Finding]:
    with addresses_restored():
        async with running(furnish(settings), worker=False) as app:
            return [each for each in await examine(app, offline=offline) if each.subject == "Discord"]


def said(findings: list[Finding]) -> str:
    return " ".join(each.sentence for each in findings)


async def test_a_good_token_is_told_with_what_was_granted_and_the_way_in(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        async with opened(tmp_path, server=server):
            pass
        findings = await consulted(settings_for(server, tmp_path))
        assert {each.mark for each in findings} == {Mark.GOOD}
        assert "easel, in 1 server." in said(findings)
        assert "Plain replies in its threads are heard" in said(findings)
        assert "registered as they are in this version" in said(findings)
        link = urlsplit(next(word for word in said(findings).split() if word.startswith("https://")))
        asked = {name: values[0] for name, values in parse_qs(link.query).items()}
        assert asked["client_id"] == server.application_id
        assert asked["permissions"] == str(PERMISSIONS.value)
        assert asked["scope"] == "bot applications.commands"


async def test_a_missing_intent_and_missing_commands_are_worth_knowing(tmp_path: Path) -> None:
    async with DiscordServer(content_intent=False) as server:
        findings = await consulted(settings_for(server, tmp_path))
        assert Mark.BAD not in {each.mark for each in findings}
        assert "Message Content Intent" in said(findings)
        assert "when `easel run` starts" in said(findings)


async def test_a_refused_token_is_bad(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        settings = settings_for(server, tmp_path)
        server.world.token = "another"
        (finding,) = await consulted(settings)
        assert finding.mark is Mark.BAD
        assert "DISCORD_TOKEN" in finding.sentence


async def test_a_discord_that_is_away_is_no_fault_of_the_operators(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        settings = settings_for(server, tmp_path)
    (finding,) = await consulted(settings)
    assert finding.mark is Mark.NOTE
    async with DiscordServer() as server:
        server.always("me", breaks(501))
        (finding,) = await consulted(settings_for(server, tmp_path))
        assert finding.mark is Mark.NOTE


async def test_offline_nobody_is_asked(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        assert await consulted(settings_for(server, tmp_path), offline=True) == []
        assert server.requests == []


def test_every_permission_that_is_asked_for_is_explained() -> None:
    names = {"read_messages": "View Channels"}
    text = DOCUMENT.read_text("utf-8")
    for name, asked in PERMISSIONS:
        if asked:
            shown = names.get(name, name.replace("_", " ").title().replace(" In ", " in "))
            assert f"| {shown} |" in text, shown
    assert str(PERMISSIONS.value) in text
