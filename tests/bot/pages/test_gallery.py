"""The gallery, and the lasting page of each asset."""

import re

from playwright.async_api import expect

from tests.bot.browser import Visitor, visiting
from tests.bot.house import House


async def test_the_gallery_finds_by_words_and_keeps_favourites(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.made("a windmill in a tulip field")
    await visitor.open("/gallery")
    await visitor.page.keyboard.press("/")
    await expect(visitor.page.locator("#search")).to_be_focused()
    await visitor.page.keyboard.type("windmill")
    tiles = visitor.page.locator(".tile")
    await expect(tiles).to_have_count(1)
    await expect(visitor.page).to_have_url(re.compile("q=windmill"))
    await tiles.hover()
    await tiles.locator("[data-favourite]").click()
    await expect(tiles.locator("[data-favourite]")).to_have_attribute("aria-pressed", "true")
    await visitor.page.fill("#search", "")
    await visitor.page.get_by_role("link", name="Favourites").click()
    await expect(tiles).to_have_count(1)
    await visitor.page.reload()
    await expect(tiles.locator("[aria-pressed=true]")).to_have_count(1)
    await visitor.page.fill("#search", "zeppelin")
    await expect(visitor.page.locator(".nothing h2")).to_contain_text("zeppelin")


async def test_the_gallery_goes_on_without_end_and_without_jumps(quiet: House) -> None:
    for number in range(95):
        await quiet.asset(quiet.context.local_user_id, alt_text=f"picture {number}")
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/gallery")
        await expect(visitor.page.locator(".tile")).not_to_have_count(0)
        for _ in range(6):
            await visitor.page.mouse.wheel(0, 20_000)
            await visitor.page.wait_for_timeout(200)
        await expect(visitor.page.locator(".tile")).to_have_count(95)
        await expect(visitor.page.locator("#more")).to_have_count(0)
        names = await visitor.page.locator(".tile img").evaluate_all("(images) => images.map((image) => image.alt)")
        assert names == [f"picture {number}" for number in reversed(range(95))]
        assert visitor.complaints == []


async def test_the_gallery_works_without_scripts(quiet: House) -> None:
    for number in range(45):
        await quiet.asset(quiet.context.local_user_id, alt_text=f"picture {number}")
    async with visiting(quiet.open_url, java_script_enabled=False) as visitor:
        await visitor.open("/gallery")
        await expect(visitor.page.locator(".tile")).to_have_count(40)
        await visitor.page.locator("#more").click()
        await expect(visitor.page.locator(".tile")).to_have_count(5)
        await visitor.page.get_by_role("link", name="Speech").click()
        await expect(visitor.page.locator(".nothing")).to_be_visible()


async def test_the_page_of_a_picture_tells_where_it_comes_from(visitor: Visitor) -> None:
    await visitor.open("/")
    card = await visitor.made("a bridge over a river")
    await card.locator("[aria-label=Details]").click()
    main = visitor.page.locator("main")
    for words in ("a bridge over a river", "pixels", "Offline sketch, not an AI model", "Seed", "v1", "Nothing"):
        await expect(main).to_contain_text(words)
    await visitor.page.fill("#alt-text", "A stone bridge")
    await visitor.page.get_by_role("button", name="Save").click()
    await expect(visitor.page.locator("#toast")).to_contain_text("saved")
    await visitor.page.reload()
    await expect(visitor.page.locator(".stage img")).to_have_attribute("alt", "A stone bridge")
    await visitor.page.get_by_role("link", name="Refine").click()
    await expect(visitor.page.locator("#given")).to_contain_text("Refining v1")
    await expect(visitor.page.locator(".turn")).to_have_count(1)


async def test_deleting_asks_first_and_keys_do_it_too(visitor: Visitor) -> None:
    await visitor.open("/")
    card = await visitor.made("a fading footprint")
    await card.locator("[aria-label=Details]").click()
    await visitor.page.wait_for_url("**/a/*")
    await visitor.page.keyboard.press("f")
    await expect(visitor.page.locator("[data-action=favourite]")).to_have_attribute("aria-pressed", "true")
    await visitor.page.keyboard.press("Delete")
    dialog = visitor.page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    await visitor.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    asset_page = visitor.page.url
    await visitor.page.locator("[data-action=delete]").click()
    await dialog.get_by_role("button", name="Delete").click()
    await visitor.page.wait_for_url("**/gallery")
    gone = await visitor.page.request.get(asset_page)
    assert gone.status == 404
    assert "Nothing here" in await gone.text() or "not_found" in await gone.text()


async def test_a_card_lets_go_of_what_was_deleted(visitor: Visitor) -> None:
    await visitor.open("/")
    card = await visitor.made("a melting snowman")
    await card.locator("[data-action=delete]").click()
    await visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(card.locator(".asset")).to_have_count(0)
    await visitor.page.reload()
    await expect(visitor.page.locator(".turn")).to_have_count(1)
    await expect(visitor.page.locator(".asset")).to_have_count(0)
