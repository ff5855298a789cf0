"""Many uploads at once, in whose middle the store goes away for a while: what is true afterwards."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from sqlmodel import select

from bot.settings import Settings
from core.creation.making import STORE_AWAY
from core.creation.view import CreationView
from core.safekeeping.tombstones import FOLDER
from storage.recipes import sidecar_key
from storage.tables import Asset, CreationState
from tests.core.victim import PAID
from tests.fakes import s3 as fake
from tests.fakes.house import House, opened
from tests.fakes.provider import ScriptedProvider, Way
from tests.fakes.s3 import S3Server

COST = 90_000
UPLOAD_S = 0.5
"""What one upload takes, so that the outage comes in the middle of them."""
BACK_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an outage did, and what it did not."""

    stored_before: int
    under_way: int
    """Requests that were being answered when the store went."""
    done: int
    """Files that stood in a row at the end of the outage."""
    too_soon: int
    """Of these, such as were not in the store."""
    waiting: int
    """Creations that said meanwhile that they wait for the store."""
    stored: int
    """Creations that succeeded, each with its one file."""
    lost: int
    """Files named by a row that are not in the store, or of another size."""
    orphans: int
    """Files in the store that no row names."""
    half: int
    """Uploads in parts that nobody will complete."""
    paid: int
    """Calls that the provider was asked for."""
    again: int
    """Of these a second time for the same step."""
    cost_micros: int
    back_s: float
    """From the store's return until the last was stored."""


async def sat_out(folder: Path, *, away_s: float, count: int = 20) -> Outcome:
    """Wish for so many pictures, and take the store away when a quarter of them is stored."""
    with S3Server(folder / "s3") as server:
        provider = ScriptedProvider(default=Way(cost_micros=COST))
        more = {"EASEL_DATA_DIR": folder / "data", "EASEL_USER_AT_ONCE": 0, "EASEL_AT_ONCE": count}
        settings = Settings(_env_file=None, **more, **server.environment)
        server.always("PutObject", fake.slow(UPLOAD_S))
        async with opened(settings, provider=provider, catalogue=PAID) as house:
            views = await asyncio.gather(*(house.ask(f"a lighthouse, number {number}") for number in range(count)))
            await _in_the_middle(server, provider, count)
            under_way = server.under_way
            server.down()
            stored_before = len(_pictures(server))
            server.always("PutObject", None)
            await asyncio.sleep(away_s)
            done, waiting = await _assets(house), await _waiting(house, views)
            too_soon = sum(asset.object_key not in server.shelf.objects for asset in done)
            server.up()
            back = perf_counter()
            await asyncio.gather(*(house.end(view, within_s=BACK_WITHIN_S) for view in views))
            back_s = perf_counter() - back
            await _tidied(house)
            found = await _found(house, server, views)
    return Outcome(
        stored_before=stored_before,
        under_way=under_way,
        done=len(done),
        too_soon=too_soon,
        waiting=waiting,
        paid=provider.submits.total(),
        again=provider.submits.total() - len(provider.submits),
        back_s=back_s,
        **found,
    )


async def _in_the_middle(server: S3Server, provider: ScriptedProvider, count: int) -> None:
    """Everything is made, a quarter is stored, and others are on their way."""
    async with asyncio.timeout(60):
        while provider.submits.total() < count or len(_pictures(server)) < count // 4 or not server.under_way:
            await asyncio.sleep(0.02)
    assert len(_pictures(server)) < count


def _pictures(server: S3Server) -> list[str]:
    return [key for key in server.shelf.objects if key.endswith(".png")]


async def _seen(house: House, views: Sequence[CreationView]) -> list[CreationView]:
    return [await house.app.studio.creation(house.ada, view.id) for view in views]


async def _waiting(house: House, views: Sequence[CreationView]) -> int:
    return sum(any(step.detail == STORE_AWAY for step in view.steps) for view in await _seen(house, views))


async def _tidied(house: House) -> None:
    """Do at once what the house does by itself every few minutes: small pictures and recipes that are missing."""
    for beside in (house.app.thumbnails, house.app.sidecars):
        await beside.drained()
        await beside.sweep()
        await beside.drained()


async def _assets(house: House) -> list[Asset]:
    return await house.read(lambda session: list(session.exec(select(Asset))))


async def _found(house: House, server: S3Server, views: Sequence[CreationView]) -> dict[str, int]:
    assets = await _assets(house)
    stored = {key: each.size for key, each in server.shelf.objects.items() if not key.startswith(FOLDER)}
    named = {key for asset in assets for key in (asset.object_key, asset.thumbnail_key, sidecar_key(asset.object_key))}
    sizes = {asset.object_key: asset.size_bytes for asset in assets}
    ended = await _seen(house, views)
    return {
        "stored": sum(view.state == CreationState.SUCCEEDED and len(view.assets) == 1 for view in ended),
        "lost": len(named - set(stored)) + sum(stored.get(key, size) != size for key, size in sizes.items()),
        "orphans": len(set(stored) - named),
        "half": len(server.shelf.uploads),
        "cost_micros": sum(charge.settled_micros or 0 for charge in await house.charges()),
    }
