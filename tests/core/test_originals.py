"""What a provider sent is what is kept, byte for byte: a changed byte would break its content credentials."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from bot.settings import Settings
from core.native import credentials
from core.providers.base import Failed, Made, Order, Output, Refused, Ticket
from storage import gallery
from tests.fakes import credentials as fake
from tests.fakes.house import opened
from tests.fakes.media import jpeg, mp3, mp4, png
from tests.fakes.planner import ScriptedPlanner, call, calls, picture
from tests.fakes.provider import ScriptedProvider

FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "picture": ("image/png", lambda: fake.in_png(png(), fake.store())),
    "photo": ("image/jpeg", lambda: fake.in_jpeg(jpeg(), fake.store())),
    "film": ("video/mp4", lambda: fake.in_bmff(mp4(), fake.store())),
    "voice": ("audio/mpeg", lambda: fake.in_id3(mp3(), fake.store())),
}
WISHES = {
    "picture": picture("picture"),
    "photo": picture("photo"),
    "film": call("generate_video", prompt="film", duration_s=1),
    "voice": call("generate_speech", text="voice"),
}


class Signing(ScriptedProvider):
    """Sends files with content credentials, as real providers do."""

    async def submit(self, order: Order) -> Ticket | Output | Refused | Failed:
        made = await super().submit(order)
        assert isinstance(made, Output)
        media_type, data = FILES[order.prompt]
        file = order.folder / f"{order.step_id}-signed"
        file.write_bytes(data())
        return replace(made, files=(Made(path=file, media_type=media_type, width=64, height=48),))


@pytest.mark.parametrize("name", FILES)
async def test_an_original_is_kept_byte_for_byte_with_its_credentials(settings: Settings, name: str) -> None:
    sent = FILES[name][1]()
    async with opened(settings, planner=ScriptedPlanner(calls(WISHES[name])), provider=Signing()) as house:
        (made,) = (await house.made(name)).assets
        _, key = await house.app.studio.content(house.ada, made.id)
        kept = house.app.objects.local(key)
        assert isinstance(kept, Path)
        assert kept.read_bytes() == sent
        asset = await house.read(lambda session: gallery.asset(session, house.ada, made.id))
        assert asset
        assert asset.sha256 == sha256(sent).hexdigest()
        assert credentials.read(str(kept))["signer"] == fake.SIGNER
