"""Spans by OpenTelemetry's protocol over HTTP. Needs the extra `otel`."""

import secrets
from importlib.metadata import version
from os import getpid
from socket import gethostname
from time import time

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from bot.watch.spans import Facts

SAMPLED = TraceFlags(TraceFlags.SAMPLED)
HEX = 16
NANO = 1_000_000_000


class OtlpSpans:
    """Sends them to a collector in batches, from a thread of its own; what cannot be sent is dropped.

    The SDK's tracer would choose the ids itself, so its spans are made here and handed to its sender.
    """

    def __init__(self, endpoint: str) -> None:
        """Headers, timeouts and sizes are what OpenTelemetry's own variables in the environment say."""
        process = f"{gethostname()}:{getpid()}"
        facts = {"service.name": "easel", "service.version": version("easel"), "service.instance.id": process}
        self._resource = Resource(facts).merge(OTELResourceDetector().detect())
        self._sender = BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))

    def ended(
        self,
        name: str,
        creation_id: str,
        began: float,
        facts: Facts | None = None,
        *,
        span: str = "",
        parent: str = "",
        until: float | None = None,
        failed: str = "",
    ) -> None:
        """Write one span."""
        above = None if span == creation_id else _place(creation_id, parent or creation_id)
        made = ReadableSpan(
            name,
            _place(creation_id, span or secrets.token_hex(HEX)),
            above,
            self._resource,
            {f"easel.{key}": value for key, value in (facts or {}).items()} | {"easel.creation": creation_id},
            kind=SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR, failed) if failed else Status(StatusCode.OK),
            start_time=round(began * NANO),
            end_time=round((until or time()) * NANO),
        )
        self._sender.on_end(made)

    def close(self) -> None:
        """Send what is left, and end the thread."""
        self._sender.shutdown()  # type: ignore[no-untyped-call]


def _place(creation_id: str, row_id: str) -> SpanContext:
    """A creation's id has 128 bits like a trace's; half of a row's id serves as a span's."""
    return SpanContext(int(creation_id, 16), int(row_id[:HEX], 16), is_remote=False, trace_flags=SAMPLED)
