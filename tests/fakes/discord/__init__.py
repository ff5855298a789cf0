"""A strict Discord on loopback, for the real discord.py."""

from tests.fakes.discord.acts import Act, Modal, UserCannot
from tests.fakes.discord.files import Attachment, Upload
from tests.fakes.discord.messages import Button, Message
from tests.fakes.discord.permissions import P, Permission
from tests.fakes.discord.person import Person
from tests.fakes.discord.places import Channel, Guild, Role, User
from tests.fakes.discord.rates import Limit
from tests.fakes.discord.refusals import blocks, breaks, refuses, throttles
from tests.fakes.discord.server import BOT, DiscordServer
from tests.fakes.discord.settings import MIB
from tests.fakes.replicate.wire.behaviour import answers, drops, fine, hangs, html_page, slow
from tests.fakes.replicate.wire.clock import Clock

__all__ = [
    "BOT",
    "MIB",
    "Act",
    "Attachment",
    "Button",
    "Channel",
    "Clock",
    "DiscordServer",
    "Guild",
    "Limit",
    "Message",
    "Modal",
    "P",
    "Permission",
    "Person",
    "Role",
    "Upload",
    "User",
    "UserCannot",
    "answers",
    "blocks",
    "breaks",
    "drops",
    "fine",
    "hangs",
    "html_page",
    "refuses",
    "slow",
    "throttles",
]
