"""One request as an endpoint gets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.openai.forms import Form
from tests.fakes.openai.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The body, already read, and the world that it meets."""

    world: World
    request_id: str
    body: Mapping[str, Any] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    name: str = ""
    """The last part of the path, where it names something."""
