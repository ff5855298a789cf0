"""`easel worker`: carries out creations for surfaces that run elsewhere."""

from bot.app import running
from bot.serve import until_told
from bot.settings import Settings
from bot.watch.door import door


async def work(settings: Settings) -> None:
    """Work until a signal says stop."""
    async with running(settings) as app, door(app, settings.metrics_port) as address:
        print("This worker carries out creations.", flush=True)
        if address:
            print(f"How it is: {address}/metrics", flush=True)
        await until_told(app)
