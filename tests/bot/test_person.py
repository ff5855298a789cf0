"""What people ask about themselves over REST: take all of it along, be forgotten, be one person on two platforms."""

import asyncio
import io
import json
import sys
import zipfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.people.export import CHOSEN_MAX
from storage import people
from storage.deletion import OWNED
from tests.bot.house import MISSING, Answer, House, png

EXPORTS, EVERYTHING = "/api/v1/exports", "/api/v1/me/export"
FORGET, CODE, JOIN = "/api/v1/me/forget", "/api/v1/me/join-code", "/api/v1/me/join"


def opened(answer: Answer) -> zipfile.ZipFile:
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip"), answer.body[:300]
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.testzip() is None
    return archive


def read(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


# --- taking along -------------------------------------------------------------------------------------------------


async def test_chosen_assets_come_as_a_zip_of_their_very_bytes_with_their_recipes(quiet: House) -> None:
    pictures = [png((64 + number, 48)) for number in range(3)]
    assets = [await quiet.asset(quiet.ada.id, picture) for picture in pictures]
    wanted = {"assets": [asset.id for asset in assets]}
    answer = await quiet.ask("POST", EXPORTS, json=wanted, headers=quiet.ada.headers)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="easel-')
    archive = opened(answer)
    manifest = read(archive, "manifest.json")["assets"]
    assert [each["id"] for each in manifest] == wanted["assets"]
    assert [archive.read(each["file"]) for each in manifest] == pictures
    assert {each["sent"] for each in manifest} == {"a quiet harbour in the fog, photoreal"}
    names = [each["file"] for each in manifest]
    assert names[0] == "files/a-quiet-harbour-v1.png"
    assert len({name.casefold() for name in names}) == 3


async def test_what_a_search_finds_comes_as_a_zip(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    await quiet.asset(quiet.bob.id)
    archive = opened(await quiet.ask("POST", EXPORTS, json={"q": "harbour"}, headers=quiet.ada.headers))
    assert [each["id"] for each in read(archive, "manifest.json")["assets"]] == [asset.id]


async def test_a_file_missing_in_the_store_is_named_and_breaks_nothing(quiet: House) -> None:
    gone, there = await quiet.asset(quiet.ada.id), await quiet.asset(quiet.ada.id)
    await quiet.app.objects.delete(gone.object_key)
    wanted = {"assets": [gone.id, there.id]}
    archive = opened(await quiet.ask("POST", EXPORTS, json=wanted, headers=quiet.ada.headers))
    told = {each["id"]: each for each in read(archive, "manifest.json")["assets"]}
    assert (told[gone.id]["file"], told[gone.id]["why_not"]) == (None, "Its file is missing in the store.")
    assert archive.read(told[there.id]["file"]) == png()


async def test_what_is_held_back_leaves_the_house_in_no_zip(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id, safety="withheld")
    archive = opened(await quiet.ask("GET", EVERYTHING, headers=quiet.ada.headers))
    assert [each["file"] for each in read(archive, "manifest.json")["assets"]] == [None]
    assert not [name for name in archive.namelist() if asset.id in name or name.startswith("files/")]


@pytest.mark.parametrize("asked", [{}, {"assets": []}, {"assets": ["x"], "q": "x"}, {"assets": [MISSING] * 1_001}])
async def test_a_zip_of_nothing_or_of_too_much_is_refused_in_a_sentence(quiet: House, asked: dict[str, Any]) -> None:
    answer = await quiet.ask("POST", EXPORTS, json=asked, headers=quiet.ada.headers)
    assert (answer.status, answer.code) == (400, "invalid")


async def test_a_foreign_asset_and_a_missing_one_are_the_same_not_found(quiet: House) -> None:
    mine, theirs = await quiet.asset(quiet.ada.id), await quiet.asset(quiet.bob.id)
    answers = [
        await quiet.ask("POST", EXPORTS, json={"assets": [mine.id, each]}, headers=quiet.ada.headers)
        for each in (theirs.id, MISSING)
    ]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].json == answers[1].json


async def test_everything_of_a_person_and_nothing_of_another_comes_along(quiet: House) -> None:
    asset, other = await quiet.asset(quiet.ada.id), await quiet.asset(quiet.bob.id)
    headers = quiet.ada.headers
    made = await quiet.ask("POST", "/api/v1/collections", json={"name": "Harbours"}, headers=headers)
    hung = {"assets": [asset.id]}
    await quiet.ask("POST", f"/api/v1/collections/{made.json['id']}/assets", json=hung, headers=headers)
    await quiet.ask("PUT", f"/api/v1/assets/{asset.id}/rating", json={"value": 1}, headers=headers)
    answer = await quiet.ask("GET", EVERYTHING, headers=headers)
    archive = opened(answer)
    assert archive.read("files/a-quiet-harbour-v1.png") == png()
    about = read(archive, "about.json")
    assert [each["name"] for each in about["collections"]] == ["Harbours"]
    assert [(each["platform"], each["platform_id"]) for each in about["accounts"]] == [("token", "ada")]
    assert [(each["asset_id"], each["value"]) for each in about["votes"]] == [(asset.id, 1)]
    assert [each["asset_id"] for each in about["hung"]] == [asset.id]
    assert [each["name"] for each in about["tokens"]] == ["ada"]
    assert [each["prompt"] for each in read(archive, "creations.json")] == ["a quiet harbour"]
    assert read(archive, "usage.json") == []
    words = b"".join(archive.read(name) for name in archive.namelist()).decode("latin-1")
    for secret in (quiet.bob.id, other.id, other.creation_id, quiet.ada.token):
        assert str(secret) not in words


async def test_more_than_a_page_of_creations_and_assets_comes_whole(quiet: House) -> None:
    for _ in range(205):
        await quiet.creation(quiet.ada.id)
    archive = opened(await quiet.ask("GET", EVERYTHING, headers=quiet.ada.headers))
    told = read(archive, "creations.json")
    assert len(told) == len({each["id"] for each in told}) == 205
    assert CHOSEN_MAX == 1_000


async def test_whoever_hangs_up_in_the_middle_of_a_zip_leaves_nothing_open(quiet: House) -> None:
    for _ in range(3):
        await quiet.asset(quiet.ada.id, bytes(20_000_000))
    with left_behind() as generators:
        async with quiet.http.get(quiet.open_url + EVERYTHING, headers=quiet.ada.headers) as response:
            assert await response.content.readexactly(4) == b"PK\x03\x04"
            assert "export" in _tasks()
            response.close()
        async with asyncio.timeout(5):
            while "export" in _tasks():
                await asyncio.sleep(0.02)
    assert generators == []


@contextmanager
def left_behind() -> Iterator[list[str]]:
    """Generators that nobody closed, so that they fell to the garbage collector."""
    before, found = sys.get_asyncgen_hooks(), list[str]()

    def dropped(generator: AsyncGenerator[Any]) -> None:
        found.append(generator.__qualname__)
        before.finalizer(generator)

    sys.set_asyncgen_hooks(finalizer=dropped)
    try:
        yield found
    finally:
        sys.set_asyncgen_hooks(finalizer=before.finalizer)


def _tasks() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks()}


