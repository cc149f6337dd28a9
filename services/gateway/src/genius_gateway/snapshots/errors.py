# SPDX-License-Identifier: EUPL-1.2
"""Why a conversation is not shared."""

from __future__ import annotations

from genius_common.errors import Conflict, Forbidden


class NothingToShare(Conflict):
    code = "nothing_to_share"
    title = "Noch nichts zu teilen"
    default_detail = "Dieses Gespräch ist leer. Stellen Sie zuerst eine Frage."


class AnswerUnfinished(Conflict):
    code = "answer_unfinished"
    title = "Antwort läuft noch"
    default_detail = "Die letzte Antwort wird noch geschrieben. Warten Sie, bis sie fertig ist, und teilen Sie dann."


class ClassNotShareable(Forbidden):
    code = "class_not_shareable"
    title = "Schutzklasse wird nicht geteilt"
    default_detail = (
        "Dieses Gespräch enthält Sozialdaten oder Inhalte unter dem Steuergeheimnis (§ 35 SGB I, § 30 AO). Wer sie "
        "sehen darf, entscheidet sich bei jedem Vorgang einzeln; eine Kopie könnte dem nicht folgen. Teilen Sie "
        "stattdessen den Vorgang, oder geben Sie die Auskunft auf dem Dienstweg."
    )
