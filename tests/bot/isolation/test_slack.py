"""One user id in two Slack teams is two people: with the other's ids, no press, form or command gives anything."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot.slack.listeners.actions import Actions
from bot.slack.listeners.commands import Commands
from bot.slack.listeners.modals import Modals, Turning
from bot.slack.listeners.shortcuts import Shortcuts
from core.gallery.membership import Viewer
from storage import gallery
from storage.tables import Asset, Creation, CreationState, Thread
from tests.bot.isolation.estate import Estate, Guest, picture
from tests.bot.isolation.test_routes import rows_of
from tests.bot.slack.house import SlackHouse, ids, read
from tests.bot.slack.test_oauth import distributed, installed
from tests.fakes.slack import Message, Person, SlackServer

SETTLE_S = 0.5
ASSET = ("{asset}",)
THINGS = ("a{asset}", "c{wall}")
VALUES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("vary", "upscale", "animate", "extend", "again", "refine", "favourite", "details"), ASSET),
    **dict.fromkeys(("delete", "show", "here", "hang", "tags", "like"), ASSET),
    **dict.fromkeys(("versions", "version", "changed", "stand", "recipe"), ASSET),
    **dict.fromkeys(("cancel", "run"), ("{creation}",)),
    "feedback": ("{asset}:1", "{asset}:-1"),
    "share": ("{asset}", "thing:c{wall}"),
    "visible": tuple(f"{to}:{thing}" for to in ("workspace", "private") for thing in THINGS),
    "link": tuple(f"{lasts}:{thing}" for lasts in ("hour", "day", "week", "ever") for thing in THINGS),
    "unlink": tuple(f"{{share}}:{thing}" for thing in (*THINGS, "a{mine}")),
    "stop": THINGS,
    **dict.fromkeys(("wall", "rename", "dissolve"), ("{wall}",)),
    "collections": ("all",),
    "gallery_page": ("999999:", "999999:sent"),
    "unite": ("ABCD-EFGH",),
    "join": ("C1",),
    "new": ("",),
    "forget": (),  # deletes what is of whoever presses: the last test
}
"""What stands in a button; a new verb stands here, too."""
HOME: Mapping[str, Mapping[str, Any]] = {
    "words": {"value": "sent"},
    "kind": {"selected_option": {"value": "image"}},
    "collection": {"selected_option": {"value": "c:Wall {mark}"}},
    "whose": {"selected_option": {"value": "workspace"}},
    "favourites": {"value": "toggle"},
    "older": {"value": "999999"},
    "newer": {"value": "0"},
}
FORMS: Mapping[str, Mapping[str, Any]] = {
    "refine": {"words": {"value": "warmer"}, "asset": {"selected_option": {"value": "{asset}"}}},
    "hang": {"hung": {"selected_options": [{"value": "{wall}"}]}},
    "tags": {"tags": {"value": "mine-now"}},
    "rename": {"name": {"value": "Mine now"}},
    "create": {},  # names nothing
    "settings": {},  # of the admin's own team
    "collection": {},  # names nothing
    "inspect": {},  # takes a file
}
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "create": (),
    "gallery": ("", "sent", "tag:{tag}", 'in:"Wall {mark}"', "thread:{thread_id}", "by:workspace", "by:workspace sent"),
    "usage": ("",),
    "settings": (),
    "collections": ("",),
    "inspect": (),
    "export": ("",),
    "join": ("ABCD-EFGH",),
    "forget-me": (),
}
SHORTCUTS = {"create", "refine", "animate", "inspect"}
"""They name a message, which Slack itself shows only to whoever sees it."""


@dataclass(frozen=True, slots=True)
class Two:
    """Ada of one team with everything; Ada of another team, with one result of her own."""

    slack: SlackHouse
    there: Person
    foreign: Message
    own: Message
    theirs: Estate
    owner: Guest
    values: Mapping[str, str]


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    async with SlackServer(processing_s=0.02) as server, distributed(tmp_path, server) as slack:
        for team in ("T1", "T2"):
            await installed(slack, team)
        here, there = (slack.server.workspace(team).person("ada") for team in ("T1", "T2"))
        assert here.id == there.id
        await here.command("general", "/create", "a fox")
        (theirs,) = await slack.until_made(1)
        foreign = await slack.result("general")
        await there.command("general", "/create", "a hen")
        mine = (await slack.until_made(2))[1]
        own = await slack.server.until(lambda: _pressable(slack, "T2"), 15)
        estate = await _estate(slack, theirs)
        await asyncio.sleep(SETTLE_S)
        values = dict(estate.things) | {"mine": mine.id, "mark": estate.mark}
        yield Two(slack, there, foreign, own, estate, Guest(theirs.user_id, {}), values)


def _pressable(slack: SlackHouse, team: str) -> Message | None:
    return next((each for each in slack.server.messages("general", team=team) if "easel_refine" in ids(each)), None)


async def _estate(slack: SlackHouse, asset: Asset) -> Estate:
    mark, kept, owner = secrets.token_hex(5), slack.app.kept, asset.user_id

    def work(session: Session) -> str:
        told = {"asked": f"asked {mark}", "prompt": f"sent {mark}", "alt_text": f"seen {mark}", "model": f"m-{mark}"}
        gallery.change(session, owner, asset.id, **told)
        waiting = Creation(
            user_id=owner,
            thread_id=str(asset.thread_id),
            prompt=f"wish {mark}",
            state=CreationState.WAITING,
            surface="slack",
        )
        session.get_one(Thread, asset.thread_id).title = f"title {mark}"
        session.add(waiting)
        session.flush()
        return waiting.id

    creation = await slack.app.database.write(work)
    wall = await kept.collections.make(owner, f"Wall {mark}")
    await kept.collections.hang(Viewer(owner), wall.id, [asset.id])
    share = await kept.sharing.link(owner, asset_id=asset.id)
    await kept.tags.replace(owner, asset.id, [f"tag-{mark}"])
    things = {"asset": asset.id, "creation": creation, "wall": wall.id, "share": share.id, "tag": f"tag-{mark}"}
    return Estate(things | {"thread_id": str(asset.thread_id)}, mark, picture())


def filled(given: Any, values: Mapping[str, str]) -> Any:
    if isinstance(given, str):
        for name, value in values.items():
            given = given.replace("{" + name + "}", value)
        return given
    if isinstance(given, Mapping):
        return {name: filled(each, values) for name, each in given.items()}
    return [filled(each, values) for each in given] if isinstance(given, list) else given


def listening(slack: SlackHouse, kind: type) -> Any:
    """The listener of this kind that Bolt calls."""
    bolt = slack.app.surfaces["slack"].door._bolt  # type: ignore[attr-defined]
    owners = (getattr(each.ack_function, "__self__", None) for each in bolt._async_listeners)
    return next(each for each in owners if isinstance(each, kind))


def said_to(two: Two) -> Iterator[str]:
    """Everything that came to the other team."""
    server = two.slack.server
    yield read(two.there.ephemerals)
    yield str([view.content for view in two.there.modals])
    yield read(two.there.home) if two.there.home else ""
    for channel in ("general", two.there.dm):
        yield read(list(server.messages(channel, team="T2")))


async def check(two: Two, before: Mapping[str, list[str]]) -> None:
    await asyncio.sleep(SETTLE_S)
    told, mark = " ".join(said_to(two)), two.theirs.mark
    said = {*two.values.values(), f"Wall {mark}"} - {mark}
    for value in sorted(said, key=len, reverse=True):
        told = told.replace(value, "")
    assert mark not in told, told[max(0, told.find(mark) - 300) : told.find(mark) + 60]
    assert rows_of(two.slack.app, two.theirs, two.owner) == before
    begun = [each for each in await two.slack.creations() if each.user_id != two.owner.id]
    assert len(begun) == 1, "nothing was begun with what is the other's"


async def deliver(two: Two, genuine: Any, **changed: Any) -> None:
    """What Slack would send, had it been pressed or filled in so."""
    delivery = type(genuine)(kind=genuine.kind, team="T2", payload=genuine.payload | changed)
    await two.slack.server.redeliver(delivery, again=0)


async def test_every_verb_form_and_command_is_forged_here(two: Two) -> None:
    assert set(listening(two.slack, Actions)._verbs) == set(VALUES)
    forms = {name for name in vars(Modals) if not name.startswith("_")} | set(listening(two.slack, Turning).forms)
    assert forms == set(FORMS)
    assert set(listening(two.slack, Commands)._parts) == set(COMMANDS)
    assert {name for name in vars(Shortcuts) if not name.startswith("_")} == SHORTCUTS


async def test_another_team_s_ids_in_buttons_give_nothing(two: Two) -> None:
    """On one's own message, and as if on theirs."""
    before, number = rows_of(two.slack.app, two.theirs, two.owner), 0
    genuine = (await two.there.click(two.own, "easel_details")).deliveries[0]
    for verb, values in VALUES.items():
        for value in filled(list(values), two.values):
            press = genuine.payload["actions"][0] | {"action_id": f"easel_{verb}", "value": value}
            there = genuine.payload["container"] | {
                "message_ts": two.foreign.ts,
                "thread_ts": two.foreign.root_ts,
                "channel_id": two.foreign.channel,
            }
            await deliver(two, genuine, actions=[press])
            await deliver(two, genuine, actions=[press], container=there)
            number += 2
    assert number > 80
    await check(two, before)