# --- being forgotten ----------------------------------------------------------------------------------------------


async def test_nobody_is_forgotten_by_a_slip(busy: House) -> None:
    asset = await busy.asset(busy.ada.id)
    for body in ({"confirm": ""}, {"confirm": "yes"}, {"confirm": "FORGET ME"}):
        answer = await busy.ask("POST", FORGET, json=body, headers=busy.ada.headers)
        assert (answer.status, answer.code) == (400, "not_confirmed")
    assert (await busy.ask("GET", f"/api/v1/assets/{asset.id}", headers=busy.ada.headers)).status == 200


async def test_the_forgotten_get_a_receipt_and_their_token_is_nobody_s(busy: House) -> None:
    asset = await busy.asset(busy.ada.id)
    await busy.ask("GET", f"/api/v1/assets/{asset.id}/thumbnail", headers=busy.ada.headers)
    answer = await busy.ask("POST", FORGET, json={"confirm": "forget me"}, headers=busy.ada.headers)
    receipt = answer.json
    assert (answer.status, receipt["rows"]["asset"], receipt["rows"]["creation"]) == (200, 1, 1)
    assert (receipt["thumbnails"], receipt["messages_deleted"], receipt["messages_left"]) == (1, 0, 0)
    assert receipt["objects"] >= 2
    assert receipt["duration_s"] > 0
    assert (await busy.ask("GET", "/api/v1/assets", headers=busy.ada.headers)).status == 401
    assert await busy.app.objects.keys(busy.ada.id) == []


# --- one person, two platforms ------------------------------------------------------------------------------------


async def joined(house: House) -> Answer:
    """Ada shows the code, Bob enters it."""
    code = (await house.ask("POST", CODE, headers=house.ada.headers)).json["code"]
    answer = await house.ask("POST", JOIN, json={"code": code}, headers=house.bob.headers)
    await house.app.joining.follow()
    return answer


async def test_a_code_makes_two_accounts_one_person_with_one_gallery(quiet: House) -> None:
    assets = [await quiet.asset(quiet.ada.id), await quiet.asset(quiet.bob.id)]
    answer = await joined(quiet)
    assert (answer.status, answer.json) == (200, {"platforms": ["token"]})
    for person in (quiet.ada, quiet.bob):
        found = (await quiet.ask("GET", "/api/v1/assets", headers=person.headers)).json["assets"]
        assert {each["id"] for each in found} == {asset.id for asset in assets}
        for asset in assets:
            content = await quiet.ask("GET", f"/api/v1/assets/{asset.id}/content", headers=person.headers)
            assert (content.status, content.body) == (200, png())
    assert assets[1].object_key in await quiet.app.objects.keys(), "objects stay where they are"


