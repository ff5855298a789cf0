"""Whether words and pictures may be made or shown, as OpenAI's moderation sees it. The check itself is free.

Of a picture it judges sexual content, violence and self-harm only; the other categories are judged in words.
Source: https://developers.openai.com/api/docs/guides/moderation
"""

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import stamina
import structlog
from openai import APIConnectionError, APIError, APIStatusError, AsyncOpenAI
from pydantic import BaseModel, Field, ValidationError

from core.agent.catalogue import Catalogue, Role
from core.errors import Busy, NativeError, Unsupported
from core.native.pool import NativePool
from core.trust.categories import sentence_for
from core.trust.disk import working_folder

log = structlog.get_logger()

TRIES = 3
TIMEOUT_S = 20.0
PICTURE_EDGE = 1024
"""Pixels. A judge sees enough, and the original of 20 MB need not travel."""
_NO_ROUTE = {404, 405, 501}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check's answer."""

    ok: bool
    sentence: str = ""
    """Why not, for the person."""
    categories: tuple[str, ...] = ()


class Server(Protocol):
    """What a check needs of a connection."""

    @property
    def sdk(self) -> AsyncOpenAI:
        """The client."""
        ...

    @property
    def official(self) -> bool:
        """OpenAI's own service, which always has this route."""
        ...


class _Result(BaseModel):
    flagged: bool
    categories: dict[str, bool | None] = {}


class _Answer(BaseModel):
    results: list[_Result] = Field(min_length=1)


class NoSafety:
    """Lets everything pass: nobody is configured who could judge."""

    async def check_words(self, text: str) -> Verdict:
        """Pass."""
        del text
        return Verdict(ok=True)

    async def check_picture(self, path: Path) -> Verdict:
        """Pass."""
        del path
        return Verdict(ok=True)


class Safety:
    """Asks before anything is paid. Where OpenAI cannot be asked, nothing is made."""

    def __init__(self, server: Server, catalogue: Catalogue, pool: NativePool) -> None:
        self._official = server.official
        self._sdk = server.sdk.with_options(timeout=TIMEOUT_S)
        self._catalogue = catalogue
        self._pool = pool
        self._off = False

    async def check_words(self, text: str) -> Verdict:
        """Judge a wish.

        Raises:
            Busy: it could not be judged now.
        """
        return await self._judged(text) if text.strip() else Verdict(ok=True)

    async def check_picture(self, path: Path) -> Verdict:
        """Judge a picture file.

        Raises:
            Busy: it could not be judged now, or not be read.
        """
        if self._off:
            return Verdict(ok=True)
        data = base64.b64encode(await self._small(path)).decode()
        return await self._judged([{"type": "image_url", "image_url": {"url": f"data:image/webp;base64,{data}"}}])

    async def _small(self, path: Path) -> bytes:
        async with working_folder() as folder:
            target = folder / "small.webp"
            arguments = {"source": path, "target": target, "size": PICTURE_EDGE}
            try:
                await self._pool.run("core.native.pictures:thumbnail", arguments)
            except (NativeError, Unsupported) as error:
                raise _unchecked(error) from error
            return await asyncio.to_thread(target.read_bytes)

    async def _judged(self, judged: Any) -> Verdict:
        service = self._catalogue.service(Role.MODERATION)
        if service is None or self._off:
            return Verdict(ok=True)
        try:
            return await self._asked(service.id, judged)
        except APIStatusError as error:
            if error.status_code in _NO_ROUTE and not self._official:
                return self._switched_off()
            raise _unchecked(error) from error
        except (APIError, ValueError) as error:
            raise _unchecked(error) from error

    async def _asked(self, model: str, judged: Any) -> Verdict:
        async for attempt in stamina.retry_context(on=_may_pass, attempts=TRIES, timeout=None):
            with attempt:
                response = await self._sdk.moderations.with_raw_response.create(model=model, input=judged)
                return _verdict(_Answer.model_validate_json(response.content).results)
        raise AssertionError  # the context ends by a result or an error

    def _switched_off(self) -> Verdict:
        if not self._off:
            log.warning("moderation_unknown", hint="This server has no /moderations: wishes are not checked by it.")
        self._off = True
        return Verdict(ok=True)


def _may_pass(error: Exception) -> bool:
    """Whether asking again may help; it is free."""
    if isinstance(error, APIStatusError):
        return error.status_code == 429 or error.status_code >= 500
    return isinstance(error, APIConnectionError | ValidationError)


def _verdict(results: Iterable[_Result]) -> Verdict:
    flagged = [result for result in results if result.flagged]
    if not flagged:
        return Verdict(ok=True)
    categories = tuple(dict.fromkeys(name for result in flagged for name, on in result.categories.items() if on))
    return Verdict(ok=False, sentence=sentence_for(categories), categories=categories)


def _unchecked(error: Exception) -> Busy:
    log.warning("moderation_failed", error=type(error).__name__, status=getattr(error, "status_code", None))
    return Busy("This could not be checked just now, so nothing was made. Please try again.", "unchecked")
