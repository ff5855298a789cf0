"""One query language, wherever people look: over REST, on the page, in the terminal; and more like this."""

from urllib.parse import quote

from rich.console import Console

from bot import terminal
from core.gallery.finding import HOW
from storage import gallery, looks
from storage.tables import Asset
from tests.bot.house import MISSING, House

ASSETS = "/api/v1/assets"


async def asked(quiet: House, q: str, more: str = "") -> list[str]:
    answer = await quiet.ask("GET", f"{ASSETS}?q={quote(q)}{more}", headers=quiet.ada.headers, locked=True)
    assert answer.status == 200, answer.text
    return [asset["id"] for asset in answer.json["assets"]]


async def test_programs_ask_in_the_same_words_as_people(quiet: House) -> None:
    image = await quiet.asset(quiet.ada.id, favourite=True)
    video = await quiet.asset(quiet.ada.id, kind="video", media_type="video/mp4")
    await quiet.asset(quiet.bob.id, kind="video", media_type="video/mp4")
    assert await asked(quiet, "kind:video harbour") == [video.id]
    assert await asked(quiet, '"quiet harbour" -is:favourite') == [video.id]
    assert await asked(quiet, "is:favourite on:today") == [image.id]
    assert await asked(quiet, "model:sketch aspect:4:3") == [video.id, image.id]
    assert await asked(quiet, "harbour", "&kind=image") == [image.id]
    assert await asked(quiet, "kind:video", "&kind=image") == []
    assert await asked(quiet, "before:2026") == []


async def test_a_search_that_cannot_be_is_answered_with_one_that_can(quiet: House) -> None:
    answer = await quiet.ask("GET", f"{ASSETS}?q=kind:painting")
    assert answer.status == 400
    assert answer.json["error"] == {"code": "search", "message": "kind: may be image, video, speech or upload."}


async def test_the_page_says_what_is_wrong_and_how_to_search(quiet: House) -> None:
    html = {"headers": {"Accept": "text/html"}}
    wrong = await quiet.ask("GET", "/gallery?q=colour:red", **html)
    assert wrong.status == 200
    assert "colour: is nothing to search by" in wrong.text
    nothing = await quiet.ask("GET", "/gallery?q=zeppelin", **html)
    assert all(line.split(" · ")[0][:20] in nothing.text for line in HOW)


def test_the_terminal_says_how_to_search_where_nothing_is_found() -> None:
    console = Console(width=200)
    with console.capture() as shown:
        console.print(terminal.gallery([], more=False, words="zeppelin"))
    assert all(line in shown.get() for line in HOW)


# --- more like this -------------------------------------------------------------------------------------------------


async def like(quiet: House, asset: Asset, more: str = "") -> list[str]:
    answer = await quiet.ask("GET", f"{ASSETS}/{asset.id}/similar{more}", headers=quiet.ada.headers, locked=True)
    assert answer.status == 200, answer.text
    return [each["id"] for each in answer.json["assets"]]


async def looks_like(quiet: House, asset: Asset, bits: int) -> None:
    await quiet.app.database.write(lambda session: looks.note(session, asset, bits))


async def test_more_like_this_by_its_look_and_by_its_words(quiet: House) -> None:
    one = await quiet.asset(quiet.ada.id)
    await quiet.app.database.write(
        lambda session: gallery.change(session, one.user_id, one.id, prompt="a red zeppelin")
    )
    worded, looking, both, neither, foreign = [
        await quiet.asset(owner) for owner in (*[quiet.ada.id] * 4, quiet.bob.id)
    ]
    prompts = (
        (worded, "zeppelin, red"),
        (looking, "owl"),
        (both, "red zeppelin"),
        (neither, "fox"),
        (foreign, "red zeppelin"),
    )
    for asset, prompt in prompts:
        await quiet.app.database.write(
            lambda session, asset=asset, prompt=prompt: gallery.change(
                session, asset.user_id, asset.id, prompt=prompt, asked="", alt_text=""
            )
        )
    for asset, bits in ((one, 0x0F0F_33CC_5555_1234), (both, 0x0F0F_33CC_5555_1234), (foreign, 0x0F0F_33CC_5555_1234)):
        await looks_like(quiet, asset, bits)
    await looks_like(quiet, looking, 0x0F0F_33CC_5555_1237)
    await looks_like(quiet, neither, 0xF0F0_CC33_AAAA_EDCB)
    assert await like(quiet, one) == [both.id, worded.id, looking.id]
    assert await like(quiet, one, "?limit=1") == [both.id]


async def test_nobody_asks_for_likes_of_what_they_do_not_see(quiet: House) -> None:
    theirs = await quiet.asset(quiet.bob.id)
    answers = [
        await quiet.ask("GET", f"{ASSETS}/{asset_id}/similar", headers=quiet.ada.headers, locked=True)
        for asset_id in (theirs.id, MISSING)
    ]
    assert [each.status for each in answers] == [404, 404]
    assert answers[0].json == answers[1].json
