"""Structured logs on stderr: ids and outcomes, never prompts, secrets or signed links.

Readable lines for people, or one JSON object per line for programs. Whatever is said while a creation is worked on
carries its id: `core.trail` binds it.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import StackSummary, walk_tb
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

NOISY = (
    "PIL",
    "aiohttp",
    "aiohttp.access",
    "aiosqlite",
    "alembic",
    "anyio",
    "asyncio",
    "boto3",
    "botocore",
    "concurrent",
    "dbos",
    "discord",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "openai",
    "psycopg",
    "runwayml",
    "s3transfer",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "stamina",
    "urllib3",
    "websockets",
)
"""Libraries that write links, bodies, keys or parameters below WARNING."""
CLOCK = "%H:%M:%S"
FRAMES = 20
"""The innermost places that are shown of one exception."""
FOREIGN_MAX = 300
"""Characters of a library's message."""
_LINK = re.compile(r"([\w+.-]+://)(?:[^\s/@]*@)?([^\s/?#'\"]*)[^\s'\"]*")
_LONG = re.compile(r"[\w+-]{33,}")
"""Longer than an id of ours: a key, a token, a signature."""

Format = Literal["console", "json"]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
log = structlog.get_logger()


def format_for(wished: Format | None) -> Format:
    """What is wished, else what whoever reads stderr can read best."""
    return wished or ("console" if sys.stderr.isatty() else "json")


def set_up(level: str, form: Format = "console", *, color: bool | None = None) -> None:
    """Point structlog and the standard library at one stream. Libraries are heard from WARNING on."""
    number = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            *(_for_programs() if form == "json" else _for_people(sys.stderr.isatty() if color is None else color)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _hear_libraries(max(number, logging.WARNING), form)
    _hear_retries()


def _for_people(color: bool) -> list[Processor]:
    return [
        structlog.processors.TimeStamper(fmt=CLOCK, utc=False),
        structlog.dev.ConsoleRenderer(colors=color, exception_formatter=_write_places),
    ]


def _for_programs() -> list[Processor]:
    return [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _list_places,
        structlog.processors.JSONRenderer(),
    ]


def _hear_libraries(number: int, form: Format) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ForeignJson() if form == "json" else Foreign())
    logging.basicConfig(level=number, handlers=[handler])
    logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it adds one of its own, which shows everything
    for name in NOISY:  # whatever the root's level is made later
        logging.getLogger(name).setLevel(number)
    # Malformed requests are logged whole by it; ours are logged already.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def _hear_retries() -> None:
    """Stamina's own hook shows the arguments of what is tried again, and the words of its error."""
    import stamina.instrumentation as retries

    def tell(details: retries.RetryDetails) -> None:
        error = type(details.caused_by).__name__
        log.info("tried_again_soon", attempt=details.retry_num, error=error, wait_s=round(details.wait_for, 2))

    retries.set_on_retry_hooks([tell])


class Foreign(logging.Formatter):
    """A library's record: the first line of what it says, and the places of its exception.

    Nobody promises that a library's words hold no link, key or prompt: asyncio's second line shows an exception whole.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the places below it."""
        said = f"{self.formatTime(record, CLOCK)} [{record.levelname.lower()}] {record.name} {_message(record)}"
        _, error, _ = record.exc_info or (None, None, None)
        return "\n".join((said, *_places(error)))


class ForeignJson(logging.Formatter):
    """The same for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        _, error, _ = record.exc_info or (None, None, None)
        said = {
            **structlog.contextvars.get_contextvars(),
            "event": _message(record),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if error:
            said["exception"] = list(_places(error))
        return json.dumps(said)


def _message(record: logging.LogRecord) -> str:
    try:
        words = record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit; the handler would print them all
        words = str(record.msg)
    first = words.strip().partition("\n")[0]
    return _LONG.sub("…", _LINK.sub(r"\1\2/…", first))[:FOREIGN_MAX]


def _write_places(stream: TextIO, exc_info: ExcInfo) -> None:
    """How structlog shows an exception."""
    stream.write("\n" + "\n".join(_places(exc_info[1])))


def _list_places(_: object, __: str, event: EventDict) -> EventDict:
    """An exception as it is shown to programs."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given is True else None
    if error:
        event["exception"] = list(_places(error))
    return event


def _places(error: BaseException | None) -> Iterator[str]:
    """Types and places of an exception and of what led to it, never their words: these may hold anything."""
    seen: set[int] = set()
    while error and id(error) not in seen:
        seen.add(id(error))
        yield f"{'from ' if len(seen) > 1 else ''}{type(error).__module__}.{type(error).__qualname__}"
        frames = StackSummary.extract(walk_tb(error.__traceback__), lookup_lines=False)
        yield from (f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-FRAMES:])
        for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
            yield from (f"  {line}" for line in _places(inner))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
