"""What concerns the person alone: where they are a member, taking everything along, joining accounts, the receipt."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import aiohttp

from bot.chat import persons, phrases, receipts
from core.gallery.membership import WorkspaceView
from core.people import joining
from tests.bot.discord.house import House, opened
from tests.bot.house import served, web_of
from tests.fakes.discord import Message, refuses

PUBLIC = {"EASEL_PUBLIC_URL": "https://easel.example"}


async def places(home: House, user_id: str | None) -> list[WorkspaceView]:
    assert user_id
    return await home.app.kept.membership.of(user_id)


# --- where they are -----------------------------------------------------------------------------------------------


async def test_a_look_into_the_gallery_tells_that_one_is_in_the_server(home: House) -> None:
    await (await home.bob.slash(home.channel, "gallery")).answer()
    assert [each.platform_id for each in await places(home, await home.user(home.bob))] == [home.guild.id]


async def test_so_does_a_word_in_a_thread(home: House) -> None:
    await home.bob.reply(await home.made(), "warmer")
    await home.creation(count=2)
    assert [each.platform_id for each in await places(home, await home.user(home.bob))] == [home.guild.id]


async def test_a_direct_message_tells_nothing_of_the_kind(home: House) -> None:
    await (await home.bob.slash(home.bob.dm, "gallery")).answer()
    assert await places(home, await home.user(home.bob)) == []


async def test_a_server_in_which_easel_is_no_member_is_nobodys_workspace(home: House) -> None:
    elsewhere = home.server.guild(installed=False)
    carl = home.server.person("carl", elsewhere)
    carl.user_install = True
    await (await carl.slash(elsewhere.channel(), "gallery")).answer()
    assert await places(home, await home.user(carl)) == []


# --- everything along ---------------------------------------------------------------------------------------------


async def test_the_export_link_is_for_them_alone_and_leads_to_the_zip(tmp_path: Path) -> None:
    async with opened(tmp_path, environment=PUBLIC) as built:
        result = await built.made("a lighthouse")
        (said,) = (await built.ada.slash(built.channel, "export-my-data")).ephemeral
        assert persons.EXPORT in said.text
        (link,) = [button.url or "" for button in said.buttons]
        asked = parse_qs(urlsplit(link).query)
        assert asked["next"] == [persons.EXPORT_PATH]
        with ZipFile(BytesIO(await followed(built, asked["code"][0], asked["next"][0]))) as zipped:
            files = [name for name in zipped.namelist() if name.startswith("files/")]
            assert zipped.read(files[0]) == result.files[0].data
        assert built.refused() == []


async def followed(home: House, code: str, path: str) -> bytes:
    """What a browser gets that follows a link and signs in."""
    locked = replace(web_of(home.app), token_demanded=True)
    jar = aiohttp.CookieJar(unsafe=True)
    async with served(locked) as base, aiohttp.ClientSession(cookie_jar=jar) as browser:
        answer = await browser.post(f"{base}/signin", data={"code": code, "next": path}, headers={"Origin": base})
        assert (answer.status, answer.url.path) == (200, path)
        return await answer.read()


async def test_without_a_public_address_they_are_told_whom_to_ask(home: House) -> None:
    (said,) = (await home.ada.slash(home.channel, "export-my-data")).ephemeral
    assert persons.NO_EXPORT_LINK in said.text
    assert said.buttons == []


# --- joining ------------------------------------------------------------------------------------------------------


async def code_of(home: House) -> str:
    (said,) = (await home.ada.slash(home.channel, "join")).ephemeral
    found = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", said.text)
    assert found
    return found[0]


async def asked(home: House, code: str) -> Message:
    (question,) = (await home.bob.slash(home.channel, "join", code=code)).ephemeral
    return question


async def test_a_code_makes_two_accounts_one_person_after_a_question(home: House) -> None:
    await home.made("a lighthouse")
    question = await asked(home, await code_of(home))
    assert "cannot be taken apart" in question.text
    await home.bob.press(question, "Join")
    await home.until(lambda: "Joined" in question.text, "the end of it")
    assert await home.user(home.bob) == await home.user(home.ada)
    page = await (await home.bob.slash(home.channel, "gallery")).answer()
    assert "a lighthouse" in page.text
    assert home.refused() == []


async def test_keep_joins_nobody(home: House) -> None:
    question = await asked(home, await code_of(home))
    await home.bob.press(question, "Keep")
    await home.until(lambda: "Nothing was changed" in question.text, "an answer")
    assert await home.user(home.bob) != await home.user(home.ada)


async def test_a_wrong_code_and_ones_own_are_answered_with_their_sentences(home: House) -> None:
    question = await asked(home, "ABCD-EFGH")
    await home.bob.press(question, "Join")
    await home.until(lambda: joining.WRONG in question.text, "the sentence")
    (own,) = (await home.ada.slash(home.channel, "join", code=await code_of(home))).ephemeral
    await home.ada.press(own, "Join")
    await home.until(lambda: joining.OWN in own.text, "the sentence")


# --- forgetting ---------------------------------------------------------------------------------------------------


async def test_the_receipt_counts_what_went_and_what_could_not_go(home: House) -> None:
    await home.made()
    home.server.always("delete", refuses(50013))
    (question,) = (await home.ada.slash(home.channel, "forget-me")).ephemeral
    await home.ada.press(question, "Delete everything")
    told = phrases.FORGOTTEN.format(creations="1 request", assets="1 result")
    await home.until(lambda: told in question.text, "the receipt")
    assert "could not be deleted" in question.text
    assert receipts.KEPT in question.text
