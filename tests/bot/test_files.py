"""Bytes that do not lie on this machine: reached by a short-lived link, or streamed through."""

from dataclasses import replace
from pathlib import Path

from storage.objects import FileObjects
from tests.bot.house import House, png, served

LINK = "https://objects.example/bucket/{key}?signature=s"


class FarObjects(FileObjects):
    """A store without local files; with `linked`, one that hands out links."""

    def __init__(self, folder: Path, *, linked: bool) -> None:
        super().__init__(folder)
        self.linked = linked

    def local(self, key: str) -> Path | None:
        return None

    async def url(
        self, key: str, expires_s: int, media_type: str | None = None, disposition: str | None = None
    ) -> str | None:
        assert expires_s <= 3600
        return LINK.format(key=key) if self.linked else None


async def test_a_linked_store_serves_shown_files_itself(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    far = FarObjects(quiet.app.settings.data_dir / "objects", linked=True)
    async with served(replace(quiet.context, objects=far)) as base:
        house = replace(quiet, open_url=base)
        shown = await house.ask("GET", f"/api/v1/assets/{asset.id}/content")
        assert (shown.status, shown.headers["Location"]) == (307, LINK.format(key=asset.object_key))
        kept = await house.ask("GET", f"/api/v1/assets/{asset.id}/content?download=1")
        assert (kept.status, kept.headers["Location"]) == (307, LINK.format(key=asset.object_key))
        thumbnail = await house.ask("GET", f"/api/v1/assets/{asset.id}/thumbnail")
        assert (thumbnail.status, thumbnail.headers["Content-Type"]) == (200, "image/webp")
        policy = (await house.ask("GET", "/")).headers["Content-Security-Policy"]
        assert "img-src 'self' blob: data: https://objects.example;" in policy
    far.close()


async def test_a_store_without_links_is_streamed_through(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    far = FarObjects(quiet.app.settings.data_dir / "objects", linked=False)
    async with served(replace(quiet.context, objects=far)) as base:
        house, path = replace(quiet, open_url=base), f"/api/v1/assets/{asset.id}/content"
        whole = await house.ask("GET", path)
        assert (whole.status, whole.body, whole.headers["Content-Length"]) == (200, png(), str(len(png())))
        assert (await house.ask("GET", path, headers={"If-None-Match": whole.headers["ETag"]})).status == 304
        assert (await house.ask("HEAD", path)).body == b""
        await far.delete(asset.object_key)
        assert (await house.ask("GET", path)).status == 404
    far.close()
