"""Rows about money: what is held or spent, and how much may be."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.tables.columns import big, created, fixed_word, json_value, moment, new_id
from storage.tables.words import ChargeState


class Charge(SQLModel, table=True):
    """Money held or spent for one step."""

    id: str = Field(default_factory=new_id, primary_key=True)
    creation_id: str | None = Field(default=None, index=True)
    step_id: str | None = Field(default=None, unique=True)
    """What it pays for: a step, or a planner's call as `turn:`, its creation, its index and the attempt."""
    user_id: str | None = Field(default=None, index=True)
    """Null once its user is forgotten: totals stay, the person does not."""
    workspace_id: str | None = None
    provider: str = ""
    model: str = ""
    state: ChargeState = fixed_word(ChargeState, ChargeState.RESERVED)
    reserved_micros: int = big()
    settled_micros: int = big()
    budgets: list[str] = json_value(list)
    """Ids of the budgets that hold it, so that settling touches just those."""
    created_at: datetime = created()
    settled_at: datetime | None = moment()


class Budget(SQLModel, table=True):
    """A limit for one scope and period. `limit_micros` null: counted, not limited."""

    id: str = Field(primary_key=True)
    """`scope:key:period`, so that a counter is made once however many ask for it."""
    scope: str
    period: str
    limit_micros: int | None = big(None)
    reserved_micros: int = big()
    spent_micros: int = big()
