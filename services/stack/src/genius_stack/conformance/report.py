# SPDX-License-Identifier: EUPL-1.2
"""What the suite found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise of the contract: kept, broken, or not to be checked; `detail` is German and says what to do."""

    check: str
    outcome: Outcome
    detail: str = ""


@dataclass(slots=True)
class Report:
    """All findings about one module, in the order of the checks."""

    module: str = ""
    version: str = ""
    digest: str = ""
    findings: list[Finding] = field(default_factory=list)

    def note(self, check: str, wrong: list[str], *, skipped: str = "") -> None:
        """`wrong`: every way in which it is broken; `skipped`: why it could not be checked."""
        outcome: Outcome = "failed" if wrong else "skipped" if skipped else "passed"
        self.findings.append(Finding(check, outcome, " ".join(wrong) or skipped))

    @property
    def failed(self) -> list[Finding]:
        return [item for item in self.findings if item.outcome == "failed"]

    @property
    def passed(self) -> bool:
        return not self.failed
