"""`/inspect` and its menu: where a file comes from, told to whoever asks and to nobody else."""

from pathlib import Path

from tests.bot.discord.house import House, opened
from tests.bot.house import png
from tests.fakes.discord import Act, Message, Upload
from tests.fakes.planner import ScriptedPlanner, call, calls


async def read(act: Act) -> Message:
    answer = await act.answer()
    assert answer.ephemeral
    return answer


async def test_ones_own_file_is_told_with_its_picture_and_its_words(home: House) -> None:
    result = await home.made("a lighthouse at dusk")
    await home.app.thumbnails.drained()
    act = await home.ada.slash(home.channel, "inspect", file=("kept.png", result.files[0].data))
    report = await read(act)
    assert "Made here by you" in report.text
    assert "a lighthouse at dusk" in report.text
    assert "content credentials" in report.text
    assert [file.media_type for file in report.files] == ["image/webp"]
    assert home.refused() == []


async def test_its_menu_reads_a_message_of_easels_and_one_of_anybodys(home: House) -> None:
    result = await home.made("a lighthouse at dusk")
    report = await read(await home.ada.menu(result, "Inspect with Easel"))
    assert "Made here by you" in report.text
    posted = await home.bob.say(home.channel, "look", files=[("fox.png", png((33, 44)))])
    report = await read(await home.ada.menu(posted, "Inspect with Easel"))
    assert "does not know this file" in report.text
    assert home.refused() == []


async def test_somebody_elses_file_is_made_here_and_no_more_is_told(home: House) -> None:
    result = await home.made("a secret lighthouse")
    report = await read(await home.bob.slash(home.channel, "inspect", file=("x.png", result.files[0].data)))
    assert "This Easel made this file" in report.text
    assert "secret" not in report.text
    assert report.files == []


async def test_a_sighting_leads_to_the_asset(home: House) -> None:
    result = await home.made()
    report = await read(await home.ada.slash(home.channel, "inspect", file=("x.png", result.files[0].data)))
    (asset,) = await home.assets()
    await home.ada.select(report, "Look at one…", asset.id)
    await home.until(lambda: "Post here" in [button.label for button in report.buttons], "the asset alone")
    assert home.refused() == []


async def test_a_video_and_a_narration_are_inspected_too(tmp_path: Path) -> None:
    both = ScriptedPlanner(
        calls(call("generate_video", prompt="waves", duration_s=1)),
        by_prompt={"speak": [calls(call("generate_speech", text="hello"))]},
    )
    async with opened(tmp_path, planner=both) as built:
        for prompt in ("waves", "speak"):
            result = await built.made(prompt)
            assert "Made here by you" in (await read(await built.ada.menu(result, "Inspect with Easel"))).text, prompt
        assert built.refused() == []


async def test_anything_at_all_gives_a_report(home: House) -> None:
    for name, data in (("a.txt", b"words"), ("broken.png", png()[:60]), ("empty.bin", b"\0" * 9)):
        report = await read(await home.bob.slash(home.channel, "inspect", file=Upload(name, data)))
        assert "SHA-256" in report.text, name


async def test_a_message_without_a_file_says_so(home: House) -> None:
    words = await home.bob.say(home.channel, "only words")
    assert "no file" in (await home.ada.menu(words, "Inspect with Easel")).ephemeral[0].text
