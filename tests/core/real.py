"""A whole house with its real makers, against the three services on sockets of their own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import App, running
from bot.settings import Settings
from core.chat import ThreadRef
from core.creation.view import CreationView
from core.wishes import Options, Wish
from storage.tables import CreationState, StepState, new_id
from tests.fakes.openai import OpenAIServer, default_mind
from tests.fakes.openai.conversation import Mind
from tests.fakes.replicate import ReplicateServer
from tests.fakes.runway import RunwayServer
from tests.furnished import furnish

OPENAI_KEY = "sk-test-" + "canaryopenai" * 4
REPLICATE_TOKEN = "r8_" + "canaryreplicate" * 2 + "0" * 7
RUNWAY_SECRET = "key_" + ("ca9a4b" * 22)[:128]
EASEL_SECRET = "canaryeasel" * 4
KEYS = (OPENAI_KEY, REPLICATE_TOKEN, RUNWAY_SECRET, EASEL_SECRET)
SCALE = 0.01
"""How long the services take, in part of what real ones do."""


@dataclass(kw_only=True)
class Real:
    """Easel, and whom it asks."""

    app: App
    openai: OpenAIServer
    replicate: ReplicateServer
    runway: RunwayServer
    views: list[CreationView] = field(default_factory=list)
    """How every wish ended."""

    async def made(
        self, words: str, *, thread: str | None = None, model: str | None = None, **more: Any
    ) -> CreationView:
        """A wish, to its end."""
        user_id = self.app.local_user_id
        options = Options(model=model, **more.pop("options", {}))
        ref = ThreadRef.parse(thread) if thread else None
        wish = Wish(
            user_id=user_id, prompt=words, event_key=new_id(), surface="rest", thread=ref, options=options, **more
        )
        begun = await self.app.studio.create(wish)
        async with asyncio.timeout(30):
            ended = await self.app.studio.finished(user_id, begun.id)
        self.views.append(ended)
        return ended

    async def well(self, words: str, **more: Any) -> CreationView:
        """A wish that must come out well."""
        view = await self.made(words, **more)
        assert (view.state, view.error) == (CreationState.SUCCEEDED, None), view
        return view

    async def badly(self, words: str, **more: Any) -> CreationView:
        """A wish of which something must fail."""
        view = await self.made(words, **more)
        assert view.error or any(step.state is StepState.ERROR for step in view.steps), view
        return view

    async def upload(self, file: bytes, name: str) -> str:
        """A file brought along; its id."""
        path = self.app.spool.folder / new_id()
        path.write_bytes(file)
        asset = await self.app.uploads.take(self.app.local_user_id, path, name)
        path.unlink()
        return asset.id


@asynccontextmanager
async def opened(folder: Path, mind: Mind = default_mind, **more: str) -> AsyncIterator[Real]:
    """Open the house. The services' files lie where their API is, as no other port of this machine is trusted."""
    async with AsyncExitStack() as stack:
        openai = await stack.enter_async_context(OpenAIServer(mind=mind))
        replicate = await stack.enter_async_context(
            ReplicateServer(scale=SCALE, api_token=REPLICATE_TOKEN, files_at_home=True)
        )
        runway = await stack.enter_async_context(RunwayServer(scale=SCALE, api_key=RUNWAY_SECRET, files_at_home=True))
        settings = Settings(
            _env_file=None,
            EASEL_DATA_DIR=folder,
            EASEL_SECRET_KEY=EASEL_SECRET,
            EASEL_POLL_S="0.05",
            EASEL_USER_AT_ONCE="0",
            OPENAI_API_KEY=OPENAI_KEY,
            OPENAI_BASE_URL=openai.base_url,
            REPLICATE_API_TOKEN=REPLICATE_TOKEN,
            REPLICATE_BASE_URL=replicate.base_url,
            RUNWAYML_API_SECRET=RUNWAY_SECRET,
            RUNWAYML_BASE_URL=runway.base_url,
            **more,  # type: ignore[arg-type]
        )
        app = await stack.enter_async_context(running(furnish(settings)))
        yield Real(app=app, openai=openai, replicate=replicate, runway=runway)