async def test_whoever_was_joined_is_forgotten_with_the_other_wholly(busy: House) -> None:
    for person in (busy.ada, busy.bob):
        await busy.asset(person.id)
    await joined(busy)
    answer = await busy.ask("POST", FORGET, json={"confirm": "forget me"}, headers=busy.bob.headers)
    assert (answer.status, answer.json["rows"]["asset"]) == (200, 2)
    for person in (busy.ada, busy.bob):
        assert await busy.app.objects.keys(person.id) == []
        assert (await busy.ask("GET", "/api/v1/assets", headers=person.headers)).status == 401


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "spaced"])
async def test_a_code_may_be_typed_as_people_type(quiet: House, typed: str) -> None:
    code = (await quiet.ask("POST", CODE, headers=quiet.ada.headers)).json["code"]
    said = {"lower": code.lower(), "spaced": code.replace("-", "  ")}.get(typed) or typed.format(code)
    assert (await quiet.ask("POST", JOIN, json={"code": said}, headers=quiet.bob.headers)).status == 200


async def test_wrong_own_used_and_replaced_codes_are_refused_in_a_sentence(quiet: House) -> None:
    async def enter(code: str, person: Any) -> str:
        answer = await quiet.ask("POST", JOIN, json={"code": code}, headers=person.headers)
        return answer.code if answer.status >= 400 else "joined"

    earlier = (await quiet.ask("POST", CODE, headers=quiet.ada.headers)).json["code"]
    code = (await quiet.ask("POST", CODE, headers=quiet.ada.headers)).json["code"]
    assert await enter("ABCD-EFGH", quiet.bob) == "wrong_code"
    assert await enter(earlier, quiet.bob) == "wrong_code"
    assert await enter(code, quiet.ada) == "own_code"
    assert await enter(code, quiet.bob) == "joined"
    assert await enter(code, quiet.bob) in ("own_code", "used_code")


async def test_an_expired_code_joins_nobody(quiet: House) -> None:
    code = (await quiet.ask("POST", CODE, headers=quiet.ada.headers)).json["code"]
    from datetime import timedelta

    from sqlmodel import select

    from storage.tables import JoinCode, now

    def age(session: Any) -> None:
        for row in session.exec(select(JoinCode)).all():
            row.expires_at = now() - timedelta(seconds=1)
            session.add(row)

    await quiet.app.database.write(age)
    answer = await quiet.ask("POST", JOIN, json={"code": code}, headers=quiet.bob.headers)
    assert (answer.status, answer.code) == (400, "expired_code")


async def test_after_five_wrong_codes_the_right_one_waits_too(quiet: House) -> None:
    code = (await quiet.ask("POST", CODE, headers=quiet.ada.headers)).json["code"]
    for _ in range(5):
        await quiet.ask("POST", JOIN, json={"code": "AAAA-AAAA"}, headers=quiet.bob.headers)
    answer = await quiet.ask("POST", JOIN, json={"code": code}, headers=quiet.bob.headers)
    assert (answer.status, answer.code) == (409, "too_many_tries")


async def test_the_person_at_this_machine_keeps_their_id_whoever_enters_the_code(quiet: House) -> None:
    asset = await quiet.asset(quiet.ada.id)
    code = (await quiet.ask("POST", CODE, headers=quiet.ada.headers)).json["code"]
    assert (await quiet.ask("POST", JOIN, json={"code": code})).status == 200
    await quiet.app.joining.follow()
    found = (await quiet.ask("GET", "/api/v1/assets")).json["assets"]
    assert [each["id"] for each in found] == [asset.id]


async def test_no_row_but_their_own_stays_with_whoever_was_joined(quiet: House) -> None:
    from sqlmodel import func, select

    for person in (quiet.ada, quiet.bob):
        asset = await quiet.asset(person.id)
        headers = person.headers
        await quiet.ask("POST", "/api/v1/collections", json={"name": "Harbours"}, headers=headers)
        await quiet.ask("PUT", f"/api/v1/assets/{asset.id}/rating", json={"value": 1}, headers=headers)
        await quiet.ask("PUT", f"/api/v1/assets/{asset.id}/tags", json={"tags": ["sea"]}, headers=headers)
    await joined(quiet)

    def left(session: Any) -> dict[str, int]:
        counts = {
            table.__tablename__: session.exec(
                select(func.count()).select_from(table).where(table.user_id == quiet.bob.id)
            ).one()
            for table in OWNED
        }
        return {name: count for name, count in counts.items() if count}

    assert await quiet.app.database.read(left) == {}
    shown = (await quiet.ask("GET", "/api/v1/collections", headers=quiet.bob.headers)).json["collections"]
    assert sorted(each["name"] for each in shown) == ["Harbours", "Harbours (2)"]
    assert await quiet.app.database.read(lambda session: people.living(session, quiet.bob.id).id) == quiet.ada.id
