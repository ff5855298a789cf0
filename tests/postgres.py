"""PostgreSQL for tests, benchmarks and people: a throw-away server, and databases in it that are ready at once.

`python -m tests.postgres` starts one, prints its DATABASE_URL and holds it until Ctrl-C.

A keeper process stands between the server and who asked for it: it ends the server and deletes its files as soon as
its standard input closes, however its parent came to an end; and the server dies with its keeper.
"""

import contextlib
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.parse import quote

import psutil

ROLE = "easel"
TEMPLATE = "easel_template"
START_WITHIN_S = 30.0
PAUSES_S = 0.02
# Nothing of it is worth a flush of the disk, and a hundred databases come and go.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "300",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_min_messages": "fatal",
}


class NoPostgres(Exception):
    """Why no server can be started here, as one sentence."""


def program(name: str) -> Path:
    """One of PostgreSQL's own programs; Debian keeps them beside the PATH.

    Raises:
        NoPostgres: it is not installed.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: _number(each.parent.name))
    for found in (*(folder / name for folder in reversed(folders)), shutil.which(name)):
        if found and Path(found).exists():
            return Path(found).resolve()
    raise NoPostgres("no PostgreSQL on this machine: `apt-get install postgresql`")


def missing() -> str:
    """Why no server can be started here; empty where the programs are there."""
    try:
        program("initdb"), program("postgres")
    except NoPostgres as error:
        return str(error)
    return ""


class Server:
    """A running server, asked for through its keeper. Its databases cost some 50 ms each."""

    def __init__(self, keeper: "subprocess.Popen[str]", port: int, password: str) -> None:
        self._keeper = keeper
        self._port, self._password = port, password
        self._made = 0
        self._prepared = False

    def url(self, name: str) -> str:
        """A database's address, as a host would hand it out."""
        return f"postgresql://{ROLE}:{quote(self._password)}@127.0.0.1:{self._port}/{name}"

    def empty(self) -> str:
        """A new database without tables; its address."""
        return self._create("template0")

    def fresh(self) -> str:
        """A new database with Easel's tables and the durable engine's; its address."""
        if not self._prepared:
            self._prepare()
        return self._create(TEMPLATE)

    def drop(self, url: str) -> None:
        """Delete a database, whoever is still connected to it."""
        with self._admin() as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop the server as a restart does: every connection breaks, what was committed stands."""
        self._tell("stop")

    def start(self) -> None:
        """Start it again, on the same port."""
        self._tell("start")

    def pause(self) -> None:
        """Hold every process of it: connections stay open, nothing answers."""
        self._tell("pause")

    def resume(self) -> None:
        """Let them go on."""
        self._tell("resume")

    def _create(self, template: str) -> str:
        self._made += 1
        name = f"t{self._made}_{secrets.token_hex(4)}"
        with self._admin() as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def _prepare(self) -> None:
        """The database that the others are copies of."""
        from dbos import DBOS  # slow to load, and most processes ask for no database

        from storage.database import make_engine, normal_url
        from storage.migrate import migrate

        self._prepared = True
        with self._admin() as admin:
            admin.execute(f'CREATE DATABASE "{TEMPLATE}" TEMPLATE template0')
        url = normal_url(self.url(TEMPLATE))
        engine = make_engine(url)
        migrate(engine)
        engine.dispose()
        DBOS.migrate(url)

    def _admin(self) -> Any:
        import psycopg

        return psycopg.connect(self.url("postgres"), autocommit=True)

    def _tell(self, word: str) -> None:
        keeper = self._keeper
        assert keeper.stdin and keeper.stdout
        keeper.stdin.write(word + "\n")
        keeper.stdin.flush()
        if (answer := keeper.stdout.readline().strip()) != "done":
            raise RuntimeError(f"PostgreSQL's keeper: {answer or 'gone'}")


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A throw-away server on a loopback port of its own, for the length of the block.

    Raises:
        NoPostgres: it cannot be started here.
    """
    program("initdb"), program("postgres")
    password = secrets.token_hex(12)
    command = [sys.executable, "-m", "tests.postgres", "keep"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        start_new_session=True,  # a Ctrl-C is the parent's to answer
        env=os.environ | {"EASEL_TESTS_PASSWORD": password},
    ) as keeper:
        assert keeper.stdin and keeper.stdout
        try:
            word, _, rest = keeper.stdout.readline().strip().partition(" ")
            if word != "port":
                raise NoPostgres(f"PostgreSQL does not start here: {rest or word or 'its keeper is gone'}")
            yield Server(keeper, int(rest), password)
        finally:
            keeper.stdin.close()
            keeper.wait(30)


