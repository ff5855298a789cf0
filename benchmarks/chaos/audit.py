"""What remains after all the kills, held against what was promised, what providers did, and what the witness saw."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.chaos.house import JOURNAL
from benchmarks.chaos.journal import ACCEPTED, BEGUN, Journal
from benchmarks.chaos.reaper import Deaths, finished_work
from benchmarks.chaos.rows import is_whole, number, objects, rows
from benchmarks.chaos.wishes import Wish
from benchmarks.report import Figure
from benchmarks.witness import testimony

PROVIDERS = "SELECT id, provider, state, error_code FROM step"
LATE = 0.002
"""The witness's clock has milliseconds."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The folder of a stopped server, and all that was promised."""

    folder: Path
    wishes: Sequence[Wish]
    deaths: Deaths

    def figures(self) -> list[Figure]:
        """Every count; those with a bound must keep it."""
        return [*self._promises(), *self._work(), *self._files(), *self._books()]

    def _promises(self) -> list[Figure]:
        states = dict(map(tuple, rows(self.folder, "SELECT id, state FROM creation")))
        ended = testimony(self.folder)
        promised = [wish.creation["id"] for wish in self.wishes]
        lost = sum(1 for each in promised if states.get(each) not in ("succeeded", "failed", "cancelled"))
        twice = sum(1 for each in promised if len(ended.get(each, ())) > 1)
        failed = sum(1 for each in promised if states.get(each) == "failed") - len(self._failed_uncertain())
        return [
            Figure("lost", "accepted creations that did not come to an end", lost, most=0),
            Figure("ended_twice", "creations that ended more than once", twice, most=0),
            Figure("failed", "creations that failed, but for the uncertain ones", failed, most=0),
            Figure("unasked", "creations that nobody asked for", len(states) - len(set(promised)), most=0),
            Figure(
                "failed_uncertain",
                "creations with nothing to show but an uncertain step",
                len(self._failed_uncertain()),
            ),
        ]

    def _failed_uncertain(self) -> list[str]:
        query = "SELECT id FROM creation WHERE state = 'failed' AND error_code = 'uncertain'"
        return [row["id"] for row in rows(self.folder, query)]

    def _work(self) -> list[Figure]:
        journal = Journal(self.folder / JOURNAL)
        begun, accepted = journal.entries(BEGUN), journal.entries(ACCEPTED)
        steps = {row["id"]: row for row in rows(self.folder, PROVIDERS)}
        ended = testimony(self.folder)
        after_row = sum(at > ended[each][0][1] + LATE for each, times in begun.items() if each in ended for at in times)
        after_kept = sum(
            at > self.deaths.kept[each] for each, times in begun.items() if each in self.deaths.kept for at in times
        )
        repeated = Counter({each: len(times) - 1 for each, times in begun.items() if len(times) > 1})
        paid = sum(count for each, count in repeated.items() if steps[each]["provider"] == "atelier")
        unexplained = sum(1 for each in repeated if not self._killed_between(begun[each]))
        uncertain = [each for each, row in steps.items() if row["error_code"] == "uncertain"]
        lucky = sum(1 for each in uncertain if each not in accepted)
        other = sum(1 for row in steps.values() if row["state"] != "complete" and row["error_code"] != "uncertain")
        return [
            Figure("steps", "tool calls", len(steps)),
            Figure("rerun_after_row", "provider asked again although the step's row had ended", after_row, most=0),
            Figure("rerun_after_kept", "provider asked again although its result was kept", after_kept, most=0),
            Figure("paid_twice", "ticket provider asked twice for one step", paid, most=0),
            Figure(
                "repeated",
                "free work repeated, because a kill came before its result was kept",
                repeated.total() - paid,
            ),
            Figure("unexplained", "of these, without a kill in between", unexplained, most=0),
            Figure(
                "uncertain",
                "killed between the order and its ticket: said to be uncertain, not paid again",
                len(uncertain),
            ),
            Figure("uncertain_unpaid", "of these, never arrived at the provider", lucky),
            Figure("steps_failed", "other steps that are not complete", other - self._for_want_of(uncertain), most=0),
        ]

    def _killed_between(self, times: Sequence[float]) -> bool:
        return all(any(one <= death <= next_ for death in self.deaths.at) for one, next_ in pairwise(times))

    def _for_want_of(self, uncertain: Sequence[str]) -> int:
        """Steps that needed an uncertain one's result."""
        missing = rows(self.folder, "SELECT needs FROM step WHERE error_code = 'input_missing'")
        return sum(1 for row in missing if any(each in row["needs"] for each in uncertain))

    def _files(self) -> list[Figure]:
        assets = rows(self.folder, "SELECT * FROM asset")
        stored = objects(self.folder)
        owned = {asset["object_key"] for asset in assets} | {asset["thumbnail_key"] for asset in assets}
        pairs = Counter((asset["step_id"], asset["ordinal"]) for asset in assets)
        keys = Counter(asset["object_key"] for asset in assets)
        twice = sum(count - 1 for count in (*pairs.values(), *keys.values()))
        uncertain = number(self.folder, "SELECT count(*) FROM step WHERE state = 'error'")
        expected = sum(wish.steps for wish in self.wishes) - uncertain
        orphans = [key for key in stored if key not in owned]
        leftovers = [key for key in orphans if key.endswith((".part", ".thumb.webp"))]
        broken = sum(not is_whole(asset, stored.get(asset["object_key"])) for asset in assets)
        return [
            Figure("assets", "assets, as many as were asked for", len(assets), expected, expected),
            Figure("duplicated", "assets that are there twice", twice, most=0),
            Figure("broken", "assets whose file is missing, changed, or another step's", broken, most=0),
            Figure("orphans", "files that no row knows", len(orphans) - len(leftovers), most=0),
            Figure("leftovers", "half-written files and thumbnails that no row knows", len(leftovers)),
            Figure("spooled", "finished work left on its way", len(finished_work(self.folder)), most=0),
        ]

    def _books(self) -> list[Figure]:
        sick = sum(
            [row[0] for row in rows(self.folder, "PRAGMA integrity_check", name)] != ["ok"]
            for name in ("easel.db", "engine.db")
        )
        held = number(self.folder, "SELECT sum(reserved_micros) FROM budget")
        open_charges = number(self.folder, "SELECT count(*) FROM charge WHERE state = 'reserved'")
        pending = number(
            self.folder, "SELECT count(*) FROM workflow_status WHERE status IN ('PENDING', 'ENQUEUED')", "engine.db"
        )
        return [
            Figure("held_usd", "money still held, US dollars", held / 1_000_000, most=0),
            Figure("open_charges", "charges neither settled nor released", open_charges, most=0),
            Figure("pending", "workflows still in hand", pending, most=0),
            Figure("sick", "databases that fail their integrity check", sick, most=0),
        ]
