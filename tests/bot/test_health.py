"""Alive, ready, counted; and what every response tells the browser to refuse."""

from dataclasses import replace

import pytest

from bot.web.api import ROUTES
from bot.web.route import Route
from tests.bot.house import MISSING, House, served
from tests.bot.test_guard import body

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
EVERY_ROUTE = [pytest.param(route, id=f"{route.method} {route.path}") for route in ROUTES]


async def test_it_says_when_it_is_not_ready(quiet: House) -> None:
    ready = await quiet.ask("GET", "/readyz")
    assert (ready.status, ready.json) == (200, {"status": "ready", "reasons": []})

    async def draining() -> list[str]:
        return ["draining"]

    async with served(replace(quiet.context, not_ready=draining)) as base:
        not_ready = await replace(quiet, open_url=base).ask("GET", "/readyz")
        assert (not_ready.status, not_ready.json["reasons"]) == (503, ["draining"])
        assert (await replace(quiet, open_url=base).ask("GET", "/healthz")).text == "ok"


async def test_metrics_count_by_route_and_never_by_address(quiet: House) -> None:
    await quiet.creation(quiet.ada.id)
    await quiet.ask("GET", f"/api/v1/assets/{MISSING}?q=secret-word")
    await quiet.ask("GET", "/no/such/secret-path")
    await quiet.ask("PROPFIND", "/healthz")
    await quiet.ask("POST", "/api/v1/creations", json={"prompt": "x"})
    await quiet.ask("PUT", f"/api/v1/assets/{MISSING}/tags", json={"tags": []})
    text = (await quiet.ask("GET", "/metrics")).text
    assert 'easel_http_requests_total{method="GET",route="/api/v1/assets/{id}",status="404"} 1.0' in text
    assert 'easel_http_requests_total{method="other",route="unmatched",status="405"} 1.0' in text
    assert 'easel_http_requests_total{method="PUT",route="/api/v1/assets/{id}/tags",status="404"} 1.0' in text
    assert 'easel_creations{state="queued"} 1.0' in text
    assert MISSING not in text
    assert "secret" not in text


@pytest.mark.parametrize("route", EVERY_ROUTE)
async def test_every_route_has_the_security_headers(quiet: House, route: Route) -> None:
    asset = await quiet.asset(quiet.context.local_user_id)
    by_name = {"thread": f"rest:-:-:{asset.creation_id}", "id": asset.id, "tag": "jazz"}
    if "/creations/" in route.path:
        by_name["id"] = str(asset.creation_id)
    said = body(route) if route.name != "generate" else {"json": {"prompt": ""}}  # nobody works here
    for locked in (False, True):
        answer = await quiet.ask(route.method, route.path.format(**by_name), locked=locked, **said)
        assert answer.status < 500
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers
        if answer.json is not None:
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/gallery", "/static/base.css", "/signin", "/nothing"])
async def test_pages_have_the_security_headers_too(quiet: House, path: str) -> None:
    for locked in (False, True):
        answer = await quiet.ask("GET", path, locked=locked, headers={"Accept": "text/html"})
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
