# SPDX-License-Identifier: EUPL-1.2
"""The class that a request to `/v1` states in `X-Genius-Protection-Class`, or the default of the settings."""

from __future__ import annotations

from dataclasses import replace

from genius_common.principal import Principal, ProtectionClass
from genius_common.web import Scope
from genius_gateway.protection_classes.gate import Used, parse_class, require_clearance

HEADER = b"x-genius-protection-class"
NAME = "X-Genius-Protection-Class"
_KEPT = 10_000


class StatedClass:
    """Cuts a caller's classification to what the request states: inference judges the model by it.

    Remembered by the very object, so that the path of model requests pays a look into a dictionary.
    """

    def __init__(self, default: ProtectionClass) -> None:
        self._default = default
        self._known: dict[tuple[int, str], tuple[Principal, Principal]] = {}

    def of(self, principal: Principal, scope: Scope) -> Principal:
        """Raises: ClassUnknown, ClassAboveClearance; both name the header."""
        # Several headers are one list (RFC 9110, 5.3), and a list is no class.
        given = b", ".join(value for name, value in scope["headers"] if name == HEADER).decode("latin-1")
        kept = self._known.get((id(principal), given))
        if kept is not None and kept[0] is principal:
            return kept[1]
        stated = parse_class(given, f"/{NAME}") if given else self._of_default(principal)
        if not principal.classification.covers(stated):
            require_clearance(principal, [Used(f"/{NAME}", stated)])
        reduced = replace(principal, classification=stated)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[id(principal), given] = principal, reduced
        return reduced

    def _of_default(self, principal: Principal) -> ProtectionClass:
        """Who may not even see the default gets what they may see."""
        return min(self._default, principal.classification, key=lambda item: item.rank)
