"""Files that stand in a thread already: whether they do, and how they go again."""

from collections.abc import Sequence

from slack_sdk.errors import SlackApiError

from bot.slack.calls import FAULTS, said_by, talking
from bot.slack.clients import Clients
from bot.slack.markup import Json
from core.chat import ThreadRef
from core.errors import Unreachable

GONE = frozenset({"file_not_found", "file_deleted"})


async def is_shared(clients: Clients, thread: ThreadRef, file_id: str) -> bool:
    """Whether a file's message stands in the thread. Slack says so a little after the upload."""
    try:
        async with talking(clients, thread.workspace) as client:
            about = (await client.files_info(file=file_id))["file"]
    except FAULTS:
        return False
    return bool(places(about, thread))


def places(about: Json, thread: ThreadRef) -> list[str]:
    """The messages of a thread in which a file is shown."""
    shares: Json = about.get("shares") or {}
    here = [share for kind in shares.values() for share in kind.get(thread.channel, [])]
    return [str(share["ts"]) for share in here if share.get("thread_ts") == thread.thread]


async def delete_files(clients: Clients, thread: ThreadRef, file_ids: Sequence[str]) -> list[str]:
    """Delete files from Slack altogether; returns the messages of the thread that showed them."""
    showing: list[str] = []
    for file_id in filter(None, file_ids):
        try:
            async with talking(clients, thread.workspace) as client:
                about = (await client.files_info(file=file_id))["file"]
                await client.files_delete(file=file_id)
            showing += places(about, thread)
        except SlackApiError as error:
            if said_by(error) not in GONE:
                raise
    return list(dict.fromkeys(showing))


async def delete_message(clients: Clients, thread: ThreadRef, ts: str) -> None:
    """Take a message back; one that is gone already is no error."""
    try:
        async with talking(clients, thread.workspace) as client:
            await client.chat_delete(channel=thread.channel, ts=ts)
    except Unreachable as error:
        cause = error.__cause__
        if not (isinstance(cause, SlackApiError) and said_by(cause) == "message_not_found"):
            raise
