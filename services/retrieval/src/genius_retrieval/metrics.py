# SPDX-License-Identifier: EUPL-1.2
"""Numbers of the service for Prometheus: no ids, no persons, no content."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from genius_common.unreadable import UNREADABLE_VALUES
from genius_retrieval.ingest.reasons import FAILURES

registry = CollectorRegistry()
registry.register(UNREADABLE_VALUES)

_DOCUMENTS = Counter(
    "genius_retrieval_documents_total",
    "Documents and files by how their ingestion ended.",
    ["outcome"],
    registry=registry,
)
RECONCILED = Counter(
    "genius_retrieval_reconciled_total",
    "Documents (restored, reread, lost, removed) and objects on which the stores disagreed.",
    ["outcome"],
    registry=registry,
)
SEARCH_SECONDS = Histogram(
    "genius_retrieval_search_seconds",
    "Time of a search, access checks included.",
    buckets=(0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=registry,
)
PARSE_SECONDS = Histogram(
    "genius_retrieval_parse_seconds",
    "Time of a parser process.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180),
    registry=registry,
)
OCR_PAGES = Counter(
    "genius_retrieval_ocr_pages_total",
    "Scanned pages: read, unread (no picture of it), ended (too slow, or it ended its process).",
    ["outcome"],
    registry=registry,
)
INGEST_JOBS = Gauge(
    "genius_retrieval_ingest_jobs",
    "Jobs of the ingestion: waiting, running, failed for good; shown by the process that works them off.",
    ["state"],
    registry=registry,
)
OLDEST_INGEST_JOB = Gauge(
    "genius_retrieval_oldest_ingest_job_seconds",
    "Age of the job that waits longest, 0 without one.",
    registry=registry,
)
for _outcome in ("read", "unread", "ended"):
    OCR_PAGES.labels(_outcome)
for _outcome in ("restored", "reread", "lost", "removed", "objects"):
    RECONCILED.labels(_outcome)
MODEL_FAILURES = Counter(
    "genius_retrieval_model_failures_total",
    "Searches that went on without a model of the search, by its kind.",
    ["kind"],
    registry=registry,
)
for _state in ("waiting", "running", "failed"):
    INGEST_JOBS.labels(_state)
for _kind in ("dense", "rerank"):
    MODEL_FAILURES.labels(_kind)
for _outcome in ("ready", *FAILURES):
    _DOCUMENTS.labels(_outcome)


def count(outcome: str) -> None:
    """One more document that ended as `ready` or with a reason code."""
    _DOCUMENTS.labels(outcome).inc()
