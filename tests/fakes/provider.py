"""A provider that does what a test wrote down, refuses orders out of contract, and keeps books across processes."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from core.agent.catalogue import Model, Price
from core.providers.base import Became, Failed, Kind, Order, Output, Provider, Refused, Ticket, Tool, Unknown, Waiting
from tests.fakes import media

NAME = "fake"
IMAGE, VIDEO, SPEECH = "fake-image", "fake-video", "fake-speech"
MAKES: dict[Tool, frozenset[Kind]] = {
    Tool.GENERATE_IMAGE: frozenset({Kind.IMAGE}),
    Tool.EDIT_IMAGE: frozenset({Kind.IMAGE}),
    Tool.VARY: frozenset({Kind.IMAGE}),
    Tool.UPSCALE: frozenset({Kind.IMAGE, Kind.VIDEO}),
    Tool.GENERATE_VIDEO: frozenset({Kind.VIDEO}),
    Tool.ANIMATE: frozenset({Kind.VIDEO}),
    Tool.EXTEND: frozenset({Kind.VIDEO}),
    Tool.GENERATE_SPEECH: frozenset({Kind.SPEECH}),
}
SOURCES: dict[Tool, tuple[str, ...]] = {
    Tool.EDIT_IMAGE: ("image",),
    Tool.VARY: ("image",),
    Tool.UPSCALE: ("image", "video"),
    Tool.ANIMATE: ("image",),
    Tool.EXTEND: ("video",),
}


def models(image_usd: float = 0, video_usd_per_s: float = 0, speech_usd_per_1000: float = 0) -> tuple[Model, ...]:
    """A catalogue of three models by this provider, free unless priced."""
    images = frozenset({Tool.GENERATE_IMAGE, Tool.EDIT_IMAGE, Tool.VARY, Tool.UPSCALE})
    videos = frozenset({Tool.GENERATE_VIDEO, Tool.ANIMATE, Tool.EXTEND, Tool.UPSCALE})
    return (
        _model(IMAGE, Kind.IMAGE, images, Price(per_call=image_usd)),
        _model(VIDEO, Kind.VIDEO, videos, Price(per_second=video_usd_per_s)),
        _model(SPEECH, Kind.SPEECH, frozenset({Tool.GENERATE_SPEECH}), Price(per_1000_characters=speech_usd_per_1000)),
    )


def _model(name: str, makes: Kind, abilities: frozenset[Tool], price: Price) -> Model:
    return Model(id=name, title=name, provider=NAME, makes=makes, abilities=abilities, price=price, typical_s=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one order goes. `after_s` passes inside `submit`, or after a ticket where `ticket` is set."""

    after_s: float = 0
    ticket: bool = False
    ticket_s: float = 0
    """What passes before the ticket."""
    end: Refused | Failed | Exception | None = None
    """What comes instead of files."""
    hangs: bool = False
    """The end never comes; only a cancellation ends it."""
    files: int = 1
    cost_micros: int = 0
    polls_say: tuple[Waiting, ...] = (Waiting(),)
    looks_hang: bool = False
    """Whoever polls waits for an answer that never comes."""
    bringing_hangs: bool = False
    """The order's files never get there."""


AT_ONCE = Way()


@dataclass(slots=True)
class Books:
    """Every call, counted; in a file that outlives a killed process where one is given."""

    file: Path | None = None
    entries: list[dict[str, object]] = field(default_factory=list)

    def note(self, what: str, step_id: str, **more: object) -> None:
        entry = {"what": what, "step": step_id, "at": time.monotonic(), **more}
        self.entries.append(entry)
        if self.file:
            with self.file.open("a") as file:
                file.write(json.dumps(entry) + "\n")

    def __iter__(self) -> Iterator[dict[str, object]]:
        if self.file is None:
            return iter(self.entries)
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return iter([json.loads(line) for line in lines])

    def count(self, what: str) -> "Counter[str]":
        return Counter(str(entry["step"]) for entry in self if entry["what"] == what)


