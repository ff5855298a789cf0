"""Whatever comes in, nothing breaks: no 5xx, no traceback, and the next request is answered."""

import json
import random
import string
from collections.abc import Callable

import pytest

from bot.web.api import ROUTES
from tests.bot.house import MISSING, House, raw

SEEDS = range(10)
BODIES_PER_SEED = 20
WRITABLE = [route for route in ROUTES if route.body]
ODD = ["", "\x00", "\u202e", "\ud800", "'; DROP TABLE asset; --", "🎨", "vary", "image"]
FIELDS = [
    "prompt",
    "kind",
    "thread",
    "inputs",
    "action",
    "options",
    "text",
    "favourite",
    "alt_text",
    "max_usd",
    "count",
    "assets",
    "tags",
    "value",
    "name",
    "visibility",
    "asset",
    "collection",
    "expires_in_s",
    "x",
]


def odd_value(dice: random.Random, depth: int = 0) -> object:
    kinds: list[Callable[[], object]] = [
        lambda: None,
        lambda: dice.random() < 0.5,
        lambda: dice.choice([0, -1, 1, 2**63, -(2**70), 1e308, -0.0]),
        lambda: dice.choice(ODD),
        lambda: "".join(dice.choices(string.printable, k=dice.randint(0, 200))),
        lambda: [odd_value(dice, depth + 1) for _ in range(dice.randint(0, 4))],
        lambda: {dice.choice(FIELDS): odd_value(dice, depth + 1) for _ in range(dice.randint(0, 4))},
    ]
    return dice.choice(kinds if depth < 4 else kinds[:5])()


def odd_body(dice: random.Random) -> bytes:
    """JSON that is nearly right, or no JSON at all."""
    nearly: dict[str, object] = {"prompt": "a boat", "text": "a boat"}
    fields = {name: value for name, value in nearly.items() if dice.random() < 0.5}
    fields |= {dice.choice(FIELDS): odd_value(dice)}
    text = json.dumps(fields, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    match dice.randint(0, 5):
        case 0:
            return text[: dice.randint(0, len(text))]
        case 1:
            return dice.randbytes(dice.randint(0, 300))
        case 2:
            return text.replace(b":", b": NaN, ", 1)
        case _:
            return text


@pytest.mark.parametrize("seed", SEEDS)
async def test_malformed_bodies_never_break_it(quiet: House, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(BODIES_PER_SEED):
        route = dice.choice(WRITABLE)
        if route.name == "generate":
            continue
        kind = dice.choice([route.body_type, route.body_type, "multipart/form-data; boundary=x", "text/plain", "?"])
        path = route.path.format(id=MISSING, thread=f"rest:-:-:{MISSING}", tag="harbour")
        answer = await quiet.ask(route.method, path, data=odd_body(dice), headers={"Content-Type": kind})
        assert answer.status < 500, (route.name, answer.text)
        assert "Traceback" not in answer.text
        if answer.status >= 400:
            assert set(answer.json["error"]) == {"code", "message"}


@pytest.mark.parametrize(
    "request_text",
    [
        "GET /api/v1/assets HTTP/1.1\r\n\r\n",
        "GET /api/v1/assets HTTP/1.0\r\n\r\n",
        "GET /api/v1/assets HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /api/v1/assets HTTP/1.1\r\nHost: [::1\r\n\r\n",
        "GET http://evil.example/api/v1/assets HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/v1/assets?before=%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/v1/assets/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /static/..%2f..%2fserver.py HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /static/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /api/v1/creations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 9\r\n\r\n{",
        "POST /api/v1/creations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /api/v1/creations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        "GET /api/v1/assets HTTP/1.1\r\nHost: localhost\r\nCookie: easel=\xff\xfe; x\r\n\r\n",
        "GET /api/v1/assets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
        "GET /api/v1/assets HTTP/1.1\r\nHost: localhost\r\nOrigin: \xff\r\n\r\n",
        "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "nonsense\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01",
    ],
)
async def test_malformed_requests_never_break_it(quiet: House, request_text: str) -> None:
    answer = await raw(quiet.open_url, request_text.encode("latin-1"))
    assert not answer or int(answer.split(b" ", 2)[1]) < 500
    assert b"Traceback" not in answer
    assert (await quiet.ask("GET", "/healthz")).status == 200


async def test_what_nobody_foresaw_becomes_an_error_id(quiet: House, capsys: pytest.CaptureFixture[str]) -> None:
    quiet.app.database.engine.dispose()
    for file in quiet.app.settings.data_dir.glob("easel.db*"):
        file.write_bytes(b"not a database any more")
    answer = await quiet.ask("GET", "/api/v1/assets?q=a-private-word")
    assert (answer.status, answer.code) == (500, "internal")
    error_id = answer.json["error"]["message"].split()[-1].rstrip(".")
    assert len(error_id) == 8
    said = capsys.readouterr()
    assert (said.out + said.err).count(error_id) == 1
    assert "a-private-word" not in said.out + said.err + answer.text
