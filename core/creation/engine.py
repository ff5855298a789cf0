"""Durable execution: the only module that knows DBOS.

A creation's id is its workflow's id, so starting one twice is free. Rows decide who starts and when; the engine only
makes sure that what was started comes to an end, whatever happens to the process. It keeps no record of the steps on
the way: each goes on from its own rows when it is run again, so a record would say twice what stands there, and keeping
seven of them took a tenth of a creation's processor time.
"""

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID
from sqlalchemy import Engine as Database
from sqlalchemy import create_engine, event

from core.creation.workflow import Steps, create
from storage import postgres
from storage.database import normal_url

Claim = Callable[[str], Awaitable[bool]]
APP = "easel"
VERSION = "1"
"""Constant: with DBOS's default, any edit of this code would leave the jobs in flight pending for ever."""
RECOVERIES = 1_000
THREADS = 16
KEPT = timedelta(days=7)


class JsonOnly(Serializer):
    """Plain JSON in DBOS's tables: the default is pickle, which no upgrade of ours would survive."""

    def serialize(self, data: Any) -> str:
        """Ids and small facts as JSON; an exception as its class name, since it may carry a user's words."""
        return json.dumps(data, default=_fact)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - the base class names it so
        """JSON back to facts."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """How DBOS marks our rows."""
        return "easel_json"


def _fact(value: object) -> object:
    if isinstance(value, BaseException):
        return {"exception": type(value).__name__}
    raise TypeError(f"{type(value).__name__} may not cross a checkpoint")


class Engine:
    """Starts creations and brings them to their end. One per process, because DBOS is."""

    def __init__(self, steps: Steps, database_url: str, worker_id: str, claim: Claim | None = None) -> None:
        """`database_url` is SQLite's own file for DBOS, or PostgreSQL.

        `claim` makes a creation this worker's before it is carried out, wherever it was begun: of several workers, the
        engine hands what a dead one left to any. False where this one may carry out nothing any more.
        """
        logging.getLogger("dbos").setLevel(logging.WARNING)
        database_url = normal_url(database_url)
        self._database = _engine(database_url)
        self._running: set[asyncio.Task[Any]] = set()
        self._stopped = False
        self._claim = claim
        self._taken_up: set[str] = set()
        DBOS(config=_config(self._database, database_url, worker_id))
        self._register(steps)

    def _register(self, steps: Steps) -> None:
        @DBOS.workflow(name="creation", max_recovery_attempts=RECOVERIES)
        async def creation(creation_id: str) -> str:
            if self._stopped:  # taken up by DBOS too late: the next launch goes on with it
                raise asyncio.CancelledError
            task = asyncio.current_task()
            assert task
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            if self._claim and not await self._claim(creation_id):
                raise asyncio.CancelledError
            return await create(steps, creation_id)

        self._workflow = creation

    async def launch(self) -> bool:
        """Open the tables and take up, on this loop, what an earlier process left; returns whether it left anything.

        False among several workers: there what one left is whoever's takes it over.
        """
        DBOS.launch()
        if self._claim is None:
            self._taken_up = await self.unfinished()
        return bool(self._taken_up)

    async def start(self, creation_id: str) -> None:
        """Begin a creation, or do nothing if it has begun before."""
        if creation_id in self._taken_up:
            return
        with SetWorkflowID(creation_id):
            await DBOS.start_workflow_async(self._workflow, creation_id)

    async def unfinished(self) -> set[str]:
        """Ids of the creations that DBOS still has in hand."""
        found = await DBOS.list_workflows_async(status=["PENDING", "ENQUEUED"], load_input=False, load_output=False)
        return {status.workflow_id for status in found}

    async def workers(self) -> set[str]:
        """Ids of the workers, living or dead, that have jobs of this version in hand."""
        found = await DBOS.list_workflows_async(
            status="PENDING", app_version=VERSION, load_input=False, load_output=False
        )
        return {status.executor_id for status in found if status.executor_id}

    async def take_over(self, worker_id: str) -> int:
        """Put a dead worker's jobs back into the line that all living ones take from; returns how many they were.

        Only what still has the dead one's id: a job that a living worker has taken up meanwhile stays where it is,
        which `resume_workflows` would not see to.
        """
        return len(await asyncio.to_thread(DBOS._recover_pending_workflows, [worker_id]))

    async def stale_versions(self) -> int:
        """How many jobs in flight belong to another version and will not be taken up."""
        found = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return sum(1 for status in found if status.app_version != VERSION)

    async def tidy(self) -> None:
        """Delete the record of workflows that ended long ago; what they made stands in our own rows."""
        before = (datetime.now(UTC) - KEPT).isoformat()
        ended = await DBOS.list_workflows_async(
            status=["SUCCESS", "ERROR"], end_time=before, limit=1_000, load_input=False, load_output=False
        )
        await self.forget([status.workflow_id for status in ended])

    async def forget(self, creation_ids: list[str]) -> None:
        """Delete the workflows of creations whose rows are gone."""
        if creation_ids:
            await DBOS.delete_workflows_async(creation_ids)

    async def stop(self) -> None:
        """Let go of what runs, and of what DBOS still takes up; rows stand, and the next launch goes on with them."""
        self._stopped = True
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # it would warn of each
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Close DBOS, last of all. It leaves the loop with its own closed threads, so the loop gets others.

        In a thread, because it waits for threads that may be waiting for this loop.
        """
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as closing:
            await loop.run_in_executor(closing, partial(DBOS.destroy, destroy_registry=True))
        loop.set_default_executor(ThreadPoolExecutor())
        postgres.shut(self._database)


def _config(engine: Database, database_url: str, worker_id: str) -> DBOSConfig:
    return DBOSConfig(
        name=APP,
        system_database_url=database_url,
        system_database_engine=engine,
        application_version=VERSION,
        executor_id=worker_id,
        serializer=JsonOnly(),
        max_executor_threads=THREADS,
        # Easel sends no such notifications, so the poll looks at nothing; but closing waits for its next turn.
        notification_listener_polling_interval_sec=0.05,
        enable_otlp=False,
        log_level="WARNING",
    )


def _engine(url: str) -> Database:
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_size=THREADS, pool_pre_ping=True, hide_parameters=True, connect_args=postgres.OPTIONS
        )
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=THREADS, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """No flush at each commit: what a power cut takes from here stands in our rows, and is begun again from them."""
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    if sqlite3.sqlite_version_info < (3, 42):
        # DBOS asks for unixepoch('subsec'), which older SQLite does not know.
        connection.create_function("unixepoch", -1, lambda *_: time.time())
