# SPDX-License-Identifier: EUPL-1.2
"""A run as the gateway shows it."""

from __future__ import annotations

from typing import Any

RUN = "8f0c7c4e-53a1-4c0b-9d6a-6f3b7f0c1d2e"


def run(state: str = "succeeded", **changes: Any) -> dict[str, Any]:
    return {
        "id": RUN,
        "module": "summarise",
        "version": "1.0.0",
        "state": state,
        "mode": "extractive",
        "result": {"text": "kurz"} if state == "succeeded" else None,
        "error": None,
        "partial": False,
        "progress": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
        "warnings": [],
        "conversation": None,
        "case": None,
        "protection_class": "intern",
        "deadline": None,
        "created_at": "2026-11-27T12:00:00.5Z",
        "finished_at": "2026-11-27T12:00:01Z" if state == "succeeded" else None,
        **changes,
    }
