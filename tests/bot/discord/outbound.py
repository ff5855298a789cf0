"""Creations in every state, hostile words, and a Discord with an adapter that writes to it."""

import io
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from discord.http import handle_message_parameters
from discord.ui import LayoutView
from PIL import Image

from bot.chat.links import Links
from bot.discord import places
from bot.discord.adapter import DiscordAdapter
from bot.discord.rest import NOBODY, Rest
from bot.discord.results import Sent, Words
from core.chat import Attachment
from core.creation.view import AssetView, CreationView, ErrorView, StepView
from core.native.pool import NativePool
from storage import posts
from storage.tables import CreationState, Post, StepState, new_id
from tests.fakes.discord import Channel, DiscordServer, Guild, Person, Upload, message_rules, schema
from tests.fakes.discord.components import walk
from tests.fakes.discord.dial import dialling

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PUBLIC = "https://easel.example"
ORACLE = schema.oracle(schema.SPEC)


def links(public_url: str | None = None) -> Links:
    return Links(None, public_url, "secret")  # type: ignore[arg-type]  # only lasting links are asked for


def creation(state: CreationState = CreationState.RUNNING, **more: Any) -> CreationView:
    facts: dict[str, Any] = {
        "id": new_id(),
        "thread": "discord:1:2:~3",
        "title": "a lighthouse at dusk",
        "state": state,
        "revision": 1,
        "prompt": "a lighthouse at dusk",
        "action": None,
        "inputs": (),
        "reply": "",
        "steps": (),
        "assets": (),
        "cost_usd": 0.0,
        "estimate_usd": 0.0,
        "max_usd": 0.0,
        "queue_place": None,
        "eta_s": None,
        "error": None,
        "created_at": NOW,
        "finished_at": NOW + timedelta(seconds=42) if state.final else None,
        "by": "",
        "credit": "",
    }
    return CreationView(**facts | more)


def step(index: int = 0, state: StepState = StepState.COMPLETE, **more: Any) -> StepView:
    facts: dict[str, Any] = {
        "id": new_id(),
        "index": index,
        "tool": "generate_image",
        "title": f"Picture: a lighthouse, number {index + 1}",
        "state": state,
        "provider": "openai",
        "model": "gpt-image",
        "detail": "",
        "progress": None,
        "preview": None,
        "error_code": None,
        "cost_usd": 0.04,
    }
    return StepView(**facts | more)


def asset(kind: str = "image", version: str = "v1", **more: Any) -> AssetView:
    types = {"image": "image/png", "video": "video/mp4", "speech": "audio/mpeg"}
    facts: dict[str, Any] = {
        "id": new_id(),
        "kind": kind,
        "tool": "generate_image",
        "media_type": types[kind],
        "size_bytes": 2_000_000,
        "width": None if kind == "speech" else 1536,
        "height": None if kind == "speech" else 1024,
        "duration_s": None if kind == "image" else 8.0,
        "asked": "a lighthouse at dusk",
        "prompt": "a lighthouse at dusk, wide, photoreal",
        "alt_text": "A lighthouse on a rock",
        "provider": "openai",
        "model": "GPT Image",
        "seed": 7,
        "version": version,
        "parent_id": None,
        "creation_id": None,
        "favourite": False,
        "visibility": "private",
        "safety": "",
        "cost_usd": 0.04,
        "created_at": NOW,
        "has_thumbnail": True,
    }
    return AssetView(**facts | more)


def pictures(count: int, **more: Any) -> tuple[AssetView, ...]:
    return tuple(asset(version=f"v1{'' if i == 0 else chr(97 + i)}", **more) for i in range(count))


def sent(assets: tuple[AssetView, ...], *, whole: bool = True) -> dict[str, Sent]:
    return {one.id: Sent(f"easel-{one.id[:8]}.bin", one.media_type, whole) for one in assets}


