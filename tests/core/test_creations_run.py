from tests.fakes.house import House, opened
from tests.fakes.planner import *
from tests.fakes.provider import *

async def test_a_wish_becomes_a_picture(house: House) -> None:
    view = await house.made("a lighthouse")
    assert view.state == "succeeded"

async def test_a_house_closed_can_open_again(settings) -> None:
    for _ in range(3):
        async with opened(settings) as house:
            view = await house.made("a lighthouse")
            assert view.state == "succeeded"

async def test_stop_mid(settings) -> None:
    provider = ScriptedProvider(default=Way(ticket=True, after_s=1.5))
    async with opened(settings, provider=provider) as house:
        view = await house.ask("a lighthouse")
        await house.until(view, lambda seen: provider.polls)
    async with opened(settings, provider=provider) as house:
        view = await house.end(view)
        assert view.state == "succeeded"
    assert provider.submits.total() == 1
