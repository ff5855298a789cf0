"""The figures of one process, in a registry of their own. Every label has few values: never an id, never a word."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from core.safekeeping.audit import Audited

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SURFACES = ("discord", "slack", "web", "rest", "terminal")
ENDS = ("succeeded", "failed", "cancelled")
SHORT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""For what should take milliseconds: the database, the loop."""
CALL_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""For one call of a service."""
LONG_S = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 2700.0)
"""For what people wait for: a sketch takes one second, a film forty-five minutes at worst."""


class Figures:
    """Counted while things happen by whoever sees them happen, and read by whoever scrapes."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._describe_web()
        self._describe_creations()
        self._describe_makers()
        self._describe_money()
        self._describe_chats()
        self._describe_storage()
        self._describe_process()
        for surface in SURFACES:  # a rate needs the zero before the first
            for state in ENDS:
                self.ended.labels(state, surface)

    def text(self) -> bytes:
        """Everything in Prometheus' own format."""
        return generate_latest(self.registry)

    def _describe_web(self) -> None:
        self.requests = self._counter("http_requests", "Requests answered.", "method", "route", "status")
        self.request_seconds = self._histogram(
            "http_request_seconds", "Time to the end of an answer.", Histogram.DEFAULT_BUCKETS, "method", "route"
        )
        self.streams = self._gauge("streams_open", "Server-sent event streams that somebody listens to.")

    def _describe_creations(self) -> None:
        self.creations = self._gauge("creations", "Creations not ended, in the whole installation.", "state")
        self.oldest_queued = self._gauge("queue_oldest_seconds", "How long the first in line has waited.")
        self.ended = self._counter("creations_ended", "Creations that this process ended.", "state", "surface")
        self.queue_seconds = self._histogram("creation_queue_seconds", "From wish to begin.", LONG_S, "surface")
        self.first_seconds = self._histogram(
            "creation_first_result_seconds", "From wish to the first result.", LONG_S, "surface"
        )
        self.whole_seconds = self._histogram("creation_seconds", "From wish to end.", LONG_S, "surface")
        self.steps = self._counter("steps", "Tool calls that ended.", "provider", "model", "outcome")
        self.step_seconds = self._histogram(
            "step_seconds", "From a step's intent to its end.", LONG_S, "provider", "model"
        )

    def _describe_makers(self) -> None:
        self.calls = self._counter("provider_calls", "Calls of providers.", "provider", "act", "outcome")
        self.call_seconds = self._histogram(
            "provider_call_seconds", "Time to a provider's answer.", CALL_S, "provider", "act"
        )
        self.planner_calls = self._counter("planner_calls", "Questions to the planner.", "outcome")
        self.planner_seconds = self._histogram("planner_seconds", "Time to the planner's answer.", CALL_S)
        self.tokens = self._counter("planner_tokens", "Tokens of the planner.", "direction")

    def _describe_money(self) -> None:
        self.spent = self._counter("spent_usd", "Settled, in US dollars.", "provider")
        self.uncertain = self._counter("uncertain_charges", "Paid calls of which nobody knows the end.", "provider")
        self.uncertain_usd = self._counter("uncertain_usd", "What these may have cost at most.", "provider")
        self.budget = self._gauge("budget_usd", "Today's budget of the whole installation (UTC).", "what")

    def _describe_chats(self) -> None:
        self.messages = self._counter(
            "messages", "What was done with messages; `unreachable`: it is lost.", "platform", "act", "outcome"
        )
        self.platform_requests = self._counter(
            "platform_requests", "Requests to a chat platform's interface.", "platform", "status"
        )
        self.platform_up = self._gauge("platform_up", "1 while wishes can come in.", "platform")

    def _describe_storage(self) -> None:
        self.audit = self._gauge("audit_findings", "What the last comparison of rows and files found.", "kind")
        self.store_calls = self._counter("store_calls", "Calls of the store of files.", "act", "outcome")
        self.store_seconds = self._histogram("store_call_seconds", "Time to the store's answer.", CALL_S, "act")
        self.outages = self._counter("store_outages", "How often the store of files went away.")
        self.spool = self._gauge("spool_results", "Finished results that wait for the store of files.")
        self.spool_bytes = self._gauge("spool_bytes", "Bytes in the spool.")
        self.spool_oldest = self._gauge("spool_oldest_seconds", "How long the oldest of them has waited.")
        self.database_wait = self._histogram(
            "database_wait_seconds", "From asking to the begin of a transaction.", SHORT_S, "kind"
        )
        self.database_seconds = self._histogram(
            "database_seconds", "From asking to the end of a transaction.", SHORT_S, "kind"
        )
        self.database_busy = self._counter("database_busy", "Transactions given up: locked, full or away.", "kind")

    def _describe_process(self) -> None:
        self.ready = self._gauge("ready", "1 while /readyz has no complaint.")
        self.lag = self._histogram("loop_lag_seconds", "How late the event loop woke a sleeper.", SHORT_S)
        self.native_busy = self._gauge("native_busy", "Media jobs that run in child processes.")
        self.native_waiting = self._gauge("native_waiting", "Media jobs that wait for a child process.")
        self.engine_pending = self._gauge("engine_pending", "Workflows that the durable engine has in hand.")
        self.worker = self._gauge("worker_info", "This process.", "worker", "works")
        self.build = self._gauge("build_info", "This version.", "version", "python")

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"easel_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"easel_{name}", words, labels, registry=self.registry)

    def _histogram(self, name: str, words: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"easel_{name}", words, labels, buckets=buckets, registry=self.registry)

    def audited(self, found: Audited) -> None:
        """Keep what an audit came to."""
        for kind in ("missing", "wrong", "orphans", "thumbnails", "sidecars"):
            self.audit.labels(kind).set(getattr(found, kind))

    # --- what more than one place counts --------------------------------------------------------------------------

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one answered request. `route` is a template, never an address."""
        method = method if method in METHODS else "other"
        self.requests.labels(method, route, str(status)).inc()
        self.request_seconds.labels(method, route).observe(seconds)


def surface_label(surface: str) -> str:
    """A surface's name as a label."""
    return surface if surface in SURFACES else "other"
