"""One person on several platforms: a code shown to one account and entered by the other makes them one."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session, select

from core.creation.sweeps import sweep
from core.errors import Conflict, Invalid, UserError
from storage import joining, people
from storage.database import Database
from storage.errors import Forgotten
from storage.tables import Account, now

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I and L: a code is read from one screen and typed at another."""
LENGTH = 8
WRONG_MOST = 5
SWEEP_S = 15.0
WRONG = "Easel knows no such code. Compare the letters, or ask for a new one."
EXPIRED = "This code has expired: it is good for ten minutes. Ask for a new one."
USED = "This code was used already. Ask for a new one."
OWN = "This is your own code. Enter it where you come from your other account."
SAME = "These two accounts are one person already."
TOO_MANY = "These were too many wrong codes. Wait ten minutes, then ask for a new one."


@dataclass(frozen=True, slots=True)
class Joined:
    """Who two people are from now on."""

    user_id: str
    platforms: tuple[str, ...]
    """Where their accounts are."""


class Joining:
    """Joins people. What they made follows beside the way, in steps that a kill only interrupts."""

    def __init__(self, database: Database, moved: Callable[[str], None]) -> None:
        """`moved` is told whose id means another person from now on."""
        self._database = database
        self._moved = moved
        self._woken = asyncio.Event()

    async def code(self, user_id: str) -> str:
        """A new code for this person, as `ABCD-EFGH`: good once, for ten minutes."""
        plain = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        await self._database.write(lambda session: joining.add_code(session, user_id, _hash(plain), now()))
        return f"{plain[:4]}-{plain[4:]}"

    async def join(self, user_id: str, code: str) -> Joined:
        """Let this person be the one who was shown the code: one gallery, one budget.

        Raises:
            Invalid, Conflict: with the sentence why not.
        """
        hashed = _hash("".join(letter for letter in code.upper() if letter.isalnum()))
        found = await self._database.write(lambda session: _joined(session, user_id, hashed))
        if isinstance(found, UserError):
            raise found
        gone, joined = found
        self._moved(gone)
        self._woken.set()
        return joined

    async def run(self) -> None:
        """Let rows follow, until cancelled."""
        await sweep("joining", self.follow, SWEEP_S, self._woken, at_once=True)

    async def follow(self) -> None:
        """Let all rows follow that are still in an old name."""
        for gone, stays in await self._database.read(joining.unmoved):
            while await self._moved_some(gone, stays):
                await asyncio.sleep(0)

    async def _moved_some(self, gone: str, stays: str) -> bool:
        return await self._database.write(lambda session: joining.move(session, gone, stays))


def _joined(session: Session, user_id: str, hashed: str) -> UserError | tuple[str, Joined]:
    """Who is nobody of their own any more, and who they are now. A refusal is returned, not raised: that would take
    the note of a wrong try back.
    """
    owner_id = _owner(session, user_id, hashed)
    if isinstance(owner_id, UserError):
        return owner_id
    try:
        gone, stays = people.staying(session, user_id), people.staying(session, owner_id)
    except Forgotten:
        return Invalid(WRONG, "wrong_code")
    if gone == stays:
        return Conflict(SAME, "same_person")
    if joining.is_local(session, gone):
        gone, stays = stays, gone  # the surfaces of this machine hold this id
    joining.unite(session, gone, stays)
    session.flush()
    platforms = session.exec(select(Account.platform).where(Account.user_id == stays).distinct()).all()
    return gone, Joined(stays, tuple(sorted(platforms)))


def _owner(session: Session, user_id: str, hashed: str) -> UserError | str:
    """Whose code this is. It is used up."""
    at = now()
    if joining.wrongs(session, user_id, at) >= WRONG_MOST:
        return Conflict(TOO_MANY, "too_many_tries")
    found = joining.code(session, hashed)
    if found is None:
        joining.wrong(session, user_id, at)
        return Invalid(WRONG, "wrong_code")
    if found.user_id == user_id:
        return Conflict(OWN, "own_code")
    if not joining.use(session, hashed, at):
        return Conflict(USED, "used_code") if found.used_at else Invalid(EXPIRED, "expired_code")
    return found.user_id


def _hash(plain: str) -> str:
    return sha256(plain.encode()).hexdigest()
