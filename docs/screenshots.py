"""Makes the pictures of the guides: starts Easel in a temporary folder and uses its pages; see `docs/images`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = Path(__file__).parent / "images"
PORT = 8097
HOME = f"http://127.0.0.1:{PORT}"
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
TALLER: ViewportSize = {"width": 1280, "height": 1060}
PHONE: ViewportSize = {"width": 390, "height": 844}
LARGEST = 400_000
WISHES = (
    "an old oak tree on a hill in autumn",
    "a sailing boat on the open sea at sunrise, wide",
    "a cup of coffee on a wooden table, square",
    "a whale at sunset, wide",
    "an owl in a snowy forest at night",
    "a palm tree on an island at dusk, square",
    "a desert with a lonely cactus under the stars, 9:16",
    "a city skyline at night, 21:9",
    "three posters for a summer jazz festival",
    "a tall pine forest in the mist, 9:16",
    "a 6 second clip of a sailing boat on the open sea",
    "say 'Good evening, and welcome to the gallery.'",
    "a red fox in the snow",
    "an astronaut before a planet, 4:3",
    "a windmill in a tulip field",
    "a hot-air balloon over mountains at dawn, and a 5 second clip of it",
    "a blue bird on a branch, 2:3",
)
BY_THE_WATER = ("whale", "palm island", "boat", "lighthouse snow -darker")
CHOSEN = (1, 2, 6)


@contextmanager
def easel() -> Iterator[None]:
    """Easel with no key, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = kept | {"EASEL_DATA_DIR": folder, "PORT": str(PORT), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bot", "run", "--host", "127.0.0.1"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for_answer(process)
            yield
        finally:
            process.terminate()
            process.wait(30)


def wait_for_answer(process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            with urlopen(f"{HOME}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    raise SystemExit("Easel did not start.")


def make(page: Page, words: str) -> None:
    """Ask on the page that is open, and wait for the end."""
    count = page.locator(".turn").count()
    page.fill("#wish", words)
    page.keyboard.press("Enter")
    page.locator(".turn").nth(count).and_(page.locator("[data-status=succeeded]")).wait_for(timeout=120_000)


def shoot(page: Page, name: str) -> None:
    """Keep what the window shows, once its pictures are there and nothing moves any more."""
    page.wait_for_function("() => [...document.images].every((image) => image.complete || image.loading === 'lazy')")
    page.mouse.move(0, 0)
    page.wait_for_timeout(1200)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    data = next(data for data in smaller_and_smaller(picture) if len(data) < LARGEST)
    (IMAGES / f"{name}.png").write_bytes(data)
    print(f"docs/images/{name}.png  {len(data) / 1000:.0f} kB")


def smaller_and_smaller(picture: Image.Image) -> Iterator[bytes]:
    """The picture as PNG, in its own size and then scaled down: fewer pixels look better than fewer colours."""
    for tenths in range(10, 3, -1):
        buffer = BytesIO()
        reduced = ImageOps.scale(picture, tenths / 10, Image.Resampling.LANCZOS) if tenths < 10 else picture
        reduced.save(buffer, "PNG", optimize=True)
        yield buffer.getvalue()


def conversation(browser: Browser) -> str:
    """A wish by day, its refinement by night, and a second way from the first; returns the conversation's address."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto(HOME)
    make(page, "a lighthouse at dusk, wide, and a narration saying 'The light still turns.'")
    shoot(page, "chat-light")
    page.emulate_media(color_scheme="dark")
    page.locator(".asset.image [data-action=refine]").click()
    make(page, "make it night, with stars")
    shoot(page, "chat-dark")
    page.locator(".asset.image [data-action=refine]").first.click()
    make(page, "make it snow")
    make(page, "make it darker")
    page.close()
    return page.url


def gallery(browser: Browser) -> None:
    """The wall by day and by night, and with chosen tiles."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto(f"{HOME}/gallery")
    shoot(page, "gallery")
    page.emulate_media(color_scheme="dark")
    shoot(page, "gallery-dark")
    page.emulate_media(color_scheme="light")
    for tile in CHOSEN:
        page.locator(".tile").nth(tile).locator(".tile-pick").click(force=True)
    shoot(page, "gallery-chosen")
    page.close()


def collection(browser: Browser) -> None:
    """A collection, begun from what a search found."""
    page = browser.new_page(viewport=DESKTOP)
    found = [asset["id"] for words in BY_THE_WATER for asset in assets(page, words)]
    wall = page.request.post(f"{HOME}/api/v1/collections", data={"name": "By the water"}).json()
    page.request.post(f"{HOME}/api/v1/collections/{wall['id']}/assets", data={"assets": found})
    page.goto(f"{HOME}/collections/{wall['id']}")
    shoot(page, "collection")
    page.close()


def assets(page: Page, query: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.request.get(f"{HOME}/api/v1/assets", params={"q": query}).json()["assets"]
    return found


def provenance(browser: Browser, thread: str) -> None:
    """The tree of a conversation, two of its versions compared, the page of one, and its file on the Inspect page."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto(f"{thread}/tree")
    shoot(page, "versions")
    night, dusk = assets(page, "stars lighthouse")[0]["id"], assets(page, "lighthouse dusk kind:image")[-1]["id"]
    page.set_viewport_size(TALLER)
    page.goto(f"{HOME}/compare?a={dusk}&b={night}")
    shoot(page, "compare")
    page.set_viewport_size(DESKTOP)
    page.request.put(f"{HOME}/api/v1/assets/{night}/tags", data={"tags": ["calendar", "night"]})
    page.goto(f"{HOME}/a/{night}")
    page.locator("[data-action=favourite]").click()
    page.locator("#walls .chip").first.click()
    shoot(page, "detail")
    file = page.request.get(f"{HOME}/api/v1/assets/{night}/content").body()
    page.goto(f"{HOME}/inspect")
    page.locator("#file").set_input_files({"name": "found.png", "mimeType": "image/png", "buffer": file})
    page.locator("#report:not([hidden])").wait_for()
    shoot(page, "inspect")
    page.close()


def phones(browser: Browser, thread: str) -> None:
    """A conversation and the wall, for two thumbs."""
    phone = browser.new_page(viewport=PHONE, device_scale_factor=1.5, is_mobile=True, has_touch=True)
    phone.goto(thread)
    shoot(phone, "phone")
    phone.goto(f"{HOME}/gallery")
    shoot(phone, "gallery-phone")
    phone.close()


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("No chromium on this machine.")
    IMAGES.mkdir(exist_ok=True)
    with easel(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=DESKTOP)
        for words in WISHES:
            page.goto(HOME)
            make(page, words)
        page.close()
        thread = conversation(browser)
        gallery(browser)
        collection(browser)
        provenance(browser, thread)
        phones(browser, thread)
        browser.close()


if __name__ == "__main__":
    main()
