"""A real Chromium that looks at a real Easel, and notes every complaint that a page makes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.async_api import Locator, Page, async_playwright, expect

from tests.furnished import furnish_folder

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_S = 60.0
WORK_MS = 60_000
PHONE = {"width": 390, "height": 844}
AT_WORK = ".turn:not([data-status=succeeded], [data-status=failed], [data-status=cancelled])"


def chromium() -> str | None:
    """Where Chromium is, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def easel(folder: Path, port: int | None = None, stop: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    """`easel run` in a process of its own, with no key and no `.env`; yields its address."""
    port = port or free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {"EASEL_DATA_DIR": str(folder), "PORT": str(port), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "run", "--host", "127.0.0.1"]
    furnish_folder(folder)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, f"http://127.0.0.1:{port}", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(stop)
            process.wait(30)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"Easel did not start:\n{log.read_text()}")


@dataclass
class Visitor:
    """One person at one browser window."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    """Errors on the console (a broken content security policy is one), uncaught exceptions, foreign requests."""

    async def open(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def ask(self, words: str) -> Locator:
        """Type a wish and press Enter; returns its card."""
        cards = self.page.locator(".turn")
        count = await cards.count()
        await self.page.fill("#wish", words)
        await self.page.keyboard.press("Enter")
        await expect(cards).to_have_count(count + 1)
        return cards.nth(count)

    async def made(self, words: str) -> Locator:
        """A wish's card, once it has succeeded."""
        return await done(await self.ask(words))

    async def all_done(self) -> None:
        """Until no card on the page is at work."""
        await expect(self.page.locator(AT_WORK)).to_have_count(0, timeout=WORK_MS)

    async def sideways(self) -> int:
        """How many pixels the page is wider than its window."""
        return int(
            await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )


async def done(card: Locator) -> Locator:
    """The same card, once it has succeeded."""
    await expect(card).to_have_attribute("data-status", "succeeded", timeout=WORK_MS)
    return card


@asynccontextmanager
async def visiting(url: str, **how: Any) -> AsyncIterator[Visitor]:
    """Open a browser window on this Easel."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        context = await browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | how))
        context.set_default_timeout(WORK_MS)
        page = await context.new_page()
        visitor = Visitor(page, url)
        page.on("console", lambda message: visitor.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        page.on("request", lambda request: _check_home(visitor, request.url))
        try:
            yield visitor
        finally:
            await browser.close()


def _check_home(visitor: Visitor, address: str) -> None:
    if not address.startswith((visitor.url, "blob:", "data:")):
        visitor.complaints.append(f"foreign request: {address}")
