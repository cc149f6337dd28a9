# SPDX-License-Identifier: EUPL-1.2
"""The form of an authority's archive, known to who writes it (gateway) and who opens it (`genius authority`)."""

from __future__ import annotations

from uuid import UUID

FORMAT = "genius authority archive 1"
MANIFEST = "manifest.json"
NAMES = "names"
"""The sealed member that says what the numbered ones are called: `{"00000001": "dateien/…"}`."""


def member_place(removal: UUID | str, name: str) -> str:
    """What the ciphertext of a member is bound to."""
    return f"archive/{removal}/{name}"
