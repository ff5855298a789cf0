"""A language model's server: it is asked without the fields that it has refused before."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog
from httpx2 import HTTPError
from openai import BadRequestError, OpenAIError, UnprocessableEntityError

from core.agent.planners.failures import translated

T = TypeVar("T")
TIMEOUT_S = 180.0
"""For a whole answer; models that think long begin to write after a minute."""
CONNECT_S = 10.0
MOST_OUT = 16_000
"""Output tokens, thoughts included: room for twelve long prompts, or one spoken text of 10,000 characters."""
log = structlog.get_logger()


class Server:
    """Learns what a server does not know. Compatible servers refuse fields of newer versions by 400, without charge."""

    def __init__(self, model: str, droppable: Sequence[str], timeout_s: float) -> None:
        self._model = model
        self._droppable = tuple(droppable)
        self._timeout_s = timeout_s
        self._without: frozenset[str] = frozenset()

    async def ask(self, once: Callable[[frozenset[str]], Awaitable[T]]) -> T:
        """Call `once`, which is told what to leave out, until the server takes the question.

        Raises:
            EaselError: as `failures` says.
        """
        without = self._without
        while True:
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await once(without)
            except (BadRequestError, UnprocessableEntityError) as error:
                refused = self._refused(error, without)
                if not refused:
                    raise translated(error, self._model) from error
                without |= {refused}
                self._without |= without
                log.info("planner_field_dropped", field=refused, model=self._model)
            except (OpenAIError, HTTPError, TimeoutError, json.JSONDecodeError, UnicodeDecodeError) as error:
                raise translated(error, self._model) from error

    def _refused(self, error: BadRequestError | UnprocessableEntityError, without: frozenset[str]) -> str:
        """The first field still sent that the refusal names."""
        told = f"{error.param} {error.message}"
        return next((field for field in self._droppable if field not in without and field in told), "")