async def test_another_team_s_ids_in_forms_give_nothing(two: Two) -> None:
    before = rows_of(two.slack.app, two.theirs, two.owner)
    await two.there.click(two.own, "easel_refine")
    form = await two.slack.modal(two.there, "Refine")
    genuine = (await two.there.submit(form, {"words": {"words": "in blue"}})).deliveries[0]
    await two.slack.until_made(3)
    for name, given in FORMS.items():
        for asset, wall in ((two.values["asset"], two.values["wall"]), (two.values["mine"], two.values["wall"])):
            if name == "refine" and asset == two.values["mine"]:
                continue
            notes = json.loads(genuine.payload["view"]["private_metadata"])
            notes |= {"asset": asset, "collection": wall, "offered": [wall, wall[:8], wall[:6]]}
            values = {block: {block: each} for block, each in filled(given, {**two.values, "asset": asset}).items()}
            view = genuine.payload["view"] | {
                "id": f"V{secrets.token_hex(4)}",
                "callback_id": f"easel_{name}_form",
                "private_metadata": json.dumps(notes),
                "state": {"values": values},
            }
            if given:
                await deliver(two, genuine, view=view)
    mine = next(each for each in await two.slack.assets() if each.id == two.values["mine"])
    assert mine.tags == "mine-now", "the same form does change what is one's own"
    await asyncio.sleep(SETTLE_S)
    begun = [each for each in await two.slack.creations() if each.user_id != two.owner.id]
    assert len(begun) == 2, "a hen, and the same in blue"
    assert rows_of(two.slack.app, two.theirs, two.owner) == before
    assert two.theirs.mark not in " ".join(said_to(two))


