"""Where a file comes from: by a form, and by the menu of any message."""

from pathlib import Path

from core.providers.base import Kind
from tests.bot.slack.house import SlackHouse, ids, read
from tests.fakes.media import make
from tests.fakes.slack import Message, Upload, View, error


def upload(data: bytes, name: str = "photo.png") -> Upload:
    return Upload(name=name, data=data)


def stranger(folder: Path) -> Upload:
    return upload(Path(make(Kind.IMAGE, folder, "photo", 1, None).path).read_bytes())


async def result_of_ada(slack: SlackHouse) -> tuple[Message, bytes]:
    await slack.ada.command("general", "/create", "a fox in the snow")
    found = await slack.result()
    (file,) = [each for each in slack.server.files.values() if each.shares]
    return found, file.data


async def report(slack: SlackHouse, part: str) -> View:
    page = await slack.modal(slack.ada, "Inspect")
    return await slack.server.until(lambda: page if part in read(page) else None)


async def test_the_form_tells_of_ones_own_file_which_version_it_is(slack: SlackHouse) -> None:
    _, data = await result_of_ada(slack)
    await slack.ada.command("general", "/easel", "inspect")
    form = await slack.modal(slack.ada, "Inspect")
    await slack.ada.submit(form, {"files": {"files": [upload(data)]}})
    page = await report(slack, "Made here by you: v1")
    assert "SHA-256" in read(page)
    await slack.ada.click(page, "easel_details")
    await slack.server.until(lambda: "a fox in the snow" in read(page) and "Asked for" in read(page))


async def test_a_message_menu_inspects_what_anybody_posted(slack: SlackHouse, tmp_path: Path) -> None:
    said = await slack.bob.say("general", "who made these?", files=[stranger(tmp_path), upload(b"no picture", "a.bin")])
    assert said.message is not None
    await slack.ada.shortcut("easel_inspect", said.message)
    page = await report(slack, "does not know this file")
    assert read(page).count("SHA-256") == 2
    assert "a.bin" in read(page)


async def test_of_anothers_file_it_says_no_more_than_that_it_was_made_here(slack: SlackHouse) -> None:
    _, data = await result_of_ada(slack)
    said = await slack.ada.say("general", "mine", files=[upload(data)])
    assert said.message is not None
    await slack.bob.shortcut("easel_inspect", said.message)
    page = await slack.modal(slack.bob, "Inspect")
    await slack.server.until(lambda: "This Easel made this file" in read(page))
    assert "a fox" not in read(page)
    assert "easel_details" not in ids(page)


async def test_the_buttons_of_a_result_are_inspected_as_the_result(slack: SlackHouse) -> None:
    found, _ = await result_of_ada(slack)
    await slack.ada.shortcut("easel_inspect", found)
    page = await report(slack, "This Easel made this")
    assert "a fox in the snow" in read(page)


async def test_a_message_without_a_file_says_so(slack: SlackHouse) -> None:
    said = await slack.bob.say("general", "good morning")
    assert said.message is not None
    await slack.ada.shortcut("easel_inspect", said.message)
    await slack.whispered(slack.ada, "no file in this message")


async def test_a_file_that_is_gone_is_told_on_the_page(slack: SlackHouse, tmp_path: Path) -> None:
    said = await slack.bob.say("general", "look", files=[stranger(tmp_path)])
    assert said.message is not None
    slack.server.always("files.info", error("file_deleted"))
    await slack.ada.shortcut("easel_inspect", said.message)
    page = await slack.modal(slack.ada, "Inspect")
    await slack.server.until(lambda: [each for each in page.blocks if each["type"] == "alert"])
