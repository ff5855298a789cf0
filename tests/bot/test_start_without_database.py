"""Whoever starts Easel while its database is away reads why, and may start it again."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.place import ROOT, environment, free_port


def started(folder: Path, *command: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bot", *command],
        env=environment(folder, **settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def is_a_sentence(ended: "subprocess.CompletedProcess[str]") -> bool:
    return "without its database" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [("run", "--no-worker"), ("worker",)])
def test_a_postgresql_that_is_away_at_the_start_is_a_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    url = f"postgresql://easel:secret-word@127.0.0.1:{free_port()}/easel"
    ended = started(tmp_path, *command, DATABASE_URL=url, EASEL_SECRET_KEY="k" * 48)
    assert ended.returncode == 2
    assert is_a_sentence(ended), ended.stderr
    assert "secret-word" not in ended.stderr


def test_a_locked_sqlite_at_the_start_is_a_sentence(tmp_path: Path) -> None:
    assert started(tmp_path, "migrate").returncode == 0
    with closing(sqlite3.connect(tmp_path / "easel.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = started(tmp_path, "run", PORT=free_port())
    assert ended.returncode == 2
    assert is_a_sentence(ended), ended.stderr
