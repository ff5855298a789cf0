"""Who may stand in for a service that failed: another model where this one surely did not run, and nobody else."""

from dataclasses import dataclass

from benchmarks.faults.case import Row, promises_broken
from benchmarks.faults.house import House
from benchmarks.faults.world import World
from tests.fakes.openai import Route, faults
from tests.fakes.openai.faults import Behaviour

PICTURES = Route.IMAGES_GENERATE
SERVICES = (PICTURES.value, "replicate")


@dataclass(frozen=True, slots=True)
class Failure:
    """How all models of OpenAI fail, and who makes the picture then."""

    fault: str
    behaviour: Behaviour
    maker: str | None

    def arrange(self, away: World) -> None:
        """Bring it about."""
        away.clear(PICTURES)
        away.weather[PICTURES].now = self.behaviour


FAILURES = (
    Failure("invalid key", faults.Unauthorized(), "replicate"),
    Failure("quota exhausted", faults.InsufficientQuota(), "replicate"),
    Failure("429 for ever", faults.RateLimited(0.2), "replicate"),
    Failure("500", faults.Status(500), None),
    Failure("read timeout", faults.Hang(), None),
    Failure("dropped after accept", faults.Drop(), None),
)


async def all_failures(house: House, away: World) -> list[Row]:
    """One after the other; the person wishes for no model."""
    rows = [await _meet(failure, house, away) for failure in FAILURES]
    away.clear(PICTURES)
    return rows


async def _meet(failure: Failure, house: House, away: World) -> Row:
    failure.arrange(away)
    before = away.paid(*SERVICES)
    end = await house.made("image: a lighthouse")
    row = Row("any model", f"OpenAI: {failure.fault}", away.paid(*SERVICES) - before, end, promises_broken(end))
    makers = [asset.provider for asset in end.view.assets]
    if makers != ([failure.maker] if failure.maker else []):
        row.wrong.append(f"made by {makers}")
    if row.paid != 1:
        row.wrong.append(f"{row.paid} paid calls")
    return row
