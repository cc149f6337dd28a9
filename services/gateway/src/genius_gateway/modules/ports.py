# SPDX-License-Identifier: EUPL-1.2
"""What this folder needs of the rest of the gateway."""

from __future__ import annotations

from typing import Protocol


class ServiceTokens(Protocol):
    def for_service(self, audience: str) -> str:
        """A token of the gateway itself, without any user's rights."""
        ...
