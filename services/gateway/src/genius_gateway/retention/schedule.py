# SPDX-License-Identifier: EUPL-1.2
"""The one table of how long data is kept, why, and on which legal basis. Days are counted from `since`.

An operator changes a number with `GENIUS_GATEWAY_RETENTION__DAYS__<KIND>`; a date set on a single conversation or case
goes before. None = no time of its own: it goes with what it belongs to, or when the person deletes it.
Articles without a law are those of the GDPR (DSGVO).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal[
    "conversations",
    "snapshots",
    "runs",
    "cases",
    "files",
    "knowledge_bases",
    "sessions",
    "api_tokens",
    "persons",
    "usage",
    "meters",
    "revocations",
    "holds",
    "receipts",
    "retrievals",
    "audit",
    "keys",
    "organisation",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_TASK = "Art. 6 Abs. 1 Buchst. e, Abs. 3; § 3 DSG NRW"
_EMPLOYEE = "Art. 6 Abs. 1 Buchst. e; § 18 DSG NRW"
_SECURITY = "Art. 32; Art. 5 Abs. 1 Buchst. f"
_OWN = "nur die Person selbst"
_STAFF = "nach Freigabe die Beschäftigten der Behörde"


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of data is kept. Texts are German, for the person and the processing record."""

    days: int | None
    since: str
    title: str
    purpose: str
    basis: str
    recipients: str


# fmt: off
SCHEDULE: Mapping[Kind, Rule] = {
    #                        days, since, title, purpose, legal basis, recipients
    "conversations": Rule(180, "der letzten Änderung", "Gespräche",
        "Unterstützung der Sachbearbeitung im Dialog", _TASK, _OWN),
    "snapshots": Rule(30, "dem Teilen, wenn nichts anderes gewählt ist", "Geteilte Gespräche (Kopien)",
        "Zusammenarbeit innerhalb der Behörde; endet mit dem Gespräch oder wenn die teilende Person es beendet", _TASK,
        "die Person selbst und wer genannt ist, innerhalb der Behörde"),
    "runs": Rule(90, "dem Ende", "Aufträge mit Eingaben und Ergebnissen",
        "Zusammenfassen, Entwerfen, Auskunft aus Dokumenten, Prüfen von Anträgen", _TASK, _OWN),
    "cases": Rule(365, "der letzten Änderung eines geschlossenen Vorgangs", "Vorgänge",
        "Bearbeitung eines Aktenzeichens; führend bleibt die Akte", _TASK, _OWN),
    "files": Rule(180, "dem Hochladen", "Dateien außerhalb von Wissensbasen",
        "Anhänge von Gesprächen, Aufträgen und Vorgängen", _TASK, _OWN),
    "knowledge_bases": Rule(None, "", "Wissensbasen und ihre Dokumente",
        "Auskunft aus Dokumenten; Bestand wird fachlich gepflegt", _TASK, _STAFF),
    "sessions": Rule(1, "dem Ablauf", "Anmeldungen",
        "Zugang nach der Anmeldung", _SECURITY, _OWN),
    "api_tokens": Rule(30, "dem Ablauf", "Zugangsschlüssel",
        "Zugang für eigene Programme", _SECURITY, "die Person; ohne Tag der Nutzung die Administration der Behörde"),
    "persons": Rule(730, "der letzten Anmeldung", "Konto (Pseudonym) und Zugehörigkeiten",
        "Zuordnung von Rechten; Name, wie ihn der Verzeichnisdienst nennt, verschlüsselt", _EMPLOYEE,
        "Administration der Behörde: Name, Referat, Rollen"),
    "usage": Rule(1095, "dem Tag", "Verbrauch",
        "Kontingente und Haushalt", "Art. 6 Abs. 1 Buchst. e; §§ 7, 34 LHO", "Administration der Behörde und Betrieb, "
        "nur Summen der Behörde"),
    "meters": Rule(None, "", "Zähler der laufenden Kontingente",
        "Kontingente je Person, nur für den laufenden Tag", "Art. 6 Abs. 1 Buchst. e; §§ 7, 34 LHO", _OWN),
    "revocations": Rule(1, "dem Widerruf", "Widerrufe von Zugängen",
        "ungültige Zugänge sofort sperren", _SECURITY, "keine"),
    "holds": Rule(1095, "der Aufhebung", "Sperren der Löschung",
        "Nachweis, warum nicht gelöscht wurde", "Art. 5 Abs. 2; Art. 18", "Betrieb und Revision"),
    "receipts": Rule(1095, "der Löschung", "Löschquittungen",
        "Nachweis der Löschung", "Art. 5 Abs. 2; Art. 17", "Betrieb und Revision"),
    "retrievals": Rule(None, "", "Abrufprotokoll (nur unter dem Steuergeheimnis)",
        "Prüfung, ob Abrufe zulässig waren; genau zwei Jahre, dann gelöscht", "§§ 6, 7 StDAV; § 30 Abs. 6 AO",
        "nur Abrufprüfung"),
    "audit": Rule(None, "", "Protokoll ohne Inhalte, unter Pseudonym",
        "Nachweis der Zugriffe, Aufklärung von Vorfällen; keine Leistungs- oder Verhaltenskontrolle",
        "Art. 5 Abs. 2; Art. 32; Art. 26 Abs. 6 KI-VO", "Revision"),
    "keys": Rule(None, "", "Schlüssel",
        "Verschlüsselung der Inhalte", _SECURITY, "keine"),
    "organisation": Rule(None, "", "Behörden, Referate, Fachverfahren",
        "Zuordnung von Rechten; keine Daten von Personen", _TASK, "alle Angemeldeten"),
}
# fmt: on


class Schedule:
    """The table with an operator's numbers in place."""

    def __init__(self, changed: Mapping[Kind, int]) -> None:
        self._changed = dict(changed)

    def days(self, kind: Kind) -> int | None:
        return self._changed.get(kind, SCHEDULE[kind].days)

    def shortened(self, own: Mapping[Any, int]) -> Schedule:
        """With an authority's own days where they are fewer."""
        fewer = {kind: min(days, self.days(kind) or days) for kind, days in own.items()}
        return Schedule({**self._changed, **fewer})

    def cutoff(self, kind: Kind, now: dt.datetime) -> dt.datetime:
        """What is older than this is due. Raises: ValueError for a kind without a time of its own."""
        days = self.days(kind)
        if days is None:
            raise ValueError(f"{kind} has no retention time")
        return now - dt.timedelta(days=days)


def two_years_before(now: dt.datetime) -> dt.datetime:
    """By the calendar (§ 6 Abs. 4 StDAV, § 188 Abs. 2 BGB): 730 days, or 731 with a leap day between."""
    try:
        return now.replace(year=now.year - 2)
    except ValueError:  # from 29 February
        return now.replace(year=now.year - 2, day=28)
