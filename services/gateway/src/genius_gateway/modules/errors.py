# SPDX-License-Identifier: EUPL-1.2
"""Failures around the catalogue of modules."""

from __future__ import annotations

from genius_common.errors import Conflict, Unavailable


class ModulesUnavailable(Unavailable):
    code = "modules_unavailable"
    title = "Funktionen zurzeit nicht verfügbar"
    default_detail = (
        "Die Funktionen der Plattform sind zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut."
    )


class ModuleVersionMismatch(Conflict):
    code = "module_version_mismatch"
    title = "Andere Fassung der Funktion"
    default_detail = "Die verlangte Fassung der Funktion gibt es hier nicht."
