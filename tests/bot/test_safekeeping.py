"""The operator's commands that keep people and their work safe, as they are typed."""

import asyncio
import json
import zipfile
from pathlib import Path

import pytest

from tests.bot.test_cli import Terminal
from tests.furnished import furnish_folder

TYPED = ("create", "a lighthouse", "--json")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path)
    furnish_folder(made.data)
    return made


async def test_forgetting_prints_a_receipt_and_leaves_nothing(terminal: Terminal) -> None:
    await terminal.run(*TYPED)
    ended = await terminal.run("forget", "local", "--yes", "--json")
    assert ended.code == 0
    receipt = ended.json
    assert (receipt["rows"]["asset"], receipt["rows"]["creation"]) == (1, 1)
    assert (receipt["objects"] >= 2, receipt["thumbnails"], receipt["messages_left"]) == (True, 1, 0)
    assert json.loads((await terminal.run("gallery", "--json")).out)["assets"] == []


async def test_the_receipt_is_for_people_too(terminal: Terminal) -> None:
    await terminal.run(*TYPED)
    said = (await terminal.run("forget", "local", "--yes")).out
    for words in ("Deleted for good", "1  rows of asset", "of them thumbnails", "Asked for at"):
        assert words in said


async def test_nobody_is_forgotten_unasked(terminal: Terminal) -> None:
    await terminal.run(*TYPED)
    ended = await terminal.run("forget", "local")  # nothing is typed
    assert ended.code == 1
    assert "1 assets, 1 creations" in ended.out
    assert len(json.loads((await terminal.run("gallery", "--json")).out)["assets"]) == 1


async def test_a_token_s_name_means_its_person_and_strangers_are_nobody(terminal: Terminal) -> None:
    await terminal.run("token", "add", "ada")
    assert (await terminal.run("forget", "ada", "--yes", "--json")).json["rows"]["token"] == 1
    strangers = ("ada", "discord:1", "slack:T1:U1", "0" * 32)
    told = await asyncio.gather(*(terminal.run("forget", stranger, "--yes") for stranger in strangers))
    for stranger, ended in zip(strangers, told, strict=True):
        assert (ended.code, ended.err) == (2, f"easel: Easel knows nobody by {stranger!r}.\n")


async def test_everything_is_exported_into_a_zip(terminal: Terminal) -> None:
    await terminal.run(*TYPED)
    ended = await terminal.run("export", "mine.zip")
    assert ended.code == 0, ended.err
    with zipfile.ZipFile(terminal.folder / "mine.zip") as archive:
        assert archive.testzip() is None
        assert {"manifest.json", "about.json", "creations.json", "usage.json"} <= set(archive.namelist())
        assert [name for name in archive.namelist() if name.startswith("files/a-lighthouse")]
    assert (await terminal.run("export", "no/such/folder.zip")).code == 2


async def test_a_join_code_stands_alone_on_its_line(terminal: Terminal) -> None:
    ended = await terminal.run("join-code")
    assert len(ended.out.strip()) == len("ABCD-EFGH")
    assert "ten minutes" in ended.err


async def test_the_audit_says_that_all_is_well_or_what_is_not(terminal: Terminal) -> None:
    creation = (await terminal.run(*TYPED)).json
    well = await terminal.run("audit", "--deep")
    assert (well.code, "Rows and files agree." in well.out) == (0, True)
    Path(creation["assets"][0]["path"]).unlink()
    ended = await terminal.run("audit", "--json")
    assert (ended.code, ended.json["missing"], ended.json["clean"]) == (1, 1, False)
    assert "1 assets have no file" in ended.out


async def test_a_backup_is_made_listed_and_put_back_without_what_was_deleted(terminal: Terminal) -> None:
    creation = (await terminal.run(*TYPED)).json
    made = await terminal.run("backup")
    assert made.code == 0, made.err
    assert "secret key is not in it" in made.out
    name = (await terminal.run("backup", "--list")).out.split()[0]
    assert made.out.startswith(name)
    await terminal.run(*TYPED)
    ended = await terminal.run("restore", name)
    assert ended.code == 0, ended.err
    assert "Deleted again, as they were before: 0 people, 0 assets." in ended.out
    found = json.loads((await terminal.run("gallery", "--json")).out)["assets"]
    assert [each["id"] for each in found] == [creation["assets"][0]["id"]]
    await terminal.run("forget", "local", "--yes")
    ended = await terminal.run("restore", name)
    assert "Deleted again, as they were before: 1 people, 0 assets." in ended.out
    assert json.loads((await terminal.run("gallery", "--json")).out)["assets"] == []


async def test_nothing_is_put_back_while_easel_runs(terminal: Terminal) -> None:
    assert (await terminal.run("backup", "--to", "copy.db.gz")).code == 0
    async with terminal.easel_run():
        ended = await terminal.run("restore", "copy.db.gz")
    assert ended.code == 2
    assert "Stop it first" in ended.err


async def test_what_cannot_be_put_back_is_said_in_a_sentence(terminal: Terminal) -> None:
    assert (await terminal.run("restore", "nothing")).err == "easel: There is no backup 'nothing' in the store.\n"
    assert (
        "DATABASE_URL is set"
        in (await terminal.run("restore", DATABASE_URL="postgres://h/n", EASEL_SECRET_KEY="k")).err
    )
