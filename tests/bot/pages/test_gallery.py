"""The gallery, and the lasting page of each asset."""

import re
from zipfile import ZipFile

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
    for number in range(205):
        await quiet.asset(quiet.context.local_user_id, alt_text=f"picture {number}")
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/gallery")
        await expect(visitor.page.locator(".tiles.laid .tile")).not_to_have_count(0)
        seen: dict[str, None] = {}
        for _ in range(400):
            names = await visitor.page.locator(".tile img").evaluate_all("(images) => images.map((each) => each.alt)")
            seen |= dict.fromkeys(names)
            if await visitor.page.locator("#more").count() == 0 and "picture 0" in seen:
                break
            await visitor.page.mouse.wheel(0, 500)
            await visitor.page.wait_for_timeout(60)
        assert list(seen) == [f"picture {number}" for number in reversed(range(205))]
        assert await visitor.page.locator(".tile").count() < 120  # what is far away does not stand in the document
        assert visitor.complaints == []


async def test_tiles_stand_in_columns_and_none_covers_another(quiet: House) -> None:
    for number in range(40):
        await quiet.asset(quiet.context.local_user_id, width=400 + 37 * (number % 9), height=300 + 53 * (number % 7))
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/gallery")
        await expect(visitor.page.locator(".tiles.laid .tile")).not_to_have_count(0)
        boxes = await visitor.page.locator(".tile").evaluate_all(BOXES)
        assert len({round(left) for left, *_ in boxes}) == 4
        for number, one in enumerate(boxes):
            assert not any(overlap(one, other) for other in boxes[number + 1 :])


BOXES = """(tiles) => tiles.map((tile) => {
  const box = tile.getBoundingClientRect();
  return [box.left, box.top, box.right, box.bottom];
})"""


def overlap(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] - 1 and other[0] < one[2] - 1 and one[1] < other[3] - 1 and other[1] < one[3] - 1


async def test_keys_walk_choose_mark_and_delete(quiet: House) -> None:
    for number in range(12):
        await quiet.asset(quiet.context.local_user_id, alt_text=f"picture {number}")
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/gallery")
        page, here = visitor.page, visitor.page.locator(".tile:focus-within")
        await page.keyboard.press("ArrowRight")
        await expect(here.locator("img")).to_have_attribute("alt", "picture 11")
        await page.keyboard.press("ArrowRight")
        await expect(here.locator("img")).to_have_attribute("alt", "picture 10")
        await page.keyboard.press("ArrowDown")
        await expect(here.locator("img")).to_have_attribute("alt", "picture 6")
        await page.keyboard.press("f")
        await expect(here.locator("[data-favourite]")).to_have_attribute("aria-pressed", "true")
        await page.keyboard.press("Delete")
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(page.locator(".tile")).to_have_count(11)
        await expect(page.locator("img[alt='picture 6']")).to_have_count(0)
        await page.keyboard.press("x")
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("x")
        await expect(page.locator("#picked output")).to_have_text("2 chosen")
        await page.keyboard.press("Escape")
        await expect(page.locator("#picked")).to_be_hidden()
        assert visitor.complaints == []


async def test_many_are_chosen_at_once_kept_and_deleted(quiet: House) -> None:
    for number in range(9):
        await quiet.asset(quiet.context.local_user_id, alt_text=f"picture {number}")
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/gallery")
        page = visitor.page
        picks = page.locator(".tile-pick")
        await page.locator(".tile").first.hover()
        await picks.nth(0).click()
        await picks.nth(3).click(modifiers=["Shift"])
        await expect(page.locator("#picked output")).to_have_text("4 chosen")
        await page.get_by_role("button", name="Add to favourites").click()
        await expect(page.locator(".tile-heart[aria-pressed=true]")).to_have_count(4)
        await page.locator(".tile").first.hover()
        await picks.nth(7).click()
        await page.locator(".tile").nth(8).click()  # while choosing, a press anywhere on a tile chooses it
        await page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(page.locator(".tile")).to_have_count(7)
        await page.reload()
        await expect(page.locator(".tile")).to_have_count(7)
        assert visitor.complaints == []


async def test_many_are_collected_tagged_and_packed_at_once(quiet: House) -> None:
    for number in range(6):
        await quiet.asset(quiet.context.local_user_id, alt_text=f"picture {number}", asked=f"picture {number}")
    async with visiting(quiet.open_url) as visitor:
        await visitor.open("/gallery")
        page, picked = visitor.page, visitor.page.get_by_role("toolbar")

        async def choose_two() -> None:
            await page.locator(".tile").first.hover()
            await page.locator(".tile-pick").nth(0).click()
            await page.locator(".tile-pick").nth(1).click()

        await choose_two()
        await picked.get_by_role("button", name="Collect or tag").click()
        await page.get_by_label("A new collection").fill("Summer")
        await page.get_by_role("button", name="Hang").click()
        await expect(page.locator("#toast")).to_contain_text("Hung in Summer")
        await choose_two()
        await picked.get_by_role("button", name="Collect or tag").click()
        await page.get_by_label("Tags").fill("poster, jazz")
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.locator("#toast")).to_contain_text("Tagged")
        await page.fill("#search", 'in:"Summer" tag:jazz')
        await expect(page.locator(".tile")).to_have_count(2)
        await choose_two()
        async with page.expect_download() as coming:
            await picked.get_by_role("button", name="Download as a zip file").click()
        with ZipFile(await (await coming.value).path()) as packed:
            assert sorted(packed.namelist()) == ["files/picture-4-v1.png", "files/picture-5-v1.png", "manifest.json"]
        assert visitor.complaints == []


async def test_a_film_moves_under_the_pointer_and_a_voice_shows_its_waves(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.made("a 2 second clip of a sailing boat on the open sea")
    await visitor.made("say 'The tide comes in.'")
    await visitor.open("/gallery?q=boat")
    tile = visitor.page.locator(".tile.video").first
    await tile.hover()
    await expect(tile.locator("video.moving")).to_have_count(1)
    await visitor.page.mouse.move(5, 5)
    await expect(tile.locator("video")).to_have_count(0)
    await visitor.open("/gallery?q=tide")
    wave = visitor.page.locator(".tile.speech .wave").first
    await expect(wave).to_have_js_property("naturalWidth", 512)


async def test_a_tile_that_is_dropped_on_the_chat_is_refined(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.made("a paper kite")
    await visitor.open("/gallery?q=kite")
    await visitor.page.locator(".tile").first.hover()
    await visitor.page.mouse.down()
    await visitor.page.mouse.move(500, 500, steps=4)
    await visitor.page.locator("#refine-zone").hover()
    await visitor.page.mouse.up()
    await expect(visitor.page.locator("#given")).to_contain_text("Refining v1")


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
    await visitor.page.wait_for_load_state("load")  # whoever types before the page's script is there is not heard
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
