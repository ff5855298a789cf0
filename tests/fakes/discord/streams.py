"""The event streams of connected bots: what each is told, in order, and what it missed while away.

https://docs.discord.com/developers/events/gateway#list-of-intents.
"""

import json
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from enum import IntFlag
from typing import Any

from tests.fakes.replicate.wire.clock import Clock

Event = dict[str, Any]


class Intent(IntFlag):
    """The intents that decide about events told here."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


EVERY_INTENT = (1 << 26) - 1 & ~(0b111 << 17) & ~(0b11 << 22)
KEPT = 5_000


class Stream:
    """One gateway session: it outlives its socket, for a while."""

    def __init__(self, clock: Clock, intents: int, shard: tuple[int, int]) -> None:
        self.id, self.intents, self.shard = secrets.token_hex(16), intents, shard
        self.seq = 0
        self.send: Callable[[str], None] | None = None
        """Writes to the socket; None while there is none."""
        self.lost_at: float | None = None
        self._clock = clock
        self._history: deque[tuple[int, str]] = deque(maxlen=KEPT)

    def tell(self, event: str, data: Any) -> None:
        self.seq += 1
        text = json.dumps({"op": 0, "t": event, "s": self.seq, "d": data}, separators=(",", ":"))
        self._history.append((self.seq, text))
        if self.send:
            self.send(text)

    def missed(self, seq: int) -> list[str] | None:
        """What came after `seq`; None where that is no longer, or not yet, known."""
        oldest = self._history[0][0] if self._history else self.seq + 1
        if not oldest - 1 <= seq <= self.seq:
            return None
        return [text for number, text in self._history if number > seq]

    def lose(self) -> None:
        self.send, self.lost_at = None, self._clock.now()

    def serves(self, guild_id: str | None) -> bool:
        """https://docs.discord.com/developers/events/gateway#sharding; what is private goes to shard 0."""
        number, count = self.shard
        return (int(guild_id) >> 22) % count == number if guild_id else number == 0


class Streams:
    """All streams of the app."""

    def __init__(self, clock: Clock, resumable_s: float) -> None:
        self._clock, self._resumable_s = clock, resumable_s
        self._all: dict[str, Stream] = {}

    def open(self, intents: int, shard: tuple[int, int]) -> Stream:
        made = Stream(self._clock, intents, shard)
        self._all[made.id] = made
        return made

    def find(self, stream_id: str) -> Stream | None:
        self._forget_old()
        return self._all.get(stream_id)

    def close(self, stream_id: str) -> None:
        self._all.pop(stream_id, None)

    def live(self) -> Iterator[Stream]:
        return (one for one in self._all.values() if one.send)

    def tell(self, event: str, data: Any, *, guild_id: str | None, intent: int = 0) -> None:
        """Interactions need no intent."""
        for stream in list(self._all.values()):
            if stream.serves(guild_id) and (not intent or stream.intents & intent):
                stream.tell(event, data)

    def tell_by_content(self, event: str, whole: Any, bare: Any, *, guild_id: str | None, intent: int) -> None:
        for stream in list(self._all.values()):
            if stream.serves(guild_id) and stream.intents & intent:
                stream.tell(event, whole if stream.intents & Intent.MESSAGE_CONTENT else bare)

    def _forget_old(self) -> None:
        edge = self._clock.now() - self._resumable_s
        for stream in [one for one in self._all.values() if one.lost_at is not None and one.lost_at < edge]:
            self.close(stream.id)
