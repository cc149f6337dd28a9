# SPDX-License-Identifier: EUPL-1.2
"""A check as a file: JSON with all of it, or a table that spreadsheets open (CSV, RFC 4180, with semicolons)."""

from __future__ import annotations

import csv
import io
from typing import Literal

from starlette.responses import Response

from genius_gateway.retrieval_log.schemas import CheckWithItems, Item

Format = Literal["csv", "json"]
_HEAD = (
    "Nr.", "Abruf", "Zeit (UTC)", "Benutzer", "Pseudonym", "Anwendung", "Aktenzeichen", "Vorgang", "Art",
    "Schutzklasse", "Objekt", "Treffer", "Ergebnis", "Entscheidung", "Begründung", "entschieden von",
    "entschieden am (UTC)",
)  # fmt: skip
# Without the mark spreadsheets read UTF-8 as something else.
_MARK = "\ufeff"
# Spreadsheets take the wide forms for the same, and skip a line break before them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def report(check: CheckWithItems, form: Format) -> Response:
    """To be saved, and kept nowhere on the way."""
    name = f"abrufpruefung-{check.at:%Y-%m-%d}-{str(check.id)[:8]}.{form}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    if form == "json":
        return Response(check.model_dump_json(indent=2), media_type="application/json", headers=headers)
    return Response(_table(check), media_type="text/csv; charset=utf-8", headers=headers)


def _table(check: CheckWithItems) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    for item in check.items:
        writer.writerow([_cell(value) for value in _row(item)])
    return _MARK + out.getvalue()


def _row(item: Item) -> list[object]:
    entry = item.entry
    retrieved: list[object] = [None] * 10
    if entry is not None:
        retrieved = [
            entry.login, entry.person, entry.application, entry.reference, entry.case, entry.kind, entry.category,
            entry.object, entry.hits, entry.outcome,
        ]  # fmt: skip
    at = entry.at.isoformat(timespec="seconds") if entry is not None else "gelöscht"
    decided_at = item.decided_at.isoformat(timespec="seconds") if item.decided_at else None
    return [item.position, item.retrieval, at, *retrieved, item.decision, item.reason, item.decided_by, decided_at]


def _cell(value: object) -> str:
    """What people wrote must be no formula where it is opened."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
