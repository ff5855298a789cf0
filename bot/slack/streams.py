"""Short creations as native streams: Slack itself shows the steps ticking, and a Stop button.

A stream is only the lively face of a message: what it shows is in the rows, so one that dies, or whose process went
away, is taken over by `chat.update` of the same message. Slack ends every stream after about five minutes
(github.com/slackapi/python-slack-sdk/issues/1859).
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from time import monotonic

from slack_sdk.errors import SlackApiError

from bot.chat import phrases
from bot.slack.buttons import actions, button
from bot.slack.calls import is_unclear, talking
from bot.slack.clients import Clients
from bot.slack.markup import Json, cut
from bot.slack.places import is_direct
from bot.slack.views import PLAN_TITLE_MAX, STATUSES
from core.chat import MessageRef, ThreadRef
from core.creation.view import CreationView, StepView
from core.errors import Unreachable
from storage.tables import CreationState, Post

SHORT_S = 120.0
LIFE_S = 240.0
"""A minute before Slack would end it."""
STARTS_PER_MINUTE = 12
"""chat.startStream and stopStream are tier 2, about 20 a minute and workspace; what is over goes by plain messages."""


@dataclass(slots=True)
class Live:
    """A stream that this process opened, and what it has shown of the creation."""

    began: float
    title: str
    tasks: dict[str, tuple[str, str]]


class Streams:
    """The streams of one process. Every method may fail into "not streaming": then the plain way is right."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._live: dict[str, Live] = {}
        self._starts: dict[str, deque[float]] = defaultdict(deque)

    async def begin(self, thread: ThreadRef, view: CreationView, post: Post) -> str | None:
        """Open a stream; returns its message's id, None where a plain message is to be written."""
        if not is_short(view) or not (view.by or is_direct(thread.channel)) or not self._may_start(thread.workspace):
            return None
        live = Live(monotonic(), "", {})
        chunks = [*changes(live, view), _cancel(view, post)]
        try:
            async with talking(self._clients, thread.workspace, hasty=True) as client:
                answer = await client.chat_startStream(
                    channel=thread.channel,
                    thread_ts=thread.thread,
                    task_display_mode="plan",
                    chunks=chunks,
                    **_recipient(thread, view),
                )
        except (SlackApiError, Unreachable) as error:
            if isinstance(error, SlackApiError) and is_unclear(error):
                raise
            return None
        self._live[f"{thread}/{answer['ts']}"] = live
        return str(answer["ts"])

    async def go_on(self, message: MessageRef, view: CreationView) -> bool:
        """Show what is new; False where the stream is over and the message is to be written anew."""
        live = self._live.get(_key(message))
        if live is None or not is_short(view) or monotonic() - live.began > LIFE_S:
            return False
        if not (chunks := changes(live, view)):
            return True
        try:
            async with talking(self._clients, message.thread.workspace) as client:
                await client.chat_appendStream(channel=message.thread.channel, ts=message.id, chunks=chunks)
        except (SlackApiError, Unreachable):
            self._live.pop(_key(message), None)
            return False
        return True

    async def end(self, message: MessageRef, view: CreationView, *, closing: list[Json], metadata: Json) -> None:
        """Stop a stream with every task closed, so that none turns for ever; harmless where it is over already."""
        self._live.pop(_key(message), None)
        try:
            async with talking(self._clients, message.thread.workspace) as client:
                await client.chat_stopStream(
                    channel=message.thread.channel,
                    ts=message.id,
                    chunks=closed(view),
                    blocks=closing or None,
                    metadata=metadata,
                    session_status="active" if view.state.final else None,
                )
        except (SlackApiError, Unreachable):
            return

    def live(self, message: MessageRef) -> bool:
        """Whether this process streams into the message."""
        return _key(message) in self._live

    def _may_start(self, team: str) -> bool:
        starts, at = self._starts[team], monotonic()
        while starts and starts[0] < at - 60:
            starts.popleft()
        if len(starts) >= STARTS_PER_MINUTE:
            return False
        starts.append(at)
        return True


def is_short(view: CreationView) -> bool:
    """Running, and likely over before Slack would end the stream."""
    quick = view.eta_s is None or view.eta_s <= SHORT_S
    return view.state == CreationState.RUNNING and quick and not any("video" in step.tool for step in view.steps)


def changes(live: Live, view: CreationView) -> list[Json]:
    """What the stream does not show yet, as chunks; noted as shown."""
    chunks: list[Json] = []
    title = cut(phrases.state(view), PLAN_TITLE_MAX)
    if title != live.title:
        live.title = title
        chunks.append({"type": "plan_update", "title": title})
    for step in view.steps:
        shown = (_line(step), STATUSES[step.state])
        if live.tasks.get(step.id) != shown:
            live.tasks[step.id] = shown
            chunks.append(_task(step, shown[1]))
    return chunks


def closed(view: CreationView) -> list[Json]:
    """Every task ended. One that goes on elsewhere is ended too: the whole message is written anew in a moment."""
    title: Json = {"type": "plan_update", "title": cut(phrases.state(view), PLAN_TITLE_MAX)}
    tasks = [_task(step, STATUSES[step.state] if step.state.final else "complete") for step in view.steps]
    return [title, *tasks]


def _task(step: StepView, status: str) -> Json:
    """Details would be appended to the ones before, so all that changes stands in the title."""
    return {"type": "task_update", "id": step.id, "title": _line(step), "status": status}


def _line(step: StepView) -> str:
    return cut(phrases.step(step), PLAN_TITLE_MAX)


def _cancel(view: CreationView, post: Post) -> Json:
    """A Cancel button; its block's id tells whose message this is, as a stream has no metadata until it ends."""
    row = {**actions(button("cancel", view.id)), "block_id": f"{post.id}-live"}
    return {"type": "blocks", "blocks": [row]}


def _recipient(thread: ThreadRef, view: CreationView) -> dict[str, str]:
    """Whom it is for: demanded in channels (docs.slack.dev/reference/methods/chat.startStream)."""
    if is_direct(thread.channel):
        return {}
    return {"recipient_team_id": thread.workspace, "recipient_user_id": view.by}


def _key(message: MessageRef) -> str:
    return f"{message.thread}/{message.id}"