class ScriptedProvider(Provider):
    """Makes small real files. What happens to an order hangs on its prompt."""

    name = NAME

    def __init__(
        self,
        ways: Mapping[str, Way] | None = None,
        *,
        default: Way = AT_ONCE,
        repeatable: bool = False,
        poll_s: float = 0.02,
        books: Path | None = None,
        cancels_free: bool = True,
    ) -> None:
        self.ways = dict(ways or {})
        self.default = default
        self.repeatable = repeatable
        self.poll_s = poll_s
        self.cancels_free = cancels_free
        self.books = Books(books)
        self.became: list[Became] = []
        """What became of a call that nobody saw end, look by look; after that nobody can say."""
        self.orders: list[Order] = []
        self.running: dict[str, tuple[float, float]] = {}
        """Prompt → when its order began and ended, by the monotonic clock."""

    @property
    def submits(self) -> "Counter[str]":
        return self.books.count("submit")

    @property
    def cancels(self) -> "Counter[str]":
        return self.books.count("cancel")

    @property
    def polls(self) -> "Counter[str]":
        return self.books.count("poll")

    async def prepare(self, order: Order) -> Order | Failed:
        self.books.note("prepare", order.step_id)
        if self._way(order.prompt).bringing_hangs:
            await asyncio.Event().wait()
        return replace(order, ready="brought")

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        _strict(order)
        assert order.ready == "brought", "paid for before it was prepared"
        self.orders.append(order)
        self.books.note("submit", order.step_id, prompt=order.prompt)
        way = self._way(order.prompt)
        if way.ticket:
            await asyncio.sleep(way.ticket_s)
            ready = time.time() + (1e9 if way.hangs else way.after_s)
            self.running[order.prompt] = (time.monotonic(), float("inf"))
            return Ticket(uuid4().hex, {"ready_at": ready, "step": order.step_id})
        with self._timed(order.prompt):
            await (asyncio.Event().wait() if way.hangs else asyncio.sleep(way.after_s))
            return self._end(way, order)

    async def poll(self, ticket: Ticket, order: Order) -> Waiting | Output | Refused | Failed:
        _strict(order)
        assert ticket.data["step"] == order.step_id, "a ticket of another order"
        assert order.step_id in self.submits, "a ticket that was never given"
        assert order.step_id not in self.cancels, "a poll after the cancel"
        self.books.note("poll", order.step_id)
        way = self._way(order.prompt)
        if way.looks_hang:
            await asyncio.Event().wait()
        if time.time() < float(ticket.data["ready_at"]):
            return way.polls_say[min(self.polls[order.step_id], len(way.polls_say)) - 1]
        began, _ = self.running.get(order.prompt, (time.monotonic(), 0.0))
        self.running[order.prompt] = (began, time.monotonic())
        return self._end(way, order)

    async def cancel(self, ticket: Ticket) -> bool:
        self.books.note("cancel", str(ticket.data["step"]))
        return self.cancels_free

    async def find(self, order: Order, since: datetime, taken: Container[str]) -> Became:
        assert since <= datetime.now(UTC), "a call of the future"
        self.books.note("find", order.step_id)
        found = self.became.pop(0) if self.became else Unknown()
        assert not isinstance(found, Ticket) or found.id not in taken, "another order's ticket"
        return found

    def _way(self, prompt: str) -> Way:
        return self.ways.get(prompt, self.default)

    def _end(self, way: Way, order: Order) -> Output | Refused | Failed:
        if isinstance(way.end, Exception):
            raise way.end
        if way.end:
            return way.end
        made = [
            media.make(order.kind, order.folder, f"{order.step_id}-{i}", order.seed + i, order.duration_s)
            for i in range(way.files)
        ]
        return Output(files=tuple(made), cost_micros=way.cost_micros)

    @contextlib.contextmanager
    def _timed(self, prompt: str) -> Iterator[None]:
        began = time.monotonic()
        self.running[prompt] = (began, float("inf"))
        try:
            yield
        finally:
            self.running[prompt] = (began, time.monotonic())


def overlap(intervals: Iterable[tuple[float, float]]) -> bool:
    """Whether there was a moment in which all of them ran."""
    begins, ends = zip(*intervals, strict=True)
    return max(begins) < min(ends)


def _strict(order: Order) -> None:
    assert order.kind in MAKES[order.tool], f"{order.tool} does not make {order.kind}"
    assert order.folder.is_dir(), "the folder to write into is not there"
    assert order.prompt or order.tool in SOURCES, "nothing to go by"
    assert len(order.sources) <= 1
    wanted = SOURCES.get(order.tool, ())
    assert bool(order.sources) >= bool(wanted), f"{order.tool} has nothing to work from"
    for source in order.sources:
        assert source.path.is_file(), "the source is not there"
        assert source.path.stat().st_size > 0
        assert source.role in (wanted or ("first_frame",)), f"{order.tool} from {source.role}"
        assert source.media_type.startswith("video/" if source.role == "video" else "image/")
    if order.tool is Tool.EDIT_IMAGE:
        assert order.instruction
