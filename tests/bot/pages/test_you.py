"""The page about oneself."""

import re

from playwright.async_api import expect

from tests.bot.browser import visiting
from tests.bot.house import House


async def test_a_code_is_shown_and_a_wrong_one_is_refused_in_a_sentence(quiet: House) -> None:
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/you")
        await visitor.page.get_by_role("button", name="Show a code").click()
        await expect(visitor.page.locator("#code")).to_have_text(
            re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4} · good for 10 min")
        )
        await visitor.page.fill("#join-code", "AAAA-AAAA")
        await visitor.page.get_by_role("button", name="Join").click()
        await expect(visitor.page.locator("#toast")).to_be_visible()
        assert [each for each in visitor.complaints if "status of 4" not in each] == []


async def test_everything_is_downloaded_as_one_file(quiet: House) -> None:
    await quiet.asset(quiet.context.local_user_id)
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/you")
        async with visitor.page.expect_download() as coming:
            await visitor.page.get_by_role("link", name="Download everything").click()
        assert (await coming.value).suggested_filename.endswith(".zip")


async def test_being_forgotten_asks_for_the_words_and_prints_a_receipt(busy: House) -> None:
    await busy.asset(busy.context.local_user_id)
    async with visiting(busy.open_url) as visitor:
        await visitor.open("/you")
        await visitor.page.fill("#forget-words", "yes")
        await visitor.page.get_by_role("button", name="Delete everything").click()
        await expect(visitor.page.locator("#toast")).to_contain_text("forget me")
        await visitor.page.fill("#forget-words", "forget me")
        await visitor.page.get_by_role("button", name="Delete everything").click()
        await expect(visitor.page.locator("#receipt[role=status]")).to_contain_text("Files", timeout=60_000)
        await expect(visitor.page.locator("#forget")).to_have_count(0)
        await visitor.open("/gallery")
        await expect(visitor.page.locator(".tile")).to_have_count(0)
        assert visitor.complaints == []
