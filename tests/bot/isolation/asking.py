"""How to ask at each address for what is somebody else's: the table that every route must stand in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tests.bot.house import form
from tests.bot.isolation.estate import KINDS, Estate

Asks = Callable[[Estate, Estate], Iterator["Ask"]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. Its method stands in the table."""

    path: str
    json: Any = None
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    """Answered only at the end of work that nobody does here: no answer is the right one."""
    by_design: bool = False
    """Whoever has the very file learns that it was made here, and nothing else: not the answer for a random one."""

    @property
    def more(self) -> dict[str, Any]:
        body = {"json": self.json} if self.json is not None else {"data": self.data} if self.data is not None else {}
        return body | {"headers": dict(self.headers)}


def _each_asset(path: str, body: Any = None) -> Asks:
    def asks(_: Estate, theirs: Estate) -> Iterator[Ask]:
        for asset_id in theirs.assets:
            yield Ask(path.format(asset_id), body)

    return asks


def _each_creation(path: str) -> Asks:
    def asks(_: Estate, theirs: Estate) -> Iterator[Ask]:
        for creation_id in (*theirs.creations, theirs["again"]):
            yield Ask(path.format(creation_id))

    return asks


def _batch(path: str, body: Mapping[str, Any], *, uses_up: bool = False) -> Asks:
    """Theirs alone, and among one's own."""

    def asks(mine: Estate, theirs: Estate) -> Iterator[Ask]:
        yield Ask(path, {"assets": theirs.assets} | dict(body))
        own = mine["spare" if uses_up else "image"]
        yield Ask(path, {"assets": [own, *theirs.assets]} | dict(body))

    return asks


def _plain(*paths: str) -> Asks:
    """Nothing of theirs can be named: their things must not show by themselves."""

    def asks(_mine: Estate, _theirs: Estate) -> Iterator[Ask]:
        yield from map(Ask, paths)

    return asks


def _searches(theirs: Estate) -> Iterator[dict[str, str]]:
    yield {}
    yield {"kind": "upload"}
    yield {"favourite": "true"}
    yield {"before": theirs["cursor"]}
    yield {"before": theirs["wall_cursor"]}
    for words in (
        theirs.mark,
        f"tag:{theirs['tag']}",
        f'in:"{theirs["wall_name"]}"',
        f'by:workspace in:"{theirs["wall_name"]}"',
        f"thread:{theirs['thread']}",
        f"thread:{theirs['thread_id']}",
        f"model:model-{theirs.mark}",
        f"by:workspace {theirs.mark}",
        "by:workspace",
    ):
        yield {"q": words}


def _search(path: str) -> Asks:
    def asks(_: Estate, theirs: Estate) -> Iterator[Ask]:
        for each in _searches(theirs):
            yield Ask(f"{path}?{urlencode(each)}")

    return asks


