# SPDX-License-Identifier: EUPL-1.2
"""Which actions of the policy table are retrievals (Abrufe), and which take content out of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Kind = Literal["trefferliste", "dokumentliste", "dokument", "fundstelle", "seitenbild", "datei", "freigabe", "auftrag"]
Outcome = Literal["erteilt", "abgelehnt", "gescheitert", "abgebrochen"]
KINDS: tuple[Kind, ...] = get_args(Kind)

RUN = "run.start"
RETRIEVALS: Mapping[str, Kind] = {
    "search": "trefferliste",
    "document.list": "dokumentliste",
    "document.read": "dokument",
    "document.content": "dokument",
    "document.text": "fundstelle",
    "document.page": "seitenbild",
    "file.content": "datei",
    "file.text": "fundstelle",
    "file.page": "seitenbild",
    "case_file.list": "dokumentliste",
    "case_file.search": "trefferliste",
    # What a check has read from the files of a case.
    "case_version.read": "fundstelle",
    "case_version.compare": "fundstelle",
    "snapshot.read": "freigabe",
    # Only where the run has sources: `runs/sources.py`.
    RUN: "auftrag",
}
"""Action → kind of retrieval. The state of an own upload (`file.read`) says nothing that its owner did not send."""

EXPORTS = frozenset({"case.export", "document.content", "file.content", "person.export", "run.export"})
"""Actions that hand out originals, whole cases, results as files or everything of a person; off unless opened."""
