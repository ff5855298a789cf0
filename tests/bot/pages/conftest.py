"""One Easel and its visitors, for the tests of the pages."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.bot.browser import PHONE, Visitor, chromium, easel, visiting


@pytest.fixture(scope="session", autouse=True)
def browser() -> None:
    if chromium() is None:
        pytest.skip("no Chromium on this machine: `apt-get install chromium`")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Easel for all of these tests."""
    with easel(tmp_path_factory.mktemp("easel")) as url:
        yield url


@pytest.fixture
async def visitor(address: str) -> AsyncIterator[Visitor]:
    """A window whose pages must have nothing to complain about."""
    async with visiting(address) as found:
        yield found
        assert found.complaints == []


@pytest.fixture
async def phone(address: str) -> AsyncIterator[Visitor]:
    async with visiting(address, viewport=PHONE, is_mobile=True, has_touch=True) as found:
        yield found
        assert found.complaints == []
