"""`easel worker`: carries out creations for surfaces that run elsewhere."""

import asyncio
import signal

from bot.app import drain, running
from bot.settings import Settings


async def work(settings: Settings) -> None:
    """Work until a signal; then let what runs end."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings) as app:
        print("This worker carries out creations.", flush=True)
        await stop.wait()
        await drain(app)
