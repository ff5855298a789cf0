"""A person's eyes: who they are, what stands before them, and what came of something they did."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.deliver import Delivery
from tests.fakes.slack.file import File
from tests.fakes.slack.message import Message
from tests.fakes.slack.screen import Impossible
from tests.fakes.slack.upload import Upload
from tests.fakes.slack.view import View
from tests.fakes.slack.workspace import Channel, Workspace

if TYPE_CHECKING:
    from tests.fakes.slack.world import World

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Seen:
    """What came of it, as far as it has come: `ephemerals` and `modal` go on changing."""

    person: "Eyes"
    deliveries: list[Delivery]
    message: Message | None = None
    """The person's own message, or the one the acknowledgement itself made."""
    errors: dict[str, str] = field(default_factory=dict)
    """Faults shown beside a modal's inputs, by block_id."""
    trouble: bool = False
    """Slack told the person that the app did not respond, or that it answered nonsense."""
    _ephemerals_before: int = 0

    @property
    def acked(self) -> bool:
        return bool(self.deliveries) and all(one.acked for one in self.deliveries)

    @property
    def ack_s(self) -> float | None:
        """The slowest acknowledgement."""
        return max((one.ack_s or 0 for one in self.deliveries), default=None) if self.acked else None

    @property
    def response(self) -> Any:
        """The body of the acknowledgement."""
        return self.deliveries[0].answer if self.deliveries else None

    @property
    def ephemerals(self) -> list[Message]:
        """Those that came since."""
        return self.person.ephemerals[self._ephemerals_before :]

    @property
    def modal(self) -> View | None:
        return self.person.modal


class Eyes:
    """What every action of a person begins and ends with."""

    def __init__(self, world: "World", workspace: Workspace, name: str) -> None:
        self._world, self.workspace, self.name = world, workspace, name
        self.id = f"U{name.upper()}"
        self.admin = False
        self.modals: list[View] = []
        """The stack of open modals, the visible one last."""
        self.choices: dict[str, dict[str, dict[str, Json]]] = {}
        """What stands chosen in the menus of messages, by ts."""

    # --- what they see --------------------------------------------------------------------------------------------

    @property
    def modal(self) -> View | None:
        return self.modals[-1] if self.modals else None

    @property
    def home(self) -> View | None:
        return self.workspace.homes.get(self.id)

    @property
    def dm(self) -> Channel:
        return self.workspace.dm(self.id)

    @property
    def ephemerals(self) -> list[Message]:
        mine = [one for one in self._world.ephemerals if one.ephemeral_to == self.id]
        return [one for one in mine if one.team == self.workspace.id and not one.deleted]

    def sees(self, target: Message | View) -> bool:
        if isinstance(target, View):
            return target.user == self.id and (target is self.home or target is self.modal)
        if target.deleted or target.team != self.workspace.id:
            return False
        if target.ephemeral_to:
            return target.ephemeral_to == self.id
        channel = self.workspace.channels[target.channel]
        return channel.kind == "channel" or self.id in channel.members

    def show(self, view: View, fresh: bool = False) -> None:
        """The app opened a modal; `fresh`: over an empty screen."""
        if fresh:
            self._close_all()
        view.previous, view.root = self.modal, self.modals[0] if self.modals else None
        self.modals.append(view)
        self._world.changed()

    def _close_all(self) -> None:
        for view in self.modals:
            view.open = False
        self.modals.clear()

    def described(self) -> Json:
        profile = {"real_name": self.name.title(), "display_name": self.name}
        body: Json = {"id": self.id, "team_id": self.workspace.id, "name": self.name, "profile": profile}
        body |= {"real_name": self.name.title(), "tz": "Etc/UTC", "is_bot": False, "deleted": False}
        return body | {"is_admin": self.admin, "is_owner": False, "is_primary_owner": False}

    def upload(self, attached: Upload) -> File:
        """A file of theirs, there at once."""
        file = File(
            id=self._world.next_file_id(),
            team=self.workspace.id,
            name=attached.name,
            user=self.id,
            base_url=self._world.base_url,
            created=self._world.clock.now(),
            length=len(attached.data),
            data=attached.data,
            converted=attached.converted,
        )
        file.uploaded = file.completed = file.ready = True
        self._world.files[file.id] = file
        return file

    def _must_see(self, target: Message | View) -> None:
        if not self.sees(target):
            raise Impossible(f"{self.name} does not see this")

    def _interaction(self, kind: str, view: View | None = None) -> Json:
        workspace = self.workspace
        user = {"id": self.id, "username": self.name, "name": self.name, "team_id": workspace.id}
        return {
            "type": kind,
            "user": user,
            "team": {"id": workspace.id, "domain": workspace.domain},
            "api_app_id": self._world.app.id,
            "token": self._world.app.verification_token,
            "trigger_id": self._world.triggers.issue(workspace.id, self.id, view),
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _place(self, channel_id: str) -> Json:
        channel = self.workspace.channels[channel_id]
        name = "directmessage" if channel.im_user else "privategroup" if channel.private else channel.name
        return {"id": channel.id, "name": name}

    async def _seen(self, deliveries: Sequence[Delivery], message: Message | None = None) -> Seen:
        """Waits for the first try of each delivery, not for its repetitions."""
        seen = Seen(person=self, deliveries=list(deliveries), message=message)
        seen._ephemerals_before = len(self.ephemerals)
        for one in deliveries:
            await asyncio.wait_for(one.tried.wait(), self._world.ack_s + 5)
        seen.trouble = any(one.kind != "events_api" and not one.acked for one in deliveries)
        return seen
