"""A strict local Slack: real slack_sdk and slack_bolt talk to it over loopback, and it refuses what Slack refuses.

async with SlackServer() as server:
    space = server.workspace("T1")                          # #general and #studio (private) with the app in them
    client = AsyncWebClient(space.bot_token, base_url=server.api_url)
    ...                                                     # an app by Socket Mode, or server.deliver_to(url)
    ada = space.person("ada")
    seen = await ada.command("general", "/create", "a fox")
    message = (await server.until(lambda: server.messages("general")))[-1]
    await ada.click(message, "Vary")
    assert seen.ack_s < 1 and not (server.pings or server.forged_links or server.rejected)
"""

from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.deliver import Delivery
from tests.fakes.slack.eyes import Seen
from tests.fakes.slack.faults import delay, drop, error, fine, lose_answer, ratelimited, status
from tests.fakes.slack.file import File
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods import MANIFEST_SCOPES
from tests.fakes.slack.outbound import sign
from tests.fakes.slack.person import Person
from tests.fakes.slack.screen import Impossible, labels
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.upload import Upload, heic
from tests.fakes.slack.view import View
from tests.fakes.slack.workspace import Channel, Workspace

__all__ = [
    "MANIFEST_SCOPES",
    "Channel",
    "Delivery",
    "File",
    "Impossible",
    "Message",
    "Person",
    "Seen",
    "SlackClock",
    "SlackServer",
    "Upload",
    "View",
    "Workspace",
    "delay",
    "drop",
    "error",
    "fine",
    "heic",
    "labels",
    "lose_answer",
    "ratelimited",
    "sign",
    "status",
]
