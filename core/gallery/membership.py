"""Who is in which workspace, by the platforms' own word: what a workspace is shown hangs on it."""

from dataclasses import dataclass
from time import monotonic

from storage import visibility
from storage.database import Database
from storage.errors import Forgotten, StorageBusy
from storage.tables import now

PEOPLE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and where they are known to be a member."""

    user_id: str
    workspaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """A workspace that a person is in."""

    id: str
    platform: str
    platform_id: str


class Membership:
    """A word in a chat proves it there and then, and for `visibility.LATELY` on the web."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[str, str], float] = {}

    async def seen(self, user_id: str, workspace_id: str) -> None:
        """A platform says that this person is in this workspace. The surface has made sure that it is no guest's word:
        in a channel that several teams share, others speak as well.
        """
        key = (user_id, workspace_id)
        if monotonic() - self._noted.get(key, float("-inf")) < visibility.RENEWED.total_seconds():
            return
        try:
            await self._database.record(lambda session: visibility.seen_in(session, user_id, workspace_id, now()))
        except (StorageBusy, Forgotten):
            return  # the next word is as good
        if len(self._noted) > PEOPLE_MAX:
            self._noted.clear()
        self._noted[key] = monotonic()

    async def of(self, user_id: str) -> list[WorkspaceView]:
        """Where a person was seen lately, the last place first."""
        found = await self._database.look(lambda session: visibility.workspaces(session, user_id, now()))
        return [WorkspaceView(each.id, each.platform, each.platform_id) for each in found]

    async def viewer(self, user_id: str, here: str | None = None) -> Viewer:
        """Who looks. `here`: the workspace that a platform says they are in just now. On the web there is none: only
        what they did in chats lately tells where they are a member.
        """
        lately = [each.id for each in await self.of(user_id)]
        return Viewer(user_id, tuple(dict.fromkeys((here, *lately) if here else lately)))
