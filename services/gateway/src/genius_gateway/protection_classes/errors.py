# SPDX-License-Identifier: EUPL-1.2
"""Refusals because of a protection class; each text names the class and says what to do."""

from __future__ import annotations

from genius_common.errors import Forbidden, InvalidInput


class ClassUnknown(InvalidInput):
    """What is no class of ours, VS-NfD and above among it."""

    code = "protection_class_unknown"
    title = "Schutzklasse unbekannt"
    default_detail = (
        "Diese Schutzklasse gibt es hier nicht. Möglich sind offen, intern, personenbezogen, sozialdaten und "
        "steuergeheimnis; Verschlusssachen (VS-NfD und höher) dürfen hier nicht verarbeitet werden."
    )


class ClassAboveClearance(Forbidden):
    code = "class_above_clearance"
    title = "Schutzklasse nicht zugelassen"
    default_detail = (
        "Diese Inhalte haben eine höhere Schutzklasse, als Sie hier verwenden dürfen. Bitte lassen Sie sie weg oder "
        "wenden Sie sich an die Administration Ihrer Behörde."
    )


class ClassNotForModule(Forbidden):
    """The module's manifest does not list the class of what would go in."""

    code = "class_not_for_module"
    title = "Funktion für diese Schutzklasse nicht zugelassen"
    default_detail = (
        "Diese Funktion ist für die Schutzklasse der Inhalte nicht zugelassen. Bitte lassen Sie diese Inhalte weg oder "
        "verwenden Sie eine andere Funktion."
    )


class ClassNotForModel(Forbidden):
    """No model may see the class, and the module can do nothing without one."""

    code = "class_not_for_model"
    title = "Kein Modell für diese Schutzklasse zugelassen"
    default_detail = (
        "Für die Schutzklasse dieser Inhalte ist kein Sprachmodell zugelassen. Bitte lassen Sie diese Inhalte weg oder "
        "wenden Sie sich an den Betrieb."
    )


class ClassMayNotLeave(Forbidden):
    """The settings keep originals of this class inside; reading them on screen stays possible."""

    code = "class_may_not_leave"
    title = "Herunterladen nicht zugelassen"
    default_detail = (
        "Inhalte dieser Schutzklasse dürfen nicht heruntergeladen werden. Sie können sie hier weiterhin lesen."
    )
