# SPDX-License-Identifier: EUPL-1.2
"""What a knowledge base may be used for (purpose limitation, Art. 5(1)(b) GDPR): modules by id, and people's search.

The list is closed. Training and evaluation of models are no uses: nothing in the platform does them on content of
people, and no module may bear such a name.
"""

from __future__ import annotations

from collections.abc import Collection

from genius_common.errors import Forbidden

SEARCH = "search"
"""The direct search of people and applications, without a module."""
RESERVED = frozenset({SEARCH, "training", "evaluation"})
"""Names that no module may have."""


class PurposeNotAllowed(Forbidden):
    """A knowledge base was asked for something that it is not there for."""

    code = "purpose_not_allowed"
    title = "Zweck lässt diese Verwendung nicht zu"
    default_detail = (
        "Der Zweck dieser Wissensbasis lässt diese Verwendung nicht zu. Bitte lassen Sie sie weg, verwenden Sie eine "
        "zugelassene Funktion, oder wenden Sie sich an die Stelle, die die Wissensbasis pflegt."
    )


def allows(uses: Collection[str] | None, use: str | None) -> bool:
    """Whether `uses` of a knowledge base (None = every registered one) cover `use`; who names none may not use it."""
    return use is not None and (uses is None or use in uses)
