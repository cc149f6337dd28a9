# SPDX-License-Identifier: EUPL-1.2
"""From the inbox to Genius: a case, its files, and the check as a job that calls back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fachverfahren import inbox
from fachverfahren.inbox import Application, Unusable
from fachverfahren.ledger import Entry, Ledger
from genius_client import Genius

# § 67 SGB X: what stands in a Wohngeld application. Genius shows it to nothing that may not see it.
_CLASS = "sozialdaten"
_MODULE, _RULE_SET = "completeness", "wohngeld"


class Handover:
    """Every step is recorded before the next, so it can be repeated after a crash and starts nothing twice."""

    def __init__(self, genius: Genius, ledger: Ledger, callback_url: str) -> None:
        self._genius = genius
        self._ledger = ledger
        self._callback_url = callback_url

    def all(self, folder: Path) -> Iterator[str]:
        """Hand over what is new in the inbox; yields a line for each folder that is not done already."""
        for one in inbox.folders(folder):
            try:
                application = inbox.read(one)
            except Unusable as error:
                yield f"übergangen: {error}"
                continue
            known = self._ledger.entry(application.reference)
            if known is not None and known.digest != application.digest:
                yield f"übergangen: {application.reference} hat jetzt andere Dateien; bitte zuerst abschließen."
            elif known is None or known.run is None:
                self.one(application)
                yield f"übergeben: {application.reference} ({len(application.files)} Dateien)"

    def one(self, application: Application) -> None:
        """Raises: GeniusError; call it again then."""
        reference = application.reference
        self._ledger.begin(application)
        case = self._case(reference)
        files = [self._file(reference, case, path) for path in application.files]
        run = self._genius.start(
            _MODULE,
            {"rule_set": _RULE_SET, "files": files, "as_of": application.received.isoformat()},
            case=case,
            callback=self._callback_url,
            protection_class=_CLASS,
            # The same after a crash between the start and the next line: it finds the job that there is.
            idempotency_key=f"{case}:{application.digest}",
        )
        self._ledger.set_run(reference, run.id)

    def _case(self, reference: str) -> str:
        entry = self._ledger.entry(reference)
        if entry is not None and entry.case is not None:
            return entry.case
        # An earlier attempt may have made it and not come to record it.
        made = next((case for case in self._genius.cases() if case.reference == reference), None)
        case = made or self._genius.create_case(reference, "Wohngeld", protection_class=_CLASS)
        self._ledger.set_case(reference, case.id)
        return case.id

    def _file(self, reference: str, case: str, path: Path) -> str:
        if known := self._ledger.files(reference).get(path.name):
            return known
        stored = self._genius.upload(path, protection_class=_CLASS)
        self._genius.add_to_case(case, stored.id)
        self._ledger.add_file(reference, path.name, stored.id)
        return stored.id

    def ask(self) -> Iterator[str]:
        """Ask for what has not called back, for days without callbacks (a firewall, a change of the key)."""
        for entry in self._ledger.entries():
            if entry.open and entry.run is not None:
                run = self._genius.get(entry.run)
                if run.ended:
                    self._ledger.take_run(run)
                yield f"{entry.reference}: {run.state}"

    def close(self, entry: Entry) -> None:
        """Delete at Genius and here what is no longer needed: the case with its files and runs, and the entry."""
        if entry.case is not None:
            self._genius.delete_case(entry.case)
        self._ledger.forget(entry.reference)
