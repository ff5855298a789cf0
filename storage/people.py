"""Who is who: people, their accounts on platforms, and the keys they sign in with."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select, update

from storage import rows
from storage.errors import Forgotten
from storage.tables import Account, Asset, Creation, SignIn, Token, User, Workspace, now

LOCAL = "local"
SIGN_IN_LIFE = timedelta(minutes=10)

# Built once, and asked on the tables: at every request, with every word from a chat, with every message written.
_OF: Any = bindparam("of")
_USERS, _ACCOUNTS, _TOKENS = rows.table_of(User), rows.table_of(Account), rows.table_of(Token)
_USER = columns(User).where(col(User.id) == _OF)
_STAYING = columns(_USERS.c.forgotten_at, _USERS.c.joined_to).where(_USERS.c.id == _OF).with_for_update(read=True)
_BY_TOKEN = columns(_TOKENS.c.user_id).where(_TOKENS.c.sha256 == _OF, _TOKENS.c.revoked_at.is_(None))
_KNOWN = (
    columns(_USERS.c.id)
    .join(_ACCOUNTS, _ACCOUNTS.c.user_id == _USERS.c.id)
    .where(
        _ACCOUNTS.c.platform == bindparam("platform"),
        _ACCOUNTS.c.workspace == bindparam("workspace"),
        _ACCOUNTS.c.platform_id == bindparam("of"),
        _USERS.c.forgotten_at.is_(None),
    )
)
_PLATFORM_ID = columns(_ACCOUNTS.c.platform_id).where(
    _ACCOUNTS.c.user_id == _OF,
    _ACCOUNTS.c.platform == bindparam("platform"),
    (_ACCOUNTS.c.workspace == bindparam("workspace")) | (_ACCOUNTS.c.workspace == ""),
)


def known(session: Session, platform: str, workspace: str, platform_id: str) -> str | None:
    """The id of the person behind an account, if there is one who was not forgotten."""
    found = rows.read(session, _KNOWN, platform=platform, workspace=workspace, of=platform_id)
    return found[0].id if found else None


def user_of(session: Session, platform: str, workspace: str, platform_id: str, name: str = "") -> User:
    """The person behind an account; a first visit makes both. A forgotten person comes back as a new one."""
    account = session.exec(
        select(Account).where(
            Account.platform == platform, Account.workspace == workspace, Account.platform_id == platform_id
        )
    ).first()
    if account:
        return session.get_one(User, account.user_id)
    user = User(name=name)
    session.add(user)
    session.flush()
    session.add(Account(platform=platform, workspace=workspace, platform_id=platform_id, user_id=user.id))
    return user


def platform_id(session: Session, user_id: str, platform: str, workspace: str) -> str:
    """What a platform calls a person, in this workspace or everywhere on it. Empty: they have no account there."""
    found = rows.read(session, _PLATFORM_ID, of=user_id, platform=platform, workspace=workspace)
    return found[0].platform_id if found else ""


def local_user(session: Session) -> User:
    """The person at this machine: the terminal, the loopback page and the sign-in link are all theirs."""
    return user_of(session, LOCAL, "", "owner", "you")


def living(session: Session, user_id: str) -> User:
    """The user's row, or that of the person whom they turned out to be.

    Raises:
        Forgotten: the person is gone, or asked to be.
    """
    user: User | None = session.execute(_USER, {"of": user_id}).scalars().first()
    if user is None or user.forgotten_at:
        raise Forgotten("this person asked to be forgotten")
    return living(session, user.joined_to) if user.joined_to else user


def staying(session: Session, user_id: str) -> str:
    """Make sure that the person is there, and is not marked as gone before this transaction ends.

    Returns the id that they have by now: another one where they turned out to be somebody who was here already.

    Raises:
        Forgotten: the person is gone, or asked to be.
    """
    found = rows.read(session, _STAYING, of=user_id)
    if not found or found[0].forgotten_at:
        raise Forgotten("this person asked to be forgotten")
    return staying(session, found[0].joined_to) if found[0].joined_to else user_id


def workspace_of(session: Session, platform: str, platform_id: str) -> Workspace:
    """A guild or team; the first word from it makes its row, and one that was removed is back."""
    found = session.exec(
        select(Workspace).where(Workspace.platform == platform, Workspace.platform_id == platform_id)
    ).first()
    if found:
        found.removed_at = None
        session.add(found)
        return found
    workspace = Workspace(platform=platform, platform_id=platform_id)
    session.add(workspace)
    session.flush()
    return workspace


def known_workspace(session: Session, platform: str, platform_id: str) -> Workspace | None:
    """A guild or team that Easel is in."""
    query = select(Workspace).where(Workspace.platform == platform, Workspace.platform_id == platform_id)
    return session.exec(query.where(col(Workspace.removed_at).is_(None))).first()


def set_rules(session: Session, workspace_id: str, rules: dict[str, Any]) -> None:
    """Store what a workspace decided."""
    session.exec(update(Workspace).where(col(Workspace.id) == workspace_id).values(settings=rules))


def remove_workspace(session: Session, platform: str, platform_id: str) -> None:
    """Note that Easel was taken out of a workspace."""
    session.exec(
        update(Workspace)
        .where(col(Workspace.platform) == platform, col(Workspace.platform_id) == platform_id)
        .values(removed_at=now())
    )


def add_token(session: Session, name: str) -> str:
    """A new key for the person called `name` (`local` is the person at this machine); returned once, kept as a hash."""
    user = local_user(session) if name == LOCAL else user_of(session, "token", "", name, name)
    plain = f"easel_{secrets.token_urlsafe(32)}"
    session.add(Token(name=name, sha256=_hash(plain), user_id=user.id))
    return plain


def user_by_token(session: Session, plain: str) -> str | None:
    """The id of the person a key belongs to."""
    found = rows.read(session, _BY_TOKEN, of=_hash(plain))
    return found[0].user_id if found else None


def add_sign_in(session: Session, user_id: str) -> str:
    """A link's secret: good once, for `SIGN_IN_LIFE`."""
    plain = secrets.token_urlsafe(32)
    session.add(SignIn(sha256=_hash(plain), user_id=user_id, expires_at=now() + SIGN_IN_LIFE))
    return plain


