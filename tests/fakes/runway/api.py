"""The HTTP API: authenticates, checks, queues, and writes what Runway writes."""

import json
import secrets
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from zlib import crc32

from aiohttp import web
from runwayml.types import (
    image_to_video_create_params,
    image_upscale_create_params,
    sound_effect_create_params,
    text_to_image_create_params,
    text_to_speech_create_params,
    text_to_video_create_params,
    video_to_video_create_params,
    video_upscale_create_params,
)

from tests.fakes.replicate.wire.host import Handler, Host, answer
from tests.fakes.replicate.wire.render import Plan, maker
from tests.fakes.replicate.wire.shelf import Item
from tests.fakes.runway import contract, organization, plans, prices, refusals, rules
from tests.fakes.runway.assets import Assets
from tests.fakes.runway.outcome import FORBIDDEN, Outcome, moderated
from tests.fakes.runway.state import DAY_S, State
from tests.fakes.runway.task import WAITING, Task

VERSION = "2024-11-06"
POLL_S = 5.0
"""Source: `runwayml/resources/tasks.py`, retrieve."""
LINK_S = 24 * 60 * 60
BODY_BYTES = 64 * 1024 * 1024
CREATES = {
    "text_to_video": (text_to_video_create_params.TextToVideoCreateParams, "video"),
    "image_to_video": (image_to_video_create_params.ImageToVideoCreateParams, "video"),
    "video_to_video": (video_to_video_create_params.VideoToVideoCreateParams, "video"),
    "video_upscale": (video_upscale_create_params.VideoUpscaleCreateParams, "video"),
    "image_upscale": (image_upscale_create_params.ImageUpscaleCreateParams, "image"),
    "text_to_image": (text_to_image_create_params.TextToImageCreateParams, "image"),
    "text_to_speech": (text_to_speech_create_params.TextToSpeechCreateParams, "speech"),
    "sound_effect": (sound_effect_create_params.SoundEffectCreateParams, "speech"),
}
"""Route → the vendor's request types, and how long a run takes."""


