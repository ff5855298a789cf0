"""How long a service is waited for that says, without having begun, that it is too busy."""

import random

TRIES = 3
"""How often one model is asked where another could be asked instead."""
WAIT_S = 120.0
"""How long it is waited for, all told, where nobody else could make it."""
GAP_MOST_S = 15.0
"""Between two tries, unless the service itself wants longer."""
GAP_ASKED_MOST_S = 60.0
"""A service that asks for a longer rest is not waited for."""


class Patience:
    """With one model. Each wait is longer than the last, and no two orders wait equally long: those that were turned
    away together would else come back together.
    """

    def __init__(self) -> None:
        self._tries = 0
        self._waited_s = 0.0

    def gap_s(self, again_s: float, *, alone: bool) -> float | None:
        """How long to wait before the next try; None where it is to be tried no more.

        `again_s` is what the service said; `alone`: no other model could make it.
        """
        self._tries += 1
        gap_s = max(again_s, min(again_s * 2.0 ** (self._tries - 1), GAP_MOST_S)) * random.uniform(1.0, 1.25)
        is_enough = self._waited_s + gap_s > WAIT_S if alone else self._tries >= TRIES
        if is_enough or again_s > GAP_ASKED_MOST_S:
            return None
        self._waited_s += gap_s
        return gap_s