def use_sign_in(session: Session, plain: str, at: datetime) -> str | None:
    """The id of the person a link signs in; None when it is unknown, used or late. Two readers, one winner."""
    used = session.exec(
        update(SignIn)
        .where(col(SignIn.sha256) == _hash(plain), col(SignIn.used_at).is_(None), col(SignIn.expires_at) > at)
        .values(used_at=at)
    )
    if used.rowcount != 1:
        return None
    return session.get_one(SignIn, _hash(plain)).user_id


def _hash(plain: str) -> str:
    return sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """A person as an operator names them."""

    user_id: str
    name: str
    accounts: tuple[str, ...]
    assets: int
    creations: int


def named(session: Session, text: str) -> list[Known]:
    """Who is meant by an id, a platform's account (`discord:123`, `slack:T1:U1`), `local`, or the name of a token."""
    platform, _, rest = text.partition(":")
    workspace, _, account = rest.rpartition(":")
    query = select(Account.user_id)
    if text == LOCAL:
        query = query.where(Account.platform == LOCAL)
    elif rest:
        query = query.where(Account.platform == platform, Account.platform_id == account)
        query = query.where(Account.workspace == workspace) if workspace else query
    else:
        query = query.where((col(Account.user_id) == text) | _is_token(text))
    ids = set(session.exec(query)) or set(session.exec(select(User.id).where(User.id == text)))
    return [_known(session, living(session, each)) for each in sorted(ids)]


def _is_token(name: str) -> Any:
    return (col(Account.platform) == "token") & (col(Account.platform_id) == name)


def _known(session: Session, user: User) -> Known:
    accounts = session.exec(select(Account).where(Account.user_id == user.id)).all()
    named = tuple(":".join(filter(None, (each.platform, each.workspace, each.platform_id))) for each in accounts)
    counts = (
        session.exec(select(func.count()).select_from(table).where(table.user_id == user.id)).one()
        for table in (Asset, Creation)
    )
    return Known(user.id, user.name, named, *counts)
