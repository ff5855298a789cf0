"""The main module of a media child: one JSON request a line comes in, a listed function runs, one JSON answer goes out.

Run as `python -m core.native.child NICE`. Decoders of foreign bytes crash, leak and loop; here they take nothing else
down.
"""

import contextlib
import ctypes
import importlib
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import UserError

FUNCTIONS = frozenset(
    {
        "core.native.evidence:examine",
        "core.native.masks:cut_out",
        "core.native.pictures:look",
        "core.native.pictures:poster",
        "core.native.pictures:probe",
        "core.native.pictures:sanitise_upload",
        "core.native.pictures:thumbnail",
        "core.native.remux:remux",
        "core.native.shrink:as_png",
        "core.native.shrink:shrink",
        "core.native.sounds:join",
        "core.native.waves:waveform",
        "core.providers.offline.clips:extend",
        "core.providers.offline.clips:film",
        "core.providers.offline.clips:upscale",
        "core.providers.offline.images:draw",
        "core.providers.offline.images:redraw",
        "core.providers.offline.images:retouch",
        "core.providers.offline.images:upscale",
        "core.providers.offline.images:vary",
        "core.providers.offline.voice:speak",
    }
)
"""All that a child will ever call, whatever the request says."""

MEMORY_BYTES = 2 << 30
FILE_BYTES = 2 << 30
CPU_S = 600
"""Processor time of one job; the pool's own timeout normally comes first."""

AUTOGROUP = Path("/proc/self/autogroup")

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until standard input ends."""
    answers = _private_stdout()
    _live_and_die_with_parent()
    _limit_resources()
    _stand_back(int(sys.argv[1]))
    requests = _requests(sys.stdin.buffer)
    while True:
        answer = _answer(requests.get())
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _private_stdout() -> BinaryIO:
    """Keep the pipe for answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _live_and_die_with_parent() -> None:
    """Ctrl-C and a service manager's TERM are for the parent, who lets us finish; its death is ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _limit_resources() -> None:
    if sys.platform == "win32":
        return
    import resource

    limits = ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, FILE_BYTES), (resource.RLIMIT_CORE, 0))
    for name, value in limits:
        with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(name, (value, value))


def _stand_back(nice: int) -> None:
    """Let the chat's event loop go first. Linux may weigh whole sessions against each other, and a child is one: then
    its place among them counts, and `nice` only among its own (sched(7), "The autogroup feature").
    """
    if sys.platform == "win32" or not nice:
        return
    os.nice(nice)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            AUTOGROUP.write_text(str(nice))


def _limit_cpu() -> None:
    """Allow the next job its share of processor time, counted from here."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_S, hard))


def _requests(stdin: BinaryIO) -> "queue.SimpleQueue[bytes]":
    """Read lines beside the work, so that the end of input ends a busy child too."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _answer(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
        function = _load(request["function"])
        _limit_cpu()
        return {"result": function(**request["arguments"])}
    except UserError as error:
        return {"error": error.message, "kind": type(error).__name__, "code": error.code}
    except Exception as error:  # the boundary of a job: the pool turns it into a NativeError
        return {"error": _describe(error), "kind": "Failed"}


def _load(name: str) -> Callable[..., Any]:
    if name not in FUNCTIONS:
        raise LookupError("not a listed function")
    module, _, function = name.partition(":")
    loaded: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return loaded


def _describe(error: Exception) -> str:
    """The error's type and place. Never its text, which may hold a user's words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


if __name__ == "__main__":
    main()
