"""What holds on every page: no markup from users, no sideways scrolling, names and contrast for everybody."""

import json
import re
from pathlib import Path

from playwright.async_api import expect

from bot.web.signin import sign_in_link
from tests.bot.browser import Visitor, visiting
from tests.bot.house import House

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
    nameless = """[...document.querySelectorAll("button, a, input:not([type=hidden], [hidden]), textarea, select")]
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


async def test_help_and_errors_are_pages_too(address: str) -> None:
    async with visiting(address) as visitor:
        await visitor.open("/help")
        await expect(visitor.page.locator("main")).to_contain_text("OPENAI_API_KEY")
        await visitor.open("/nowhere")
        await expect(visitor.page.get_by_role("heading", name="Nothing here")).to_be_visible()
        await visitor.page.get_by_role("link", name="Back to the start").click()
        await expect(visitor.page.get_by_role("heading", name="What shall we make?")).to_be_visible()


async def test_a_signed_out_browser_is_told_and_a_link_signs_it_in(quiet: House) -> None:
    async with visiting(quiet.locked_url) as visitor:
        await visitor.open("/")
        await expect(visitor.page.get_by_role("heading", name="Please sign in")).to_be_visible()
        await visitor.page.goto(await sign_in_link(quiet.context, quiet.locked_url))
        await visitor.page.get_by_role("button", name="Sign in on this browser").click()
        await expect(visitor.page.get_by_role("heading", name="What shall we make?")).to_be_visible()
        await visitor.page.get_by_role("button", name="Sign out").click()
        await expect(visitor.page.get_by_role("heading", name="Please sign in")).to_be_visible()


async def test_scripts_and_styles_are_files_of_our_own(address: str) -> None:
    inline = "[...document.querySelectorAll('script:not([src]), style, [style], [onclick], [onload], [onerror]')]"
    async with visiting(address, java_script_enabled=True) as visitor:
        for path in ("/", "/gallery", "/help", "/signin"):
            raw = await (await visitor.page.request.get(address + path)).text()
            await visitor.page.set_content(re.sub(r"<script[^>]*src[^>]*></script>", "", raw))
            assert await visitor.page.evaluate(f"{inline}.length") == 0, path


def test_static_files_name_no_other_host() -> None:
    static = Path(__file__).parents[3] / "bot" / "web"
    for file in [*static.glob("static/*"), *static.glob("templates/*")]:
        text = file.read_text().replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:11434/v1", "")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]{2,}", text.replace("// ", "")), file.name
        assert "innerHTML" not in text, file.name
