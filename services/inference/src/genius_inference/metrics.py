# SPDX-License-Identifier: EUPL-1.2
"""Prometheus metrics per model and authority: no persons, bounded labels, children bound once per pair."""

from __future__ import annotations

from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from genius_common.upstream.events import Usage

MAX_AUTHORITIES = 200
_TTFT_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60)
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
)


class Bound:
    """The children of one (model, authority) pair (0.35 µs an increment against 1.3 µs by labels)."""

    __slots__ = ("input_tokens", "outcomes", "output_tokens", "ttft")

    def __init__(self, metrics: Metrics, model: str, authority: str) -> None:
        self.outcomes = {name: metrics.requests.labels(model, authority, name) for name in OUTCOMES}
        self.input_tokens = metrics.tokens.labels(model, authority, "input")
        self.output_tokens = metrics.tokens.labels(model, authority, "output")
        self.ttft = metrics.ttft.labels(model)

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
        self.in_flight = Gauge("genius_inference_in_flight", "Requests at the model server now", registry=registry)
        self._bound: dict[tuple[str, UUID | None], Bound] = {}
        self._authorities: set[UUID | None] = set()

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
