"""The pages as people use them: with a mouse, with a keyboard, on a phone, and with bad intentions."""

import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.bot.browser import PHONE, WORK_MS, Visitor, chromium, done, easel, visiting
from tests.bot.house import House

pytestmark = pytest.mark.skipif(chromium() is None, reason="no chromium on this machine: `apt-get install chromium`")

HOSTILE = (
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    '"><svg onload="window.hit = 1">',
    "'><img src=x onerror=window.hit=1>",
    "</textarea><script>window.hit = 1</script>",
    "</title><script>window.hit = 1</script>",
    "</script><script>window.hit = 1</script>",
    "<iframe srcdoc='<script>parent.hit = 1</script>'></iframe>",
    "<a href='javascript:window.hit = 1'>click me</a>",
    "javascript:window.hit = 1",
    "{{ 7 * 7 }} {% raw %}",
    "${window.hit = 1}",
    "<style>body { display: none }</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><input type=submit></form>",
    "<video><source onerror='window.hit = 1'></video>",
    "<details open ontoggle='window.hit = 1'>",
    "&lt;script&gt;window.hit = 1&lt;/script&gt; &quot; &#39;",
    "<math><mtext></p><img src onerror=window.hit=1>",
)
NO_WORDS = "[...document.images].filter((image) => !image.alt.trim()).map((image) => image.outerHTML)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Easel for this whole file."""
    with easel(tmp_path_factory.mktemp("easel")) as url:
        yield url


@pytest.fixture
async def visitor(address: str) -> AsyncIterator[Visitor]:
    """A window whose pages must have nothing to complain about."""
    async with visiting(address) as found:
        yield found
        assert found.complaints == []


@pytest.fixture
async def phone(address: str) -> AsyncIterator[Visitor]:
    async with visiting(address, viewport=PHONE, is_mobile=True, has_touch=True) as found:
        yield found
        assert found.complaints == []


async def records(visitor: Visitor) -> None:
    """Let the page note every state that a step or a card goes through, however short."""
    await visitor.page.add_init_script(
        """window.seen = [];
        const look = (node) => node.dataset?.status && window.seen.push(`${node.className.split(" ")[0]} ${node.dataset.status}`);
        new MutationObserver((changes) => changes.forEach((change) => {
          if (change.type === "attributes") look(change.target);
          else change.addedNodes.forEach((node) => { look(node); node.querySelectorAll?.("[data-status]").forEach(look); });
        })).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-status"] });"""
    )


# --- chat --------------------------------------------------------------------------------------------------------


async def test_a_wish_ticks_its_steps_and_becomes_a_picture(visitor: Visitor) -> None:
    await records(visitor)
    await visitor.open("/")
    card = await visitor.made("a lighthouse at dusk")
    picture = card.locator(".asset.image img")
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("(image) => image.naturalWidth") > 100
    assert await picture.get_attribute("alt")
    await expect(card.locator(".version")).to_have_text("v1")
    await expect(card.locator(".step")).to_have_attribute("data-status", "complete")
    seen = await visitor.page.evaluate("window.seen")
    assert seen.index("step in_progress") < seen.index("step complete")


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


# --- gallery -----------------------------------------------------------------------------------------------------


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


# --- one asset ---------------------------------------------------------------------------------------------------


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


# --- everywhere --------------------------------------------------------------------------------------------------


async def test_words_that_look_like_markup_stay_words(visitor: Visitor) -> None:
    await visitor.open("/")
    for words in HOSTILE:
        await visitor.ask(words)
    await visitor.all_done()
    assert await visitor.page.locator(".wish-words").all_inner_texts() == list(HOSTILE)
    conversation = visitor.page.url.removeprefix(visitor.url)
    assets = await visitor.page.locator(".asset").evaluate_all("(nodes) => nodes.map((node) => node.dataset.id)")
    for path in (conversation, "/gallery", *(f"/a/{asset_id}" for asset_id in assets)):
        await visitor.open(path)
        assert await visitor.page.evaluate("window.hit") is None
        assert await visitor.page.locator("main script, main iframe, main style").count() == 0
    assert await visitor.page.locator(".said p").first.inner_text() in HOSTILE


async def test_hostile_searches_and_addresses_stay_words(address: str) -> None:
    async with visiting(address) as visitor:
        for words in HOSTILE:
            found = await visitor.page.request.get(f"{address}/gallery", params={"q": words})
            assert found.status == 200
            assert "<script>window" not in await found.text()
        await visitor.open("/t/%3Cscript%3Ewindow.hit=1%3C/script%3E")
        assert await visitor.page.evaluate("window.hit") is None


async def test_no_page_is_wider_than_a_phone(phone: Visitor) -> None:
    await phone.open("/")
    assert await phone.sideways() == 0
    await phone.made("W" * 400)
    await phone.made("two pictures of a parrot, and say 'hello'")
    assert await phone.sideways() == 0
    await phone.page.locator("[aria-label=Details]").first.click()
    await phone.page.wait_for_url("**/a/*")
    assert await phone.sideways() == 0
    for path in ("/gallery", "/gallery?q=" + "W" * 300, "/help", "/signin", "/signin?code=x"):
        await phone.open(path)
        assert await phone.sideways() == 0, path


