"""The chat page: wishes, steps, results, replies."""

import io
import signal
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import expect

from tests.bot.browser import WORK_MS, Visitor, done, easel, free_port, visiting


async def records(visitor: Visitor) -> None:
    """Let the page note every state that a step or a card goes through, however short."""
    await visitor.page.add_init_script(
        """window.seen = [];
        const look = (node) => node.dataset?.status && window.seen.push(`${node.classList[0]} ${node.dataset.status}`);
        const each = (node) => [node, ...(node.querySelectorAll?.("*") ?? [])].forEach(look);
        new MutationObserver((changes) => changes.forEach((change) => {
          if (change.type === "attributes") look(change.target);
          else change.addedNodes.forEach(each);
        })).observe(document, { subtree: true, childList: true, attributeFilter: ["data-status"] });"""
    )


async def test_a_wish_ticks_its_steps(visitor: Visitor) -> None:
    await records(visitor)
    await visitor.open("/")
    await visitor.made("a 6 second clip of a sailing boat on the open sea")  # long enough to be looked at on the way
    seen = await visitor.page.evaluate("window.seen")
    assert seen.index("step in_progress") < seen.index("step complete")


async def test_a_wish_becomes_a_picture(visitor: Visitor) -> None:
    await visitor.open("/")
    card = await visitor.made("a lighthouse at dusk")
    picture = card.locator(".asset.image img")
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("(image) => image.naturalWidth") > 100
    assert await picture.get_attribute("alt")
    await expect(card.locator(".version")).to_have_text("v1")
    await expect(card.locator(".step")).to_have_attribute("data-status", "complete")


async def test_what_happens_is_read_aloud_politely(visitor: Visitor) -> None:
    await visitor.page.add_init_script(
        """window.said = [];
        addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => changes.forEach((change) =>
          change.addedNodes.forEach((node) => window.said.push(node.textContent)))
        ).observe(document.getElementById("announcer"), { childList: true }));"""
    )
    await visitor.open("/")
    await visitor.made("a quiet harbour")
    said = " ".join(await visitor.page.evaluate("window.said"))
    assert "done." in said
    assert "Picture v1 is here" in said
    assert await visitor.page.locator("#announcer").get_attribute("aria-live") == "polite"


