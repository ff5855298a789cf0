"""The rows that Easel keeps. Tables, not models: in this house a model is always a generator.

Public ids are random 128-bit hex. Money is integer micro-dollars. Times are UTC.
"""

from storage.tables.assets import Asset, Collection, Look, Placement, Share, Tag, Vote, version_of
from storage.tables.columns import UtcDateTime, new_id, now
from storage.tables.machines import Allowance, Worker
from storage.tables.money import Budget, Charge
from storage.tables.people import Account, JoinCode, Membership, SignIn, Token, User, Workspace
from storage.tables.words import AT_WORK, OPEN_STEPS, UNFINISHED, ChargeState, CreationState, PostState, StepState
from storage.tables.work import Creation, Inbound, Post, Step, Thread, Turn

__all__ = [
    "AT_WORK",
    "OPEN_STEPS",
    "UNFINISHED",
    "Account",
    "Allowance",
    "Asset",
    "Budget",
    "Charge",
    "ChargeState",
    "Collection",
    "Creation",
    "CreationState",
    "Inbound",
    "JoinCode",
    "Look",
    "Membership",
    "Placement",
    "Post",
    "PostState",
    "Share",
    "SignIn",
    "Step",
    "StepState",
    "Tag",
    "Thread",
    "Token",
    "Turn",
    "User",
    "UtcDateTime",
    "Vote",
    "Worker",
    "Workspace",
    "new_id",
    "now",
    "version_of",
]
