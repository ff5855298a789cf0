"""Where things are in Slack: a team, a channel (or direct messages with Easel), and the message a thread hangs from."""

from core.chat import MessageRef, ThreadRef

PLATFORM = "slack"


def thread(team: str, channel: str, root_ts: str) -> ThreadRef:
    """The thread under one message; in direct messages as in channels."""
    return ThreadRef(platform=PLATFORM, workspace=team, channel=channel, thread=root_ts)


def to_open(team: str, channel: str, event: str) -> ThreadRef:
    """A thread whose first message Easel has still to write."""
    return ThreadRef.to_open(PLATFORM, team, channel, event)


def message(team: str, channel: str, root_ts: str, ts: str) -> MessageRef:
    """One message in a thread; the root's own `ts` is its thread's."""
    return MessageRef(thread(team, channel, root_ts), ts)


def is_direct(channel: str) -> bool:
    """Direct messages with Easel, the agent's pane: nobody else reads along."""
    return channel.startswith("D")