async def test_a_reload_shows_the_same_conversation(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.ask("a red fox in the snow")
    await visitor.page.wait_for_url("**/t/*")
    await visitor.page.reload()
    card = await done(visitor.page.locator(".turn"))
    before = await card.inner_text()
    await visitor.page.reload()
    await expect(card.locator("img")).to_be_visible()
    assert await card.inner_text() == before
    await expect(visitor.page.locator("#thread-list [aria-current]")).to_have_text("a red fox in the snow")


async def test_a_reply_refines_the_chosen_version(visitor: Visitor) -> None:
    await visitor.open("/")
    first = await visitor.made("a castle on a hill")
    await first.locator("[data-action=refine]").click()
    await expect(visitor.page.locator("#given")).to_contain_text("Refining v1")
    await expect(visitor.page.locator("#wish")).to_be_focused()
    second = await visitor.made("make it darker")
    await expect(visitor.page.locator("#given")).to_be_hidden()
    await expect(second.locator(".version")).to_have_text("v2")
    await expect(second.locator(".wish-sources img")).to_have_attribute("alt", "Works from v1")
    await second.locator("[aria-label=Details]").click()
    await expect(visitor.page.locator(".lineage")).to_contain_text("Made from v1")


async def test_a_pressed_button_makes_a_variation_and_a_clip(visitor: Visitor) -> None:
    await visitor.open("/")
    first = await visitor.made("a hot-air balloon")
    await first.locator("[data-action=vary]").click()
    second = await done(visitor.page.locator(".turn").nth(1))
    await expect(second.locator(".wish")).to_contain_text("Vary v1")
    await second.locator("[data-action=animate]").click()
    third = await done(visitor.page.locator(".turn").nth(2))
    await visitor.page.wait_for_function("() => document.querySelector('video').duration > 1")
    await expect(third.locator(".wish")).to_contain_text("Animate v2")


async def test_settings_of_a_wish_are_kept_to(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.page.select_option("#aspect", "9:16")
    picture = (await visitor.made("a tall tree")).locator(".asset img")
    assert int(await picture.get_attribute("height") or 0) > int(await picture.get_attribute("width") or 0)
    await visitor.page.click("[data-kind=speech]")
    await visitor.made("The tree stands alone on the hill.")
    await expect(visitor.page.locator("audio")).to_have_count(1)
    await expect(visitor.page.locator("[data-kind=speech]")).to_have_attribute("aria-pressed", "false")


async def test_a_running_creation_can_be_cancelled(visitor: Visitor) -> None:
    await visitor.open("/")
    card = await visitor.ask("a 60 second clip of a river")
    await card.locator("[data-action=cancel]").click()
    await expect(card).to_have_attribute("data-status", "cancelled", timeout=WORK_MS)
    await expect(card.locator(".state")).to_contain_text("Cancelled")


async def test_many_wishes_at_once_all_come_to_their_end(visitor: Visitor) -> None:
    await visitor.open("/")
    for number in range(5):
        await visitor.ask(f"a blue bird number {number}")
    await visitor.all_done()
    await expect(visitor.page.locator(".asset.image")).to_have_count(5)


async def test_a_page_outlives_its_server(tmp_path: Path) -> None:
    port = free_port()
    async with visiting(f"http://127.0.0.1:{port}") as visitor:
        with easel(tmp_path, port, stop=signal.SIGKILL):
            await visitor.open("/")
            card = await visitor.ask("a 6 second clip of a river")
            await expect(card.locator(".step")).to_have_attribute("data-status", "in_progress")
        with easel(tmp_path, port):
            await done(card)
            await expect(card.locator("video")).to_have_count(1)


async def test_a_picture_of_ones_own_can_be_worked_from(visitor: Visitor) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 120, 60)).save(buffer, "PNG")
    await visitor.open("/")
    file: Any = {"name": "meadow.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    await visitor.page.set_input_files("#file", file)
    await expect(visitor.page.locator("#given")).to_contain_text("meadow.png")
    card = await visitor.made("make it warmer")
    await expect(card.locator(".asset.image img")).to_be_visible()


async def test_a_wrong_file_and_an_empty_wish_are_told_in_words(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.page.set_input_files("#file", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"words"})
    await expect(visitor.page.locator("#composer-trouble")).to_contain_text("takes pictures")
    await visitor.page.focus("#wish")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator(".turn")).to_have_count(0)


async def test_a_refused_wish_stays_in_the_field_with_the_reason(address: str) -> None:
    async with visiting(address) as visitor:
        await visitor.open("/")
        await visitor.page.fill("#wish", "x" * 10_001)
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.locator("#composer-trouble")).to_contain_text("10,001 characters")
        assert len(await visitor.page.input_value("#wish")) == 10_001
        assert all("413" in complaint for complaint in visitor.complaints)


async def test_examples_fill_the_field_and_can_be_made(visitor: Visitor) -> None:
    await visitor.open("/")
    examples = await visitor.page.locator("[data-example] span").all_inner_texts()
    assert 4 <= len(examples) <= 6
    await visitor.page.locator("[data-example]").last.click()
    await expect(visitor.page.locator("#wish")).to_have_value(examples[-1])
    await visitor.page.keyboard.press("Enter")
    card = await done(visitor.page.locator(".turn"))
    await expect(card.locator("audio, video, img").first).to_be_visible()


async def test_everything_can_be_done_by_keyboard(visitor: Visitor) -> None:
    await visitor.open("/gallery")
    await visitor.open("/")
    await visitor.page.evaluate("document.activeElement.blur()")
    await tab_to(visitor, "#wish")
    await visitor.page.keyboard.type("first line")
    await visitor.page.keyboard.press("Shift+Enter")
    await visitor.page.keyboard.type("a sailing boat")
    await expect(visitor.page.locator("#wish")).to_have_value("first line\na sailing boat")
    await visitor.page.keyboard.press("Enter")
    await done(visitor.page.locator(".turn"))
    await visitor.page.evaluate("document.activeElement.blur()")
    await tab_to(visitor, "[data-action=refine]")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator("#wish")).to_be_focused()


async def tab_to(visitor: Visitor, selector: str) -> None:
    for _ in range(60):
        await visitor.page.keyboard.press("Tab")
        if await visitor.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")
