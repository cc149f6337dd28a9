# SPDX-License-Identifier: EUPL-1.2
"""Prometheus metrics per model, server, class and authority: no persons, bounded labels, children bound once.

What is counted by authority is summed over its persons; times are kept by model, server and class, and of an
authority only the sum of its waiting, so that the number of series stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary

from genius_common.upstream.events import Usage
from genius_inference.replicas.replica import Replica

MAX_AUTHORITIES = 200
_TTFT_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60)
_QUEUE_BUCKETS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 60)
_INTER_TOKEN_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1)
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
    "model_stopped",
    "router_ends",
)

_REPLICA_GAUGES = (
    ("in_flight", "Requests from this router at the model server now"),
    ("open", "1 while the model server gets no requests after failures"),
    ("waiting", "Requests that wait inside the model server, as it says"),
    ("kv_cache", "Used share of its KV cache, as it says"),
)


class Bound:
    """The children of one model, authority and class (0.35 µs an increment against 1.3 µs by labels)."""

    __slots__ = ("_label", "_outcomes", "_tokens", "_waited", "queued", "times")

    def __init__(self, metrics: Metrics, model: str, authority: str, kind: str) -> None:
        def label(outcome: str) -> Counter:
            return metrics.requests.labels(model, authority, kind, outcome)

        self._label = label
        self._outcomes = {name: label(name) for name in ("ok", "client_gone")}
        self._tokens = [metrics.tokens.labels(model, authority, kind, way) for way in ("input", "output")]
        self._waited = metrics.authority_queued.labels(authority)
        self.queued = metrics.queued.labels(model, kind)
        self.times = Times(metrics, model, kind)

    def outcome(self, name: str) -> None:
        """Count how a request ended; what is no known outcome counts as an error of the server."""
        if name not in self._outcomes:
            name = name if name in OUTCOMES else "upstream_error"
            self._outcomes[name] = self._label(name)
        self._outcomes[name].inc()

    def waited(self, seconds: float) -> None:
        self.queued.observe(seconds)
        self._waited.observe(seconds)

    def used(self, usage: Usage | None) -> None:
        if usage is not None:
            self._tokens[0].inc(usage.input_tokens)
            self._tokens[1].inc(usage.output_tokens)


class Times:
    """How fast the servers of one model are for one class."""

    __slots__ = ("_of_replica",)

    def __init__(self, metrics: Metrics, model: str, kind: str) -> None:
        def make(replica: str) -> tuple[Histogram, Histogram]:
            return metrics.ttft.labels(model, replica, kind), metrics.inter_token.labels(model, replica, kind)

        self._of_replica = _Children(make)

    def first_token(self, replica: str, seconds: float) -> None:
        self._of_replica[replica][0].observe(seconds)

    def stream(self, replica: str, seconds: float, tokens: int) -> None:
        """A stream brought `tokens` in all, the last one `seconds` after the first."""
        if tokens > 1:
            self._of_replica[replica][1].observe(seconds / (tokens - 1))


class _Children(dict[str, tuple[Histogram, Histogram]]):
    """Made when first used: only what really served a model has series."""

    def __init__(self, make: Callable[[str], tuple[Histogram, Histogram]]) -> None:
        self._make = make

    def __missing__(self, replica: str) -> tuple[Histogram, Histogram]:
        found = self[replica] = self._make(replica)
        return found


def _histograms(registry: CollectorRegistry) -> tuple[Histogram, Histogram, Histogram]:
    """Time to the first token, between two tokens, and in the queue."""
    by_replica = ["model", "replica", "class"]
    return (
        Histogram(
            "genius_inference_time_to_first_token_seconds",
            "From the request to the first event of a stream, waiting included",
            by_replica,
            buckets=_TTFT_BUCKETS,
            registry=registry,
        ),
        Histogram(
            "genius_inference_inter_token_seconds",
            "Mean time between two tokens of a stream, one value a stream; a slow client lengthens it",
            by_replica,
            buckets=_INTER_TOKEN_BUCKETS,
            registry=registry,
        ),
        Histogram(
            "genius_inference_queue_seconds",
            "From the request to its place at a model server",
            ["model", "class"],
            buckets=_QUEUE_BUCKETS,
            registry=registry,
        ),
    )


class Metrics:
    """All metrics of the service in their own registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "genius_inference_requests",
            "Requests that were sent to a model, by how they ended",
            ["model", "authority", "class", "outcome"],
            registry=registry,
        )
        self.errors = Counter("genius_inference_errors", "Errors answered, by code", ["code"], registry=registry)
        self.tokens = Counter(
            "genius_inference_tokens",
            "Tokens as the model server counted them",
            ["model", "authority", "class", "direction"],
            registry=registry,
        )
        self.energy = Counter(
            "genius_inference_energy_watt_hours",
            "Estimate of the energy for the tokens of models that have a figure for it",
            ["model"],
            registry=registry,
        )
        self.ttft, self.inter_token, self.queued = _histograms(registry)
        self.authority_queued = Summary(
            "genius_inference_authority_queue_seconds",
            "Waiting of an authority's requests for a place: their sum and number",
            ["authority"],
            registry=registry,
        )
        self.failovers = Counter(
            "genius_inference_failovers",
            "Requests that another model server took, by the one that failed",
            ["replica"],
            registry=registry,
        )
        self.stops_age = Gauge(
            "genius_inference_stops_age_seconds",
            "Age of the list of stopped models; above 10 no new request passes",
            registry=registry,
        )
        self.waiting = Gauge("genius_inference_waiting", "Requests in the queue now", registry=registry)
        self.in_flight = Gauge("genius_inference_in_flight", "Requests at the model server now", registry=registry)
        self._replica_gauges = [
            Gauge(f"genius_inference_replica_{name}", text, ["replica"], registry=registry)
            for name, text in _REPLICA_GAUGES
        ]
        self._bound: dict[tuple[str, UUID | None, bool], Bound] = {}
        self._authorities: set[UUID | None] = set()
        self._others: dict[tuple[str, bool], Bound] = {}

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
        self.failovers.labels(replica.name)

    def bound(self, model: str, authority: UUID | None, *, bulk: bool = False) -> Bound:
        """The children for a model of the catalogue; beyond 200 authorities all further ones share one label."""
        found = self._bound.get((model, authority, bulk))
        if found is None:
            kind = "bulk" if bulk else "interactive"
            if authority not in self._authorities and len(self._authorities) >= MAX_AUTHORITIES:
                found = self._others.get((model, bulk))
                if found is None:
                    found = self._others[model, bulk] = Bound(self, model, "other", kind)
                return found
            self._authorities.add(authority)
            found = self._bound[model, authority, bulk] = Bound(
                self, model, str(authority) if authority else "none", kind
            )
        return found
