"""Who may ask: hosts, origins, proxies, tokens."""

from typing import Any

import pytest
from yarl import URL

from bot.web.api import ROUTES
from bot.web.route import Route
from tests.bot.house import MISSING, House, form

FORWARDED = [
    ("Forwarded", "for=203.0.113.9"),
    ("X-Forwarded-For", "203.0.113.9"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "easel.example"),
    ("X-Real-IP", "203.0.113.9"),
    ("Via", "1.1 proxy"),
    ("CF-Connecting-IP", "203.0.113.9"),
    ("CF-Ray", "1"),
]
GUARDED = [route for route in ROUTES if not route.is_open]
ROUTED = [pytest.param(route, id=f"{route.method} {route.path}") for route in GUARDED]
BODIES: dict[str, dict[str, Any]] = {
    "reply": {"text": "darker"},
    "change": {"favourite": True},
    "rate": {"value": 1},
    "retag": {"tags": ["harbour"]},
    "rename_tag": {"name": "port"},
    "change_collection": {"name": "Jazz"},
    "hang": {"assets": [MISSING]},
    "take_down": {"assets": [MISSING]},
}
NAMED = [pytest.param(route, id=f"{route.method} {route.path}") for route in GUARDED if route.names]


def address(route: Route, creation: str = MISSING, asset: str = MISSING, thread: str = f"rest:-:-:{MISSING}") -> str:
    by_name = {"thread": thread, "id": creation if "/creations/" in route.path else asset, "tag": "harbour"}
    compared = f"?from={asset}" if route.name == "changes" else ""
    return route.path.format(**by_name) + compared


def body(route: Route) -> dict[str, Any]:
    if route.name == "upload":
        return {"data": form(b"x")}
    return {"json": BODIES.get(route.name, {"prompt": "a boat"})} if route.body else {}


@pytest.mark.parametrize("route", ROUTED)
async def test_no_route_answers_a_stranger_where_a_token_is_demanded(quiet: House, route: Route) -> None:
    answer = await quiet.ask(route.method, address(route), locked=True, **body(route))
    assert (answer.status, answer.code) == (401, "signed_out")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", ROUTED)
async def test_a_wrong_token_is_refused_even_where_none_is_demanded(quiet: House, route: Route) -> None:
    for token in ("wrong", "", "a" * 3_000, quiet.ada.token[:-1], "ü"):
        headers = {"Authorization": f"Bearer {token}"}
        answer = await quiet.ask(route.method, address(route), headers=headers, **body(route))
        assert (answer.status, answer.code) == (401, "bad_token")


@pytest.mark.parametrize("route", NAMED)
async def test_what_belongs_to_another_is_as_missing_as_nothing(quiet: House, route: Route) -> None:
    theirs = await quiet.asset(quiet.ada.id)
    thread = f"rest:-:-:{theirs.creation_id}"
    found = await quiet.ask(
        route.method,
        address(route, str(theirs.creation_id), theirs.id, thread),
        locked=True,
        headers=quiet.bob.headers,
        **body(route),
    )
    missing = await quiet.ask(route.method, address(route), locked=True, headers=quiet.bob.headers, **body(route))
    odd = await quiet.ask(
        route.method, address(route, "nope", "nope", "nope"), locked=True, headers=quiet.bob.headers, **body(route)
    )
    assert found.status == missing.status == odd.status == 404
    assert found.body == missing.body == odd.body


async def test_foreign_inputs_and_threads_are_missing(quiet: House) -> None:
    theirs = await quiet.asset(quiet.ada.id)
    for wish in (
        {"prompt": "a boat", "inputs": [theirs.id]},
        {"prompt": "", "action": "vary", "inputs": [theirs.id]},
        {"prompt": "a boat", "thread": f"rest:-:-:{theirs.creation_id}"},
    ):
        answer = await quiet.ask("POST", "/api/v1/creations", locked=True, headers=quiet.bob.headers, json=wish)
        assert answer.status == 404


async def test_the_open_routes_need_no_token(quiet: House) -> None:
    for path in ("/healthz", "/readyz", "/openapi.json", "/metrics"):
        assert (await quiet.ask("GET", path, locked=True)).status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8080", 200),
        ("127.0.0.1:1", 200),
        ("127.8.9.10", 200),
        ("[::1]:8080", 200),
        ("easel.example", 403),
        ("localhost.evil.example", 403),
        ("evil.example:8080", 403),
        ("evil@localhost", 403),
        ("127.0.0.1.nip.io", 403),
        ("2130706433", 403),
        ("0.0.0.0", 403),
        ("[::]", 403),
        ("", 403),
    ],
)
async def test_without_a_token_only_loopback_names_are_answered(quiet: House, host: str, status: int) -> None:
    for path in ("/api/v1/assets", "/"):
        assert (await quiet.ask("GET", path, headers={"Host": host})).status == status
    assert (await quiet.ask("GET", "/healthz", headers={"Host": host})).status == 200


async def test_any_host_may_be_asked_for_where_a_token_is_shown(quiet: House) -> None:
    headers = {"Host": "easel.example", **quiet.ada.headers}
    assert (await quiet.ask("GET", "/api/v1/assets", locked=True, headers=headers)).status == 200


@pytest.mark.parametrize(("name", "value"), FORWARDED)
async def test_what_came_through_a_proxy_needs_a_token(quiet: House, name: str, value: str) -> None:
    for host in ("localhost", "easel.example"):
        way = {name: value, "Host": host}
        assert (await quiet.ask("GET", "/api/v1/assets", headers=way)).status == 401
        assert (await quiet.ask("GET", "/metrics", headers=way)).status == 401
        assert (await quiet.ask("GET", "/", headers=way | {"Accept": "text/html"})).status == 401
        assert (await quiet.ask("POST", "/api/v1/creations", headers=way, json={"prompt": "a boat"})).status == 401
        assert (await quiet.ask("GET", "/api/v1/assets", headers=way | quiet.ada.headers)).status == 200


@pytest.mark.parametrize(
    "sender",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "garbage"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
async def test_another_sites_page_can_change_nothing(quiet: House, sender: dict[str, str]) -> None:
    for locked, headers in ((False, {}), (True, quiet.ada.headers)):
        answer = await quiet.ask(
            "POST", "/api/v1/creations", locked=locked, headers=headers | sender, json={"prompt": "a boat"}
        )
        assert (answer.status, answer.code) == (403, "foreign_origin")


async def test_another_sites_page_can_embed_nothing_but_may_link_here(quiet: House) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    embed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    frame = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    path = f"/api/v1/assets/{asset.id}/content"
    assert [(await quiet.ask("GET", path, headers=way)).status for way in (embed, frame, link)] == [403, 403, 200]


async def test_our_own_pages_may_change_things(quiet: House) -> None:
    port = URL(quiet.open_url).port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}"):
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        answer = await quiet.ask("POST", "/api/v1/creations", headers=headers, json={"prompt": "a boat"})
        assert answer.status == 202


async def test_a_path_that_only_looks_open_is_not(quiet: House) -> None:
    for path in ("/slack/../api/v1/assets", "/static/../api/v1/assets", "/healthz/../api/v1/assets", "//api/v1/assets"):
        assert (await quiet.ask("GET", path, locked=True)).status in (401, 403, 404)
