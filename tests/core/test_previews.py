"""A rough picture on the way is for the wait alone."""

import pytest

from bot.settings import Settings
from core.providers.base import Failed, Order
from storage.tables import CreationState
from tests.fakes.house import opened
from tests.fakes.provider import ScriptedProvider

pytestmark = pytest.mark.each_database


class Promising(ScriptedProvider):
    """Shows a rough picture, and fails."""

    async def submit(self, order: Order) -> Failed:
        file = order.folder / "preview-0.png"
        file.write_bytes(b"rough")
        assert order.preview
        await order.preview(file)
        return Failed("The model broke.", "failed")


async def test_a_preview_does_not_outlive_a_step_that_fails(settings: Settings) -> None:
    async with opened(settings, provider=Promising()) as house:
        view = await house.made()
        assert view.state == CreationState.FAILED
        assert (await house.rows(view.id)).steps[0].preview_key
        assert [each async for page in house.app.objects.listing() for each in page] == []
