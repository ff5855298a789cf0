"""Ids in buttons, lists and forms are no permission: with another's ids, somebody in another server gets nothing."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot.discord.client import FORMS
from bot.discord.gallery_view import State
from bot.discord.listeners.buttons import PRESSES
from core.gallery.membership import Viewer
from storage import gallery
from storage.tables import Asset, Creation, CreationState, Thread
from tests.bot.discord.house import House, opened
from tests.bot.isolation.estate import Estate, Guest, picture
from tests.bot.isolation.test_routes import rows_of
from tests.fakes.discord import Channel, Message, Person

SETTLE_S = 0.02
ASSET, PLACE, NOTHING = "{asset}", "{state}", ""

RESTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("vary", "upscale", "animate", "extend", "again", "refine", "favourite"), ((ASSET,), ())),
    **dict.fromkeys(("details", "card", "delete", "delete-yes", "like", "post", "collections"), ((ASSET,), ())),
    **dict.fromkeys(("collect", "tags", "versions", "version", "changed", "stand", "recipe"), ((ASSET,), ())),
    **dict.fromkeys(("choose", "pick", "version"), ((NOTHING, PLACE, ASSET), (ASSET,))),
    "hang": ((ASSET, "{mine}"), ("{wall}", ASSET)),
    "look": ((f"{ASSET}:{PLACE}",), ()),
    **dict.fromkeys(("cancel", "run"), (("{creation}",), ())),
    **dict.fromkeys(("wall", "wall-next", "wall-previous"), (("{wall}:0", "{wall}:1"), ())),
    **dict.fromkeys(("share", "stop"), (("a{asset}", "c{wall}", "asset:{asset}", "collection:{wall}"), ())),
    "show": (("a{asset}", "c{wall}", "asset:{asset}", "collection:{wall}"), ("workspace", "private")),
    "link": (("a{asset}", "c{wall}", "asset:{asset}", "collection:{wall}"), ("day", "hour", "week", "ever")),
    "unlink": (("a{asset}", "a{mine}", "asset:{asset}", "asset:{mine}"), ("{share}",)),
    **dict.fromkeys(("next", "previous", "back", "marked", "search"), ((PLACE, "{others}"), ())),
    "kind": ((PLACE,), ("-", "others")),
    "join-yes": (("{code}",), ()),
    **dict.fromkeys(("keep", "money"), ((NOTHING,), ())),
    "set": (("channels", "image_model"), ("{asset}",)),
    "replies": (("off",), ()),
    "forget-yes": ((), ()),  # forgets whoever presses; it takes no id
}
"""What may follow each verb, and what may be picked; a new verb stands here, too."""
OPENED_BY: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "easel:refine": ("refine", {"words": "warmer"}),
    "easel:searched": ("search", {"words": "sent"}),
    "easel:collect": ("collect", {"name": "Mine now"}),
    "easel:tagged": ("tags", {"tags": "mine-now"}),
}
"""Forms, by the button that opens one, and how they are filled in."""
NOT_FORGED = {
    "easel:refine-message": "names a message, which Discord itself shows to whoever may see it",
    "easel:money": "names nothing; only admins, see the tests of settings",
}


@dataclass(frozen=True, slots=True)
class Two:
    """Ada with everything in one server; Eve in another, with one result of her own."""

    house: House
    eve: Person
    channel: Channel
    result: Message
    theirs: Estate
    owner: Guest
    values: Mapping[str, str]


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    async with opened(tmp_path) as house:
        guild = house.server.guild()
        channel = guild.channel()
        eve = house.server.person("eve", guild)
        await house.made()
        await eve.slash(channel, "create", prompt="a boat")
        thread = await house.thread(channel)
        await house.says(thread, "Done")
        result = await house.noted((await house.results(thread))[0])
        theirs, mine = await house.assets()
        estate = await _estate(house, theirs)
        await asyncio.sleep(0.5)  # thumbnails and looks are made beside
        values = dict(estate.things) | {
            "mine": mine.id,
            "mark": estate.mark,
            "state": str(State()),
            "code": "ABCD-EFGH",
        }
        values["others"] = str(State(words="sent", others=True))
        yield Two(house, eve, channel, result, estate, Guest(theirs.user_id, {}), values)


async def _estate(house: House, asset: Asset) -> Estate:
    mark, kept, owner = secrets.token_hex(5), house.app.kept, asset.user_id

    def work(session: Session) -> str:
        told = {"asked": f"asked {mark}", "prompt": f"sent {mark}", "alt_text": f"seen {mark}", "model": f"m-{mark}"}
        gallery.change(session, owner, asset.id, **told)
        thread = session.get_one(Thread, asset.thread_id)
        thread.title = f"title {mark}"
        waiting = Creation(
            user_id=owner, thread_id=thread.id, prompt=f"wish {mark}", state=CreationState.WAITING, surface="discord"
        )
        session.add_all([thread, waiting])
        session.flush()
        return waiting.id

    creation = await house.app.database.write(work)
    wall = await kept.collections.make(owner, f"Wall {mark}")
    await kept.collections.hang(Viewer(owner), wall.id, [asset.id])
    share = await kept.sharing.link(owner, asset_id=asset.id)
    await kept.tags.replace(owner, asset.id, [f"tag-{mark}"])
    things = {"asset": asset.id, "creation": creation, "wall": wall.id, "share": share.id, "tag": f"tag-{mark}"}
    return Estate(things | {"thread_id": str(asset.thread_id)}, mark, picture())


def filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def said_to(two: Two) -> Iterator[str]:
    """Everything that came to Eve: answers, forms, offers, and what stands in her server."""
    world = two.house.server.world
    for one in world.interactions.values():
        if one.user is two.eve:
            yield from (f"{each.text} {each.components} {list(each.files)}" for each in one.messages)
            yield f"{one.modal} {one.choices}"
    for channel in [two.channel, *two.house.server.threads(two.channel)]:
        yield from (f"{each.text} {each.components} {list(each.files)}" for each in two.house.server.messages(channel))


async def check(two: Two, before: dict[str, list[str]]) -> None:
    """Nothing of Ada's was told, and nothing of hers is another."""
    await two.eve.slash(two.channel, "help")
    await asyncio.sleep(0.5)
    told = " ".join(said_to(two))
    mark = two.theirs.mark
    said = {*two.values.values(), f"Wall {mark}"} - {mark}
    for value in sorted(said, key=len, reverse=True):
        told = told.replace(value, "")
    assert mark not in told, told[max(0, told.find(mark) - 300) : told.find(mark) + 60]
    assert rows_of(two.house.app, two.theirs, two.owner) == before
    own = [each for each in await two.house.creations() if each.user_id != two.owner.id]
    assert len(own) == 1, "nothing was begun with what is Ada's"


