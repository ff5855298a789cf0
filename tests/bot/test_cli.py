"""The `easel` command line, as people and programs run it."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

import bot
from bot.lock import WorkerLock
from bot.settings import Settings, secret_key
from tests.conftest import POSTGRES
from tests.fakes import media
from tests.furnished import furnish_folder

ROOT = Path(bot.__file__).parent.parent
EASEL = (sys.executable, "-m", "bot")
TOKEN = re.compile(r"easel_[\w-]{40,}\n")


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out.splitlines()[-1])


@dataclass(frozen=True, slots=True)
class Terminal:
    """A folder to run commands in; nothing of this machine's settings reaches them."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return kept | {"COLUMNS": "200", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::ResourceWarning"} | more

    async def start(self, *words: str, **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *EASEL,
            *words,
            cwd=self.folder,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    async def run(self, *words: str, **environment: str) -> Ended:
        process = await self.start(*words, **environment)
        try:
            out, err = await asyncio.wait_for(process.communicate(), 60)
        except TimeoutError:
            process.kill()
            raise
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        assert "Traceback" not in ended.err + ended.out, ended.err
        return ended

    @asynccontextmanager
    async def easel_run(self) -> AsyncIterator[str]:
        """`easel run` on a free port, until the block ends; yields its address."""
        process = await self.start("run", PORT="0")
        assert process.stdout
        try:
            line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
            assert line.startswith("Easel is running at http://127.0.0.1:")
            yield line.split()[-1]
        finally:
            process.send_signal(signal.SIGINT)
            _, err = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, err.decode()
        assert "Traceback" not in err.decode()


@pytest.fixture
def bare(tmp_path: Path) -> Terminal:
    """A folder in which no command ever ran."""
    return Terminal(tmp_path)


@pytest.fixture
def terminal(bare: Terminal) -> Terminal:
    furnish_folder(bare.data)
    return bare


# --- create ------------------------------------------------------------------------------------------------------


async def test_create_prints_the_creation_as_its_last_line_and_its_picture_is_what_it_says(bare: Terminal) -> None:
    ended = await bare.run("create", "a lighthouse at dusk, wide", "--json")
    assert ended.code == 0
    creation = ended.json
    assert (creation["status"], creation["prompt"], creation["error"]) == (
        "succeeded",
        "a lighthouse at dusk, wide",
        None,
    )
    (asset,) = creation["assets"]
    path = Path(asset["path"])
    assert path.stat().st_size == asset["bytes"]
    with Image.open(path) as image:
        image.load()
        assert image.size == (asset["width"], asset["height"])
        assert Image.MIME[str(image.format)] == asset["media_type"]
    assert asset["width"] > asset["height"]


@pytest.mark.parametrize(
    ("kind", "prompt"), [("video", "waves on a beach, 2 seconds"), ("speech", "say: good evening")]
)
async def test_create_makes_the_kind_that_is_asked_for_and_it_lasts_as_long_as_it_says(
    terminal: Terminal, kind: str, prompt: str
) -> None:
    ended = await terminal.run("create", prompt, "--kind", kind, "--json")
    assert ended.code == 0
    asset = ended.json["assets"][0]
    assert asset["kind"] == kind
    assert Path(asset["path"]).stat().st_size == asset["bytes"]
    with av.open(asset["path"]) as container:
        assert container.duration
        assert container.duration / av.time_base == pytest.approx(asset["duration_s"], abs=0.2)
        frames = sum(1 for _ in container.decode(video=0)) if kind == "video" else 0
        if kind == "video":
            stream = container.streams.video[0]
            assert (stream.width, stream.height) == (asset["width"], asset["height"])
            assert frames > 10


async def test_create_works_from_a_picture_that_is_handed_in(terminal: Terminal) -> None:
    picture = terminal.folder / "photo.png"
    media.image(picture, 200)
    ended = await terminal.run("create", "make it darker", "--input", str(picture), "--json")
    assert ended.code == 0
    (asset,) = ended.json["assets"]
    uploads = (await terminal.run("gallery", "photo", "--json")).json["assets"]
    assert asset["parent_id"]
    assert asset["parent_id"] not in {each["id"] for each in uploads}


async def test_create_without_json_shows_the_steps_and_where_the_file_lies(terminal: Terminal) -> None:
    ended = await terminal.run("create", "a red kite")
    assert ended.code == 0
    assert "a red kite" in ended.out
    path = next(word for word in ended.out.split() if word.endswith(".png"))
    assert Path(path).is_file()


async def test_create_ends_with_1_when_nothing_was_made(terminal: Terminal) -> None:
    ended = await terminal.run("create", "waves, 30 seconds", "--kind", "video", "--json", EASEL_DEADLINE_S="0.1")
    assert ended.code == 1
    assert ended.json["status"] == "failed"
    assert ended.json["error"]["code"] == "deadline"


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (("create", "  "), {}, "empty"),
        (("create", "x" * 10_001), {}, "10,001"),
        (("create", "x", "--kind", "hologram"), {}, "hologram"),
        (("create", "x", "--input", "missing.png"), {}, "missing.png"),
        (("create", "x", "--input", __file__), {}, "picture"),
        (("create",), {}, "Missing argument"),
        (("paint",), {}, "No such command"),
        (("doctor",), {"PORT": "many"}, "PORT"),
        (("doctor",), {"EASEL_BUDGET_TOTAL_DAY_USD": "-1"}, "EASEL_BUDGET_TOTAL_DAY_USD"),
        (("doctor",), {"OPENAI_BASE_URL": "http://example.org/v1"}, "loopback"),
        (("doctor",), {"DATABASE_URL": "postgres://u@127.0.0.1:1/x"}, "EASEL_SECRET_KEY"),
        (("doctor",), {"EASEL_MODELS_FILE": "missing.toml"}, "missing.toml"),
        (("token", "add", " "), {}, "name"),
    ],
)
async def test_what_a_person_did_wrong_is_a_sentence_on_stderr_and_ends_with_2(
    terminal: Terminal, words: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    ended = await terminal.run(*words, **environment)
    assert ended.code == 2
    assert sentence in ended.err
    assert ended.out == ""


# --- beside a running Easel --------------------------------------------------------------------------------------


async def test_while_easel_runs_create_uses_it_and_the_gallery_shows_the_result(terminal: Terminal) -> None:
    async with terminal.easel_run():
        lock = WorkerLock(terminal.data)
        assert lock.take() is False
        ended = await terminal.run("create", "a small boat", "--json")
        assert ended.code == 0
        found = (await terminal.run("gallery", "boat", "--json")).json["assets"]
        assert [asset["id"] for asset in found] == [asset["id"] for asset in ended.json["assets"]]
    assert lock.take() is True
    lock.release()


async def test_create_does_no_work_itself_while_another_holds_the_lock(terminal: Terminal) -> None:
    lock = WorkerLock(terminal.data)
    assert lock.take()
    process = await terminal.start("create", "a small boat", "--json")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(process.wait(), 3)
    queued = await terminal.run("gallery", "--json")
    assert queued.json["assets"] == []
    lock.release()
    process.kill()
    await process.communicate()
    async with terminal.easel_run():
        async with asyncio.timeout(20):
            while not (await terminal.run("gallery", "boat", "--json")).json["assets"]:
                await asyncio.sleep(0.1)


# --- the other commands ------------------------------------------------------------------------------------------


async def test_the_gallery_finds_the_newest_first(terminal: Terminal) -> None:
    assert "easel create" in (await terminal.run("gallery")).out
    for prompt in ("a red kite", "a blue kite"):
        assert (await terminal.run("create", prompt)).code == 0
    whole, red, odd, refused, said = await asyncio.gather(
        terminal.run("gallery", "--json"),
        terminal.run("gallery", "red", "--json"),
        terminal.run("gallery", '"x" OR 1 NEAR(', "--json"),
        terminal.run("gallery", 'owner:"x" OR 1', "--json"),
        terminal.run("gallery"),
    )
    everything = whole.json["assets"]
    assert ["blue" in everything[0]["prompt"], "red" in everything[1]["prompt"]] == [True, True]
    assert all(Path(asset["path"]).is_file() for asset in everything)
    assert len(red.json["assets"]) == 1
    assert odd.json["assets"] == []
    assert refused.code != 0
    assert "owner: is nothing to search by" in refused.err
    assert "a blue kite" in said.out


async def test_inspect_knows_what_was_made_here_and_says_what_it_cannot_know(terminal: Terminal) -> None:
    (asset,) = (await terminal.run("create", "a red kite", "--json")).json["assets"]
    copy, other = terminal.folder / "copy.jpg", terminal.folder / "other.jpg"
    with Image.open(asset["path"]) as picture:
        picture.convert("RGB").resize((picture.width // 2, picture.height // 2)).save(copy)
    other.write_bytes(b"no picture")
    made, alike, unknown, missing = await asyncio.gather(
        terminal.run("inspect", asset["path"]),
        terminal.run("inspect", str(copy), "--json"),
        terminal.run("inspect", str(other)),
        terminal.run("inspect", str(terminal.folder / "nothing.png")),
    )
    assert (made.code, made.out.splitlines()[0]) == (0, "Made here by you: v1 of “a red kite”.")
    assert (alike.json["finding"], alike.json["sightings"][0]["asset"]["id"]) == ("alike", asset["id"])
    assert "Easel does not know this file." in unknown.out
    assert (missing.code, "There is no file" in missing.err) == (2, True)


async def test_the_doctor_says_what_would_be_used_and_what_is_missing(bare: Terminal) -> None:
    ended = await bare.run("doctor")
    assert ended.code == 0
    for subject in ("SQLite", "Disk", "offline-sketch", "Budgets", "Discord", "Slack"):
        assert subject in ended.out


async def test_migrating_again_says_that_nothing_was_to_be_done(bare: Terminal) -> None:
    first, again = await bare.run("migrate"), await bare.run("migrate")
    assert (first.code, again.code) == (0, 0)
    assert "already" not in first.out
    assert "already" in again.out


async def test_a_token_stands_alone_on_stdout_and_is_another_each_time(terminal: Terminal) -> None:
    ended = [await terminal.run("token", "add", "ci") for _ in range(2)]
    assert [each.code for each in ended] == [0, 0]
    assert all(TOKEN.fullmatch(each.out) for each in ended)
    assert ended[0].out != ended[1].out


async def test_a_worker_of_its_own_needs_postgresql(terminal: Terminal) -> None:
    refused = await terminal.run("worker")
    assert (refused.code, refused.out) == (2, "")
    assert "PostgreSQL" in refused.err
    quiet = await terminal.run("worker", "--if-postgres")
    assert quiet.code == 0
    assert "PostgreSQL" in quiet.out


@pytest.mark.parametrize("kept_in", [POSTGRES], indirect=True)
async def test_a_worker_whose_port_is_taken_says_so(terminal: Terminal, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        own = {"DATABASE_URL": database_url, "EASEL_SECRET_KEY": "k" * 48, "EASEL_METRICS_PORT": port}
        ended = await terminal.run("worker", **own)
    assert (ended.code, ended.out) == (2, "")
    assert f"cannot listen on 127.0.0.1:{port}: " in ended.err


async def test_settings_are_read_from_a_env_file_and_the_environment_wins(terminal: Terminal) -> None:
    (terminal.folder / ".env").write_text("EASEL_BUDGET_CREATION_USD=2\nEASEL_BUDGET_USER_DAY_USD=5\nPORT=\n")
    ended = await terminal.run("doctor", EASEL_BUDGET_CREATION_USD="3")
    assert "$3 per creation" in ended.out
    assert "$5 per user" in ended.out


async def test_the_secret_key_is_made_once_and_its_owner_s_alone(bare: Terminal) -> None:
    await bare.run("doctor")
    file = bare.data / "secret.key"
    key = file.read_text()
    assert len(key) > 40
    assert file.stat().st_mode & 0o777 == 0o600
    await bare.run("doctor")
    assert file.read_text() == key


def test_many_that_make_the_secret_key_at_once_agree_on_one(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(32)))
    assert len(keys) == 1
    assert all(len(key) > 40 for key in keys)
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret.key"]


# --- files that stand beside the code ----------------------------------------------------------------------------


def example() -> dict[str, tuple[str, str]]:
    """Name → (its comment, its shown default) of `.env.example`."""
    found = {}
    above = ""
    for line in (ROOT / ".env.example").read_text().splitlines():
        if shown := re.fullmatch(r"#([A-Z0-9_]+)=(.*)", line):
            found[shown[1]] = (above, shown[2])
        above = line
    return found


def test_the_example_of_settings_lists_every_one_with_a_sentence_and_its_default() -> None:
    shown = example()
    fields = {str(field.validation_alias): field.default for field in Settings.model_fields.values()}
    assert list(shown) == list(fields)
    for name, (comment, value) in shown.items():
        assert re.fullmatch(r"# \S.*[.)]", comment), name
        default = fields[name]
        assert value == ("" if default is None else str(default)), name


def test_the_example_of_settings_can_be_taken_as_it_is_and_sets_nothing(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text()
    defaults = Settings(_env_file=None)  # type: ignore[call-arg]
    for taken in (text, re.sub(r"(?m)^#(?=[A-Z])", "", text)):
        file = tmp_path / "env"
        file.write_text(taken)
        assert Settings(_env_file=file) == defaults  # type: ignore[call-arg]


def test_the_procfile_has_the_three_lines_that_hosts_rely_on() -> None:
    assert (ROOT / "Procfile").read_text() == (
        "web: easel run --host 0.0.0.0\nworker: easel worker --if-postgres\nrelease: easel migrate\n"
    )


def test_no_tracked_file_names_the_host_of_a_package_registry() -> None:
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if git.returncode:
        pytest.skip("not a checkout")
    hosts = [a + b for a, b in (("pypi.", "org"), ("python", "hosted"), ("npm", "js."), ("--index-", "url http"))]
    for name in filter(None, git.stdout.decode().split("\0")):
        file = ROOT / name
        if file.is_file():
            found = [host for host in hosts if host.encode() in file.read_bytes()]
            assert not found, f"{name} names {found}"
