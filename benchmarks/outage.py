"""Twenty uploads, in whose middle the bucket goes away for two minutes: nothing is lost, and nothing is made again.

`OUTAGE_S=10 make bench NAME=outage` goes faster.
"""

import os

from benchmarks.place import data_folder
from benchmarks.report import Figure, Report
from bot.logs import set_up
from tests.core.outage import COST, Outcome, sat_out

AWAY_S = 120.0
COUNT = 20
BACK_BOUND_S = 30.0
"""The house tries every 15 seconds at the latest, and then uploads."""


async def measure() -> Report:
    """A house in this process, and a bucket that stops to listen."""
    set_up("CRITICAL")
    away_s = float(os.environ.get("OUTAGE_S", AWAY_S))
    with data_folder() as folder:
        found = await sat_out(folder, away_s=away_s, count=COUNT)
    return Report("outage", f"{COUNT} uploads, and the bucket away in their middle", _figures(found, away_s))


def _figures(found: Outcome, away_s: float) -> list[Figure]:
    money = COUNT * COST
    return [
        Figure("away_s", "the bucket was away, s", away_s),
        Figure("stored_before", "uploads done before", found.stored_before, least=1, most=COUNT - 1),
        Figure("under_way", "requests cut off", found.under_way, least=1),
        Figure("waiting", "creations that said that they wait", found.waiting, least=COUNT - found.done),
        Figure("too_soon", "files called done and not stored", found.too_soon, most=0),
        Figure("stored", "creations stored in the end", found.stored, least=COUNT),
        Figure("lost", "files lost", found.lost, most=0),
        Figure("orphans", "files that nothing names", found.orphans + found.half, most=0),
        Figure("paid", "calls paid for", found.paid, least=COUNT, most=COUNT),
        Figure("again", "of these again for the same step", found.again, most=0),
        Figure("cost_usd", "money counted, USD", found.cost_micros / 1e6, least=money / 1e6, most=money / 1e6),
        Figure("back_s", "from its return until all is stored, s", found.back_s, most=BACK_BOUND_S),
    ]
