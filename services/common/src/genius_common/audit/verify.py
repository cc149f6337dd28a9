# SPDX-License-Identifier: EUPL-1.2
"""Check an export of the audit trail without the platform: chains, checkpoints, signatures.

Lines of an export: `{"checkpoint": body, "signatures": [...]}` first, oldest first; then the records, each with
`previous` and `hash` (hex), chain by chain. One pass, memory for the checkpoints only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from genius_common.audit.chain import GENESIS, checkpoint_hash, digest, is_signed_by

Kind = Literal["unreadable", "changed", "order", "missing", "rewritten", "signature", "witness", "checkpoint"]
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that does not hold; `chain` and `seq` where it is about a record, else the checkpoint's number."""

    kind: Kind
    chain: str | None
    seq: int
    text: str


@dataclass(slots=True)
class Report:
    """What was checked. `unwitnessed` counts records after the last checkpoint that the witness signed."""

    records: int = 0
    chains: int = 0
    checkpoints: int = 0
    unwitnessed: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults


def verify(
    lines: Iterable[bytes],
    operators: Sequence[Ed25519PublicKey] = (),
    witnesses: Sequence[Ed25519PublicKey] = (),
    kept: bytes | None = None,
) -> Report:
    """Check the lines of an export; at most 1,000 faults are listed.

    `operators`, `witnesses`: keys of which one must have signed each (the newest witnessed) checkpoint; none means that
    signatures of that side are not asked for. `kept` is the checkpoint line that a witness keeps: it must be in the
    export unchanged, so that not even the operator with all his keys can replace history.
    """
    check = Check(operators, witnesses, kept)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        check.take(number, line)
    return check.finish()


class Check:
    """The same line by line, for whoever reads an export in pieces: `take` each line, then `finish`."""

    def __init__(
        self, operators: Sequence[Ed25519PublicKey], witnesses: Sequence[Ed25519PublicKey], kept: bytes | None
    ) -> None:
        self._operators, self._witnesses = operators, witnesses
        self._kept = checkpoint_hash(orjson.loads(kept)["checkpoint"]) if kept else None
        self._heads: dict[str, tuple[int, bytes]] = {}
        # (chain, seq) → what checkpoints say that the hash there is.
        self._wanted: dict[tuple[str, int], str] = {}
        self._highest: dict[str, int] = {}
        self._witnessed: dict[str, int] = {}
        self._last: tuple[int, str] = (0, GENESIS.hex())
        self._report = Report()

    @property
    def records(self) -> int:
        """How many records were read until now."""
        return self._report.records

    def take(self, number: int, line: bytes) -> None:
        """One line of the export and its number, from 1 on."""
        try:
            content = orjson.loads(line)
            if "checkpoint" in content:
                self._checkpoint(content["checkpoint"], content["signatures"])
            else:
                self._record(content)
        except (ValueError, KeyError, TypeError, AttributeError):
            self._fault("unreadable", None, number, f"Zeile {number} ist kein Eintrag des Protokolls")

    def _record(self, content: dict[str, Any]) -> None:
        own, named = bytes.fromhex(content.pop("hash")), bytes.fromhex(content.pop("previous"))
        chain, seq = str(content["chain"]), int(content["seq"])
        last, previous = self._heads.get(chain, (0, GENESIS))
        if seq != last + 1:
            self._fault("order", chain, seq, f"nach {last} folgt {seq}: fehlt, doppelt oder vertauscht")
        elif named != previous:
            self._fault("changed", chain, seq, "schließt nicht an den Eintrag davor an")
        if digest(named, content) != own:
            self._fault("changed", chain, seq, "Inhalt und Prüfsumme passen nicht zusammen")
        wanted = self._wanted.pop((chain, seq), None)
        if wanted is not None and wanted != own.hex():
            self._fault("rewritten", chain, seq, "ein Prüfpunkt nennt hier eine andere Prüfsumme")
        self._heads[chain] = (seq, own)
        self._report.records += 1

    def _checkpoint(self, body: dict[str, Any], signatures: list[dict[str, Any]]) -> None:
        number, name = int(body["number"]), checkpoint_hash(body)
        if (number, body["previous"]) != (self._last[0] + 1, self._last[1]):
            self._fault("checkpoint", None, number, "schließt nicht an den Prüfpunkt davor an")
        if self._operators and not _signed(self._operators, body, signatures):
            self._fault("signature", None, number, "Prüfpunkt ohne gültige Unterschrift des Betriebs")
        for chain, head in body["heads"].items():
            seq = int(head["seq"])
            if seq < self._highest.get(chain, 0):
                self._fault("checkpoint", chain, seq, "Prüfpunkt geht hinter einen früheren zurück")
            other = self._wanted.setdefault((chain, seq), str(head["hash"]))
            if other != head["hash"]:
                self._fault("checkpoint", chain, seq, "zwei Prüfpunkte nennen verschiedene Prüfsummen")
            self._highest[chain] = max(seq, self._highest.get(chain, 0))
        if self._witnesses and _signed(self._witnesses, body, signatures):
            self._witnessed = {chain: int(head["seq"]) for chain, head in body["heads"].items()}
        if name == self._kept:
            self._kept = None
        self._last = (number, name)
        self._report.checkpoints += 1

    def finish(self) -> Report:
        """What was found, when all lines are taken."""
        for chain, seq in self._wanted:
            self._fault("missing", chain, seq, "ein Prüfpunkt nennt diesen Eintrag, er fehlt")
        if self._kept is not None:
            self._fault("witness", None, 0, "der aufbewahrte Prüfpunkt steht nicht im Protokoll")
        if self._witnesses and not self._witnessed:
            self._fault("witness", None, 0, "kein Prüfpunkt trägt die Unterschrift der zweiten Stelle")
        report = self._report
        report.chains = len(self._heads)
        report.unwitnessed = sum(seq - self._witnessed.get(chain, 0) for chain, (seq, _) in self._heads.items())
        return report

    def _fault(self, kind: Kind, chain: str | None, seq: int, text: str) -> None:
        if len(self._report.faults) < _MOST:
            self._report.faults.append(Fault(kind, chain, seq, text))


def _signed(keys: Sequence[Ed25519PublicKey], body: dict[str, Any], signatures: list[dict[str, Any]]) -> bool:
    return any(is_signed_by(key, body, signature) for key in keys for signature in signatures)
