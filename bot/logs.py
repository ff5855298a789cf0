"""Structured logs on stderr: ids and outcomes, never prompts, secrets or signed links."""

import logging
import sys

import structlog

NOISY = (
    "httpx",
    "httpx2",
    "httpcore",
    "botocore",
    "boto3",
    "urllib3",
    "slack_bolt",
    "slack_sdk",
    "discord",
    "aiohttp.access",
    "openai",
    "websockets",
    "runwayml",
    "alembic",
    "asyncio",
)


def set_up(level: str, *, color: bool | None = None) -> None:
    """Point structlog and the standard library at one readable stream."""
    number = logging.getLevelNamesMapping()[level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty() if color is None else color,
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=number, stream=sys.stderr, format="%(asctime)s [%(levelname)s] %(name)s %(message)s", datefmt="%H:%M:%S"
    )
    for name in NOISY:  # some of these log whole signed links or request bodies at INFO
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.getLogger("aiohttp.server").setLevel(
        logging.CRITICAL
    )  # logs malformed requests whole; ours are logged already