class Cluster:
    """A server's files and its processes: the keeper's side."""

    def __init__(self, folder: Path, password: str) -> None:
        self._folder, self._password = folder, password
        self._data = folder / "data"
        self._account = _account()
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def make(self) -> None:
        """Lay the files down. PostgreSQL refuses to be root, so root becomes somebody else."""
        if self._account:
            os.chown(self._folder, self._account["user"], self._account["group"])
        secret = self._folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o644)
        command = [program("initdb"), "-D", self._data, "-U", ROLE, "--auth=password", f"--pwfile={secret}"]
        more = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        made = subprocess.run([*command, *more], cwd="/", capture_output=True, text=True, check=False, **self._account)
        secret.unlink()
        if made.returncode:
            raise NoPostgres(" ".join(made.stderr.split())[-300:])

    def start(self) -> None:
        """Start the server and wait until it answers; the first time, on a port that is free."""
        for _ in range(5):
            port = self.port or _free_port()
            if self._started(port):
                self.port = port
                return
        raise NoPostgres("it ends at once, or does not answer")

    def stop(self) -> None:
        """Stop it at once, but in order: connections break, files are whole."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it, whatever becomes of the files."""
        self.resume()
        self._end(signal.SIGQUIT)

    def pause(self) -> None:
        """The mother first: then no other is born, but one may just end."""
        for each in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                each.suspend()

    def resume(self) -> None:
        for each in self._processes():
            with contextlib.suppress(psutil.Error):
                each.resume()

    def _started(self, port: int) -> bool:
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = [*_dying_with_us(), program("postgres"), "-D", self._data, "-p", str(port), *options]
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **self._account)
        log.close()
        until = time.monotonic() + START_WITHIN_S
        while self._process.poll() is None and time.monotonic() < until:
            # the last line of its pid file says when it takes connections
            with contextlib.suppress(OSError):
                if (self._data / "postmaster.pid").read_text().split("\n")[7:8] == ["ready   "]:
                    return True
            time.sleep(PAUSES_S)
        self._end(signal.SIGQUIT)
        return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _processes(self) -> Iterator[psutil.Process]:
        """The mother, and whom she has once the caller is done with her."""
        if self._process is None:
            return
        mother = psutil.Process(self._process.pid)
        yield mother
        yield from mother.children(recursive=True)


def keep(said: IO[str], told: IO[str], password: str) -> None:
    """The keeper: one server, until `told` ends."""
    folder = Path(tempfile.mkdtemp(prefix="easel-pg-"))
    cluster = Cluster(folder, password)
    acts = {"stop": cluster.stop, "start": cluster.start, "pause": cluster.pause, "resume": cluster.resume}
    try:
        cluster.make()
        cluster.start()
        print("port", cluster.port, file=said, flush=True)
        for line in told:
            acts[line.strip()]()
            print("done", file=said, flush=True)
    except NoPostgres as error:
        print("sorry", error, file=said, flush=True)
    finally:
        cluster.kill()
        shutil.rmtree(folder, ignore_errors=True)


def hold() -> None:
    """A server for a person: its address, until Ctrl-C."""
    for each in (signal.SIGINT, signal.SIGTERM):  # a shell lets what it starts in the background ignore the first
        signal.signal(each, _interrupt)
    try:
        with server() as running, contextlib.suppress(KeyboardInterrupt):
            print(f"DATABASE_URL={running.empty()}", flush=True)
            signal.pause()
    except NoPostgres as error:
        sys.exit(str(error))


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _account() -> dict[str, Any]:
    """Who runs the server: nothing to say, or where we are root, somebody who is not."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise NoPostgres("root may not run it, and there is neither a user `postgres` nor `nobody`")


def _dying_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT"] if setpriv else []


def _free_port() -> int:
    """One that no outgoing connection is given while the server is stopped."""
    while True:
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", random.randrange(16_000, 32_000)))
            return int(taken.getsockname()[1])


def _number(text: str) -> float:
    with contextlib.suppress(ValueError):
        return float(text)
    return 0.0


if __name__ == "__main__":
    if sys.argv[1:] == ["keep"]:
        keep(sys.stdout, sys.stdin, os.environ.pop("EASEL_TESTS_PASSWORD"))
    else:
        hold()