async def test_the_home_tab_finds_nothing_of_another_team_s(two: Two) -> None:
    before = rows_of(two.slack.app, two.theirs, two.owner)
    await two.there.open_home()
    await asyncio.sleep(SETTLE_S)
    genuine = (await two.there.click(two.own, "easel_details")).deliveries[0]
    home = {"id": "V1", "type": "home", "private_metadata": "{}", "state": {"values": {}}}
    for name, given in filled(HOME, two.values).items():
        press = {"action_id": f"easel_home_{name}", "block_id": "b", "action_ts": "1.1", "type": "button"} | given
        await deliver(two, genuine, actions=[press], container={"type": "view", "view_id": "V1"}, view=home)
        await asyncio.sleep(0.1)
        assert two.theirs["asset"] not in str(two.there.home)
    await check(two, before)


async def test_no_command_shows_what_is_another_team_s(two: Two) -> None:
    before = rows_of(two.slack.app, two.theirs, two.owner)
    for name, texts in COMMANDS.items():
        for text in filled(list(texts), two.values):
            await two.there.command("general", "/easel", f"{name} {text}".strip())
            if name == "gallery":
                await two.there.command("general", "/gallery", text)
    await two.there.open_home()
    await check(two, before)


async def test_forgetting_oneself_in_one_team_forgets_nobody_in_the_other(two: Two) -> None:
    before = rows_of(two.slack.app, two.theirs, two.owner)
    genuine = (await two.there.click(two.own, "easel_details")).deliveries[0]
    press = genuine.payload["actions"][0] | {"action_id": "easel_forget", "value": two.there.id}
    await deliver(two, genuine, actions=[press])
    async with asyncio.timeout(15):
        while len(await two.slack.assets()) > 1:
            await asyncio.sleep(0.05)
    assert rows_of(two.slack.app, two.theirs, two.owner) == before
