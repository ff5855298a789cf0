"""`page`: the gallery's page in a real browser, of a person who made 100,000 things."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright
from sqlalchemy import insert
from sqlmodel import Session, select

from benchmarks.place import data_folder, settings_for
from benchmarks.process import serving
from benchmarks.report import Figure, Report, percentile
from bot.app import App, running
from core.wishes import Wish
from storage.tables import Asset, new_id

ASSETS = 100_000
VISITS = 7
SEEN_MS = 1_000.0
SCROLLS = 240
FRAME_MS = 50.0
"""A frame that takes longer is felt as a jerk."""
IN_DOCUMENT = 400
WISHES = (
    "a city skyline at night, 21:9",
    "three posters for a summer jazz festival",
    "a tall pine forest in the mist, 9:16",
    "a red fox in the snow",
    "a quiet harbour in the fog, square",
    "a windmill in a tulip field",
    "a blue bird on a branch, 2:3",
    "a castle on a hill",
)
SEEN = """() => new Promise((resolve) => {
  const inView = (image) => image.getBoundingClientRect().top < innerHeight;
  const look = () => {
    const images = [...document.querySelectorAll('.tiles.laid .tile img')].filter(inView);
    if (images.length >= 8 && images.every((image) => image.complete && image.naturalWidth)) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""
SCROLL = """async (steps) => {
  const frames = [];
  let most = 0, last = performance.now();
  for (let step = 0; step < steps; step++) {
    scrollBy(0, 400);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
    most = Math.max(most, document.querySelectorAll('.tile').length);
  }
  const names = new Set([...document.querySelectorAll('.tile')].map((tile) => tile.dataset.id));
  return { frames, most, below: scrollY, shown: names.size };
}"""


async def measure() -> Report:
    """First pictures, and a long scroll."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("There is no chromium here.")
    with data_folder() as folder:
        await _fill(folder)
        async with serving(folder, ["bot", "run"]) as server, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            seen_ms = [await _first_pictures(browser, server.url) for _ in range(VISITS)]
            scrolled = await _scrolled(browser, server.url)
            await browser.close()
    frames = scrolled["frames"]
    return Report(
        "page",
        f"the gallery in Chromium, {ASSETS:,} assets",
        [
            Figure("first_pictures_p50_ms", "first pictures seen: p50, ms", percentile(seen_ms, 50)),
            Figure("first_pictures_ms", "first pictures seen: slowest, ms", max(seen_ms), most=SEEN_MS),
            Figure("frame_p50_ms", "scrolling, a frame: p50, ms", percentile(frames, 50)),
            Figure("frame_p99_ms", "scrolling, a frame: p99, ms", percentile(frames, 99), most=FRAME_MS),
            Figure("scrolled_px", "scrolled over, pixels", scrolled["below"], least=SCROLLS * 400 * 0.9),
            Figure("tiles_most", "tiles in the document at most", scrolled["most"], most=IN_DOCUMENT),
        ],
    )


async def _first_pictures(browser: Browser, url: str) -> float:
    """Milliseconds from the start of the navigation until every picture in the window is there."""
    visit = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await visit.new_page()
    await page.goto(f"{url}/gallery", wait_until="commit")
    took_ms: float = await page.evaluate(SEEN)
    await visit.close()
    return took_ms


async def _scrolled(browser: Browser, url: str) -> Any:
    visit = await browser.new_context(viewport={"width": 1280, "height": 900})
    page = await visit.new_page()
    await page.goto(f"{url}/gallery")
    await page.wait_for_selector(".tiles.laid")
    found = await page.evaluate(SCROLL, SCROLLS)
    await visit.close()
    return found


async def _fill(folder: Path) -> None:
    """A handful of real sketches, and then as many rows as it takes that show them again."""
    async with running(settings_for(folder, EASEL_USER_AT_ONCE=0)) as app:
        await asyncio.gather(*(_made(app, words) for words in WISHES))
        await app.thumbnails.drained()
        await app.database.write(_copies)


async def _made(app: App, words: str) -> None:
    wish = Wish(user_id=app.local_user_id, prompt=words, event_key=new_id(), surface="web")
    view = await app.studio.create(wish)
    await app.studio.finished(app.local_user_id, view.id)


def _copies(session: Session) -> None:
    shown = [row.model_dump(exclude={"seq", "id", "step_id", "creation_id"}) for row in session.exec(select(Asset))]
    rows = [shown[number % len(shown)] | {"id": new_id(), "ordinal": number} for number in range(ASSETS - len(shown))]
    session.execute(insert(Asset), rows)
