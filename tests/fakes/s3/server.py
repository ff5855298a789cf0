"""The store as a server in a thread of its own, which may be down, slow or forgetful."""

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from tests.fakes.s3.api import Api
from tests.fakes.s3.refusals import Refused
from tests.fakes.s3.shelf import Shelf
from tests.fakes.s3.signing import Account
from tests.fakes.s3.trouble import Trouble

T = TypeVar("T")
ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "AKIDEASEL", "secret/of+easel", "eu-central-1", "easel-test"
HANG_S = 120.0
PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request that came in."""

    operation: str
    key: str
    headers: dict[str, str]
    query: dict[str, str]


class S3Server:
    """One bucket on loopback. Everything a test asks of it may be asked from any thread."""

    def __init__(
        self,
        folder: Path,
        *,
        page: int = 1000,
        bulk: bool = True,
        crc: bool = True,
        encryption: bool = True,
        equal_parts: bool = False,
        token: str | None = None,
    ) -> None:
        """`bulk`: knows DeleteObjects. `crc`: knows Amazon's newer checksums. `equal_parts`: as R2 wants them."""
        folder.mkdir(parents=True, exist_ok=True)
        self.account = Account(access_key=ACCESS_KEY, secret_key=SECRET_KEY, region=REGION, token=token)
        self.bucket = BUCKET
        self.shelf = Shelf(folder)
        self.page, self.bulk, self.crc, self.encryption = page, bulk, crc, encryption
        self.equal_parts = equal_parts
        self.seen: list[Seen] = []
        self.refused: list[str] = []
        self.denied: set[str] = set()
        """Operations that the key may not do."""
        self.under_way = 0
        """Requests that came in and are not answered yet."""
        self.port = 0
        self.ahead = timedelta()
        """How far this server's clock is ahead."""
        self._next: dict[str, deque[Trouble]] = defaultdict(deque)
        self._always: dict[str, Trouble] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="s3-fake", daemon=True)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What an operator would set."""
        return {
            "S3_BUCKET": BUCKET,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
        }

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def count(self, operation: str) -> int:
        return sum(each.operation == operation for each in self.seen)

    # --- trouble --------------------------------------------------------------------------------------------------

    def script(self, operation: str, *troubles: Trouble) -> None:
        """The next requests of this operation fare so."""
        self._next[operation].extend(troubles)

    def always(self, operation: str, trouble: Trouble | None) -> None:
        """Every request of this operation (`*`: of any) fares so; None: well again."""
        if trouble is None:
            self._always.pop(operation, None)
        else:
            self._always[operation] = trouble

    def down(self) -> None:
        """Nobody listens any more: connections are refused."""
        self._do(self._down())

    def up(self) -> None:
        """Listen at the same port as before."""
        self._do(self._up())

    def __enter__(self) -> "S3Server":
        self._thread.start()
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()
        self._do(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # --- inside the thread ----------------------------------------------------------------------------------------

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _up(self) -> None:
        if self._runner:
            return
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def _down(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        api = Api(self, request)
        self.seen.append(
            Seen(operation=api.operation, key=api.key, headers=dict(request.headers), query=dict(request.query))
        )
        self.under_way += 1
        try:
            return await self._fared(request, api, self._trouble(api.operation))
        finally:
            self.under_way -= 1

    async def _fared(self, request: web.Request, api: Api, trouble: Trouble) -> web.StreamResponse:
        try:
            await self._before(trouble)
            if trouble.page:
                return web.Response(status=200, body=PAGE, content_type="text/html")
            if trouble.lost and api.operation in ("GetObject", "HeadObject"):
                return _dropped(request)
            answer = await api.answer(trouble)
        except Refused as error:
            self.refused.append(error.code)
            body = b"" if request.method == "HEAD" else error.xml
            return web.Response(status=error.status, body=body, content_type="application/xml")
        if trouble.forgotten:
            self.shelf.remove(api.key)
        return _dropped(request) if trouble.lost else answer

    def _trouble(self, operation: str) -> Trouble:
        scripted = self._next[operation]
        if scripted:
            return scripted.popleft()
        return self._always.get(operation) or self._always.get("*") or Trouble()

    @staticmethod
    async def _before(trouble: Trouble) -> None:
        if trouble.code:
            raise Refused(trouble.code)
        await asyncio.sleep(HANG_S if trouble.hangs else trouble.after_s)


def _dropped(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
