"""An Easel that listens to Slack in a process of its own, so that it can be killed."""

import asyncio
import sys
from pathlib import Path

from bot.app import running
from bot.settings import Settings


async def listen(folder: Path, api_url: str, bot_token: str, app_token: str) -> None:
    settings = Settings(
        _env_file=None,
        EASEL_DATA_DIR=folder,
        SLACK_BOT_TOKEN=bot_token,
        SLACK_APP_TOKEN=app_token,
        SLACK_API_BASE_URL=api_url,
    )
    async with running(settings, worker=False, listen=True) as app:
        await app.surfaces_open.wait()
        print("listening", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(listen(Path(sys.argv[1]), *sys.argv[2:5]))
