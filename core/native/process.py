"""One media child as its parent sees it: started, asked one question at a time, killed."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import core
from core.errors import NativeError

_ROOT = Path(core.__file__).resolve().parent.parent
_LINE_BYTES = 1 << 20


def environment() -> dict[str, str]:
    """A child's whole environment. Built, not filtered: a key added to ours tomorrow is not in it either."""
    return {
        "PATH": os.defpath,
        "HOME": str(Path.home()),
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class ChildProcess:
    """A running `core.native.child`. After any exception from `ask` it is good for nothing but `kill`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.jobs = 0

    @classmethod
    async def start(cls, nice: int) -> "ChildProcess":
        """Start one that stands back by so much, see nice(1). `-P` keeps the current folder from shadowing ours."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "core.native.child", str(nice)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
            limit=_LINE_BYTES,
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once its exit was noticed."""
        return self._process.returncode is None

    async def ask(self, function: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Send one request and wait for its answer; a child that dies instead is a NativeError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        self.jobs += 1
        request = json.dumps({"function": function, "arguments": arguments}, default=os.fspath)
        try:
            stdin.write(request.encode() + b"\n")
            await stdin.drain()
            line = await stdout.readline()
        except ConnectionError:
            line = b""
        if not line:
            raise NativeError(f"{function}: the media process died")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def kill(self) -> None:
        """End it at once and wait until it is gone."""
        if self.alive:
            self._process.kill()
        await self._process.wait()
