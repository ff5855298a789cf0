"""Where measuring takes place: two processors, a data folder of its own, and an environment without anybody's keys."""

import contextlib
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PROCESSORS = 2
SERVERS = (16_000, 32_000)


def keep_to_two_processors() -> None:
    """Bind this process and all that it starts, so that figures compare whatever machine they come from."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSORS])


def leave_the_house_its_processors() -> None:
    """Go to others than the two that are measured, where the machine has any: the world outside is far away."""
    if hasattr(os, "sched_setaffinity"):
        taken = os.sched_getaffinity(0)
        os.sched_setaffinity(0, set(range(os.cpu_count() or 1)) - taken or taken)


@contextmanager
def aside() -> Iterator[None]:
    """The same for the length of a block: whoever asks is far away, too."""
    taken = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else None
    leave_the_house_its_processors()
    try:
        yield
    finally:
        if taken:
            os.sched_setaffinity(0, taken)


@contextmanager
def data_folder() -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="easel-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """A server's whole environment: built, not inherited, so that no key of the person at the machine is in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    own = {"PYTHONPATH": str(ROOT), "EASEL_DATA_DIR": str(folder), "EASEL_LOG_LEVEL": "WARNING"}
    return kept | own | {name: str(value) for name, value in settings.items()}


def settings_for(folder: Path, **settings: object) -> Settings:
    """The same for a house in this process."""
    return Settings(_env_file=None, EASEL_DATA_DIR=folder, EASEL_LOG_LEVEL="WARNING", **settings)  # type: ignore[call-arg, arg-type]


def free_port() -> int:
    """A port that nobody listens on now, and that no connection is given while its server is away.

    Outgoing ones have ports from 32768 on (/proc/sys/net/ipv4/ip_local_port_range) or, elsewhere, from 49152.
    """
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", random.randrange(*SERVERS)))
            port: int = probe.getsockname()[1]
            return port
