"""Modals and Home tabs, and the triggers that open them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.errors import Refused

Json = dict[str, Any]
TRIGGER_S = 3
"""docs.slack.dev/interactivity/handling-user-interaction: a trigger_id can be used within 3 s, once."""
OPTIONAL = (
    *("title", "submit", "close", "callback_id", "private_metadata", "external_id"),
    *("clear_on_close", "notify_on_close", "submit_disabled"),
)


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """A view as a person has it before them. `content` is what the app sent, with ids filled in."""

    id: str
    team: str
    user: str
    app_id: str
    bot_id: str
    content: Json
    hash: str = field(default_factory=lambda: secrets.token_hex(6))
    root: "View | None" = None
    previous: "View | None" = None
    state: dict[str, dict[str, Json]] = field(default_factory=dict)
    """block_id → action_id → what the person chose so far."""
    open: bool = True
    history: list[Json] = field(default_factory=list)

    @property
    def type(self) -> str:
        return str(self.content["type"])

    @property
    def blocks(self) -> list[Json]:
        return list(self.content["blocks"])

    @property
    def callback_id(self) -> str:
        return str(self.content.get("callback_id", ""))

    def replace(self, content: Json) -> None:
        """Inputs whose block_id and action_id stay keep what was typed; of those that go nothing is left."""
        self.history.append(self.content)
        stays = {block["block_id"] for block in content["blocks"]}
        self.state = {block_id: put for block_id, put in self.state.items() if block_id in stays}
        self.content, self.hash = content, secrets.token_hex(6)

    def described(self) -> Json:
        empty: Json = {"title": None, "submit": None, "close": None, "callback_id": "", "private_metadata": ""}
        empty |= {"external_id": "", "clear_on_close": False, "notify_on_close": False}
        return {
            "id": self.id,
            "team_id": self.team,
            "type": self.type,
            "blocks": self.blocks,
            "state": {"values": self.state},
            "hash": self.hash,
            "root_view_id": self.root.id if self.root else self.id,
            "previous_view_id": self.previous.id if self.previous else None,
            "app_id": self.app_id,
            "bot_id": self.bot_id,
            "app_installed_team_id": self.team,
            **empty,
            **{name: self.content[name] for name in OPTIONAL if name in self.content},
        }


@dataclass(slots=True, kw_only=True)
class Trigger:
    """One interaction's right to open a view."""

    id: str
    team: str
    user: str
    made_at: float
    used: bool = False
    view: View | None = None
    """The modal it was made in, if any: only there views.push works."""


class Triggers:
    """Issues and redeems trigger ids."""

    def __init__(self, clock: SlackClock) -> None:
        self._clock = clock
        self._all: dict[str, Trigger] = {}
        self._count = 0

    def issue(self, team: str, user: str, view: View | None = None) -> str:
        self._count += 1
        key = f"{self._count}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._all[key] = Trigger(id=key, team=team, user=user, made_at=self._clock.patience(), view=view)
        return key

    def redeem(self, key: str, team: str) -> Trigger:
        trigger = self._all.get(key)
        if trigger is None or trigger.team != team:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._clock.patience() - trigger.made_at > TRIGGER_S:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy with the block_ids and action_ids that Slack makes up where the app gave none."""
    return [_block_with_ids(block) for block in blocks]


def _block_with_ids(block: Json) -> Json:
    made: Json = {"block_id": secrets.token_urlsafe(4)} | block
    for name in ("elements", "actions"):
        if isinstance(made.get(name), list) and block["type"] in {"actions", "context_actions", "card"}:
            made[name] = [_element_with_id(one) for one in made[name]]
    for name in ("accessory", "element"):
        if isinstance(made.get(name), dict) and made[name]["type"] != "image":
            made[name] = _element_with_id(made[name])
    for name in ("child_blocks", "tasks"):
        if name in made:
            made[name] = with_ids(made[name])
    if block["type"] == "carousel":
        made["elements"] = with_ids(made["elements"])
    return made


def _element_with_id(element: Json) -> Json:
    return {"action_id": secrets.token_urlsafe(4)} | element
