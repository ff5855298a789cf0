"""The pool of media children, with real children."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from core.errors import NativeError, Unsupported
from core.native import pool as pools
from core.native.pool import PATIENT, NativePool
from core.native.process import environment

PROBE = "core.native.pictures:probe"
THUMBNAIL = "core.native.pictures:thumbnail"
DRAW = "core.providers.offline.images:draw"
FILM = "core.providers.offline.clips:film"


@pytest.fixture
async def pool() -> AsyncIterator[NativePool]:
    made = NativePool(2)
    yield made
    await made.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "red.png"
    Image.new("RGB", (60, 40), "red").save(path)
    return path


def film(tmp_path: Path, name: str = "clip.mp4") -> dict[str, object]:
    return {"target": tmp_path / name, "prompt": "the sea", "seed": 1, "duration_s": 20}


async def busy_pid(pool: NativePool) -> int:
    while not pool.pids:
        await asyncio.sleep(0.01)
    return pool.pids[0]


async def gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_children_start_when_first_needed_and_are_used_again(pool: NativePool, picture: Path) -> None:
    assert pool.pids == []
    first = await pool.run(PROBE, {"source": picture})
    pids = pool.pids
    assert first == {"media_type": "image/png", "width": 60, "height": 40, "duration_s": None}
    assert await pool.run(PROBE, {"source": str(picture)}) == first
    assert pool.pids == pids


async def test_more_jobs_than_children_wait_their_turn(pool: NativePool, picture: Path) -> None:
    results = await asyncio.gather(*(pool.run(PROBE, {"source": picture}) for _ in range(12)))
    assert all(result["width"] == 60 for result in results)
    assert len(pool.pids) <= 2


async def test_a_killed_child_is_one_error_and_is_replaced(pool: NativePool, picture: Path, tmp_path: Path) -> None:
    job = asyncio.create_task(pool.run(FILM, film(tmp_path)))
    pid = await busy_pid(pool)
    await asyncio.sleep(0.2)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(NativeError, match="died"):
        await job
    assert (await pool.run(PROBE, {"source": picture}))["width"] == 60
    assert pid not in pool.pids


async def test_a_child_that_died_while_idle_is_replaced(pool: NativePool, picture: Path) -> None:
    await pool.run(PROBE, {"source": picture})
    pid = pool.pids[0]
    os.kill(pid, signal.SIGKILL)
    assert await gone(pid)
    await asyncio.sleep(0.05)
    assert (await pool.run(PROBE, {"source": picture}))["width"] == 60


async def test_a_late_job_is_killed(pool: NativePool, tmp_path: Path) -> None:
    job = asyncio.create_task(pool.run(FILM, film(tmp_path), timeout_s=0.5))
    pid = await busy_pid(pool)
    with pytest.raises(NativeError, match=r"no result after 0\.5 s"):
        await job
    assert await gone(pid)
    assert pool.pids == []


async def test_a_cancelled_job_is_killed(pool: NativePool, tmp_path: Path) -> None:
    job = asyncio.create_task(pool.run(FILM, film(tmp_path)))
    pid = await busy_pid(pool)
    await asyncio.sleep(0.1)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert await gone(pid)


async def test_closing_ends_every_child_and_takes_no_more_jobs(picture: Path, tmp_path: Path) -> None:
    pool = NativePool(2)
    await pool.run(PROBE, {"source": picture})
    job = asyncio.create_task(pool.run(FILM, film(tmp_path)))
    await asyncio.sleep(0.1)
    pids = pool.pids
    await pool.close()
    with pytest.raises(NativeError):
        await job
    with pytest.raises(NativeError, match="closed"):
        await pool.run(PROBE, {"source": picture})
    assert [await gone(pid) for pid in pids] == [True] * len(pids)


async def test_a_child_is_recycled_after_its_share_of_jobs(
    pool: NativePool, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "JOBS_PER_CHILD", 2)
    await pool.run(PROBE, {"source": picture})
    first = pool.pids
    await pool.run(PROBE, {"source": picture})
    assert pool.pids == []
    await pool.run(PROBE, {"source": picture})
    assert pool.pids != first


@pytest.mark.parametrize(
    "function", ["os:system", "core.native.child:main", "core.native.pictures:frame_at", "nonsense"]
)
async def test_only_listed_functions_are_called(pool: NativePool, function: str) -> None:
    with pytest.raises(NativeError, match="LookupError"):
        await pool.run(function, {})


async def test_an_error_for_the_user_keeps_its_kind_and_sentence(pool: NativePool, tmp_path: Path) -> None:
    text = tmp_path / "note.txt"
    text.write_text("only words")
    with pytest.raises(Unsupported, match="neither a picture nor"):
        await pool.run(PROBE, {"source": text})


async def test_other_errors_tell_type_and_place_but_no_words(pool: NativePool) -> None:
    with pytest.raises(NativeError) as caught:
        await pool.run(DRAW, {"target": "/nowhere/secret-name.png", "prompt": "a private thing", "seed": 1})
    assert "FileNotFoundError at " in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_the_childs_environment_holds_no_secrets(
    pool: NativePool, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    await pool.run(PROBE, {"source": picture})
    names = set(environment())
    assert names == {"PATH", "HOME", "PYTHONPATH", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE"}
    if sys.platform == "linux":
        raw = Path(f"/proc/{pool.pids[0]}/environ").read_bytes()
        assert {line.split(b"=")[0].decode() for line in raw.split(b"\0") if line} == names


async def test_it_works_from_any_folder_even_one_with_a_core_of_its_own(
    pool: NativePool, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "core.py").write_text("raise SystemExit('the wrong core')")
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    assert (await pool.run(PROBE, {"source": picture.name}))["width"] == 60


@pytest.mark.skipif(sys.platform != "linux", reason="limits are read from /proc")
async def test_a_child_has_limits(pool: NativePool, picture: Path) -> None:
    await pool.run(PROBE, {"source": picture})
    limits = Path(f"/proc/{pool.pids[0]}/limits").read_text()
    lines = {line[:25].strip(): line[25:].split() for line in limits.splitlines()}
    assert lines["Max address space"][0] == str(2 << 30)
    assert int(lines["Max cpu time"][0]) <= 610
    assert lines["Max core file size"][0] == "0"


@pytest.mark.skipif(sys.platform != "linux", reason="it is read from /proc")
async def test_a_child_stands_back_behind_the_event_loop(pool: NativePool, picture: Path) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    await pool.run(PROBE, {"source": picture})
    (prompt,) = pool.pids
    assert os.getpriority(os.PRIO_PROCESS, prompt) == before  # somebody waits for that
    await pool.run(THUMBNAIL, {"source": picture})
    (child,) = set(pool.pids) - {prompt}
    assert os.getpriority(os.PRIO_PROCESS, child) == min(before + PATIENT, 19)
    weighed = Path(f"/proc/{child}/autogroup")
    if weighed.exists():
        assert weighed.read_text().split()[-1] == str(PATIENT)
        ours = Path("/proc/self/autogroup").read_text().split()  # nothing, for a process that is in no session's group
        assert ours[:1] != weighed.read_text().split()[:1]


def test_a_child_dies_when_its_input_ends_even_while_busy(tmp_path: Path) -> None:
    request = json.dumps({"function": FILM, "arguments": film(tmp_path)}, default=os.fspath)
    command = [sys.executable, "-P", "-m", "core.native.child", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment()) as child:
        assert child.stdin is not None
        child.stdin.write(request.encode() + b"\n")
        child.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.4)
        child.stdin.close()
        assert child.wait(5) == 0


def test_what_a_library_prints_does_not_reach_the_answers() -> None:
    program = (
        "import os\n"
        "from core.native import child\n"
        "answers = child._private_stdout()\n"
        "print('noise', flush=True); os.write(1, b'more noise')\n"
        "answers.write(b'answer'); answers.flush()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment(), check=True)
    assert done.stdout == b"answer"
    assert b"noise" in done.stderr
