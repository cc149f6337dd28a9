# SPDX-License-Identifier: EUPL-1.2
"""What a change makes of a knowledge base: only what is given, and never without a name or a purpose that it had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from genius_common.errors import FieldError, InvalidInput
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.knowledge_bases.schemas import KnowledgeBaseChange


def changed(base: KnowledgeBase, change: KnowledgeBaseChange) -> KnowledgeBase:
    """`base` as it is to be. Raises: InvalidInput where nothing is given, or null where a text must stand."""
    given = change.model_fields_set
    empty = [name for name in ("name", "purpose") if name in given and getattr(change, name) is None]
    if empty:
        raise InvalidInput(errors=[FieldError(f"/{name}", "Bitte geben Sie hier einen Text an.") for name in empty])
    if not given:
        raise InvalidInput("Bitte nennen Sie, was sich ändern soll: „name“, „purpose“ oder „uses“.")
    return replace(
        base,
        name=change.name or base.name,
        purpose=change.purpose or base.purpose,
        uses=uses_of(change.uses) if "uses" in given else base.uses,
    )


def uses_of(wanted: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if wanted is None else tuple(sorted(set(wanted)))


def as_fact(uses: Iterable[str] | None) -> str:
    """For the trail: ids of modules are words of ours."""
    return "*" if uses is None else " ".join(uses)
