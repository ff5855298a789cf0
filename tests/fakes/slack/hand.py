"""A person's hand: buttons, menus, modals, shortcuts, Stop. It can only press what is really there."""

from typing import Any

from tests.fakes.slack import events, inputs, screen
from tests.fakes.slack.eyes import Eyes, Seen
from tests.fakes.slack.message import Message
from tests.fakes.slack.screen import Impossible
from tests.fakes.slack.submission import answered
from tests.fakes.slack.upload import Upload
from tests.fakes.slack.view import View

Json = dict[str, Any]


class Hand(Eyes):
    """Works on messages and views this person sees; anything else is `Impossible`."""

    async def click(self, target: Message | View, wanted: str, *, value: str | None = None) -> Seen:
        """Presses what has this action_id or label; `value` tells apart those that share it."""
        self._must_see(target)
        finger = screen.press(target, self.id, wanted, value)
        return await self._act(target, finger)

    async def select(self, target: Message | View, wanted: str, value: Any) -> Seen:
        """Chooses in a menu, a date picker, checkboxes …; `wanted` is its action_id."""
        self._must_see(target)
        found = [pair for pair in screen.elements(target, self.id) if pair[1].get("action_id") == wanted]
        if len(found) != 1:
            raise Impossible(f"{len(found)} elements have the action_id {wanted!r}")
        block, element = found[0]
        put = inputs.chosen(element, value)
        self._kept(target).setdefault(block["block_id"], {})[wanted] = put
        if block["type"] == "input" and not block.get("dispatch_action"):
            return await self._seen([])
        return await self._act(target, screen.Finger(block["block_id"], element, put))

    def _kept(self, target: Message | View) -> dict[str, dict[str, Json]]:
        """What this person chose so far there."""
        return target.state if isinstance(target, View) else self.choices.setdefault(target.ts, {})

    async def _act(self, target: Message | View, finger: screen.Finger) -> Seen:
        view = target if isinstance(target, View) else None
        values = inputs.state(screen.blocks_of(target), self._kept(target))
        payload = self._interaction("block_actions", view) | {
            "actions": [screen.action(finger, self.workspace.next_ts())],
            "state": {"values": values},
        }
        if isinstance(target, View):
            target.state = {**target.state, **{key: dict(one) for key, one in values.items()}}
            described = target.described()
            payload |= {"container": {"type": "view", "view_id": target.id}, "view": described}
            if target.type == "modal":
                del payload["state"]
        else:
            payload |= self._on_message(target)
        return await self._seen([self._world.deliveries.send("interactive", self.workspace, payload)])

    def _on_message(self, message: Message) -> Json:
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        container |= {"is_ephemeral": bool(message.ephemeral_to)}
        container |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
        body: Json = {
            "container": container,
            "channel": self._place(message.channel),
            "response_url": self._world.response_urls.issue(self.workspace, message.channel, self.id, message),
        }
        return body if message.ephemeral_to else body | {"message": message.described()}

    async def submit(self, view: View, values: dict[str, dict[str, Any]] | None = None) -> Seen:
        """Fills in and sends a modal, a `file_input` with `Upload`s; the app's answer closes, changes or keeps it."""
        self._must_see(view)
        if "submit" not in view.content:
            raise Impossible("the modal has no submit button")
        view.state = inputs.filled(view, self._handed_over(values or {}))
        payload = self._interaction("view_submission", view)
        payload |= {"view": view.described(), "response_urls": []}
        seen = await self._seen([self._world.deliveries.send("interactive", self.workspace, payload)])
        answered(self._world, self, view, seen)
        return seen

    def _handed_over(self, values: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """What is uploaded in a form is there for the app, and shared nowhere."""
        return {block: {name: self._given(value) for name, value in put.items()} for block, put in values.items()}

    def _given(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(one, Upload) for one in value):
            return value
        files = [self.upload(one) for one in value]
        for file in files:
            file.handed_over = True
        return [file.described() for file in files]

    async def close(self, view: View) -> Seen:
        """Cancels a modal; the app hears of it only with notify_on_close."""
        self._must_see(view)
        self.modals.remove(view)
        view.open = False
        if not view.content.get("notify_on_close"):
            return await self._seen([])
        payload = self._interaction("view_closed") | {"view": view.described(), "is_cleared": False}
        del payload["trigger_id"]
        return await self._seen([self._world.deliveries.send("interactive", self.workspace, payload)])

    async def shortcut(self, callback_id: str, message: Message) -> Seen:
        """A message shortcut, from the message's menu."""
        self._must_see(message)
        payload = self._interaction("message_action") | {
            "callback_id": callback_id,
            "action_ts": self.workspace.next_ts(),
            "message_ts": message.ts,
            "message": message.described(),
            "channel": self._place(message.channel),
            "response_url": self._world.response_urls.issue(self.workspace, message.channel, self.id, message),
        }
        return await self._seen([self._world.deliveries.send("interactive", self.workspace, payload)])

    async def global_shortcut(self, callback_id: str) -> Seen:
        """From the shortcut menu: no channel, no message."""
        payload = self._interaction("shortcut") | {"callback_id": callback_id, "action_ts": self.workspace.next_ts()}
        return await self._seen([self._world.deliveries.send("interactive", self.workspace, payload)])

    async def stop(self, message: Message) -> Seen:
        """The native Stop button, there while an agent session is `processing` or a stream runs in the thread."""
        self._must_see(message)
        root, channel = message.root_ts, self.workspace.channels[message.channel]
        now = self._world.clock.now()
        streams = [one for one in channel.thread(root) if one.stream and one.stream.alive(now)]
        state = self._world.agent_state(self.workspace.id, channel.id, root)
        if not streams and state.status != "processing":
            raise Impossible("there is no Stop button: nothing is processing in this thread")
        for one in streams:
            assert one.stream is not None
            one.stream.state = "stopped_by_user"
        body = events.stopped(self.workspace, channel, self.id, root, [one.ts for one in streams])
        sent = self._world.deliveries.event(self.workspace, body)
        return await self._seen([sent] if sent else [])