def every_state() -> dict[str, CreationView]:
    """Each way a creation can stand, by name."""
    state, at = CreationState, StepState
    four = (
        step(0),
        step(1, at.IN_PROGRESS, progress=0.45),
        step(2, at.IN_PROGRESS, detail="still in line there"),
        step(3, at.PENDING),
    )
    failed = step(1, at.ERROR, detail="The service refused this picture.", error_code="refused")
    ten = pictures(10)
    return {
        "in line": creation(state.QUEUED, queue_place=3, eta_s=60.0),
        "asking": creation(state.WAITING, steps=tuple(map(step, range(3))), estimate_usd=0.43, max_usd=0.6),
        "thinking": creation(state.RUNNING),
        "four steps": creation(state.RUNNING, steps=four, eta_s=20.0, estimate_usd=0.2, max_usd=0.3),
        "many steps": creation(state.RUNNING, steps=tuple(step(i, at.PENDING) for i in range(30))),
        "partly failed": creation(
            state.SUCCEEDED,
            steps=(step(0), failed),
            assets=pictures(1),
            cost_usd=0.04,
            error=ErrorView("refused", "The service refused this picture."),
        ),
        "failed": creation(state.FAILED, steps=(failed,), error=ErrorView("refused", "The service refused this.")),
        "cancelled": creation(state.CANCELLED, steps=(step(0, at.CANCELLED),)),
        "words alone": creation(state.SUCCEEDED, reply="A lighthouse is a tower with a lamp.\n\n" * 200),
        "ten pictures": creation(state.SUCCEEDED, steps=tuple(map(step, range(10))), assets=ten, cost_usd=0.4),
    }


def with_words(view: CreationView, words: str) -> CreationView:
    """The same creation, with these words everywhere a person, a model or a provider may write."""
    return replace(
        view,
        prompt=words,
        title=words,
        reply=words,
        error=ErrorView("x", words) if view.error else None,
        steps=tuple(replace(one, title=words, detail=words, model=words) for one in view.steps),
        assets=tuple(replace(one, asked=words, prompt=words, alt_text=words, model=words) for one in view.assets),
    )


PARTS = (
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "</create:123456789012345678>",
    "<t:1700000000:R>",
    "<:party:123456789012345678>",
    "[click here](https://evil.example/steal)",
    "[https://discord.com](https://evil.example)",
    "https://evil.example/a_b_c",
    "<https://evil.example>",
    "**bold** _slanted_ __under__ ~~gone~~ ||hidden||",
    "`code` ``more``",
    "```py\nprint('x')\n```",
    "```never closed",
    "# heading\n## smaller\n-# small",
    "> quote\n>>> all of it",
    "- one\n* two\n+ three\n1. four\n2) five",
    "\\\\@everyone \\*not\\*",
    "a\u200bb\u2060c\ufeffd \u200d\u200c",
    "\u202egnp.eslaf\u202c \u2066inside\u2069 \u200f",
    "\U000e0041\U000e0042 tags",
    "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358algo",
    "\u2800\u3164\uffa0\u115f",
    "line\u2028line\u2029line\rline\r\nline",
    "שלום עולם و مرحبا",
    "👩‍👩‍👧 ❤️ 🏳️‍🌈",
    "می‌خواهم",
    "",
    " \n\n\n\n ",
    "x" * 9_000,
    "*" * 5_000,
    "\n" * 3_000 + "end",
)


def hostile(count: int = 200) -> list[str]:
    """Words that try to ping, to link, to hide or to break out: each alone, then together."""
    rng = random.Random(7)
    mixed = ("".join(rng.choices(PARTS[:29], k=rng.randint(2, 6))) for _ in itertools.count())
    return list(itertools.islice(itertools.chain(PARTS, mixed), count))


# --- what a message may be ----------------------------------------------------------------------------------------


def body_of(shown: LayoutView | Words) -> dict[str, Any]:
    """What discord.py would send."""
    words = {"content": shown.text, "view": shown.view} if isinstance(shown, Words) else {"view": shown}
    payload = handle_message_parameters(**words, allowed_mentions=NOBODY).payload
    assert payload
    return payload