async def test_a_phone_keeps_conversations_in_a_drawer(phone: Visitor) -> None:
    await phone.open("/")
    await phone.made("a paper lantern")
    drawer = phone.page.locator("#threads")
    await expect(drawer).to_be_hidden()
    await phone.page.get_by_role("button", name="Conversations").click()
    await expect(drawer).to_be_visible()
    await expect(drawer).to_contain_text("a paper lantern")
    await phone.page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()


async def test_every_picture_has_words(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.made("two pictures of a tortoise")
    assert await visitor.page.evaluate(NO_WORDS) == []
    await visitor.page.locator("[aria-label=Details]").first.click()
    await visitor.page.wait_for_url("**/a/*")
    assert await visitor.page.evaluate(NO_WORDS) == []
    await visitor.open("/gallery")
    assert await visitor.page.evaluate(NO_WORDS) == []


async def test_every_control_has_a_name(visitor: Visitor) -> None:
    nameless = """[...document.querySelectorAll("button, a[href], input:not([type=hidden], [hidden]), textarea, select")]
      .filter((node) => !(node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent).trim()
        && !node.querySelector("img[alt]")).map((node) => node.outerHTML)"""
    await visitor.open("/")
    await visitor.made("a teapot")
    assert await visitor.page.evaluate(nameless) == []
    await visitor.page.locator("[aria-label=Details]").first.click()
    await visitor.page.wait_for_url("**/a/*")
    assert await visitor.page.evaluate(nameless) == []
    await visitor.open("/gallery")
    assert await visitor.page.evaluate(nameless) == []


async def test_the_theme_is_remembered(visitor: Visitor) -> None:
    await visitor.open("/")
    light = await visitor.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    await visitor.page.get_by_role("button", name="Use the dark theme").click()
    await visitor.open("/gallery")
    assert await visitor.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    await visitor.page.get_by_role("button", name="Use the light theme").click()
    assert await visitor.page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == light


async def test_both_themes_can_be_read(address: str) -> None:
    """WCAG AA: 4.5 to 1 between the words and the ground that they stand on."""
    for scheme in ("light", "dark"):
        async with visiting(address, color_scheme=scheme) as visitor:
            await visitor.open("/")
            await visitor.made("a lantern")
            for path in (visitor.page.url.removeprefix(address), "/", "/gallery?kind=upload", "/help"):
                await visitor.open(path)
                faint = json.loads(await visitor.page.evaluate(FAINT_WORDS))
                assert faint == [], f"{scheme} {path}"


FAINT_WORDS = r"""(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const pixel = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => colour.slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = pixel(getComputedStyle(at).backgroundColor);
      if (colour[3] > 200) return colour;
    }
    return pixel(getComputedStyle(document.documentElement).backgroundColor);
  };
  const faint = [];
  for (const node of document.querySelectorAll("main *, header *")) {
    const words = [...node.childNodes].filter((child) => child.nodeType === 3 && child.textContent.trim());
    if (!words.length || !node.checkVisibility({ opacityProperty: true }) || node.closest(".unseen, option")) continue;
    const [a, b] = [light(pixel(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.push(`${node.textContent.trim().slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  return JSON.stringify(faint);
})()"""


async def test_help_and_errors_are_pages_too(address: str) -> None:
    async with visiting(address) as visitor:
        await visitor.open("/help")
        await expect(visitor.page.locator("main")).to_contain_text("OPENAI_API_KEY")
        await visitor.open("/nowhere")
        await expect(visitor.page.get_by_role("heading", name="Nothing here")).to_be_visible()
        await visitor.page.get_by_role("link", name="Back to the start").click()
        await expect(visitor.page.get_by_role("heading", name="What shall we make?")).to_be_visible()


async def test_a_signed_out_browser_is_told_and_a_link_signs_it_in(quiet: House) -> None:
    from bot.web.signin import sign_in_link

    async with visiting(quiet.locked_url) as visitor:
        await visitor.open("/")
        await expect(visitor.page.get_by_role("heading", name="Please sign in")).to_be_visible()
        await visitor.page.goto(await sign_in_link(quiet.context, quiet.locked_url))
        await visitor.page.get_by_role("button", name="Sign in on this browser").click()
        await expect(visitor.page.get_by_role("heading", name="What shall we make?")).to_be_visible()


async def test_scripts_and_styles_are_files_of_our_own(address: str) -> None:
    inline = "[...document.querySelectorAll('script:not([src]), style, [style], [onclick], [onload], [onerror]')]"
    async with visiting(address, java_script_enabled=True) as visitor:
        for path in ("/", "/gallery", "/help", "/signin"):
            raw = await (await visitor.page.request.get(address + path)).text()
            await visitor.page.set_content(re.sub(r"<script[^>]*src[^>]*></script>", "", raw))
            assert await visitor.page.evaluate(f"{inline}.length") == 0, path


def test_static_files_name_no_other_host() -> None:
    static = Path(__file__).parents[2] / "bot" / "web"
    for file in [*static.glob("static/*"), *static.glob("templates/*")]:
        text = file.read_text().replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:11434/v1", "")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]{2,}", text.replace("// ", "")), file.name
        assert "innerHTML" not in text, file.name
