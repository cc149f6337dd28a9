# SPDX-License-Identifier: EUPL-1.2
"""What the service counts: runs by module and outcome, never anything of their content."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

OUTCOMES = ("done", "error", "cancelled")


class Metrics:
    """Prometheus collectors with all label values made in advance, so that rates start at zero."""

    def __init__(self, modules: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self._runs = Counter("genius_modules_runs_total", "Ended runs", ["module", "outcome"], registry=self.registry)
        self._seconds = Histogram(
            "genius_modules_run_duration_seconds",
            "Time of a run from start to its final event",
            ["module"],
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
            registry=self.registry,
        )
        self._active = Gauge("genius_modules_active_runs", "Runs going on now", registry=self.registry)
        for module in modules:
            self._seconds.labels(module)
            for outcome in OUTCOMES:
                self._runs.labels(module, outcome)

    def watch_active(self, count: Callable[[], float]) -> None:
        self._active.set_function(count)

    def ended(self, module: str, outcome: str, seconds: float) -> None:
        self._runs.labels(module, outcome).inc()
        self._seconds.labels(module).observe(seconds)
