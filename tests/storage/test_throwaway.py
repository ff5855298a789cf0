"""The throw-away PostgreSQL leaves nothing behind, however its user ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.outsider import ask
from tests.postgres import missing

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture
def person() -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Somebody who asked for a server on the command line, and its address."""
    command = [sys.executable, "-m", "tests.postgres"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        url = running.stdout.readline().strip().removeprefix("DATABASE_URL=")
        assert ask(url, "SELECT 1") == [(1,)]
        yield running, url
        running.kill()


def left(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run after a while."""
    return psutil.wait_procs(processes, timeout=60)[1]


def family(running: "subprocess.Popen[str]") -> list[psutil.Process]:
    found = psutil.Process(running.pid).children(recursive=True)
    assert any(each.name() == "postgres" for each in found)
    return found


def folder_of(found: list[psutil.Process]) -> Path:
    server = next(each for each in found if each.name() == "postgres" and "-D" in each.cmdline())
    return Path(server.cmdline()[server.cmdline().index("-D") + 1]).parent


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_server_ends_with_whoever_asked_for_it(
    person: tuple["subprocess.Popen[str]", str], how: signal.Signals
) -> None:
    running, url = person
    found = family(running)
    folder = folder_of(found)
    running.send_signal(how)
    assert left(found) == []
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")


def test_a_server_ends_even_where_its_keeper_is_killed(person: tuple["subprocess.Popen[str]", str]) -> None:
    running, _ = person
    found = family(running)
    folder = folder_of(found)
    keeper = next(each for each in found if each.name() != "postgres")
    os.kill(keeper.pid, signal.SIGKILL)
    assert left([each for each in found if each != keeper]) == []
    assert folder.exists()  # nobody is left to delete it
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_its_password_stands_in_no_command_line(person: tuple["subprocess.Popen[str]", str]) -> None:
    running, url = person
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]
    time.sleep(0.1)
    assert not any(str(password) in " ".join(each.cmdline()) for each in family(running))
