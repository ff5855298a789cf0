"""A connection with a session that stays open, for works so small that to open one for each would take longer."""

import sqlite3
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import make_transient
from sqlmodel import Session

from storage.turns import Occupied


class Part(Session):
    """A part of a transaction that others share, which it may not take back: it raises its error instead.

    It remembers what was added to it, until `stands` or `renew`.
    """

    def forget(self) -> None:
        """Know no row any more."""
        if self.identity_map or self.new:
            self.expunge_all()

    def stands(self) -> None:
        """What was added is stored."""
        self.info.pop("added", None)

    def rollback(self) -> None:
        """Never."""
        raise NotImplementedError

    def renew(self) -> None:
        """Let what was added be new again, where it does not stand: the next attempt would take it for stored."""
        self.forget()
        for each in self.info.pop("added", ()):
            make_transient(each)


@event.listens_for(Part, "pending_to_persistent")
def _note(part: Part, added: Any) -> None:
    part.info.setdefault("added", []).append(added)


class Standing:
    """One connection of its own, which never waits for a lock. Its transactions are begun and ended in SQLite alone:
    to SQLAlchemy they are a single one, so that its session can stay.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: _Open | None = None

    def begin(self, *, writes: bool = False) -> Part:
        """Begin a transaction. Returns its session, which knows no row.

        Raises:
            Occupied: SQLite is locked.
        """
        self._open = self._open or self._opened()
        try:
            self._open.raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        except sqlite3.OperationalError as error:
            raise Occupied from error
        return self._open.session

    def commit(self) -> None:
        """Let what was written stand. Any thread may call it, while no other uses the connection.

        Raises:
            sqlite3.Error: it does not stand.
        """
        assert self._open
        self._open.raw.execute("COMMIT")

    def end(self) -> None:
        """End the transaction: what is not committed never was, and the session knows no row any more."""
        if self._open is None:
            return
        if self._open.raw.in_transaction:
            self._open.raw.execute("ROLLBACK")
        self._open.session.renew()
        if not self._open.session.is_active:  # an error while it wrote
            self.close()

    def close(self) -> None:
        """Close the connection; it is opened again when it is needed."""
        if self._open:
            self._open.session.close()
            self._open.connection.close()
            self._open = None

    def _opened(self) -> "_Open":
        connection = self._engine.connect()
        connection.detach()  # with its impatience, it is of no use to others
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        raw: Any = connection.connection.dbapi_connection
        session = Part(connection, expire_on_commit=False, join_transaction_mode="rollback_only")
        return _Open(connection, raw, session)


class _Open(NamedTuple):
    connection: Connection
    raw: sqlite3.Connection
    session: Part
