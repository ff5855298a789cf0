"""The pages of what is kept and shown, in a real browser."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Response, Route, expect

from bot.web.keeping.pages import PAGE_SIZE
from tests.bot.browser import PHONE, Visitor, visiting
from tests.bot.house import House
from tests.bot.keeping.places import shown_in, workspace


def asset_page(asset_id: str) -> str:
    return f"/a/{asset_id}"


async def test_tags_are_added_and_removed_and_stay(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    async with visiting(quiet.open_url) as visitor:
        page = visitor.page
        await visitor.open(asset_page(asset.id))
        await page.fill("#tag-new", "Summer Jazz, night")
        await page.keyboard.press("Enter")
        await expect(page.locator(".tag")).to_have_text(["summer-jazz", "night"])
        await page.get_by_role("button", name="Remove the tag night").click()
        await expect(page.locator(".tag")).to_have_text(["summer-jazz"])
        await page.reload()
        await expect(page.locator(".tag")).to_have_text(["summer-jazz"])
        await page.fill("#tag-new", "x" * 31)
        await page.keyboard.press("Enter")
        await expect(page.locator("#toast")).to_contain_text("at most 30 characters")
        assert [each for each in visitor.complaints if "400" not in each] == []


async def test_a_thumb_is_pressed_and_taken_back(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    async with visiting(quiet.open_url) as visitor:
        await visitor.open(asset_page(asset.id))
        up, down = (visitor.page.locator(f"[data-rate='{value}']") for value in (1, -1))
        await up.click()
        await down.click()
        await expect(up).to_have_attribute("aria-pressed", "false")
        async with visitor.page.expect_response(_asked_for({"value": 0})):
            await down.press("Enter")
        await visitor.page.reload()
        await expect(down).to_have_attribute("aria-pressed", "false")
        assert visitor.complaints == []


async def test_of_quick_presses_the_last_one_counts_though_the_first_is_slow(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    async with visiting(quiet.open_url) as visitor:
        page = visitor.page
        await visitor.open(asset_page(asset.id))
        await page.route("**/rating", _first_is_slow())
        async with page.expect_response(_asked_for({"value": 1})), page.expect_response(_asked_for({"value": -1})):
            for press in (1, -1):
                await page.click(f"[data-rate='{press}']")
        await page.route("**/tags", _first_is_slow())
        for name in ("jazz", "night"):
            await page.fill("#tag-new", name)
            await page.keyboard.press("Enter")
        await expect(page.locator(".tag")).to_have_text(["jazz", "night"])
        await page.reload()
        await expect(page.locator("[data-rate='-1']")).to_have_attribute("aria-pressed", "true")
        await expect(page.locator(".tag")).to_have_text(["jazz", "night"])
        assert visitor.complaints == []


def _asked_for(body: dict[str, int]) -> Callable[[Response], bool]:
    """The answer to a request that said this."""
    return lambda answer: answer.request.post_data is not None and answer.request.post_data_json == body


def _first_is_slow() -> Callable[[Route], Awaitable[None]]:
    """A way to the server on which the first of several requests stays for half a second."""
    waits = iter([0.5])

    async def passes(route: Route) -> None:
        await asyncio.sleep(next(waits, 0))
        await route.continue_()

    return passes


async def test_a_collection_is_begun_filled_renamed_and_deleted(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    async with visiting(quiet.open_url) as visitor:
        page = visitor.page
        await visitor.open("/collections")
        await page.fill("#begin-name", "Jazz")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/collections/*")
        wall = page.url
        await visitor.open(asset_page(asset.id))
        chip = page.locator("#walls .chip", has_text="Jazz")
        async with page.expect_response("**/assets"):
            await chip.click()
        await expect(chip).to_have_attribute("aria-pressed", "true")
        await page.goto(wall)
        await expect(page.locator(".tile")).to_have_count(1)
        await page.fill("#wall-name", "Jazz festival")
        await page.keyboard.press("Enter")
        await expect(page.locator("#toast")).to_contain_text("new name")
        await visitor.open("/collections")
        await expect(page.locator(".shelf")).to_contain_text("Jazz festival")
        await expect(page.locator(".shelf-facts")).to_have_text("1 piece")
        await page.goto(wall)
        await page.locator(".tile").hover()
        await page.locator("[data-down]").click()
        await expect(page.locator(".nothing")).to_be_visible()
        await page.wait_for_load_state()  # the empty page is a new one
        await page.locator("#end").click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await page.wait_for_url("**/collections")
        await expect(page.locator(".nothing")).to_contain_text("No collections yet")
        assert (await page.request.get(quiet.open_url + asset_page(asset.id))).status == 200
        assert visitor.complaints == []


async def test_a_page_of_a_collection_that_does_not_come_is_told_and_can_be_asked_for_again(quiet: House) -> None:
    assets = [(await quiet.asset(quiet.context.local_user_id)).id for _ in range(PAGE_SIZE + 1)]
    wall = f"/collections/{(await quiet.ask('POST', '/api/v1/collections', json={'name': 'Jazz'})).json['id']}"
    await quiet.ask("POST", f"/api/v1{wall}/assets", json={"assets": assets})

    async def too_much(route: Route) -> None:
        await route.fulfill(status=503, content_type="text/html", body="<main><p>Too much at once.</p></main>")

    async with visiting(quiet.open_url) as visitor:
        tiles, more = visitor.page.locator(".tile"), visitor.page.locator("#more")
        await visitor.open(wall)
        await visitor.page.route("**/collections/*?before=*", too_much)
        await more.click()
        await expect(visitor.page.locator("#toast")).to_have_text("Too much at once.")
        await expect(tiles).to_have_count(PAGE_SIZE)
        await visitor.page.unroute("**/collections/*?before=*")
        await more.click()
        await expect(tiles).to_have_count(PAGE_SIZE + 1)
        await expect(more).to_have_count(0)
        assert [each for each in visitor.complaints if "503" not in each] == []


async def test_a_collection_says_in_its_own_words_who_sees_it_also_once_it_is_shared(quiet: House) -> None:
    made = await quiet.ask("POST", "/api/v1/collections", json={"name": "Jazz"})
    async with visiting(quiet.open_url) as visitor:
        seen_by = visitor.page.locator("#seen-by")
        await visitor.open(f"/collections/{made.json['id']}")
        await expect(seen_by).to_have_text("only you see it")
        await _share(visitor)
        await expect(seen_by).to_have_text("whoever you gave a link sees it")
        await visitor.page.reload()
        await expect(seen_by).to_have_text("whoever you gave a link sees it")


async def test_a_link_is_made_copied_opened_by_a_stranger_and_taken_back(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    async with visiting(quiet.open_url, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        page = visitor.page
        await visitor.open(asset_page(asset.id))
        await page.get_by_role("button", name="Share").click()
        await page.select_option("#share-lasts", "86400")
        await page.get_by_role("button", name="Make a link").click()
        await expect(page.locator(".share-link")).to_contain_text(re.compile("Ends in 1 day"))
        await expect(page.locator("#toast")).to_contain_text("copied")
        url = str(await page.evaluate("navigator.clipboard.readText()"))
        assert url == await page.locator(".share-url").input_value()
        await expect(page.locator("#seen-by")).to_have_text("Whoever you gave a link")
        async with visiting(quiet.open_url) as stranger:
            await stranger.page.goto(url)
            await expect(stranger.page.locator(".stage img")).to_be_visible()
            assert await stranger.page.locator(".stage img").evaluate("(image) => image.naturalWidth") == 64
            assert stranger.complaints == []
            await page.get_by_role("button", name="Take the link back").click()
            await expect(page.locator(".share-link")).to_have_count(0)
            await expect(page.locator("#seen-by")).to_have_text("Only you")
            await stranger.page.reload()
            await expect(stranger.page.locator("main")).to_contain_text("This link has ended.")
            await expect(stranger.page.locator("img")).to_have_count(0)
        assert visitor.complaints == []


async def test_something_is_shown_to_the_workspace_and_to_nobody_again(quiet: House) -> None:
    me = quiet.context.local_user_id
    place = await quiet.app.chats.workspace("slack", "T1")
    await quiet.app.kept.membership.seen(me, place.id)
    asset = await quiet.asset(me)
    async with visiting(quiet.open_url) as visitor:
        page = visitor.page
        await visitor.open(asset_page(asset.id))
        for word, visibility in (("Everyone in your workspace", "workspace"), ("Only you", "private")):
            await page.get_by_role("button", name="Share").click()
            async with page.expect_response("**/visibility"):
                await page.get_by_text(word, exact=False).last.click()
            await page.keyboard.press("Escape")
            await page.reload()
            await expect(page.locator("#seen-by")).to_have_attribute("data-visibility", visibility)
        assert visitor.complaints == []


async def test_what_somebody_shows_can_be_remixed_from_its_page_and_no_more(quiet: House) -> None:
    place = await workspace(quiet, "T1", quiet.ada)
    await quiet.app.kept.membership.seen(quiet.context.local_user_id, place)
    asset = await shown_in(quiet, quiet.ada, place)
    async with visiting(quiet.open_url) as visitor:
        page = visitor.page
        await visitor.open(asset_page(asset.id))
        await expect(page.locator("main")).to_contain_text("Picture by ada")
        for gone in ("Delete", "Favourite", "Share"):
            await expect(page.get_by_role("button", name=gone)).to_have_count(0)
        await expect(page.locator("main")).not_to_contain_text("Cost")
        await page.get_by_role("link", name="Remix").click()
        await expect(page.locator("#given")).to_contain_text("Refining")
        await page.fill("#wish", "by night")
        async with page.expect_response("**/api/v1/creations") as asked:
            await page.keyboard.press("Enter")
        assert (await (await asked.value).json())["inputs"] == [asset.id]
        assert visitor.complaints == []


async def test_no_page_of_what_is_kept_is_wider_than_a_phone(quiet: House) -> None:
    me = quiet.context.local_user_id
    asset = await quiet.asset(me)
    wall = await quiet.ask("POST", "/api/v1/collections", json={"name": "A name that goes on and on " * 2})
    await quiet.ask("POST", f"/api/v1/collections/{wall.json['id']}/assets", json={"assets": [asset.id]})
    await quiet.ask("PUT", f"/api/v1/assets/{asset.id}/tags", json={"tags": [f"{'long' * 6}-{n}" for n in range(9)]})
    link = await quiet.ask("POST", "/api/v1/shares", json={"collection": wall.json["id"]})
    async with visiting(quiet.open_url, viewport=PHONE, is_mobile=True, has_touch=True) as visitor:
        paths = ("/", "/gallery", "/collections", f"/collections/{wall.json['id']}", asset_page(asset.id))
        for path in (*paths, link.json["url"].removeprefix(quiet.open_url)):
            await visitor.open(path)
            assert await visitor.sideways() == 0, path
        await visitor.open(asset_page(asset.id))
        await _share(visitor)
        assert await visitor.sideways() == 0


async def _share(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="Share").click()
    await visitor.page.get_by_role("button", name="Make a link").click()
    await expect(visitor.page.locator(".share-link").first).to_be_visible()
