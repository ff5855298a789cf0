"""What the server knows: the account, its predictions and files, and the settings of a test."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.replicate.model import Model
from tests.fakes.replicate.outcome import Outcome
from tests.fakes.replicate.prediction import Prediction
from tests.fakes.replicate.throttle import Throttle
from tests.fakes.replicate.uploads import Uploads
from tests.fakes.replicate.wire.clock import Clock
from tests.fakes.replicate.wire.shelf import Shelf

RUN_S = {"image": 1.0, "video": 3.0, "speech": 0.5}


@dataclass(slots=True, kw_only=True)
class State:
    """Shared by the routes."""

    api_token: str
    clock: Clock
    shelf: Shelf
    throttle: Throttle
    uploads: Uploads
    models: dict[str, Model]
    api_url: Callable[[], str]
    files_url: Callable[[], str]
    scale: float = 1.0
    starting_s: float = 0.2
    run_s: dict[str, float] = field(default_factory=lambda: dict(RUN_S))
    outcomes: deque[Outcome] = field(default_factory=deque)
    predictions: dict[str, Prediction] = field(default_factory=dict)
    paid: int = 0
