"""`easel worker`: carries out creations for surfaces that run elsewhere."""

from bot.app import running
from bot.serve import until_told
from bot.settings import Settings


async def work(settings: Settings) -> None:
    """Work until a signal says stop."""
    async with running(settings) as app:
        print("This worker carries out creations.", flush=True)
        await until_told(app)
