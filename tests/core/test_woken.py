"""A worker that slept while another took its creation over, and wakes up in the middle of it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from bot.settings import Settings
from core.errors import ProviderError
from core.providers.base import Failed, Order
from storage.tables import Creation, Step, StepState
from tests.conftest import POSTGRES
from tests.fakes.house import House, opened
from tests.fakes.provider import ScriptedProvider

pytestmark = pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)


class Overslept(ScriptedProvider):
    """Fails, but not before another worker has ended the same step."""

    house: House

    def __init__(self, tmp_path: Path, state: StepState, error: Exception | None) -> None:
        super().__init__()
        self.file = tmp_path / "result.png"
        self.file.write_bytes(b"what the other one made")
        self.stored = ""
        self.answered = asyncio.Event()
        self._state, self._error = state, error

    async def submit(self, order: Order) -> Failed:
        self.stored = await self.house.app.database.write(lambda session: self._taken_over(session, order.step_id))
        await self.house.app.objects.put(self.stored, self.file, "image/png")
        self.answered.set()
        if self._error:
            raise self._error
        return Failed("The model broke.", "failed")

    def _taken_over(self, session: Session, step_id: str) -> str:
        step = session.get_one(Step, step_id)
        session.execute(update(Step).where(col(Step.id) == step_id).values(state=self._state))
        session.execute(update(Creation).where(col(Creation.id) == step.creation_id).values(worker="another"))
        return f"{self.house.ada}/{step.creation_id}/{step_id}-0.png"


@pytest.mark.parametrize(
    "error", [None, ProviderError("No.", "refused"), ValueError("a bug")], ids=["failed", "refused", "bug"]
)
@pytest.mark.parametrize("state", [StepState.COMPLETE, StepState.ERROR])
async def test_takes_back_no_file_of_a_step_that_the_other_one_completed(
    settings: Settings, tmp_path: Path, state: StepState, error: Exception | None
) -> None:
    provider = Overslept(tmp_path, state, error)
    async with opened(settings, provider=provider) as house:
        provider.house = house
        view = await house.ask()
        await asyncio.wait_for(provider.answered.wait(), 10)
        await asyncio.sleep(0.3)
        there = await house.app.objects.keys()
        rows = await house.rows(view.id)
    assert there == ([provider.stored] if state == StepState.COMPLETE else [])
    assert [step.state for step in rows.steps] == [state]
    assert rows.creation.error_code is None
