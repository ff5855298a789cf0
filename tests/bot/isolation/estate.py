"""One of everything that a person can have in Easel, each with words that stand nowhere else."""

import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image
from sqlmodel import Session, select

from bot.chat.links import asset_key
from bot.web.keys import Cursors
from core.chat import ThreadRef
from storage import gallery, people
from storage.collections import Place
from storage.tables import Asset, Creation, CreationState, Step, StepState, Thread, Turn, new_id, now
from tests.bot.house import Answer, House

KINDS: Mapping[str, tuple[str, str, str]] = {
    "image": ("image", "image/png", "generate_image"),
    "variation": ("image", "image/png", "vary"),
    "spare": ("image", "image/png", "generate_image"),
    "spare_too": ("image", "image/png", "generate_image"),
    "video": ("video", "video/mp4", "generate_video"),
    "speech": ("speech", "audio/mpeg", "generate_speech"),
    "upload": ("upload", "image/png", "upload"),
    "withheld": ("image", "image/png", "generate_image"),
}
STATES = tuple(CreationState)
ENDED = tuple(state for state in STATES if state.final)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who asks, by token or by cookie."""

    id: str
    headers: Mapping[str, str]

    async def ask(self, house: House, method: str, path: str, **more: Any) -> Answer:
        headers = dict(self.headers) | dict(more.pop("headers", {}))
        return await house.ask(method, path, locked=True, headers=headers, **more)


@dataclass(frozen=True, slots=True)
class Estate:
    """Names of things and their ids, words or keys; or the same names with values that nobody has."""

    things: Mapping[str, str]
    mark: str
    """A word that stands in everything of this person's, and nowhere else."""
    picture: bytes

    def __getitem__(self, name: str) -> str:
        return self.things[name]

    @property
    def assets(self) -> list[str]:
        return [self[name] for name in KINDS]

    @property
    def creations(self) -> list[str]:
        return [self[f"creation_{state}"] for state in STATES]

    def nobodys(self) -> "Estate":
        """The same, of nobody: every id and word another, and of the same length."""
        things = {name: _like(value) for name, value in self.things.items()}
        things["cursor"], things["wall_cursor"] = self["cursor"], self["wall_cursor"]
        return Estate(things, secrets.token_hex(len(self.mark) // 2), picture())

    def with_spare(self) -> "Estate":
        """The same with the other spare things in place of those that were used up."""
        swapped = {"spare": self["spare_too"], "spare_tag": self["spare_tag_too"], "hung": self["upload"]}
        return replace(self, things=dict(self.things) | swapped)


def _like(value: str) -> str:
    """Letters and digits anew, and what holds them together as it is."""
    if ":" in value:
        platform, workspace, channel, _ = value.split(":")
        return f"{platform}:{workspace}:{channel}:{new_id()}"
    return secrets.token_hex(len(value))[: len(value)]


def picture() -> bytes:
    """A picture like no other."""
    buffer = io.BytesIO()
    Image.frombytes("RGB", (16, 12), secrets.token_bytes(16 * 12 * 3)).resize((160, 120)).save(buffer, "PNG")
    return buffer.getvalue()


async def guest(house: House, user_id: str) -> Guest:
    """A person who came by a sign-in link, as people on chat platforms do."""
    code = await house.app.database.write(lambda session: people.add_sign_in(session, user_id))
    answer = await house.ask("POST", "/signin", locked=True, data={"code": code})
    return Guest(user_id, {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]})


async def settled(house: House, who: Guest, thread: ThreadRef, states: Sequence[CreationState] = STATES) -> Estate:
    """Give a person one of everything, and a creation in each of these states."""
    mark, content = secrets.token_hex(5), picture()
    things = await _rows(house, who.id, thread, mark, content, states)
    estate = Estate(things | {"thread": str(thread)}, mark, content)
    return replace(estate, things=dict(estate.things) | await _kept(house, who, estate) | {"hung": estate["image"]})


# --- rows and objects ---------------------------------------------------------------------------------------------


async def _rows(
    house: House, owner: str, thread: ThreadRef, mark: str, content: bytes, states: Sequence[CreationState]
) -> dict[str, str]:
    things: dict[str, str] = {}

    def work(session: Session) -> list[Asset]:
        row = session.exec(select(Thread).where(Thread.ref == str(thread))).first()
        row = row or Thread(ref=str(thread), user_id=owner, title=f"title {mark}")
        session.add(row)
        session.flush()
        things["thread_id"] = row.id
        for state in states:
            creation = _creation(session, owner, row.id, mark, state)
            things[f"creation_{state}"] = creation.id
        succeeded = session.get_one(Creation, things["creation_succeeded"])
        return _assets(session, owner, succeeded, mark, content, things)

    assets = await house.app.database.write(work)
    for asset in assets:
        await _store(house, asset.object_key, content, asset.media_type)
    await _store(house, things["preview_key"], content, "image/png")
    return things


def _creation(session: Session, owner: str, thread_id: str, mark: str, state: CreationState) -> Creation:
    error = {"error_code": "failed", "error_message": f"why {mark}"} if state == CreationState.FAILED else {}
    told: dict[str, Any] = dict(error)
    creation = Creation(
        user_id=owner, thread_id=thread_id, prompt=f"wish {mark}", state=state, surface="rest", reply=f"said {mark}",
        started_at=now(), finished_at=now() if state.final else None, **told,
    )  # fmt: skip
    session.add(creation)
    session.flush()
    session.add(Turn(creation_id=creation.id, user_id=owner, index=0, text=f"thought {mark}"))
    return creation


def _assets(
    session: Session, owner: str, creation: Creation, mark: str, content: bytes, things: dict[str, str]
) -> list[Asset]:
    made = []
    for index, (name, (kind, media_type, tool)) in enumerate(KINDS.items()):
        state = StepState.COMPLETE if name != "withheld" else StepState.IN_PROGRESS
        step = Step(
            creation_id=creation.id, user_id=owner, turn=0, index=index, call_id=str(index), tool=tool, state=state,
            title=f"step {mark}", detail=f"detail {mark}", preview_key=f"{owner}/{creation.id}/preview.png",
        )  # fmt: skip
        session.add(step)
        session.flush()
        parent = things["image"] if name == "variation" else None
        asset = Asset(
            user_id=owner, step_id=step.id, creation_id=creation.id, thread_id=creation.thread_id, kind=kind, tool=tool,
            media_type=media_type, size_bytes=100, object_key=f"{owner}/{creation.id}/{index}.bin", width=64, height=48,
            asked=f"asked {mark}", prompt=f"sent {mark}", alt_text=f"seen {mark}", reply=f"said {mark}",
            model=f"model-{mark}", provider="offline", parent_id=parent, inputs=[parent] if parent else [],
            sha256=sha256(content if name == "image" else name.encode()).hexdigest(), cost_micros=1_234_567,
            safety="withheld" if name == "withheld" else "",
        )  # fmt: skip
        gallery.add(session, creation, [asset])
        things[name], things["step"], things["preview_key"] = asset.id, step.id, step.preview_key or ""
        made.append(asset)
    return made


async def _store(house: House, key: str, content: bytes, media_type: str) -> None:
    source = house.app.spool.folder / new_id()
    source.write_bytes(content)
    await house.app.objects.put(key, source, media_type)
    source.unlink()


# --- by the front door --------------------------------------------------------------------------------------------


async def _kept(house: House, who: Guest, estate: Estate) -> dict[str, str]:
    """What is made by asking for it."""
    mark, things = estate.mark, dict[str, str]()
    things |= {"wall_name": f"Wall {mark}", "tag": f"tag-{mark}", "key": f"key-{mark}"}
    things |= {"spare_tag": f"spare-{mark}", "spare_tag_too": f"other-{mark}"}
    things["wall"] = (await _asked(house, who, "POST", "/api/v1/collections", {"name": things["wall_name"]}))["id"]
    hung = {"assets": [estate["image"], estate["upload"]]}
    await _asked(house, who, "POST", f"/api/v1/collections/{things['wall']}/assets", hung)
    tags = [things[name] for name in ("tag", "spare_tag", "spare_tag_too")]
    await _asked(house, who, "PUT", f"/api/v1/assets/{estate['image']}/tags", {"tags": tags})
    await _asked(house, who, "PUT", f"/api/v1/assets/{estate['video']}/rating", {"value": 1})
    await _asked(house, who, "PATCH", f"/api/v1/assets/{estate['video']}", {"favourite": True})
    for name, thing in (("share", {"asset": estate["image"]}), ("wall_share", {"collection": things["wall"]})):
        made = await _asked(house, who, "POST", "/api/v1/shares", thing)
        things[name], things[f"{name}_key"] = made["id"], parse_qs(urlsplit(made["url"]).query)["key"][0]
    wish = {"prompt": f"again {mark}"}
    again = await _asked(house, who, "POST", "/api/v1/creations", wish, {"Idempotency-Key": things["key"]})
    things["again"] = again["id"]
    code = (await _asked(house, who, "POST", "/api/v1/me/join-code"))["code"]
    things["code"], things["code_hash"] = code, sha256(code.replace("-", "").encode()).hexdigest()
    await who.ask(house, "GET", f"/api/v1/assets/{estate['image']}/thumbnail")
    cursors = Cursors(house.context.secret_key)
    things["cursor"] = cursors.write(10**9) or ""
    things["wall_cursor"] = cursors.write_place(Place(now(), 10**9)) or ""
    things["lasting_key"] = asset_key(house.context.secret_key, estate["image"])
    return things


async def _asked(
    house: House, who: Guest, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    answer = await who.ask(house, method, path, headers=headers or {}, **({"json": body} if body else {}))
    assert answer.status < 300, (method, path, answer.status, answer.text)
    return dict(answer.json)
