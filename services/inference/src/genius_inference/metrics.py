# SPDX-License-Identifier: EUPL-1.2
"""Prometheus metrics per model and authority: no persons, bounded labels, children bound once per pair."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from genius_common.upstream.events import Usage
from genius_inference.replicas.replica import Replica

MAX_AUTHORITIES = 200
_TTFT_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60)
_QUEUE_BUCKETS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 60)
OUTCOMES = (
    "ok",
    "client_gone",
    "model_unavailable",
    "upstream_unreachable",
    "upstream_timeout",
    "upstream_cut",
    "upstream_error",
    "upstream_busy",
    "request_rejected",
    "context_length_exceeded",
    "too_many_waiting",
    "queue_full",
    "queue_too_long",
    "queue_wait_over",
)

_REPLICA_GAUGES = (
    ("in_flight", "Requests from this router at the model server now"),
    ("open", "1 while the model server gets no requests after failures"),
    ("waiting", "Requests that wait inside the model server, as it says"),
    ("kv_cache", "Used share of its KV cache, as it says"),
)


class Bound:
    """The children of one (model, authority) pair (0.35 µs an increment against 1.3 µs by labels)."""

    __slots__ = ("input_tokens", "outcomes", "output_tokens", "queued", "ttft")

    def __init__(self, metrics: Metrics, model: str, authority: str) -> None:
        self.outcomes = {name: metrics.requests.labels(model, authority, name) for name in OUTCOMES}
        self.input_tokens = metrics.tokens.labels(model, authority, "input")
        self.output_tokens = metrics.tokens.labels(model, authority, "output")
        self.ttft = metrics.ttft.labels(model)
        self.queued = metrics.queued.labels(model)

    def outcome(self, name: str) -> None:
        self.outcomes.get(name, self.outcomes["upstream_error"]).inc()

    def used(self, usage: Usage | None) -> None:
        if usage is not None:
            self.input_tokens.inc(usage.input_tokens)
            self.output_tokens.inc(usage.output_tokens)


class Metrics:
    """All metrics of the service in their own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "genius_inference_requests",
            "Requests that were sent to a model, by how they ended",
            ["model", "authority", "outcome"],
            registry=registry,
        )
        self.errors = Counter("genius_inference_errors", "Errors answered, by code", ["code"], registry=registry)
        self.tokens = Counter(
            "genius_inference_tokens",
            "Tokens as the model server counted them",
            ["model", "authority", "direction"],
            registry=registry,
        )
        self.ttft = Histogram(
            "genius_inference_time_to_first_token_seconds",
            "From the request to the first event of a stream",
            ["model"],
            buckets=_TTFT_BUCKETS,
            registry=registry,
        )
        self.queued = Histogram(
            "genius_inference_queue_seconds",
            "From the request to its place at a model server",
            ["model"],
            buckets=_QUEUE_BUCKETS,
            registry=registry,
        )
        self.failovers = Counter(
            "genius_inference_failovers",
            "Requests that another model server took, by the one that failed",
            ["replica"],
            registry=registry,
        )
        self.waiting = Gauge("genius_inference_waiting", "Requests in the queue now", registry=registry)
        self.in_flight = Gauge("genius_inference_in_flight", "Requests at the model server now", registry=registry)
        self._replica_gauges = [
            Gauge(f"genius_inference_replica_{name}", text, ["replica"], registry=registry)
            for name, text in _REPLICA_GAUGES
        ]
        self._bound: dict[tuple[str, UUID | None], Bound] = {}
        self._authorities: set[UUID | None] = set()

    def watch(self, replica: Replica) -> None:
        """Show the state of `replica` whenever the metrics are read."""
        reads: tuple[Callable[[], float], ...] = (
            lambda: replica.requests,
            lambda: replica.breaker.opens_in > 0,
            lambda: replica.report.waiting,
            lambda: replica.report.kv_cache,
        )
        for gauge, read in zip(self._replica_gauges, reads, strict=True):
            gauge.labels(replica.name).set_function(read)

    def bound(self, model: str, authority: UUID | None) -> Bound:
        """The children for a model of the catalogue; beyond 200 authorities all further ones share one label."""
        key = (model, authority)
        found = self._bound.get(key)
        if found is None:
            if authority not in self._authorities and len(self._authorities) >= MAX_AUTHORITIES:
                return Bound(self, model, "other")
            self._authorities.add(authority)
            found = self._bound[key] = Bound(self, model, str(authority) if authority else "none")
        return found
