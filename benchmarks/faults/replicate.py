"""Faults of Replicate: of the create, of the polls, of the output, of its file."""

from collections.abc import Callable, Iterator

from benchmarks.faults.case import RELEASED, Case
from benchmarks.faults.world import World
from tests.fakes.replicate import outcome, refusals
from tests.fakes.replicate.outcome import Outcome, Shape
from tests.fakes.replicate.wire import behaviour
from tests.fakes.replicate.wire.behaviour import Behaviour
from tests.fakes.replicate.wire.shelf import Spoil

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
    "quota exhausted": refusals.no_credit(),
}
SPOILT = {
    "poll never ends": outcome.never_ends(),
    "unknown status": Outcome(status="weird"),
    "null output": Outcome(shape=Shape.NULL),
    "empty output": Outcome(shape=Shape.EMPTY_LIST),
    "odd output": Outcome(shape=Shape.ODD),
    "truncated download": Outcome(spoil=Spoil.TRUNCATED),
    "empty download": Outcome(spoil=Spoil.EMPTY),
    "HTML as PNG": Outcome(spoil=Spoil.HTML),
    "sound as PNG": Outcome(spoil=Spoil.WRONG_KIND),
}
NOT_CHARGED = {
    "content refusal": outcome.flagged(),
    "failed at the model": outcome.fails(),
}


def cases() -> Iterator[Case]:
    """Every fault. What fails at Replicate is not charged; what it took is found in its list."""
    for fault, fate in LOST.items():
        yield Case(fault=fault, arrange=_creates(fate), ends="succeeded")
    yield Case(fault="dropped, and no list", arrange=unlisted(behaviour.drops()))
    for fault, fate in NOT_RUN.items():
        yield Case(fault=fault, arrange=_creates(fate), paid=0, charge=RELEASED)
    for fault, end in SPOILT.items():
        yield Case(fault=fault, arrange=_ends(end))
    for fault, end in NOT_CHARGED.items():
        yield Case(fault=fault, arrange=_ends(end), charge=RELEASED)
    yield Case(fault="canceled elsewhere", arrange=_ends(outcome.canceled()))
    yield Case(
        fault="429, Retry-After 1 s", arrange=_first("create", refusals.throttled(1)), ends="succeeded", least_s=1
    )
    yield Case(fault="ten polls of 500", arrange=_first("get", *[refusals.server_error()] * 10), ends="succeeded")
    yield Case(fault="three polls of HTML", arrange=_first("get", *[behaviour.html_page()] * 3), ends="succeeded")


def _fair(away: World) -> None:
    away.replicate.always("create", None)
    away.replicate.outcomes.clear()


def _creates(fate: Behaviour) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        _fair(away)
        away.replicate.always("create", fate)

    return arrange


def unlisted(fate: Behaviour) -> Callable[[World], None]:
    """A fate of the create that no list makes good."""

    def arrange(away: World) -> None:
        _creates(fate)(away)
        away.replicate.script("list", behaviour.answers(404, {"detail": "Not found."}))

    return arrange


def _ends(end: Outcome) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        _fair(away)
        away.replicate.outcomes.append(end)

    return arrange


def _first(route: str, *fates: Behaviour) -> Callable[[World], None]:
    def arrange(away: World) -> None:
        _fair(away)
        away.replicate.script(route, *fates)

    return arrange
