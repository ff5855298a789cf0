"""Several workers before a real Slack: one holds its socket, and every wish is heard once, whoever dies or sleeps."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from storage.tables import Creation
from tests.bot.leading import SOON_S, leader
from tests.bot.slack.house import declared, ids, slack_settings
from tests.conftest import POSTGRES
from tests.core.hand import DEAD, PAID, settings_of
from tests.core.yard import Hand, Yard
from tests.fakes.house import opened
from tests.fakes.slack import Message, Person, SlackServer

pytestmark = pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)


@dataclass(frozen=True, slots=True)
class Place:
    """A Slack with one person in it, and workers who serve it."""

    yard: Yard
    server: SlackServer
    ada: Person
    database_url: str

    async def two(self) -> tuple[Hand, Hand]:
        """Who holds the socket, and who does not."""
        found = await leader(
            self.database_url, list(await asyncio.gather(self.yard.hand("quick"), self.yard.hand("quick")))
        )
        await self.server.until(lambda: self.server.sockets.open, SOON_S)
        return found

    async def wish(self, words: str = "a lighthouse") -> None:
        await self.ada.command("general", "/create", words)

    async def results(self, count: int) -> list[Message]:
        """Messages with the buttons of a result, once there are so many."""

        def look() -> list[Message] | None:
            found = [each for each in self.server.messages("general") if "easel_refine" in ids(each)]
            return found if len(found) >= count else None

        return await self.server.until(look, SOON_S)

    async def another_socket(self) -> None:
        """Somebody else has connected after the first."""
        await self.server.until(lambda: self.server.sockets.opened >= 2 and self.server.sockets.open, SOON_S)

    async def asked(self) -> int:
        return len(await self.yard.house.read(lambda session: list(session.exec(select(Creation)))))


@pytest.fixture
async def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(SlackServer(processing_s=0.02))
        server.limits.enabled = False
        declared(server)
        said = slack_settings(server, tmp_path, "socket")
        assert said.slack_bot_token
        assert said.slack_app_token
        server.deliver_by_socket()
        monkeypatch.setenv("DATABASE_URL", database_url)
        house = await stack.enter_async_context(opened(settings_of(tmp_path, ""), catalogue=PAID, worker=False))
        yard = Yard(tmp_path, database_url, house, stack)
        yard.environment = {
            "SLACK_BOT_TOKEN": said.slack_bot_token.get_secret_value(),
            "SLACK_APP_TOKEN": said.slack_app_token.get_secret_value(),
            "SLACK_API_BASE_URL": server.api_url,
        }
        yield Place(yard, server, server.workspace("T1").person("ada"), database_url)


async def test_one_of_two_workers_listens_and_every_wish_is_heard_once(place: Place) -> None:
    await place.two()
    for number in range(4):
        await place.wish(f"nr {number}")
    assert len(await place.results(4)) == await place.asked() == 4
    assert place.server.sockets.opened == 1


async def test_when_the_listener_is_killed_the_other_listens(place: Place) -> None:
    first, _ = await place.two()
    await place.wish()
    await place.results(1)
    first.send(signal.SIGKILL)
    await place.another_socket()
    await place.wish("another")
    assert len(await place.results(2)) == await place.asked() == 2


async def test_a_listener_that_slept_has_hung_up_before_it_hears_anything(place: Place) -> None:
    first, _ = await place.two()
    first.send(signal.SIGSTOP)
    await place.another_socket()
    for number in range(2):  # Slack takes turns: one of them goes to the socket of the sleeper, and nobody answers it
        await place.wish(f"nr {number}")
    await place.results(1)
    first.send(signal.SIGCONT)
    assert await first.ended() == DEAD
    assert await place.asked() == 1
    await place.wish("another")
    assert len(await place.results(2)) == await place.asked() == 2
