"""The boundary of a listener: the one place where its exceptions end, as one sentence for the person who asked."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import structlog
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.chat import phrases
from bot.slack.asks import Ask, Payload
from bot.slack.calls import lasting, said_by
from bot.slack.whispers import Whispers
from core.errors import Unreachable, UserError
from storage.errors import Forgotten, StorageBusy
from storage.tables import new_id

LATE = "That took too long, and Slack let it go. Please press again."
NOT_HERE = "Slack does not let Easel do that here. In a private channel, type /invite @Easel first."
BESIDE = {"not_in_channel": "where", "wrong_channel": "where"} | dict.fromkeys(("bad_name", "name_taken"), "name")
"""Which input of a form an error's code is about."""
TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id"})
AFTER_S = 5.0
"""How long what was begun is given when Easel stops."""
log = structlog.get_logger()


class Boundary:
    """Ends exceptions, and keeps the work that goes on after an answer."""

    def __init__(self, whispers: Whispers) -> None:
        self._whispers = whispers
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, ask: Ask, work: Coroutine[Any, Any, object]) -> None:
        """Go on after Slack has its answer: within three seconds nobody waits for a slow call."""
        task = asyncio.create_task(self._guarded(ask, work), name="slack after an answer")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def failed(self, error: Exception, body: Payload) -> BoltResponse:
        """A listener raised. The delivery is done with all the same: another copy would only fail again."""
        said = sentence(error)
        try:
            if body.get("type") == "view_submission":
                return _beside_input(body["view"], error, said)
            ask = Ask.of(body)
        except (LookupError, TypeError, ValueError):  # nobody to tell: Slack sends nothing like that
            return BoltResponse(status=400, body="")
        self.later(ask, self._whispers.say(ask, said))
        return BoltResponse(status=200, body="")

    async def close(self) -> None:
        """Let what was begun end."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=AFTER_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _guarded(self, ask: Ask, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as error:
            await self._tell(ask, sentence(error))

    async def _tell(self, ask: Ask, said: str) -> None:
        try:
            await self._whispers.say(ask, said)
        except Exception as error:
            log.warning("not_told", error=type(error).__name__)


def sentence(error: Exception) -> str:
    """What the person reads. Of what nobody foresaw they get a number, under which the log tells its kind."""
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, StorageBusy | Forgotten):
        return phrases.BUSY
    if isinstance(error, SlackApiError) and said_by(error) in TOO_LATE:
        return LATE
    if isinstance(error, Unreachable) or (isinstance(error, SlackApiError) and lasting(said_by(error))):
        return NOT_HERE
    error_id = new_id()[:8]
    log.exception("slack_listener_failed", error_id=error_id, exc_info=error)
    return phrases.BROKEN.format(error_id=error_id)


def _beside_input(view: Payload, error: Exception, said: str) -> BoltResponse:
    """Beside the input that it is about, else beside the first: Slack shows faults nowhere else in a form."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    about = BESIDE.get(getattr(error, "code", ""), "")
    name = next((each for each in inputs if each.partition("~")[0] == about), inputs[0])
    answer = {"response_action": "errors", "errors": {name: said}}
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": ["application/json"]})
