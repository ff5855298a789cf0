"""How much may be spent, by whom, in which period; and the sentence that says so when it is too much."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from core.errors import OverBudget
from storage.ledger import Limit, Short
from storage.tables import Creation

_MEANING = {
    "creation": "this request's limit",
    "user": "your budget for today",
    "member": "your budget for today in this workspace",
    "workspace": "this workspace's budget for this month",
    "total": "this installation's budget for today",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """The operator's limits in US dollars; None: counted, not limited."""

    creation_usd: float | None = None
    user_day_usd: float | None = None
    workspace_month_usd: float | None = None
    total_day_usd: float | None = None

    def limits(self, creation: Creation, at: datetime) -> list[Limit]:
        """Every limit that a creation must fit into, always in one order, so that two reservations never lock."""
        day, month = at.astimezone(UTC).strftime("%Y-%m-%d"), at.astimezone(UTC).strftime("%Y-%m")
        rules = creation.options.get("rules", {})
        own = _least(self.creation_usd, creation.options.get("max_usd"))
        # counted only where it is limited: nobody would look at it
        limits = [] if own is None else [Limit("creation", creation.id, "once", _micros(own))]
        limits.append(Limit("user", creation.user_id, day, _micros(self.user_day_usd)))
        if creation.workspace_id:
            if (of_member := rules.get("user_day_usd")) is not None:
                limits.append(Limit("member", f"{creation.workspace_id}/{creation.user_id}", day, _micros(of_member)))
            of_all = _least(self.workspace_month_usd, rules.get("month_usd"))
            limits.append(Limit("workspace", creation.workspace_id, month, _micros(of_all)))
        limits.append(Limit("total", "all", day, _micros(self.total_day_usd)))
        return limits


def refusal(short: Short, wanted_micros: int, at: datetime) -> OverBudget:
    """Which budget, how much is left in it, and when it is full again."""
    cost, left = ceil(wanted_micros / 10_000) / 100, short.left_micros // 10_000 / 100
    sentence = f"This could cost up to ${cost:.2f}, but {_MEANING[short.limit.scope]} has ${left:.2f} left."
    return OverBudget(sentence + _resets(short.limit.scope, at))


def _resets(scope: str, at: datetime) -> str:
    if scope == "creation":
        return ""
    if scope == "workspace":
        first = (at.replace(day=1) + timedelta(days=32)).replace(day=1)
        return f" It resets on {first:%d %B} (UTC)."
    return " It resets at midnight (UTC)."


def _least(*limits: float | None) -> float | None:
    """The tightest of limits that may be unset: a workspace lowers the operator's, and never lifts it."""
    return min((usd for usd in limits if usd is not None), default=None)


def _micros(usd: float | None) -> int | None:
    return None if usd is None else round(usd * 1_000_000)
