"""An Easel that forgets a person, in a process of its own, meant to be killed: `python -m tests.core.forgetful FOLDER`.

The person is the one called Ada, until they are gone; then it only works on, as any Easel does after a restart.
"""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from core.errors import NotFound
from storage.errors import StoreAway
from tests.core.victim import PAID, settings_of
from tests.fakes.house import opened
from tests.fakes.provider import ScriptedProvider


async def live(folder: Path, *, asks: bool) -> None:
    """Work until killed; `asks`: this is the process in which Ada asks to be forgotten."""
    async with opened(settings_of(folder), provider=ScriptedProvider(), catalogue=PAID) as house:
        print("up", flush=True)
        if asks:
            with suppress(StoreAway, NotFound):
                await house.app.studio.forget(house.ada)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), asks=sys.argv[2] == "asks"))
