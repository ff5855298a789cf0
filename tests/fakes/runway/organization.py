"""The organisation: its balance, its tier, what it used.

Sources: `runwayml/types/organization_retrieve*_response.py`; docs.dev.runwayml.com/usage/tiers.
"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from tests.fakes.runway.state import State

MONTHLY_CREDITS = 10_000
MODELS = ("gen4.5", "veo3.1", "veo3.1_fast", "seedance2_5")
"""Shown although unused."""


def described(state: State) -> dict[str, Any]:
    today = state.today()
    models = {*today, *MODELS}
    limits = {"maxConcurrentGenerations": state.concurrency, "maxDailyGenerations": state.daily_limit}
    return {
        "creditBalance": state.credits - state.spent(),
        "tier": {"maxMonthlyCreditSpend": MONTHLY_CREDITS, "models": dict.fromkeys(sorted(models), limits)},
        "usage": {"models": {model: {"dailyGenerations": today.get(model, 0)} for model in sorted(models)}},
    }


def usage(state: State, day_s: float) -> dict[str, Any]:
    """Credits by day and model over the last 30 days."""
    now = state.clock.now()
    days: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for task in state.tasks.values():
        if task.created_at > now - 30 * day_s:
            days[datetime.fromtimestamp(task.created_at, UTC).date().isoformat()][task.model] += task.cost(now)
    results = [
        {"date": day, "usedCredits": [{"model": model, "amount": amount} for model, amount in models.items()]}
        for day, models in sorted(days.items())
    ]
    return {"models": sorted({task.model for task in state.tasks.values()}), "results": results}
