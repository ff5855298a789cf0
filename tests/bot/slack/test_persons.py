"""Taking everything along, being one person in two places, being forgotten."""

import asyncio
import re
from pathlib import Path

import aiohttp

from tests.bot.slack.house import SlackHouse, read, slack_house

PUBLIC = "https://easel.example"


async def test_export_is_a_link_that_works_once_and_says_what_is_in_it(tmp_path: Path) -> None:
    async with slack_house(tmp_path, EASEL_PUBLIC_URL=PUBLIC) as slack:
        await slack.ada.command("general", "/create", "a fox")
        await slack.result()
        await slack.ada.command("general", "/easel", "export")
        told = await slack.whispered(slack.ada, "Everything Easel has of you")
        (url,) = [e["url"] for b in told.blocks for e in b.get("elements", []) if "url" in e]
        assert url.startswith(f"{PUBLIC}/signin?code=")
        assert "%2Fapi%2Fv1%2Fme%2Fexport" in url
        async with aiohttp.ClientSession() as browser, browser.get(url.replace(PUBLIC, slack.url)) as page:
            assert page.status == 200
        assert slack.messages()[-1].ephemeral_to is None
        assert "signin" not in read([each.described() for each in slack.messages()])


async def test_without_an_address_export_says_who_can_help(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/easel", "export")
    await slack.whispered(slack.ada, "EASEL_PUBLIC_URL")


async def test_a_code_that_one_account_shows_makes_the_other_one_the_same_person(slack: SlackHouse) -> None:
    await slack.bob.command("general", "/create", "a fox")
    await slack.result()
    await slack.ada.command("general", "/easel", "join")
    told = read(await slack.whispered(slack.ada, "Your code"))
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", told)
    assert code is not None
    await slack.bob.command("general", "/easel", f"join {code[0].lower()}")
    sure = await slack.whispered(slack.bob, "It cannot be taken apart again")
    ada, bob = [await slack.app.chats.person("slack", "T1", each.id) for each in (slack.ada, slack.bob)]
    assert ada != bob
    await slack.bob.click(sure, "Join them")
    await slack.whispered(slack.bob, "Joined")
    ada, bob = [await slack.app.chats.person("slack", "T1", each.id) for each in (slack.ada, slack.bob)]
    assert ada == bob
    async with asyncio.timeout(15):  # rows follow a moment later
        while "1 result" not in read([each.described() for each in slack.ada.ephemerals]):
            await slack.ada.command("general", "/gallery", "fox")
            await slack.server.settled()


async def test_a_wrong_code_is_told_and_joins_nobody(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/easel", "join ABCD-EFGH")
    sure = await slack.whispered(slack.ada, "It cannot be taken apart again")
    await slack.ada.click(sure, "Join them")
    await slack.whispered(slack.ada, "no such code")


async def test_being_forgotten_ends_with_a_receipt(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/create", "a fox")
    await slack.result()
    await slack.ada.command("general", "/easel", "forget-me")
    asked = await slack.whispered(slack.ada, "cannot be undone")
    assert "/easel export" in read(asked)
    await slack.ada.click(asked, "easel_forget")
    receipt = read(await slack.whispered(slack.ada, "1 request and 1 result"))
    assert "stored file" in receipt
    assert "The totals of what was spent stay" in receipt
    assert await slack.assets() == []


async def test_help_names_every_part_of_the_command(slack: SlackHouse) -> None:
    await slack.ada.command("general", "/easel", "help")
    told = read(await slack.whispered(slack.ada, "/easel settings"))
    for part in ("collections", "inspect", "usage", "export", "join", "forget-me"):
        assert f"/easel {part}" in told
