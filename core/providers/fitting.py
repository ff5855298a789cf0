"""From what was wished to what a model can do."""

from core.agent.catalogue import Model
from core.providers.base import Order


def fit(order: Order, model: Model) -> tuple[Order, tuple[str, ...]]:
    """The order as the model can make it, and in plain words what became of the wish."""
    return order, ()
