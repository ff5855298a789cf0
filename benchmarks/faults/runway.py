"""Faults of Runway: of the create, of the looks at a task, of its end, of its file."""

from collections.abc import Callable, Iterator

from benchmarks.faults.case import RELEASED, Case
from benchmarks.faults.world import World
from tests.fakes.replicate.wire import behaviour
from tests.fakes.replicate.wire.behaviour import Behaviour
from tests.fakes.replicate.wire.shelf import Spoil
from tests.fakes.runway import outcome, refusals
from tests.fakes.runway.outcome import Outcome

LOST = {
    "500": refusals.server_error(500, accepted=True),
    "read timeout": behaviour.hangs(),
    "dropped after accept": behaviour.drops(),
    "broken JSON": behaviour.broken_json(),
    "empty answer": behaviour.empty_body(),
    "truncated answer": behaviour.truncated(),
    "HTML for JSON": behaviour.html_page(),
}
NOT_RUN = {
    "429 for ever": refusals.throttled(1),
    "invalid key": refusals.unauthorised(),
    "quota exhausted": refusals.quota(),
    "no credit": refusals.no_credit(),
}
CHARGED = {
    "poll never ends": outcome.never_ends(),
    "unknown status": Outcome(status="WEIRD"),
    "empty output": Outcome(no_output=True),
    "truncated download": Outcome(spoil=Spoil.TRUNCATED),
    "empty download": Outcome(spoil=Spoil.EMPTY),
    "HTML as MP4": Outcome(spoil=Spoil.HTML),
    "sound as MP4": Outcome(spoil=Spoil.WRONG_KIND),
    "content refusal, charged": outcome.moderated(),
}
NOT_CHARGED = {
    "failed at the model": outcome.fails(),
    "cancelled elsewhere": outcome.cancelled(),
}


def cases() -> Iterator[Case]:
    """Every fault. A task says itself what it cost; a moderated one costs the same as a good one."""
    for fault, fate in LOST.items():
        yield Case(fault=fault, arrange=_creates(fate))
    for fault, fate in NOT_RUN.items():
        yield Case(fault=fault, arrange=_creates(fate), paid=0, charge=RELEASED)
    for fault, end in CHARGED.items():
        yield Case(fault=fault, arrange=_ends(end))
    for fault, end in NOT_CHARGED.items():
        yield Case(fault=fault, arrange=_ends(end), charge=RELEASED)
    yield Case(
        fault="429, Retry-After 1 s", arrange=_first("create", refusals.throttled(1)), ends="succeeded", least_s=1
    )
    yield Case(fault="ten polls of 500", arrange=_first("retrieve", *[refusals.server_error()] * 10), ends="succeeded")
    yield Case(fault="three polls of HTML", arrange=_first("retrieve", *[behaviour.html_page()] * 3), ends="succeeded")


def _fair(away: World) -> None:
    away.runway.always("create", None)
    away.runway.outcomes.clear()


def _creates(fate: Behaviour) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        _fair(away)
        away.runway.always("create", fate)

    return arrange


def _ends(end: Outcome) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        _fair(away)
        away.runway.outcomes.append(end)

    return arrange


def _first(route: str, *fates: Behaviour) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        _fair(away)
        away.runway.script(route, *fates)

    return arrange