class Api:
    """The routes under /v1."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._assets = Assets(state.uploads)

    def routes(self, host: Host) -> None:
        for route in CREATES:
            host.add("POST", f"/v1/{route}", (route, "create", "any"), self._guarded(self._creator(route)))
        for method, path, name, handler in (
            ("GET", "/v1/tasks/{id}", "retrieve", self._retrieve),
            ("DELETE", "/v1/tasks/{id}", "delete", self._delete),
            ("POST", "/v1/uploads", "uploads", self._upload),
            ("GET", "/v1/organization", "organization", self._organization),
            ("POST", "/v1/organization/usage", "usage", self._usage),
        ):
            host.add(method, path, (name, "any"), self._guarded(handler))

    def _guarded(self, handler: Handler) -> Callable[[web.Request], Awaitable[Any]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bearer {self._state.api_key}":
                raise refusals.unauthenticated()
            if request.headers.get("X-Runway-Version") != VERSION:
                raise refusals.bad_request(f"X-Runway-Version must be {VERSION}.")
            return await handler(request)

        return guarded

    # --- creating -------------------------------------------------------------------------------------------------

    def _creator(self, route: str) -> Handler:
        async def create(request: web.Request) -> web.Response:
            body = await _json(request)
            made = await self._planned(route, body)
            task = self._accepted(route, body, made)
            return answer({"id": task.id, "estimatedCost": {"credits": task.estimate}})

        return create

    async def _planned(self, route: str, body: Any) -> list[Plan]:
        """Every complaint at once, then the media, then what will be made of it."""
        found = contract.check(CREATES[route][0], body)
        issues = found.issues or rules.check(route, body)
        if issues:
            raise refusals.invalid(issues)
        media, issues = await self._assets.read(route, found.assets)
        if issues:
            raise refusals.invalid(issues)
        try:
            return plans.plan(route, body, media, extend_whole=self._state.extend_whole)
        except plans.TooLarge as error:
            raise refusals.bad_request("The output would be too large.") from error

    def _accepted(self, route: str, body: dict[str, Any], made: list[Plan]) -> Task:
        state, now = self._state, self._state.clock.now()
        estimate = prices.credits(route, body, made)
        if state.today().get(body["model"], 0) >= state.daily_limit:
            raise refusals.daily_limit()
        if state.spent() + estimate > state.credits:
            raise refusals.poor()
        outcome = state.outcomes.popleft() if state.outcomes else Outcome()
        if FORBIDDEN in str(body.get("promptText", "")):
            outcome = moderated()
        task = Task(
            id=str(uuid.uuid4()),
            route=route,
            model=body["model"],
            body=body,
            created_at=now,
            estimate=estimate,
            pending_s=_first(outcome.pending_s, state.pending_s * state.scale),
            run_s=_first(outcome.run_s, state.run_s[CREATES[route][1]] * state.scale),
            outcome=outcome,
        )
        state.tasks[task.id] = task
        state.paid += 1
        state.lane(task.model).add(task, now)
        self._shelve(task, made)
        return task

    def _shelve(self, task: Task, made: list[Plan]) -> None:
        if task.outcome.status != "SUCCEEDED" or task.outcome.no_output:
            return
        seed = int(task.body.get("seed") or crc32(json.dumps(task.body).encode())) & 0xFFFFFF
        for plan in made:
            path = f"/{task.model}/{secrets.token_hex(8)}/{plan.name}"
            item = Item(content=maker(plan, seed), media_type=plan.media_type, spoil=task.outcome.spoil)
            self._state.shelf.put(path, item)
            task.paths.append(path)

    # --- tasks ----------------------------------------------------------------------------------------------------

    async def _retrieve(self, request: web.Request) -> web.Response:
        task = self._found(request)
        self._count_poll(task)
        return answer(self._described(task))

    def _count_poll(self, task: Task) -> None:
        state, now = self._state, self._state.clock.now()
        if task.polled_at is not None and now - task.polled_at < POLL_S * state.scale * 0.98:
            state.hasty_polls += 1
        task.polled_at = now

    async def _delete(self, request: web.Request) -> web.Response:
        task, state, now = self._found(request), self._state, self._state.clock.now()
        task.deleted_from = task.status(now)
        if task.deleted_from in {*WAITING, "RUNNING"}:
            task.deleted_at = now
        state.unrefunded += task.deleted_from == "RUNNING"
        for path in task.paths:
            state.shelf.remove(path)
        state.lane(task.model).settle(now)
        return answer(None, 204)

    def _found(self, request: web.Request) -> Task:
        task = self._state.tasks.get(request.match_info["id"])
        if task is None or task.deleted_from:
            raise refusals.no_task()
        self._state.lane(task.model).settle(self._state.clock.now())
        return task

    def _described(self, task: Task) -> dict[str, Any]:
        clock = self._state.clock
        now = clock.now()
        status = task.status(now)
        body: dict[str, Any] = {"id": task.id, "createdAt": clock.iso(task.created_at), "status": status}
        if status in {*WAITING, "RUNNING"}:
            more = {"progress": task.progress(now)} if status == "RUNNING" else {}
            return body | more | {"estimatedCost": {"credits": task.estimate}}
        body["cost"] = {"credits": task.cost(now)}
        if status == "SUCCEEDED":
            return body | {"output": [self._link(path) for path in task.paths]}
        if status == "FAILED":
            code = {"failureCode": task.outcome.failure_code} if task.outcome.failure_code else {}
            return body | {"failure": task.outcome.failure} | code
        return body

    def _link(self, path: str) -> str:
        """Fresh at every look."""
        state = self._state
        return state.files_url() + path + state.shelf.sign(path, state.clock.now() + LINK_S)

    # --- the rest -------------------------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.Response:
        return answer(self._state.uploads.begin(await _json(request), f"{self._state.files_url()}/uploads"))

    async def _organization(self, request: web.Request) -> web.Response:
        return answer(organization.described(self._state))

    async def _usage(self, request: web.Request) -> web.Response:
        return answer(organization.usage(self._state, DAY_S))


async def _json(request: web.Request) -> Any:
    if (request.content_length or 0) > BODY_BYTES:
        raise refusals.bad_request("The request body is larger than 64 MB.")
    try:
        return await request.json()
    except ValueError as error:
        raise refusals.bad_request("The request body is not valid JSON.") from error


def _first(value: Any, fallback: Any) -> Any:
    return fallback if value is None else value
