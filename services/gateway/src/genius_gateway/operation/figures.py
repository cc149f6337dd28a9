# SPDX-License-Identifier: EUPL-1.2
"""What the gateway counts besides requests, for Prometheus: no ids, no persons, no content (gauges: `backlog`)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

# Of the process; the registry of the public port takes them up.
AUDIT_RECORDS = Counter(
    "genius_gateway_audit_records",
    "Records of requests (group commit), by whether they could be written",
    ["outcome"],
    registry=None,
)
CALLBACK_ATTEMPTS = Counter(
    "genius_gateway_callback_attempts",
    "Attempts to deliver a callback: delivered, to be repeated, given up",
    ["outcome"],
    registry=None,
)
RUNS_ENDED = Counter(
    "genius_gateway_runs_ended",
    "Runs that ended here, by state and by whether they waited in the queue of jobs",
    ["state", "mode"],
    registry=None,
)
for _outcome in ("written", "failed"):
    AUDIT_RECORDS.labels(_outcome)
for _outcome in ("delivered", "repeated", "given_up"):
    CALLBACK_ATTEMPTS.labels(_outcome)
for _state in ("succeeded", "failed", "cancelled"):
    for _mode in ("job", "direct"):
        RUNS_ENDED.labels(_state, _mode)


def register(registry: CollectorRegistry) -> None:
    for counter in (AUDIT_RECORDS, CALLBACK_ATTEMPTS, RUNS_ENDED):
        registry.register(counter)


def count_run(state: str, *, job: bool) -> None:
    RUNS_ENDED.labels(state, "job" if job else "direct").inc()
