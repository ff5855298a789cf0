"""Downloads of what providers link: what may be reached, how much of it, and that the rest never sees a byte."""

import asyncio
import gc
import io
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import stamina
from aiohttp import web
from PIL import Image

from core.errors import ProviderError
from core.native.pool import NativePool
from core.providers.base import Kind
from core.trust.fetch import CHUNK_BYTES, Fetcher
from core.trust.links import Links
from tests.fakes.media import video

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Tries follow each other without a pause."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "PNG")
    return out.getvalue()


@dataclass
class Canary:
    """A socket on this machine that nobody may talk to."""

    port: int = 0
    connections: int = 0
    heard: bytearray = field(default_factory=bytearray)

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.heard += await reader.read(4_096)
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    """One port on every address of this machine."""
    made = Canary()
    server = await asyncio.start_server(made.listen, "0.0.0.0", 0)
    made.port = server.sockets[0].getsockname()[1]
    six = await asyncio.start_server(made.listen, "::1", made.port) if socket.has_dualstack_ipv6() else None
    yield made
    for each in (server, six):
        if each:
            each.close()
            await each.wait_closed()


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    made = NativePool(1)
    yield made
    await made.close()


@pytest.fixture
async def fetcher(pool: NativePool) -> AsyncIterator[Fetcher]:
    made = Fetcher(pool, timeout_s=20)
    yield made
    await made.close()


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    """A loopback server; yields its base URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def refused(fetcher: Fetcher, url: str, target: Path, links: Links, *codes: str) -> None:
    with pytest.raises(ProviderError) as caught:
        await fetcher.fetch(url, target, kind=Kind.IMAGE, links=links)
    assert caught.value.code in (codes or ("link_refused",))
    assert not target.exists()


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Let `cdn.example.com` be at these addresses, one after the other; the rest of DNS is as it is."""
    real, left = socket.getaddrinfo, list(answers)

    def resolve(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host in ("cdn.example.com", b"cdn.example.com"):
            host = left.pop(0) if len(left) > 1 else left[0]
        return real(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


HOSTILE = {
    "loopback": "https://127.0.0.1:{port}/x",
    "loopback in plain": "http://127.0.0.1:{port}/x",
    "localhost": "https://localhost:{port}/x",
    "short": "https://127.1:{port}/x",
    "decimal": "https://2130706433:{port}/x",
    "hex": "https://0x7f000001:{port}/x",
    "octal": "https://0177.0.0.1:{port}/x",
    "any": "https://0.0.0.0:{port}/x",
    "IPv6": "https://[::1]:{port}/x",
    "mapped": "https://[::ffff:127.0.0.1]:{port}/x",
    "mapped in hex": "https://[::ffff:7f00:1]:{port}/x",
    "unique local": "https://[fd00::1]:{port}/x",
    "link-local": "https://169.254.169.254/latest/meta-data/",
    "carrier NAT": "https://100.64.0.1:{port}/x",
    "private": "https://10.0.0.1:{port}/x",
    "trailing dot": "https://127.0.0.1.:{port}/x",
    "with a user": "https://cdn.example.com@127.0.0.1:{port}/x",
    "other digits": "https://①②⑦.⓪.⓪.①:{port}/x",
    "file": "file:///etc/passwd",
    "no scheme": "//127.0.0.1:{port}/x",
    "nonsense": "https://[:{port}/x",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_link_reaches_nothing(fetcher: Fetcher, canary: Canary, tmp_path: Path, name: str) -> None:
    url = HOSTILE[name].format(port=canary.port)
    hosts = ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "::1", "*.1")
    await refused(fetcher, url, tmp_path / "x", Links((*hosts, "cdn.example.com")))
    assert (canary.connections, canary.heard) == (0, b"")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::ffff:127.0.0.1"])
async def test_an_allowed_name_at_a_private_address_hears_nothing(
    fetcher: Fetcher, canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolving(monkeypatch, address)
    url = f"https://cdn.example.com:{canary.port}/x"
    await refused(fetcher, url, tmp_path / "x", Links(("cdn.example.com",)))
    assert canary.heard == b""


async def test_a_name_that_changes_its_address_hears_nothing(
    fetcher: Fetcher, canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is a public address where nobody listens, the next ones are ours."""
    resolving(monkeypatch, "127.0.0.1", "192.0.2.1", "127.0.0.1")
    for _ in range(3):
        await refused(fetcher, f"https://cdn.example.com:{canary.port}/x", tmp_path / "x", Links(("cdn.example.com",)))
    assert canary.heard == b""


@pytest.mark.parametrize("target", [*HOSTILE.values(), "https://other.example.com/x", "http://cdn.example.com/x"])
async def test_a_redirect_is_checked_like_the_first_link(
    fetcher: Fetcher, canary: Canary, tmp_path: Path, target: str
) -> None:
    async def away(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": target.format(port=canary.port)})

    async with served(away) as home:
        codes = ("link_refused", "download_failed")  # the latter where httpx itself cannot read it
        await refused(fetcher, f"{home}/a", tmp_path / "x", Links(("cdn.example.com",), home), *codes)
    assert (canary.connections, canary.heard) == (0, b"")


async def test_two_redirects_are_followed_and_not_a_third(fetcher: Fetcher, tmp_path: Path) -> None:
    async def onward(request: web.Request) -> web.Response:
        left = int(request.path[1:])
        return web.Response(status=302, headers={"Location": f"/{left - 1}"}) if left else web.Response(body=png())

    async with served(onward) as home:
        links = Links((), f"{home}/v1")
        fetched = await fetcher.fetch(f"{home}/2", tmp_path / "x", kind=Kind.IMAGE, links=links)
        assert fetched.path.read_bytes() == png()
        await refused(fetcher, f"{home}/3", tmp_path / "y", links)


async def test_only_the_configured_port_of_this_machine_is_home(
    fetcher: Fetcher, canary: Canary, tmp_path: Path
) -> None:
    links = Links(("127.0.0.1",), "http://127.0.0.1:9/v1")
    for url in (
        f"http://127.0.0.1:{canary.port}/x",
        f"http://localhost:{canary.port}/x",
        f"http://u:p@127.0.0.1:{canary.port}/x",
    ):
        await refused(fetcher, url, tmp_path / "x", links)
    assert canary.connections == 0


async def test_a_base_url_elsewhere_makes_no_private_address_home(
    fetcher: Fetcher, canary: Canary, tmp_path: Path
) -> None:
    for base_url in ("https://10.0.0.1/v1", f"http://0.0.0.0:{canary.port}", "http://example.com"):
        await refused(fetcher, f"{base_url}/x", tmp_path / "x", Links((), base_url))
    assert canary.connections == 0


async def test_nothing_of_ours_is_sent_along(fetcher: Fetcher, tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        return web.Response(body=png(), headers={"Set-Cookie": "a=1; Path=/"})

    async with served(answer) as home:
        for name in "ab":
            await fetcher.fetch(f"{home}/{name}", tmp_path / name, kind=Kind.IMAGE, links=Links((), home))
    assert all(set(each) <= {"host", "user-agent", "accept", "accept-encoding", "connection"} for each in seen)
    assert all(each["accept-encoding"] == "identity" for each in seen)


async def test_a_file_is_measured(fetcher: Fetcher, tmp_path: Path) -> None:
    clip = video(tmp_path / "clip.mp4", 1, 2.0)

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=clip.path.read_bytes())

    async with served(answer) as home:
        fetched = await fetcher.fetch(f"{home}/a", tmp_path / "a.mp4", kind=Kind.VIDEO, links=Links((), home))
        await refused(fetcher, f"{home}/a", tmp_path / "b.mp4", Links((), home), "wrong_media")
    assert (fetched.media_type, fetched.width, fetched.size_bytes) == ("video/mp4", 64, clip.path.stat().st_size)


@pytest.mark.parametrize("body", [b"", b"<html>sorry</html>", b"\x89PNG\r\n\x1a\n...."], ids=["empty", "page", "stub"])
async def test_what_is_no_picture_is_not_kept(fetcher: Fetcher, tmp_path: Path, body: bytes) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="image/png")

    async with served(answer) as home:
        await refused(fetcher, f"{home}/a", tmp_path / "x", Links((), home), "wrong_media")


@pytest.mark.parametrize("told", [True, False], ids=["announced", "unannounced"])
async def test_too_large_a_file_is_broken_off(fetcher: Fetcher, tmp_path: Path, told: bool) -> None:
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        if told:
            response.content_length = 50 << 20
        await response.prepare(request)
        for _ in range(50):
            await response.write(bytes(1 << 20))
            sent += 1
        return response

    async with served(answer) as home:
        with pytest.raises(ProviderError) as caught:
            await fetcher.fetch(f"{home}/a", tmp_path / "x", kind=Kind.IMAGE, links=Links((), home), cap_bytes=2 << 20)
    assert caught.value.code == "too_large"
    assert "2 MB" in caught.value.message
    assert not (tmp_path / "x").exists()
    assert sent < 20


async def test_a_download_that_broke_off_is_tried_again(fetcher: Fetcher, tmp_path: Path) -> None:
    tries = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal tries
        tries += 1
        if tries == 1:
            return web.Response(status=503)
        response = web.StreamResponse()
        response.content_length = len(png())
        await response.prepare(request)
        await response.write(png()[:20] if tries == 2 else png())
        if tries == 2:
            assert request.transport
            request.transport.abort()
        return response

    async with served(answer) as home:
        fetched = await fetcher.fetch(f"{home}/a", tmp_path / "x", kind=Kind.IMAGE, links=Links((), home))
    assert (tries, fetched.path.read_bytes()) == (3, png())


@pytest.mark.parametrize(("status", "calls"), [(404, 1), (403, 1), (500, 3)])
async def test_a_file_that_is_gone_is_told(fetcher: Fetcher, tmp_path: Path, status: int, calls: int) -> None:
    seen = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        return web.Response(status=status)

    async with served(answer) as home:
        await refused(fetcher, f"{home}/a", tmp_path / "x", Links((), home), "download_failed")
    assert seen == calls


async def test_a_drip_ends_at_the_time_limit(pool: NativePool, tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while request.transport and not request.transport.is_closing():
            await response.write(b"x")
            await asyncio.sleep(0.02)
        return response

    hasty = Fetcher(pool, timeout_s=0.5)
    async with served(answer) as home:
        await refused(hasty, f"{home}/a", tmp_path / "x", Links((), home), "download_failed")
    await hasty.close()


async def test_memory_does_not_grow_with_the_file(fetcher: Fetcher, tmp_path: Path) -> None:
    """200 MB pass; what is held of them is a few chunks."""
    block = bytes(1 << 20)

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(png())
        for _ in range(int(request.query["mb"])):
            await response.write(block)
        return response

    rss = psutil.Process().memory_info
    async with served(answer) as home:
        links = Links((), home)
        await fetcher.fetch(f"{home}/a?mb=4", tmp_path / "x", kind=Kind.IMAGE, links=links)
        gc.collect()
        before, peak = rss().rss, 0
        task = asyncio.create_task(
            fetcher.fetch(f"{home}/a?mb=200", tmp_path / "x", kind=Kind.IMAGE, links=links, cap_bytes=400 << 20)
        )
        while not task.done():
            peak = max(peak, rss().rss)
            await asyncio.sleep(0.005)
        assert (await task).size_bytes == (200 << 20) + len(png())
    assert peak - before < 64 * CHUNK_BYTES


async def test_no_link_is_ever_logged(
    fetcher: Fetcher, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=500)

    async with served(answer) as home:
        caplog.set_level("WARNING")
        await refused(fetcher, f"{home}/a?signature=canary", tmp_path / "x", Links((), home), "download_failed")
    assert "canary" not in caplog.text + "".join(capsys.readouterr())
