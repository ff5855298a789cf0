"""The strict local S3 as a process of its own, which takes none of the processors that are measured.

`python -m benchmarks.bucket FOLDER` says in one line of JSON how it is reached, and ends with its standard input.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.neighbour import neighbour
from benchmarks.place import leave_the_house_its_processors
from tests.fakes.s3 import S3Server


@asynccontextmanager
async def bucket(folder: Path) -> AsyncIterator[dict[str, str]]:
    """Its keys and address, as a house wants them in its environment, until the end of the block."""
    async with neighbour("benchmarks.bucket", folder, str(folder / "bucket")) as running:
        yield running.facts


def main() -> None:
    """Serve until the input ends."""
    leave_the_house_its_processors()
    with S3Server(Path(sys.argv[1])) as server:
        print(json.dumps(server.environment), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
