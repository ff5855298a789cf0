"""Versions, comparisons and inspection, in a real browser."""

import json
import re
from pathlib import Path

from PIL import Image
from playwright.async_api import expect

from tests.bot.browser import Visitor, visiting
from tests.bot.pages.test_everywhere import FAINT_WORDS, HOSTILE, NO_WORDS


async def thread_of_three(visitor: Visitor) -> str:
    """v1, v2 made from it, and after an undo v3 made from v1 too; returns the conversation's path."""
    await visitor.open("/")
    for words in ("a lighthouse at dusk", "make it night", "undo", "put a red boat in front of it"):
        card = await visitor.made(words)
    await expect(visitor.page.locator(".turn").nth(2)).to_contain_text("Back at v1")
    assert card
    return visitor.page.url.removeprefix(visitor.url)


async def test_versions_are_a_tree_in_which_one_goes_back_and_on(visitor: Visitor) -> None:
    thread = await thread_of_three(visitor)
    page = visitor.page
    await visitor.open(f"{thread}/tree")
    await expect(page.locator(".row .version")).to_have_text(["v1", "v2", "v3"])
    await expect(page.locator(".row.stands .version")).to_have_text("v3")
    await page.get_by_role("button", name="Go back by one").click()
    await expect(page.locator(".row.stands .version")).to_have_text("v1")
    await expect(page.locator("#toast")).to_contain_text("Back at v1")
    await page.locator(".row", has_text="v2").get_by_role("button", name="Go on from here").click()
    await expect(page.locator(".row.stands .version")).to_have_text("v2")
    assert await visitor.sideways() <= 0
    await visitor.open(thread)
    await visitor.all_done()
    await visitor.made("with fog")
    await visitor.open(f"{thread}/tree")
    await page.locator(".row", has_text="v4").get_by_role("link", name="What changed").click()
    await expect(page.locator("h1")).to_have_text("From v2 to v4")


async def test_the_slider_between_two_versions_follows_keys_and_pointer(visitor: Visitor) -> None:
    thread = await thread_of_three(visitor)
    page = visitor.page
    await visitor.open(f"{thread}/tree")
    await page.locator(".row", has_text="v3").get_by_role("link", name="What changed").click()
    slider, handle = page.locator("#slider"), page.get_by_role("slider")
    await expect(page.locator("ins").first).to_contain_text("red boat")

    async def cut() -> float:
        return float((await slider.evaluate("node => node.style.getPropertyValue('--cut')")).rstrip("%"))

    assert await cut() == 50
    await handle.focus()
    await page.keyboard.press("ArrowLeft")
    assert 48 <= await cut() < 50
    await page.keyboard.press("End")
    assert await cut() == 100
    box = await slider.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 40)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60, steps=4)
    await page.mouse.up()
    assert abs(await cut() - 25) < 1.5
    over = await page.locator(".slider .over").evaluate("node => getComputedStyle(node).clipPath")
    assert "25" in over


async def test_a_dropped_file_is_known_again_and_a_copy_looks_like_it(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page
    await visitor.open("/")
    card = await visitor.made("a red fox in the snow")
    source = await card.locator(".frame img").first.get_attribute("src")
    data = await page.evaluate(
        "async (at) => Array.from(new Uint8Array(await (await fetch(at)).arrayBuffer()))", source
    )
    (tmp_path / "same.png").write_bytes(bytes(data))
    with Image.open(tmp_path / "same.png") as picture:
        picture.convert("RGB").resize((picture.width // 2, picture.height // 2)).save(tmp_path / "copy.jpg")
    await visitor.open("/inspect")
    await page.set_input_files("#file", tmp_path / "same.png")
    await expect(page.locator(".verdict")).to_have_text("Made here by you: v1 of “a red fox in the snow”.")
    await page.set_input_files("#file", tmp_path / "copy.jpg")
    nearest = page.locator(".like").first  # sketches of other words may look a little like it as well
    await expect(nearest).to_contain_text("a red fox in the snow")
    await expect(page.locator(".report")).to_contain_text("proves nothing")
    await nearest.click()
    await page.wait_for_url("**/a/*")
    await expect(page.get_by_role("link", name="All versions")).to_be_visible()


async def test_on_a_phone_nothing_moves_sideways(phone: Visitor) -> None:
    thread = await thread_of_three(phone)
    await phone.open(f"{thread}/tree")
    await expect(phone.page.locator(".row")).to_have_count(3)
    assert await phone.sideways() <= 0
    await phone.page.locator(".row", has_text="v3").get_by_role("link", name="What changed").click()
    slider = phone.page.locator("#slider")
    await slider.tap(position={"x": 60, "y": 60})
    assert float((await slider.evaluate("node => node.style.getPropertyValue('--cut')")).rstrip("%")) < 30
    assert await phone.sideways() <= 0
    await phone.open("/inspect")
    assert await phone.sideways() <= 0


async def test_words_that_look_like_markup_stay_words_here_too(visitor: Visitor) -> None:
    await visitor.open("/")
    for words in HOSTILE[:8]:
        await visitor.ask(words)
    await visitor.all_done()
    await visitor.open(visitor.page.url.removeprefix(visitor.url) + "/tree")
    assert set(await visitor.page.locator(".row-asked").all_inner_texts()) <= set(HOSTILE)
    ids = await visitor.page.locator(".row").evaluate_all("(nodes) => nodes.map((node) => node.dataset.id)")
    for path in ("", f"/compare?a={ids[0]}&b={ids[-1]}", f"/a/{ids[0]}/tree"):
        await visitor.open(path) if path else None
        assert await visitor.page.evaluate("window.hit") is None
        assert await visitor.page.locator("main script, main iframe, main style").count() == 0


async def test_these_pages_can_be_read_in_both_themes_and_have_no_styles_of_their_own(address: str) -> None:
    for scheme in ("light", "dark"):
        async with visiting(address, color_scheme=scheme) as visitor:
            thread = await thread_of_three(visitor)
            await visitor.open(f"{thread}/tree")
            changed = await visitor.page.get_by_role("link", name="What changed").first.get_attribute("href")
            for path in (f"{thread}/tree", str(changed), "/inspect"):
                await visitor.open(path)
                assert json.loads(await visitor.page.evaluate(FAINT_WORDS)) == [], f"{scheme} {path}"
                assert await visitor.page.evaluate(NO_WORDS) == []
                raw = await (await visitor.page.request.get(address + path)).text()
                assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", raw), path
            assert visitor.complaints == []
