# SPDX-License-Identifier: EUPL-1.2
"""Failures around modules: their catalogue, and what they send."""

from __future__ import annotations

from genius_common.errors import Conflict, Forbidden, Unavailable, UpstreamFailed


class ModulesUnavailable(Unavailable):
    code = "modules_unavailable"
    title = "Funktionen zurzeit nicht verfügbar"
    default_detail = (
        "Die Funktionen der Plattform sind zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut."
    )


class ModuleSwitchedOff(Forbidden):
    code = "module_switched_off"
    title = "Funktion abgeschaltet"
    default_detail = (
        "Die Administration Ihrer Behörde hat diese Funktion abgeschaltet. "
        "Wenn Sie sie brauchen, wenden Sie sich bitte dorthin."
    )


class ModuleWithheld(Forbidden):
    """Known, but not offered: its card is missing or has expired, or it is not what was registered (KI-03, INJ-07)."""

    code = "module_withheld"
    title = "Funktion nicht angeboten"
    default_detail = "Diese Funktion wird zurzeit nicht angeboten. Bitte wenden Sie sich an den Betrieb."


class ModuleVersionMismatch(Conflict):
    code = "module_version_mismatch"
    title = "Andere Fassung der Funktion"
    default_detail = "Die verlangte Fassung der Funktion gibt es hier nicht."


class ModuleOutputTooLarge(UpstreamFailed):
    code = "module_output_too_large"
    title = "Ausgabe zu groß"
    default_detail = (
        "Die Funktion hat mehr ausgegeben als erlaubt. Was schon da war, ist gespeichert. "
        "Kürzen Sie die Eingabe, oder verständigen Sie den Betrieb."
    )
    retryable = False
