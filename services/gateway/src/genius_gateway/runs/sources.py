# SPDX-License-Identifier: EUPL-1.2
"""Under the Steuergeheimnis: a run that reads documents or files names a case; without one it can't read any.

A module that searches of its own accord (ask-documents) always does; chat only what its turn names.
"""

from __future__ import annotations

from typing import Any

from genius_common.contracts.modules import ModuleManifest
from genius_common.errors import FieldError
from genius_gateway.conversations import turns
from genius_gateway.retrieval_log.current import Retrieval, current
from genius_gateway.retrieval_log.errors import CaseRequired, RetrievalLogUnavailable

_SOURCES = ("knowledge_bases", "documents", "files")
_SEARCHING = frozenset({"search", "documents.read"})
_READING = _SEARCHING | {"files.read"}


def reads_sources(manifest: ModuleManifest, data: dict[str, Any]) -> bool:
    """Whether a run with this input (of a chat: with what its conversation adds) retrieves anything."""
    named = any(data.get(field) for field in _SOURCES)
    return named or (manifest.id != turns.MODULE and not _SEARCHING.isdisjoint(manifest.scopes))


def searches_everything(manifest: ModuleManifest, data: dict[str, Any]) -> bool:
    """Whether a run with this input looks into whatever the caller may read, since it names nothing."""
    named = any(data.get(field) for field in _SOURCES)
    return manifest.id != turns.MODULE and "search" in manifest.scopes and not named


def require_case(manifest: ModuleManifest, data: dict[str, Any]) -> Retrieval | None:
    """The retrieval that the run is, for its case; None where it reads nothing.

    Raises: CaseRequired; RetrievalLogUnavailable outside of a request, where nobody would log it.
    """
    retrieval = current()
    if retrieval is None:
        raise RetrievalLogUnavailable
    retrieval.sources = reads_sources(manifest, data)
    if retrieval.sources and retrieval.case is None:
        raise CaseRequired(errors=[FieldError("/case", CaseRequired.default_detail)])
    return retrieval if retrieval.sources else None


def without_sources(scopes: frozenset[str]) -> frozenset[str]:
    """The scopes of a module's token for a run without a case."""
    return scopes - _READING
