"""The HTTP API: authenticates, counts, finds, and writes what Replicate writes."""

import asyncio
import base64
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from zlib import crc32

from aiohttp import web

from tests.fakes.replicate import inputs, order, outputs, refusals, uploads
from tests.fakes.replicate.model import Model
from tests.fakes.replicate.order import Order
from tests.fakes.replicate.outcome import FORBIDDEN, Outcome, Shape, fails, flagged
from tests.fakes.replicate.prediction import RETENTION_S, Prediction
from tests.fakes.replicate.state import State
from tests.fakes.replicate.wire import sources
from tests.fakes.replicate.wire.host import Handler, Host, answer
from tests.fakes.replicate.wire.render import Plan, maker
from tests.fakes.replicate.wire.shelf import Item
from tests.fakes.replicate.wire.sources import Medium, Unusable

FETCH_LIMIT_BYTES = 100 * 1024 * 1024


class Api:
    """The routes under /v1."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self, host: Host) -> None:
        create, other = self._creating, self._reading
        host.add("POST", "/v1/models/{owner}/{name}/predictions", ("create", "any"), create(self._create_by_model))
        host.add("POST", "/v1/predictions", ("create", "any"), create(self._create_by_version))
        host.add("GET", "/v1/predictions", ("list", "any"), other(self._list))
        host.add("GET", "/v1/predictions/{id}", ("get", "any"), other(self._get))
        host.add("POST", "/v1/predictions/{id}/cancel", ("cancel", "any"), other(self._cancel))
        host.add("GET", "/v1/models/{owner}/{name}", ("model", "any"), other(self._model))
        host.add("GET", "/v1/models/{owner}/{name}/versions/{id}", ("version", "any"), other(self._version))
        host.add("GET", "/v1/account", ("account", "any"), other(self._account))
        host.add("POST", "/v1/files", ("files.create", "any"), other(self._file_create))
        host.add("GET", "/v1/files", ("files.list", "any"), other(self._file_list))
        host.add("GET", "/v1/files/{id}", ("files.get", "any"), other(self._file_get))
        host.add("DELETE", "/v1/files/{id}", ("files.delete", "any"), other(self._file_delete))

    # --- who asks, and how often ----------------------------------------------------------------------------------

    def _creating(self, handler: Handler) -> Handler:
        return self._guarded(handler, self._state.throttle.create)

    def _reading(self, handler: Handler) -> Handler:
        return self._guarded(handler, self._state.throttle.other)

    def _guarded(self, handler: Handler, limit: Callable[[], None]) -> Callable[[web.Request], Awaitable[Any]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bearer {self._state.api_token}":
                raise refusals.unauthenticated()
            limit()
            return await handler(request)

        return guarded

    # --- predictions ----------------------------------------------------------------------------------------------

    async def _create_by_model(self, request: web.Request) -> web.Response:
        model = self._state.models.get(f"{request.match_info['owner']}/{request.match_info['name']}")
        if model is None or not model.official:
            raise refusals.not_found()
        return await self._create(model, "hidden", await order.read(request))

    async def _create_by_version(self, request: web.Request) -> web.Response:
        wanted = await order.read(request)
        match = re.fullmatch(order.VERSION, str(wanted.version))
        model = next((m for m in self._state.models.values() if match and m.version == match["hex"]), None)
        if match is None or model is None or match["slug"] not in {None, model.slug}:
            raise refusals.invalid_version()
        return await self._create(model, model.version, wanted)

    async def _create(self, model: Model, version: str, wanted: Order) -> web.Response:
        values = inputs.checked(model, wanted.input)
        prediction = await self._accepted(model, version, wanted, values)
        held = await self._held(prediction, wanted.wait_s)
        body = self._described(prediction)
        if held and body["status"] == "succeeded":
            # the vendor's client says why (replicate/run.py): sync answers carry the output and say "processing"
            body |= {"status": "processing", "completed_at": None, "metrics": {}}
        return answer(body, 202 if wanted.wait_s and not held else 201)

    async def _accepted(self, model: Model, version: str, wanted: Order, values: dict[str, Any]) -> Prediction:
        state, now = self._state, self._state.clock.now()
        outcome = state.outcomes.popleft() if state.outcomes else Outcome()
        if FORBIDDEN in str(values.get("prompt", values.get("text", ""))):
            outcome = flagged()
        prediction = Prediction(
            id=_identity(),
            model=model,
            version=version,
            input=wanted.input,
            created_at=now,
            starting_s=_first(outcome.starting_s, state.starting_s * state.scale),
            run_s=_first(outcome.run_s, state.run_s[model.kind] * state.scale),
            outcome=outcome,
            deadline=now + wanted.cancel_after_s if wanted.cancel_after_s else None,
        )
        state.predictions[prediction.id] = prediction
        state.paid += 1
        await self._run(prediction, values)
        return prediction

    async def _run(self, prediction: Prediction, values: dict[str, Any]) -> None:
        """Reads the sources and decides what the output will be; what goes wrong is a failed prediction."""
        if prediction.outcome.status != "succeeded":
            return
        try:
            media = {
                path: await self._medium(kind, uri)
                for path, (kind, uri) in inputs.uris(prediction.model, values).items()
            }
            plans = prediction.model.plan(values, media)
        except (Unusable, ValueError) as error:
            prediction.outcome = fails(str(error))
            return
        self._publish(prediction, plans, values)

    def _publish(self, prediction: Prediction, plans: list[Plan], values: dict[str, Any]) -> None:
        outcome, state = prediction.outcome, self._state
        seed = values.get("seed") or crc32(str(values).encode())
        for plan in plans:
            path = f"/xezq/{secrets.token_urlsafe(24)}/{plan.name}"
            content = maker(plan, int(seed) & 0xFFFFFF)
            item = Item(
                content=content,
                media_type=plan.media_type,
                expires_at=prediction.ends_at + RETENTION_S,
                spoil=outcome.spoil,
            )
            state.shelf.put(path, item)
            prediction.paths.append(path)
        urls = [state.files_url() + path for path in prediction.paths]
        own = Shape.LIST if prediction.model.many else Shape.STR
        prediction.output = _first(outcome.output, outputs.shaped(urls, outcome.shape or own))

    async def _medium(self, kind: str, uri: str) -> Medium:
        """What lies behind an input URI; the account's own files need no token here, the platform reads them itself."""
        own = re.fullmatch(re.escape(self._state.api_url()) + r"/v1/files/([\w-]+)", uri)
        if own:
            if own[1] not in {upload.id for upload in self._state.uploads.all()}:
                raise Unusable(f"Failed to download {uri}: 404")
            data = self._state.uploads.find(own[1]).data
        elif uri.startswith("data:"):
            data = sources.decode_data_uri(uri)[1]
        elif sources.is_loopback(uri):
            data = (await sources.fetch(uri, limit_bytes=FETCH_LIMIT_BYTES, redirects=True, strict=False))[1]
        else:
            return Medium(kind=kind, form="unseen", width=1024, height=768)
        medium = await asyncio.to_thread(sources.look, data)
        if medium.kind != kind:
            raise Unusable(f"cannot identify {kind} file")
        return medium

    async def _held(self, prediction: Prediction, wait_s: float) -> bool:
        """Keeps the request open; whether the prediction ended meanwhile."""
        clock = self._state.clock
        until = clock.now() + wait_s
        while clock.now() < min(until, prediction.ends_at):
            await asyncio.sleep(0.01)
        return wait_s > 0 and prediction.is_over(clock.now())

    async def _get(self, request: web.Request) -> web.Response:
        return answer(self._described(self._found(request)))

    async def _cancel(self, request: web.Request) -> web.Response:
        prediction, now = self._found(request), self._state.clock.now()
        if not prediction.is_over(now):
            prediction.canceled_at = now
        return answer(self._described(prediction))

    async def _list(self, request: web.Request) -> web.Response:
        newest = list(self._state.predictions.values())[::-1][:100]
        return answer({"previous": None, "next": None, "results": [self._described(one) for one in newest]})

    def _found(self, request: web.Request) -> Prediction:
        prediction = self._state.predictions.get(request.match_info["id"])
        if prediction is None:
            raise refusals.not_found()
        return prediction

    def _described(self, prediction: Prediction) -> dict[str, Any]:
        now, clock = self._state.clock.now(), self._state.clock
        status, removed, over = prediction.status(now), prediction.is_removed(now), prediction.is_over(now)
        started = now >= prediction.starts_at and status != "aborted"
        url = f"{self._state.api_url()}/v1/predictions/{prediction.id}"
        return {
            "id": prediction.id,
            "model": prediction.model.slug,
            "version": prediction.version,
            "input": {} if removed else prediction.input,
            "logs": "" if removed or not started else "Using seed: 7\nGenerating...\n",
            "output": prediction.output if status == "succeeded" and not removed else None,
            "data_removed": removed,
            "error": prediction.error(now),
            "source": "api",
            "status": status,
            "created_at": clock.iso(prediction.created_at),
            "started_at": clock.iso(prediction.starts_at) if started else None,
            "completed_at": clock.iso(prediction.ends_at) if over else None,
            "metrics": {"predict_time": round(prediction.ran_s(now), 6)} if over and started else {},
            "urls": {"get": url, "cancel": f"{url}/cancel", "web": f"https://replicate.com/p/{prediction.id}"},
        }

    # --- models and the account -----------------------------------------------------------------------------------

    async def _model(self, request: web.Request) -> web.Response:
        return answer(self._described_model(self._known(request)))

    async def _version(self, request: web.Request) -> web.Response:
        model = self._known(request)
        if request.match_info["id"] != model.version:
            raise refusals.not_found()
        return answer(self._described_version(model))

    def _known(self, request: web.Request) -> Model:
        model = self._state.models.get(f"{request.match_info['owner']}/{request.match_info['name']}")
        if model is None:
            raise refusals.not_found()
        return model

    def _described_model(self, model: Model) -> dict[str, Any]:
        return {
            "url": f"https://replicate.com/{model.slug}",
            "owner": model.owner,
            "name": model.name,
            "description": model.description,
            "visibility": "public",
            "is_official": model.official,
            "github_url": None,
            "paper_url": None,
            "license_url": None,
            "run_count": 1,
            "cover_image_url": None,
            "default_example": None,
            "latest_version": self._described_version(model),
        }

    def _described_version(self, model: Model) -> dict[str, Any]:
        return {
            "id": model.version,
            "created_at": "2026-01-01T00:00:00.000Z",
            "cog_version": "0.16.9",
            "openapi_schema": model.schema(),
        }

    async def _account(self, request: web.Request) -> web.Response:
        return answer({"type": "user", "username": "easel", "name": "Easel", "github_url": None})

    # --- files ----------------------------------------------------------------------------------------------------

    async def _file_create(self, request: web.Request) -> web.Response:
        upload = await self._state.uploads.receive(request, _identity())
        return answer(self._described_file(upload), 201)

    async def _file_list(self, request: web.Request) -> web.Response:
        results = [self._described_file(upload) for upload in self._state.uploads.all()]
        return answer({"previous": None, "next": None, "results": results})

    async def _file_get(self, request: web.Request) -> web.Response:
        return answer(self._described_file(self._state.uploads.find(request.match_info["id"])))

    async def _file_delete(self, request: web.Request) -> web.Response:
        self._state.uploads.remove(request.match_info["id"])
        return answer(None, 204)

    def _described_file(self, upload: uploads.Upload) -> dict[str, Any]:
        return uploads.described(upload, self._state.clock, self._state.api_url())


def _identity() -> str:
    """26 characters of base32, as `gm3qorzdhgbfurvjtvhg6dckhu`."""
    return base64.b32encode(secrets.token_bytes(17)).decode().lower()[:26]


def _first(value: Any, fallback: Any) -> Any:
    return fallback if value is None else value
