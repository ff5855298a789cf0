"""Tells Slack whether Easel is at work in a thread: it then shows so, and a Stop button. A nicety: nothing hangs on it.

docs.slack.dev/ai/agent-sessions.
"""

from typing import Literal

from slack_sdk.errors import SlackApiError

from bot.chat import phrases
from bot.slack.calls import FAULTS, said_by, talking
from bot.slack.clients import Clients
from bot.slack.markup import cut
from core.chat import ThreadRef
from core.creation.view import CreationView
from core.errors import Unreachable

TITLE_MAX = 200
NEVER = frozenset({"not_an_agent", "unknown_method", "missing_scope", "not_allowed_token_type"})
"""It is no agent there, and will not become one by asking."""


class Agent:
    """One per process. A workspace where Easel is no agent is not asked again."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._never: set[str] = set()

    async def tell(self, place: ThreadRef, view: CreationView, status: Literal["processing", "active"]) -> None:
        """Set a thread's status."""
        if place.workspace in self._never:
            return
        try:
            async with talking(self._clients, place.workspace, hasty=True) as client:
                await client.agents_sessions_setStatus(
                    channel_id=place.channel,
                    thread_ts=place.thread,
                    status=status,
                    title=cut(phrases.title(view), TITLE_MAX),
                    initiator_user_id=view.by or None,
                )
        except (*FAULTS, Unreachable) as error:
            refusal = error.__cause__ if isinstance(error, Unreachable) else error
            if isinstance(refusal, SlackApiError) and said_by(refusal) in NEVER:
                self._never.add(place.workspace)
