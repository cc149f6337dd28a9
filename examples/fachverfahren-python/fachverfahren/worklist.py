# SPDX-License-Identifier: EUPL-1.2
"""What the clerk sees: the worklist, the gaps with their evidence, the draft of the letter. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fachverfahren.ledger import Entry

_OPEN = {"missing": "fehlt", "unclear": "unklar"}
_DRAFT = (
    "ENTWURF – von einem Programm erstellt, nicht geprüft und nicht versandt.\n"
    "Bitte prüfen und ändern Sie ihn; über den Versand entscheiden Sie.\n"
)


def rows(entries: list[Entry]) -> Iterator[str]:
    """One line an application."""
    for entry in entries:
        yield f"{entry.reference} | {entry.received} | {entry.clerk} | {_state(entry)}"


def _state(entry: Entry) -> str:
    if entry.error is not None:
        return f"nicht geprüft: {entry.error}"
    if entry.result is None:
        return "in Prüfung" if entry.run else "noch nicht übergeben"
    count = len(gaps(entry.result))
    return f"{count} offen" if count else "vollständig"


def gaps(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in result["requirements"].values() if one["status"] in _OPEN]


def sheet(entry: Entry) -> str:
    """All gaps with reason, legal basis and where it stands, the files that were looked at, and the draft."""
    if entry.result is None:
        return f"{entry.reference}: {_state(entry)}\n"
    lines = [f"Vollständigkeitsprüfung {entry.reference}, Eingang {entry.received}, {entry.clerk}", ""]
    for number, gap in enumerate(gaps(entry.result), start=1):
        lines += [f"{number}. {gap['title']}: {_OPEN[gap['status']]}", f"   {gap['reason']}"]
        lines += [f"   Fundstelle: {place['file']}, Seite {place['page']}" for place in gap["evidence"]]
        lines.append(f"   Rechtsgrundlage: {'; '.join(gap['legal_basis'])}")
    lines += ["Keine Lücke gefunden."] if not gaps(entry.result) else []
    lines += ["", "Angesehen:"]
    for document in entry.result["documents"]:
        reason = "" if document["readable"] else f" – nicht lesbar: {document['unreadable_reason']}"
        lines.append(f"- {document['file']}: {document['title']}{reason}")
    letter = entry.result["letter"]
    if letter["items"]:
        lines += ["", _DRAFT, letter["text"]]
    return "\n".join(lines) + "\n"


def save_sheet(entry: Entry, folder: Path) -> Path:
    """Put it where the clerk finds it, readable by nobody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = "".join(sign if sign.isalnum() else "-" for sign in entry.reference)
    path = folder / f"{name}.txt"
    path.write_text(sheet(entry), encoding="utf-8")
    path.chmod(0o600)
    return path
