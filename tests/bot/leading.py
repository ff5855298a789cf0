"""Who of several workers holds the connection to a chat: as their PostgreSQL and the kernel say it."""

import asyncio

import psutil
import psycopg

from tests.core.yard import Hand

SOON_S = 20.0
HELD = (
    "SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND datname = current_database()"
)


async def leader(database_url: str, among: list[Hand]) -> tuple[Hand, Hand]:
    """Who leads, and somebody who does not."""
    async with asyncio.timeout(SOON_S):
        while not (leads := next((hand for hand in among if _holders(database_url) & _ports(hand)), None)):
            await asyncio.sleep(0.05)
    return leads, next(hand for hand in among if hand is not leads)


def _holders(database_url: str) -> set[int]:
    with psycopg.connect(database_url) as connection:
        return {int(row[0]) for row in connection.execute(HELD)}


def _ports(hand: Hand) -> set[int]:
    return {each.laddr.port for each in psutil.Process(hand.process.pid).net_connections("tcp")}
