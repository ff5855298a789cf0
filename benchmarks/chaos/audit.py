"""What remains after the storm: what was promised, held against what services, platforms, store and tables show."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath

from benchmarks.chaos.mind import MARK
from benchmarks.chaos.rows import Row, Rows
from benchmarks.chaos.threads import Threads
from benchmarks.chaos.wishes import Book, Wish
from benchmarks.chaos.world import World
from benchmarks.report import Figure

FINAL = ("succeeded", "failed", "cancelled")
TICKETS = ("replicate", "runway")
REFUSED = "cannot store anything right now"
CHARGED = "may have been charged"
STEPS = """SELECT s.id, s."index", s.state, s.provider, s.error_code, s.attempts, s.intent_at, s.spooled_at,
    s.finished_at, c.prompt, c.id AS creation, c.surface
    FROM step s JOIN creation c ON c.id = s.creation_id"""
CREATIONS = """SELECT c.id, c.prompt, c.state, c.surface, c.error_code, t.ref FROM creation c
    JOIN thread t ON t.id = c.thread_id"""


@dataclass(frozen=True)
class Audit:
    """Everything is read once, when it is first asked for."""

    world: World
    rows: Rows
    book: Book
    least: int = 0
    """How many wishes there must be."""
    uncertain_most: float | None = None
    """Of a hundred creations, in a mix with pictures and speech that are answered at once and without a ticket."""
    told: dict[str, str] = field(default_factory=dict)
    """What who asked over HTTP reads, of the creations with an uncertain call."""

    @cached_property
    def creations(self) -> dict[str, list[Row]]:
        """By the mark of their wish."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows.all(CREATIONS):
            found[_mark(row)].append(row)
        return found

    @cached_property
    def steps(self) -> Sequence[Row]:
        """All tool calls."""
        return self.rows.all(STEPS)

    def figures(self) -> list[Figure]:
        """Every count; those with a bound must keep it."""
        return [*self._promises(), *self._money(), *self._uncertain(), *self._shown(), *self._files(), *self._books()]

    # --- promises -------------------------------------------------------------------------------------------------

    def lost(self) -> list[Wish]:
        """Accepted wishes without an end; and without a trace, if nobody was told so."""
        known = [wish for wish in self.book.accepted if self.creations.get(wish.mark)]
        unended = [w for w in known if all(row["state"] not in FINAL for row in self.creations[w.mark])]
        return [*unended, *(wish for name, missing in self._missing().items() for wish in missing[self._told(name) :])]

    def refused(self) -> int:
        """Wishes of which their person was told, after Slack had its answer, that they could not be taken."""
        return sum(min(len(missing), self._told(name)) for name, missing in self._missing().items())

    def _missing(self) -> dict[str, list[Wish]]:
        found: dict[str, list[Wish]] = defaultdict(list)
        for wish in self.book.accepted:
            if not self.creations.get(wish.mark):
                found[wish.person].append(wish)
        return found

    def _told(self, name: str) -> int:
        """How often somebody in Slack read that Easel could not store their wish."""
        people = self.world.slack.workspace("T1").people
        said = [each.said() for each in people[name].ephemerals] if name in people else []
        return sum(REFUSED in words for words in said)

    def _promises(self) -> list[Figure]:
        surfaces = Counter(wish.surface for wish in self.book.accepted)
        states = Counter(row["state"] for found in self.creations.values() for row in found)
        known = {wish.mark for wish in self.book.wishes}
        ended = Counter(row["id"] for row in self.rows.all("SELECT id FROM witness"))
        return [
            Figure("accepted", "wishes accepted", len(self.book.accepted), least=self.least),
            *(Figure(f"by_{name}", f"of these by {name}", surfaces[name]) for name in ("rest", "discord", "slack")),
            Figure("creations", "creations", states.total()),
            *(Figure(state, f"of these {state}", states[state]) for state in ("succeeded", "failed")),
            Figure("carried_on", "of these that outlived a process", self.rows.carried_on()),
            Figure("refused", "acknowledged, and told that nothing was started", self.refused()),
            Figure("lost", "accepted and lost", len(self.lost()), most=0),
            Figure("twice", "wishes made twice", sum(len(each) > 1 for each in self.creations.values()), most=0),
            Figure("unasked", "creations that nobody asked for", len(set(self.creations) - known), most=0),
            Figure("ended_twice", "ends of a creation or step after its end", _again(ended), most=0),
        ]

    # --- money ----------------------------------------------------------------------------------------------------

    def unexplained(self) -> list[Row]:
        """Steps that ended without a result although no fault of a service explains it."""
        ended = [row for row in self.steps if row["state"] != "complete" and row["error_code"] != "uncertain"]
        return [row for row in ended if row["error_code"] not in ("provider_failed", "failed", "input_missing")]

    def _money(self) -> list[Figure]:
        paid = self.world.makers.paid()
        complete = Counter(_call(row) for row in self.steps if row["state"] == "complete")
        uncertain = {_call(row) for row in self.steps if row["error_code"] == "uncertain"}
        unpaid = sum(not paid[mark] for mark in complete)
        wasted = sum(count for mark, count in paid.items() if mark not in complete and mark not in uncertain)
        return [
            Figure("steps", "tool calls", len(self.steps)),
            Figure("paid_expected", "paid calls expected: one for each result", complete.total()),
            Figure("paid_made", "paid calls that the services count", paid.total()),
            Figure(
                "paid_uncertain", "of these for calls whose outcome a kill took away", sum(paid[m] for m in uncertain)
            ),
            Figure("paid_twice", "calls paid twice", _again(paid), most=0),
            Figure("unpaid", "results that nobody was paid for", unpaid, most=0),
            Figure("wasted", "paid and then neither shown nor said to be uncertain", wasted, most=0),
            Figure("unexplained", "results missing without a service's fault", len(self.unexplained()), most=0),
        ]

    def uncertain(self) -> list[Row]:
        """Steps of which nobody knows whether they were paid."""
        return [row for row in self.steps if row["error_code"] == "uncertain"]

    def _uncertain(self) -> list[Figure]:
        found = self.uncertain()
        tickets = sum(row["provider"] in TICKETS for row in found)
        share = 100 * len({row["creation"] for row in found}) / max(1, sum(map(len, self.creations.values())))
        return [
            Figure("uncertain_tickets", "uncertain calls, of services that hand out tickets", tickets),
            Figure("uncertain_at_once", "uncertain calls, of services that answer at once", len(found) - tickets),
            Figure("uncertain_share", "creations with an uncertain call, of 100", share, most=self.uncertain_most),
            Figure("untold", "of these not told to their user", len(self.untold()), most=0),
        ]

    def uncertain_by_rest(self) -> list[str]:
        """Ids of the creations with one, asked for over HTTP."""
        return [row["creation"] for row in self.uncertain() if row["surface"] == "rest"]

    def untold(self) -> list[str]:
        """Creations with an uncertain step whose person reads nothing of it."""
        refs = {row["id"]: row["ref"] for found in self.creations.values() for row in found}
        threads = Threads(self.world)
        read = {
            each: self.told.get(each) or threads.words(refs[each]) for each in {r["creation"] for r in self.uncertain()}
        }
        return [f"{each} {refs[each]}" for each, words in read.items() if CHARGED not in words]

    # --- what people see ------------------------------------------------------------------------------------------

    def misshown(self) -> list[str]:
        """Threads that do not say exactly once how it ended, or do not show each result exactly once."""
        threads = Threads(self.world)
        assets = Counter(row["creation_id"] for row in self.rows.all("SELECT creation_id FROM asset"))
        found = []
        for row in (each for rows in self.creations.values() for each in rows):
            if threads.knows(row["ref"]) and row["state"] in FINAL:
                seen = threads.ends(row["ref"]), threads.files(row["ref"])
                if seen != (1, assets[row["id"]]):
                    found.append(f"{_mark(row)} {row['state']} {row['ref']}: ends, files {seen}, {assets[row['id']]}")
        return found

    def _shown(self) -> list[Figure]:
        threads = Threads(self.world)
        known = [row for found in self.creations.values() for row in found if threads.knows(row["ref"])]
        return [
            Figure("threads", "threads in the chats", len(known)),
            Figure(
                "finals",
                "final messages in them",
                sum(threads.ends(row["ref"]) for row in known),
                len(known),
                len(known),
            ),
            Figure("misshown", "threads without exactly one end and each result once", len(self.misshown()), most=0),
        ]

    # --- files and books ------------------------------------------------------------------------------------------

    def orphans(self) -> list[str]:
        """Objects that no row names."""
        assets = self.rows.all("SELECT object_key, thumbnail_key FROM asset")
        named = {
            key for row in assets for key in (row["object_key"], _sidecar(row["object_key"]), row["thumbnail_key"])
        }
        named |= {row["preview_key"] for row in self.rows.all("SELECT preview_key FROM step")}
        return sorted(set(self.world.s3.shelf.objects) - named)

    def _files(self) -> list[Figure]:
        assets = self.rows.all("SELECT object_key, sha256, step_id, ordinal FROM asset")
        complete = sum(row["state"] == "complete" for row in self.steps)
        broken = sum(not self._whole(row) for row in assets)
        keys = Counter(row["object_key"] for row in assets)
        return [
            Figure("assets", "assets, one for each call that came to its end", len(assets), complete, complete),
            Figure("duplicated", "assets that share a file", _again(keys), most=0),
            Figure("broken", "assets whose object is missing or changed", broken, most=0),
            Figure("orphans", "objects that no row knows", len(self.orphans()), most=0),
            Figure("half", "uploads left half-way in the store", len(self.world.s3.shelf.uploads), most=0),
        ]

    def _whole(self, asset: Row) -> bool:
        stored = self.world.s3.shelf.objects.get(asset["object_key"])
        return stored is not None and sha256(stored.path.read_bytes()).hexdigest() == asset["sha256"]

    def _books(self) -> list[Figure]:
        held = self.rows.number("SELECT sum(reserved_micros) FROM budget") / 1_000_000
        open_charges = self.rows.number("SELECT count(*) FROM charge WHERE state = 'reserved'")
        rowless = self.rows.number("SELECT count(*) FROM asset WHERE step_id NOT IN (SELECT id FROM step)")
        return [
            Figure("orphan_rows", "assets without a step", rowless, most=0),
            Figure("held_usd", "money still held, US dollars", held, most=0),
            Figure("open_charges", "charges neither settled nor released", open_charges, most=0),
            Figure("pending", "workflows still in hand", self.rows.in_hand(), most=0),
            Figure("sick", "databases that fail their integrity check", self.rows.sick(), most=0),
        ]


def _mark(row: Row) -> str:
    return str(MARK.findall(row["prompt"])[-1])


def _call(row: Row) -> str:
    return f"{_mark(row)}-{row['index']}"


def _sidecar(key: str) -> str:
    """The recipe that lies beside an object."""
    return str(PurePosixPath(key).with_suffix(".json"))


def _again(counts: Counter[str]) -> int:
    return sum(count - 1 for count in counts.values() if count > 1)
