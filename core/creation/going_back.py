"""Replies such as `undo` or `back to v2`: understood before any planner, free, and never a new picture."""

import re
from dataclasses import dataclass

from sqlmodel import Session

from core.creation.titles import shortened
from storage import lineage
from storage.creations import Snapshot
from storage.tables import Asset, Creation, version_of

LONGEST = 60
TITLE_MAX = 60
FIRST, PREVIOUS, THIS = "first", "previous", "this"
NOTHING_BEFORE = "This is the first version: there is nothing before it."

_ONE = r"(?:it|that|this|the last (?:one|change|step|version))"
_UNDO = re.compile(
    rf"undo(?: {_ONE})?|(?:(?:go|step) )?back(?: (?:one|a) (?:step|version))?|revert(?: {_ONE})?|take (?:it|that) back"
)
_TO = re.compile(
    r"(?:(?:(?:go|get|switch|jump|roll) )?back to|(?:return|revert|undo|revert it|undo it) to|restore)"
    r" (?:the )?(?:(?P<named>first|original|previous|last|this)(?: (?:one|version|picture|image|video))?"
    r"|(?:v|version )(?P<version>\d{1,4}[a-z]{0,2}))"
)
_POLITE = re.compile(r"^(?:please|ok|okay|no)\b[, ]*|[, ]*\bplease$")


@dataclass(frozen=True, slots=True)
class Back:
    """Where a reply asks to go back to: a version (`2b`), the `first`, the `previous` one, or `this` that it is to."""

    to: str


@dataclass(frozen=True, slots=True)
class Stood:
    """What is answered, and where the thread stands then; None where it stays as it is."""

    sentence: str
    asset: Asset | None = None


def read(text: str) -> Back | None:
    """Understand a reply that asks for nothing but to go back."""
    bare = " ".join(text.lower().split()).strip(" .!")
    if len(bare) > LONGEST:
        return None
    bare = _POLITE.sub("", _POLITE.sub("", bare))
    if _UNDO.fullmatch(bare):
        return Back(PREVIOUS)
    if not (found := _TO.fullmatch(bare)):
        return None
    named = {"original": FIRST, "last": PREVIOUS}.get(found["named"] or "", found["named"])
    return Back(named or found["version"])


def asked(creation: Creation) -> Back | None:
    """Whether a creation is such a reply."""
    plain = creation.action is None and not creation.files and len(creation.inputs) <= 1
    return read(creation.prompt) if plain and creation.follows else None


def goes_on(rows: Snapshot) -> bool:
    """Whether "it" is what the thread went back to: its person named nothing else, and no button was pressed."""
    creation = rows.creation
    named = creation.action or creation.inputs or creation.files
    return bool(rows.thread.head_id) and not named and asked(creation) is None


def stood(session: Session, rows: Snapshot, back: Back) -> Stood | None:
    """What a thread then stands on; None where nothing was made in it yet, or the words point at something else."""
    assets = lineage.by_all_in_thread(session, rows.thread.id)
    replied = next((asset for asset in assets if asset.id in rows.creation.inputs), None)
    now = replied or lineage.standing(rows.thread, assets)
    if now is None or (back.to == THIS and replied is None) or (rows.creation.inputs and replied is None):
        return None
    if back.to == THIS:
        return Stood(told(now), now)
    if back.to == PREVIOUS:
        found = lineage.before(now, assets)
        return Stood(told(found), found) if found else Stood(NOTHING_BEFORE)
    wanted = [asset for asset in assets if back.to in (FIRST, asset.version.removeprefix("v"))]
    return Stood(told(wanted[0]), wanted[0]) if wanted else Stood(_there_is_no(back.to, assets))


def told(asset: Asset) -> str:
    """Where a conversation stands now."""
    short = shortened(asset.asked or asset.prompt, TITLE_MAX)
    version = version_of(asset)
    named = f"{version}, “{short}”" if short else version
    return f"Back at {named}. The next reply goes on from there."


def _there_is_no(version: str, assets: list[Asset]) -> str:
    names = [asset.version for asset in assets]
    known = names[0] if len(names) == 1 else f"{', '.join(names[-8:-1])} and {names[-1]}"
    return f"There is no v{version} in this conversation; there {'is' if len(names) == 1 else 'are'} {known}."