def test_every_verb_and_form_is_forged_here() -> None:
    assert set(RESTS) == set(PRESSES)
    assert set(OPENED_BY) | set(NOT_FORGED) == set(FORMS)


async def test_another_s_ids_in_buttons_and_lists_give_nothing(two: Two) -> None:
    before, number = rows_of(two.house.app, two.theirs, two.owner), 0
    for verb, (rests, picks) in RESTS.items():
        for rest in (filled(each, two.values) for each in rests):
            custom_id = f"easel:{verb}:{rest}" if rest else f"easel:{verb}"
            for value in (filled(each, two.values) for each in picks) if picks else ("",):
                await _forged(two, custom_id, value)
                number += 1
                await asyncio.sleep(SETTLE_S)
    assert number > 60
    await check(two, before)


async def _forged(two: Two, custom_id: str, value: str) -> None:
    """A button or list of Eve's own message that says something else than Easel wrote."""
    if value:
        options = [{"label": value[:100], "value": value[:100]}]
        _written(two.result, {"type": 3, "id": 1, "custom_id": custom_id, "options": options})
        act = await two.eve.select(two.result, custom_id, value[:100])
    else:
        _written(two.result, {"type": 2, "id": 1, "style": 1, "label": "x", "custom_id": custom_id})
        act = await two.eve.press(two.result, custom_id)
    assert not act.failed, custom_id


def _written(message: Message, component: dict[str, Any]) -> None:
    """Let a message hold this one button or list."""
    message.components = [{"type": 1, "id": 2, "components": [component]}]


async def test_another_s_ids_in_forms_give_nothing(two: Two) -> None:
    before = rows_of(two.house.app, two.theirs, two.owner)
    for start, (verb, given) in OPENED_BY.items():
        rest = two.values["state"] if verb == "search" else two.values["mine"]
        own = f"easel:{verb}:{rest}"
        _written(two.result, {"type": 2, "id": 1, "style": 1, "label": "x", "custom_id": own})
        modal = (await two.eve.press(two.result, own)).modal
        modal.data["custom_id"] = f"{start}:{two.values['state' if verb == 'search' else 'asset']}"
        await two.eve.submit(modal, {name: filled(value, two.values) for name, value in given.items()})
        await asyncio.sleep(SETTLE_S)
    await check(two, before)


COMMANDS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "create": (),  # takes no id
    "gallery": (
        {},
        {"collection": "{wall}"},
        {"collection": "Wall {mark}"},
        {"search": "sent"},
        {"search": "asked kind:image"},
        {"search": "tag:{tag}"},
        {"search": 'in:"Wall {mark}"'},
        {"search": "thread:{thread_id}"},
        {"search": "by:workspace"},
        {"others": True},
    ),
    "inspect": (),  # takes a file: see the tests of inspecting
    "usage": ({},),
    "export-my-data": ({},),
    "join": ({"code": "ABCD-EFGH"},),
    "forget-me": ({},),
    "help": ({},),
    "settings": (),  # admins alone, and about the server they are in
}


async def test_no_command_shows_what_is_another_s(two: Two) -> None:
    world = two.house.server.world
    assert {each.name for each in world.commands.values() if each.kind == 1} == set(COMMANDS)
    before = rows_of(two.house.app, two.theirs, two.owner)
    for name, ways in COMMANDS.items():
        for options in ways:
            given = {key: filled(each, two.values) if isinstance(each, str) else each for key, each in options.items()}
            await two.eve.slash(two.channel, name, **{key: _cut(each) for key, each in given.items()})
            await asyncio.sleep(SETTLE_S)
    for focused in ("search", "collection"):
        for words in ("", "Wall", "tag:", "in:"):
            await two.eve.autocomplete(two.channel, "gallery", focused, **{focused: words})
    await check(two, before)


def _cut(value: Any) -> Any:
    return value[:40] if isinstance(value, str) else value


async def test_one_discord_user_is_one_person_in_every_server_and_shows_private_things_to_nobody(two: Two) -> None:
    """By design: a Discord id means the same person everywhere, unlike a Slack id, which means one of its team."""
    assert two.channel.guild
    two.channel.guild.join(two.house.ada)
    await two.house.ada.slash(two.channel, "gallery")
    await two.eve.slash(two.channel, "gallery", others=True)
    await asyncio.sleep(0.5)
    acts = list(two.house.server.world.interactions.values())
    shown = {
        who.name: " ".join(f"{each.text} {each.components}" for act in acts if act.user is who for each in act.messages)
        for who in (two.house.ada, two.eve)
    }
    assert two.theirs["asset"] in shown["ada"]
    assert two.theirs["asset"] not in shown["eve"]
    assert two.theirs.mark not in shown["eve"]
