# SPDX-License-Identifier: EUPL-1.2
"""The form of an authority's archive, known to who writes it (gateway) and who opens it (`genius authority`)."""

from __future__ import annotations

from uuid import UUID

FORMAT = "genius authority archive 1"
MANIFEST = "manifest.json"


def member_place(removal: UUID | str, name: str) -> str:
    """What the ciphertext of a member is bound to."""
    return f"archive/{removal}/{name}"