def check(shown: LayoutView | Words, files: dict[str, Sent] | None = None) -> dict[str, Any]:
    """Hold a message against Discord's description and the rules that stand beside it; returns its body."""
    body = body_of(shown)
    uploads = {i: _upload(one) for i, one in enumerate((files or {}).values())}
    message_rules.check_new(body, uploads, may_hide=False)
    if ORACLE is not None:
        error = ORACLE.request("POST", "/channels/{channel_id}/messages", body)
        assert error is None, error
    every = [one for _, one in walk(body["components"])]
    assert len(every) <= 40
    assert sum(len(one.get("content") or "") for one in every) <= 4000
    assert all(len(one.get("custom_id") or "") <= 100 for one in every)
    return body


def text_of(shown: LayoutView | Words) -> str:
    body = body_of(shown)
    said = [one["content"] for _, one in walk(body["components"]) if one["type"] == 10]
    return "\n".join([body.get("content") or "", *said]).strip()


def labels_of(shown: LayoutView | Words) -> list[str]:
    return [one["label"] for _, one in walk(body_of(shown)["components"]) if one["type"] == 2]


def ids_of(shown: LayoutView | Words) -> list[str]:
    return [one["custom_id"] for _, one in walk(body_of(shown)["components"]) if one.get("custom_id")]


def _upload(one: Sent) -> Upload:
    return Upload(one.name, b"x", one.media_type)


# --- a Discord, and an adapter ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One server with a channel and Ada in it, and an adapter with a token for it."""

    discord: DiscordServer
    adapter: DiscordAdapter
    rest: Rest
    guild: Guild
    channel: Channel
    ada: Person
    folder: Path

    def post(self, view: CreationView, role: str = posts.STATUS, **more: Any) -> Post:
        return Post(creation_id=view.id, user_id="u", role=role, thread=view.thread, **more)

    def result(self, view: CreationView) -> Post:
        return self.post(view, posts.result_role([one.id for one in view.assets]))

    def files(self, view: CreationView, content: dict[str, bytes] | None = None) -> list[Attachment]:
        """The stored files of a creation's assets."""
        made = []
        for one in view.assets:
            ending = {"image/png": ".png", "video/mp4": ".mp4", "audio/mpeg": ".mp3"}[one.media_type]
            path = self.folder / f"{one.id}{ending}"
            path.write_bytes((content or {}).get(one.id) or png())
            name = f"easel-{one.version}{ending}"
            made.append(Attachment(path, name, one.media_type, one.alt_text, one.id))
        return made

    def thread(self, ref: Any) -> Channel:
        """The channel or thread that a reference writes in."""
        return self.discord.world.channels[str(places.read(ref).writes_in)]


@asynccontextmanager
async def scene(folder: Path, pool: NativePool, *, public_url: str | None = None, **rules: Any) -> AsyncIterator[Scene]:
    async with DiscordServer(**{"rate_limits": False} | rules) as server:
        guild = server.guild()
        channel = guild.channel()
        ada = server.person("ada", guild)
        rest = Rest(server.token)
        adapter = DiscordAdapter(rest, links=links(public_url), pool=pool, api_base_url=server.api_url)
        try:
            with dialling(server):
                yield Scene(
                    discord=server, adapter=adapter, rest=rest, guild=guild, channel=channel, ada=ada, folder=folder
                )
        finally:
            await adapter.close()
        assert server.flawed == []
        assert server.bot_pings == []
        assert server.hidden_files == []


def png(size: tuple[int, int] = (64, 48), *, noise: bool = False) -> bytes:
    out = io.BytesIO()
    picture = Image.effect_noise(size, 90).convert("RGB") if noise else Image.new("RGB", size, "teal")
    picture.save(out, "PNG")
    return out.getvalue()
