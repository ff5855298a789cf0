"""Photographs a page with Debian's Chromium; nothing on the network may be asked for."""

import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Page, Route, async_playwright

from docs.look.errors import NotDrawn
from docs.look.press import Theme

SCALE = 2
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"]
THERE = """async () => {
  const shown = (one) => new Promise((done) => {
    if (one.tagName === 'IMG' ? one.complete : one.readyState >= 2 || one.error) return done();
    for (const event of ['load', 'loadeddata', 'error']) one.addEventListener(event, () => done());
  });
  const all = [...document.querySelectorAll('img, video')];
  await Promise.all(all.map(shown));
  return all.filter((one) => !(one.naturalWidth || one.videoWidth)).map((one) => one.src.slice(0, 120));
}"""


def chromium() -> str | None:
    """Where Chromium is, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


async def photograph(html: str, path: Path, *, width: int, theme: Theme) -> None:
    """Write the whole page as a PNG, `width` of the page's own pixels wide, twice as fine."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(html, "utf-8")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            page = await browser.new_page(
                viewport={"width": width, "height": 200}, device_scale_factor=SCALE, color_scheme=theme
            )
            await _shoot(page, file, path)
            await browser.close()


async def _shoot(page: Page, file: Path, path: Path) -> None:
    foreign: list[str] = []

    async def stay_home(route: Route) -> None:
        if route.request.url.startswith(("file:", "data:")):
            await route.continue_()
        else:
            foreign.append(route.request.url)
            await route.abort()

    await page.route("**/*", stay_home)
    await page.goto(file.as_uri())
    missing = await page.evaluate(THERE)
    if foreign or missing:
        raise NotDrawn(f"the page wants what is not there: {foreign + missing}")
    path.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=path, full_page=True)
