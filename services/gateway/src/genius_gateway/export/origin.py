# SPDX-License-Identifier: EUPL-1.2
"""Where a document comes from, told truthfully: to readers in a note, to machines in the metadata (AI Act Art. 50)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

Way = Literal["generative", "extractive", "template", "rules"]
_BERLIN = ZoneInfo("Europe/Berlin")
_SHORT = {
    "generative": "Mit KI-Unterstützung erstellt",
    "extractive": "Ohne Sprachmodell aus den Quellen zusammengestellt",
    "template": "Ohne Sprachmodell aus einer Vorlage gefüllt",
    "rules": "Ohne Sprachmodell nach festen Regeln erstellt",
}
_ADVICE = {
    "generative": "Bitte prüfen Sie den Inhalt, bevor Sie ihn verwenden.",
    "extractive": "Die Sätze sind wörtliche Auszüge.",
    "template": "Bitte prüfen Sie den Inhalt, bevor Sie ihn verwenden.",
    "rules": "Bitte prüfen Sie den Inhalt, bevor Sie ihn verwenden.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a text came about.

    `at` is when, `sources` the names of what it rests on, `edited` whether a person changed it afterwards, `signed_off`
    who took responsibility for it in a recorded review (then the note says so instead of asking to check).
    """

    way: Way
    at: dt.datetime
    model: str | None = None
    module: str = ""
    version: str = ""
    run: str = ""
    edited: bool = False
    signed_off: str | None = None
    sources: tuple[str, ...] = ()

    @property
    def by_model(self) -> bool:
        return self.way == "generative"

    @property
    def short(self) -> str:
        """For the foot of every page."""
        return _SHORT[self.way]

    @property
    def note(self) -> str:
        """For the end of the text."""
        local = self.at.astimezone(_BERLIN)
        how = [f"Sprachmodell {self.model or 'ohne Angabe'}"] if self.by_model else []
        how.append(f"{local:%d.%m.%Y}, {local:%H:%M} Uhr")
        parts = [f"{self.short} ({', '.join(how)})."]
        if self.edited:
            parts.append("Eine Person hat den Text danach geändert.")
        parts.append(f"Geprüft und freigegeben: {self.signed_off}." if self.signed_off else _ADVICE[self.way])
        return " ".join(parts)

    @property
    def properties(self) -> dict[str, str]:
        """For machines; names are fixed (docs/howto/export-results.md)."""
        known = {
            "GeniusAiGenerated": "true" if self.by_model else "false",
            "GeniusWay": self.way,
            "GeniusModel": self.model or "",
            "GeniusModule": self.module,
            "GeniusModuleVersion": self.version,
            "GeniusRun": self.run,
            "GeniusCreated": self.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "GeniusEdited": "true" if self.edited else "false",
            "GeniusSources": "; ".join(self.sources),
        }
        return {name: value for name, value in known.items() if value}
