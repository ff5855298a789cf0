"""Speech by /audio/speech, until OpenAI ends it, and by compatible servers beyond."""

from pathlib import Path
from typing import Any

from openai import omit

from core.agent.catalogue import Model
from core.providers.base import Order, Output
from core.providers.openai.answers import NotMade, answering, lost
from core.providers.openai.client import Connection
from core.providers.openai.dialect import Dialect, Fields
from core.providers.openai.parts import Parts, Said
from core.providers.openai.voices import choose_voice, manner_of
from core.trust.disk import Disk

LIMIT = 4_096
"""Characters of one call: https://developers.openai.com/api/docs/api-reference/audio/createSpeech"""
CHUNK_BYTES = 64 * 1024
MOST_BYTES = 200 << 20


class Speech:
    """Reads texts aloud, word for word."""

    def __init__(self, connection: Connection, dialect: Dialect, parts: Parts, disk: Disk) -> None:
        self._connection = connection
        self._dialect = dialect
        self._parts = parts
        self._disk = disk

    async def make(self, order: Order, model: Model) -> Output:
        """One MP3 of the whole text.

        Raises:
            NotMade: there is none.
        """
        voice, notes = choose_voice(model, order.voice)
        fields = _fields(order, voice)
        limit = int(model.settings.get("part_characters", LIMIT))

        async def say(text: str, path: Path) -> Said:
            return await self._say(text, path, model, fields)

        spoken = await self._parts.speak(order, limit, say, notes)
        left_out = self._dialect.notes(model.vendor_name, fields)
        return Output(files=spoken.files, cost_micros=spoken.cost_micros, notes=(*spoken.notes, *left_out))

    async def _say(self, text: str, path: Path, model: Model, fields: Fields) -> Said:
        target = path.with_suffix(".mp3")
        with answering():
            size_bytes = await self._dialect.ask(
                model.vendor_name, fields, lambda sent: self._call(text, target, model, sent)
            )
        if not size_bytes:
            raise NotMade(lost("empty"))
        return Said(file=target.name, cost_micros=model.price_micros(characters=len(text)))

    async def _call(self, text: str, target: Path, model: Model, sent: Fields) -> int:
        """Stream the answer to disk. Returns its size in bytes."""
        create: Any = self._connection.sdk.audio.speech.with_streaming_response.create
        wanted = {"voice": omit, **sent}
        async with create(input=text, model=model.vendor_name, **wanted) as response:
            chunks = response.iter_bytes(CHUNK_BYTES)
            return await self._disk.receive(chunks, target, MOST_BYTES, lambda: NotMade(lost("unreadable")))


def _fields(order: Order, voice: str) -> dict[str, Any]:
    manner = manner_of(order)
    return {"voice": voice, "response_format": "mp3"} | ({"instructions": manner} if manner else {})
