"""Moto's S3 in a process of its own: somebody else's reading of Amazon's pages, beside ours in `tests/fakes/s3`.

`python -m tests.fakes.moto` prints its port and serves until its standard input ends. In the process of the tests it
would hook itself into every boto3 there.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def moto() -> Iterator[str]:
    """A server without any bucket; yields its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.moto"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def _serve() -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    _serve()
