"""`/openapi.json`: valid by the standard, complete, and true of what Easel really answers."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.web.api import ROUTES
from tests.bot.house import MISSING, Answer, House, form, png

CONTRACT = {
    ("POST", "/api/v1/creations"),
    ("POST", "/api/v1/threads/{thread}/messages"),
    ("GET", "/api/v1/creations/{id}"),
    ("GET", "/api/v1/creations/{id}/events"),
    ("POST", "/api/v1/creations/{id}/cancel"),
    ("POST", "/api/v1/creations/{id}/confirm"),
    ("GET", "/api/v1/assets"),
    ("GET", "/api/v1/assets/{id}"),
    ("PATCH", "/api/v1/assets/{id}"),
    ("DELETE", "/api/v1/assets/{id}"),
    ("GET", "/api/v1/assets/{id}/content"),
    ("POST", "/api/v1/uploads"),
    ("GET", "/api/v1/usage"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/a/{id}"),
    ("POST", "/generate"),
}
CREATION = {
    "id", "thread", "status", "prompt", "reply", "steps", "assets", "cost_usd", "estimate_usd", "max_usd",
    "queue_place", "eta_s", "error", "created_at", "finished_at",
}  # fmt: skip
STEP = {"index", "tool", "title", "status", "provider", "model", "detail", "error_code", "cost_usd"}
ASSET = {
    "id", "kind", "media_type", "bytes", "width", "height", "duration_s", "url", "thumbnail_url", "prompt", "alt_text",
    "provider", "model", "seed", "version", "parent_id", "creation_id", "favourite", "visibility", "cost_usd",
    "created_at",
}  # fmt: skip


class Judge:
    """Holds real answers against the description."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.judged = 0

    def check(self, method: str, path: str, answer: Answer) -> None:
        responses = self.document["paths"][path][method.lower()]["responses"]
        assert str(answer.status) in responses, f"{method} {path} answered {answer.status}, which nobody announced"
        content = responses[str(answer.status)].get("content", {})
        if answer.json is None:
            assert "application/json" not in content
            return
        schema = content["application/json"]["schema"] | {"components": self.document["components"]}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(answer.json)
        self.judged += 1


async def document(house: House) -> dict[str, Any]:
    answer = await house.ask("GET", "/openapi.json", locked=True)
    assert answer.status == 200
    return dict(answer.json)


async def test_the_document_is_valid(quiet: House) -> None:
    OpenAPIV31SpecValidator(await document(quiet)).validate()


async def test_everything_promised_is_described_and_everything_described_is_routed(quiet: House) -> None:
    paths = (await document(quiet))["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert described >= CONTRACT
    assert described == {(route.method, route.path) for route in ROUTES}
    for method, path in described:
        answer = await quiet.ask(
            method, path.format(id=MISSING, thread=MISSING, tag="harbour"), headers={"Accept": "text/plain"}
        )
        assert (answer.status, answer.json and answer.json.get("error", {}).get("message")) != (
            404,
            "There is nothing at this address.",
        )


async def test_no_promised_field_is_missing(quiet: House) -> None:
    schemas = (await document(quiet))["components"]["schemas"]
    for name, fields in (("CreationOut", CREATION), ("StepOut", STEP), ("AssetOut", ASSET)):
        assert fields <= set(schemas[name]["required"])


async def test_every_answer_of_a_real_run_is_as_described(busy: House) -> None:
    judge = Judge(await document(busy))
    creations, creation_path = "/api/v1/creations", "/api/v1/creations/{id}"

    async def ask(method: str, template: str, path: str = "", **more: Any) -> Answer:
        answer = await busy.ask(method, path or template, **more)
        judge.check(method, template, answer)
        return answer

    generated = await ask("POST", "/generate", json={"prompt": "a lighthouse at dusk, and say 'The light turns.'"})
    assert generated.json["assets"]
    made = await ask("POST", creations, json={"prompt": "two posters for a jazz festival", "options": {"count": 2}})
    await ask("GET", creation_path, f"{creations}/{made.json['id']}")
    await ask("POST", f"{creation_path}/cancel", f"{creations}/{made.json['id']}/cancel")
    await ask("POST", f"{creation_path}/confirm", f"{creations}/{generated.json['id']}/confirm")
    thread = generated.json["thread"]
    messages = "/api/v1/threads/{thread}/messages"
    await ask("POST", messages, messages.format(thread=thread), json={"text": "darker"})
    await ask("POST", creations, json={"prompt": "x", "size": 1})
    await ask("POST", creations, data=b"x")
    await ask("POST", creations, json={"prompt": "x" * 10_001})
    await ask("GET", "/api/v1/assets")
    await ask("GET", "/api/v1/assets", "/api/v1/assets?kind=sculpture")
    asset_path, asset = "/api/v1/assets/{id}", f"/api/v1/assets/{generated.json['assets'][0]['id']}"
    await ask("GET", asset_path, asset)
    await ask("PATCH", asset_path, asset, json={"favourite": True})
    await ask("GET", asset_path, f"/api/v1/assets/{MISSING}")
    for part, headers in (("content", {}), ("thumbnail", {}), ("content", {"Range": "bytes=0-3"})):
        await ask("GET", f"{asset_path}/{part}", f"{asset}/{part}", headers=headers)
    await ask("DELETE", asset_path, asset)
    await ask("POST", "/api/v1/uploads", data=form(png()))
    await ask("POST", "/api/v1/uploads", data=form(b"no picture"))
    await ask("GET", "/api/v1/usage")
    await ask("GET", "/api/v1/usage", locked=True)
    await ask("GET", "/readyz")
    await ask("GET", "/healthz")
    await ask("GET", "/metrics")
    assert judge.judged >= 18


@pytest.mark.parametrize("wrong", [{"status": "x"}, {"id": None}])
async def test_the_judge_sees_what_is_wrong(quiet: House, wrong: dict[str, Any]) -> None:
    creation = await quiet.creation(quiet.context.local_user_id)
    answer = await quiet.ask("GET", f"/api/v1/creations/{creation.id}")
    broken = Answer(answer.status, answer.headers, answer.body, answer.json | wrong)
    with pytest.raises(Exception, match=r"None|is not one of"):
        Judge(await document(quiet)).check("GET", "/api/v1/creations/{id}", broken)