def _create(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    for asset_id in theirs.assets:
        yield Ask("/api/v1/creations", {"prompt": "a boat", "inputs": [asset_id]})
    yield Ask("/api/v1/creations", {"prompt": "a boat", "inputs": [mine["image"], theirs["image"]]})
    for action, name in (("vary", "image"), ("upscale", "image"), ("animate", "image"), ("extend", "video")):
        yield Ask("/api/v1/creations", {"action": action, "inputs": [theirs[name]]})
    yield Ask("/api/v1/creations", {"action": "again", "inputs": [theirs["speech"]]})
    yield Ask("/api/v1/creations", {"prompt": "a boat", "thread": theirs["thread"]})
    yield Ask("/api/v1/creations", {"prompt": "a boat"}, headers={"Idempotency-Key": theirs["key"]})


def _reply(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask(f"/api/v1/threads/{quote(theirs['thread'])}/messages", {"text": "a boat"})
    yield Ask(f"/api/v1/threads/{quote(theirs['thread'])}/messages", {"text": "a boat", "inputs": [mine["image"]]})
    yield Ask(f"/api/v1/threads/{quote(mine['thread'])}/messages", {"text": "a boat", "inputs": [theirs["image"]]})


def _generate(_: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/generate", {"prompt": "a boat"}, headers={"Idempotency-Key": theirs["key"]}, waits=True)


def _step(path: str) -> Asks:
    def asks(_: Estate, theirs: Estate) -> Iterator[Ask]:
        yield Ask(path.format(theirs["step"]))

    return asks


def _named(path: str, name: str, body: Any = None) -> Asks:
    def asks(_: Estate, theirs: Estate) -> Iterator[Ask]:
        yield Ask(path.format(quote(theirs[name])), body)

    return asks


def _tag(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask(f"/api/v1/tags/{theirs['tag']}", {"name": "mine-now"})
    yield Ask(f"/api/v1/tags/{mine['spare_tag']}", {"name": theirs["tag"]})


def _collections(_: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/api/v1/collections")
    for asset_id in theirs.assets:
        yield Ask(f"/api/v1/collections?asset={asset_id}")


def _collection(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask(f"/api/v1/collections/{theirs['wall']}", {"name": "Mine now"})
    yield Ask(f"/api/v1/collections/{theirs['wall']}", {"visibility": "private"})
    yield Ask(f"/api/v1/collections/{theirs['wall']}", {"visibility": "workspace"})
    yield Ask(f"/api/v1/collections/{mine['wall']}", {"visibility": "workspace", "workspace": theirs["thread_id"]})
    yield Ask(f"/api/v1/collections/{mine['wall']}", {"name": theirs["wall_name"]})


def _hang(part: str) -> Asks:
    def asks(mine: Estate, theirs: Estate) -> Iterator[Ask]:
        yield Ask(f"/api/v1/collections/{theirs['wall']}/{part}", {"assets": [mine["hung"]]})
        yield Ask(f"/api/v1/collections/{theirs['wall']}/{part}", {"assets": [theirs["image"]]})
        yield Ask(f"/api/v1/collections/{mine['wall']}/{part}", {"assets": theirs.assets})
        yield Ask(f"/api/v1/collections/{mine['wall']}/{part}", {"assets": [mine["hung"], *theirs.assets]})

    return asks


def _wall(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    for path in ("/api/v1/collections/{}/assets", "/collections/{}"):
        yield Ask(path.format(theirs["wall"]))
        yield Ask(f"{path.format(theirs['wall'])}?before={theirs['wall_cursor']}")
        yield Ask(f"{path.format(mine['wall'])}?before={theirs['wall_cursor']}")


def _shares(_: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/api/v1/shares")
    yield Ask(f"/api/v1/shares?asset={theirs['image']}")
    yield Ask(f"/api/v1/shares?collection={theirs['wall']}")


def _share(_: Estate, theirs: Estate) -> Iterator[Ask]:
    for asset_id in theirs.assets:
        yield Ask("/api/v1/shares", {"asset": asset_id})
    yield Ask("/api/v1/shares", {"collection": theirs["wall"]})


def _unshare(_: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask(f"/api/v1/shares/{theirs['share']}")
    yield Ask(f"/api/v1/shares/{theirs['wall_share']}")


def _visibility(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    for wanted in ("private", "workspace"):
        yield Ask("/api/v1/assets/visibility", {"assets": theirs.assets, "visibility": wanted})
    mixed = [mine["image"], *theirs.assets]
    yield Ask("/api/v1/assets/visibility", {"assets": mixed, "visibility": "private"})


def _changes(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    for before, after in ((mine, theirs), (theirs, mine), (theirs, theirs)):
        yield Ask(f"/api/v1/assets/{after['variation']}/changes?from={before['image']}")


def _compare(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    for one, two in ((mine, theirs), (theirs, mine), (theirs, theirs)):
        yield Ask(f"/compare?a={one['image']}&b={two['variation']}")


def _inspect(_: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/api/v1/inspect", data=form(theirs.picture), by_design=True)
    yield Ask("/api/v1/inspect", data=form(theirs.picture + b"changed"))


def _upload(_: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/api/v1/uploads", data=form(b"no picture", name=f"../{theirs['image']}.png"))


def _exports(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/api/v1/exports", {"assets": theirs.assets})
    yield Ask("/api/v1/exports", {"assets": [mine["image"], theirs["image"]]})
    for each in _searches(theirs):
        if words := each.get("q"):
            yield Ask("/api/v1/exports", {"q": words})


def _zip(mine: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/gallery/zip", data={"assets": ",".join(theirs.assets)})
    yield Ask("/gallery/zip", data={"assets": f"{mine['image']},{theirs['image']}"})


def _join(_: Estate, theirs: Estate) -> Iterator[Ask]:
    """Not the code itself: it is given to be used. What the rows keep of it opens nothing."""
    yield Ask("/api/v1/me/join", {"code": theirs["code_hash"][:50]})


def _sign_in(_: Estate, theirs: Estate) -> Iterator[Ask]:
    yield Ask("/signin", data={"code": theirs["code_hash"]})
    yield Ask("/signin", data={"code": theirs["image"]})


def _link(*parts: str) -> Asks:
    """Their ids with no key, with a random one, and with keys that open something of one's own."""

    def asks(mine: Estate, theirs: Estate) -> Iterator[Ask]:
        keys = ("", "0" * 32, mine["lasting_key"], mine["share_key"], mine["wall_share_key"])
        for link_id in (*theirs.assets, theirs["share"], theirs["wall"], theirs["wall_share"]):
            for part in parts:
                for key in keys:
                    yield Ask(f"/s/{link_id}{part}?key={key}")

    return asks


def _inside(*parts: str) -> Asks:
    """Their assets behind one's own links, and their links with one's own keys."""

    def asks(mine: Estate, theirs: Estate) -> Iterator[Ask]:
        for part in parts:
            for name in KINDS:
                yield Ask(f"/s/{mine['share']}/{theirs[name]}{part}?key={mine['share_key']}")
                yield Ask(f"/s/{mine['wall_share']}/{theirs[name]}{part}?key={mine['wall_share_key']}")
            yield Ask(f"/s/{theirs['wall_share']}/{theirs['image']}{part}?key={mine['wall_share_key']}")
            yield Ask(f"/s/{theirs['wall_share']}/{theirs['image']}{part}")

    return asks


ASSET, CREATION, COLLECTION = "/api/v1/assets/{id}", "/api/v1/creations/{id}", "/api/v1/collections/{id}"
SHARED, INSIDE = "/s/{id}", "/s/{id}/{asset}"

TABLE: Mapping[str, Asks] = {
    "POST /api/v1/creations": _create,
    "POST /api/v1/threads/{thread}/messages": _reply,
    f"GET {CREATION}": _each_creation("/api/v1/creations/{}"),
    f"GET {CREATION}/events": _each_creation("/api/v1/creations/{}/events"),
    f"POST {CREATION}/cancel": _each_creation("/api/v1/creations/{}/cancel"),
    f"POST {CREATION}/confirm": _each_creation("/api/v1/creations/{}/confirm"),
    "GET /api/v1/steps/{id}/preview": _step("/api/v1/steps/{}/preview"),
    "POST /generate": _generate,
    "GET /api/v1/assets": _search("/api/v1/assets"),
    f"GET {ASSET}": _each_asset("/api/v1/assets/{}"),
    f"PATCH {ASSET}": _each_asset("/api/v1/assets/{}", {"favourite": True, "alt_text": "mine now"}),
    f"DELETE {ASSET}": _each_asset("/api/v1/assets/{}"),
    f"GET {ASSET}/content": _each_asset("/api/v1/assets/{}/content"),
    f"GET {ASSET}/thumbnail": _each_asset("/api/v1/assets/{}/thumbnail"),
    f"GET {ASSET}/similar": _each_asset("/api/v1/assets/{}/similar?others=true"),
    f"GET {ASSET}/recipe": _each_asset("/api/v1/assets/{}/recipe"),
    f"GET {ASSET}/lineage": _each_asset("/api/v1/assets/{}/lineage"),
    f"GET {ASSET}/changes": _changes,
    f"POST {ASSET}/go-on": _each_asset("/api/v1/assets/{}/go-on"),
    f"POST {ASSET}/stop-links": _each_asset("/api/v1/assets/{}/stop-links"),
    f"PUT {ASSET}/rating": _each_asset("/api/v1/assets/{}/rating", {"value": -1}),
    f"PUT {ASSET}/tags": _each_asset("/api/v1/assets/{}/tags", {"tags": ["mine-now"]}),
    "POST /api/v1/assets/tags": _batch("/api/v1/assets/tags", {"add": ["mine-now"]}),
    "POST /api/v1/assets/favourites": _batch("/api/v1/assets/favourites", {"favourite": False}),
    "POST /api/v1/assets/visibility": _visibility,
    "POST /api/v1/assets/delete": _batch("/api/v1/assets/delete", {}, uses_up=True),
    "POST /api/v1/uploads": _upload,
    "GET /api/v1/usage": _plain("/api/v1/usage"),
    "GET /api/v1/tags": _plain("/api/v1/tags"),
    "DELETE /api/v1/tags/{tag}": _named("/api/v1/tags/{}", "tag"),
    "GET /api/v1/collections": _collections,
    f"GET {COLLECTION}": _named("/api/v1/collections/{}", "wall"),
    f"DELETE {COLLECTION}": _named("/api/v1/collections/{}", "wall"),
    f"GET {COLLECTION}/assets": _wall,
    f"POST {COLLECTION}/assets": _hang("assets"),
    f"POST {COLLECTION}/take-down": _hang("take-down"),
    "GET /api/v1/shares": _shares,
    "POST /api/v1/shares": _share,
    "DELETE /api/v1/shares/{id}": _unshare,
    "GET /api/v1/workspaces": _plain("/api/v1/workspaces"),
    "GET /api/v1/threads/{thread}/tree": _named("/api/v1/threads/{}/tree", "thread"),
    "POST /api/v1/threads/{thread}/undo": _named("/api/v1/threads/{}/undo", "thread"),
    "POST /api/v1/inspect": _inspect,
    "POST /api/v1/exports": _exports,
    "GET /api/v1/me/export": _plain("/api/v1/me/export"),
    "POST /api/v1/me/forget": lambda _, theirs: iter([Ask("/api/v1/me/forget", {"confirm": theirs["image"]})]),
    "POST /api/v1/me/join-code": _plain("/api/v1/me/join-code"),
    "POST /api/v1/me/join": _join,
    "GET /healthz": _plain("/healthz"),
    "GET /readyz": _plain("/readyz"),
    "GET /metrics": _plain("/metrics"),
    "GET /openapi.json": _plain("/openapi.json"),
    "GET /signin": _plain("/signin"),
    "POST /signin": _sign_in,
    "POST /signout": _plain("/signout"),
    "* /slack/{what}": _plain("/slack/events", "/slack/install", "/slack/oauth_redirect"),
    "GET /static": _plain("/static/base.css"),
    "GET /": _plain("/"),
    "GET /t/{thread}": _named("/t/{}", "thread"),
    "GET /t/{thread}/tree": _named("/t/{}/tree", "thread"),
    "GET /gallery": _search("/gallery"),
    "POST /gallery/zip": _zip,
    "GET /a/{id}": _each_asset("/a/{}"),
    "GET /a/{id}/tree": _each_asset("/a/{}/tree"),
    "GET /help": _plain("/help"),
    "GET /collections": _plain("/collections"),
    "GET /collections/{id}": _wall,
    "GET /compare": _compare,
    "GET /inspect": _plain("/inspect"),
    "GET /you": _plain("/you"),
    f"GET {SHARED}": _link(""),
    f"GET {SHARED}/content": _link("/content"),
    f"GET {SHARED}/thumbnail": _link("/thumbnail"),
    f"GET {SHARED}/thumbnail.png": _link("/thumbnail.png"),
    f"GET {INSIDE}": _inside(""),
    f"GET {INSIDE}/content": _inside("/content"),
    f"GET {INSIDE}/thumbnail": _inside("/thumbnail"),
    # last, because from here on the asker uses words of the other's
    "PATCH /api/v1/tags/{tag}": _tag,
    "POST /api/v1/collections": lambda _, theirs: iter([Ask("/api/v1/collections", {"name": theirs["wall_name"]})]),
    f"PATCH {COLLECTION}": _collection,
}
