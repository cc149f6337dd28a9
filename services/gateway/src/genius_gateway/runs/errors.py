# SPDX-License-Identifier: EUPL-1.2
"""Why a run is refused, and how one ends badly."""

from __future__ import annotations

from genius_common.errors import Conflict, Forbidden, InvalidInput, LimitReached, Unavailable, UpstreamFailed


class BatchNotForChat(InvalidInput):
    code = "batch_not_for_chat"
    title = "Kein Stapel im Chat"
    default_detail = (
        "Ein Chat antwortet auf eine Nachricht nach der anderen. Stapel („inputs“) gibt es für die anderen Funktionen; "
        "starten Sie hier je Nachricht einen Lauf mit „input“."
    )


class NoActiveAuthority(Forbidden):
    code = "no_active_authority"
    title = "Keine Behörde gewählt"
    default_detail = "Läufe und Unterhaltungen gehören zu einer Behörde. Bitte wählen Sie zuerst eine Behörde."


class IdempotencyKeyReused(Conflict):
    code = "idempotency_key_reused"
    title = "Schlüssel schon verwendet"
    default_detail = (
        "Dieser „Idempotency-Key“ gehört schon zu einer anderen Eingabe. Verwenden Sie für eine neue Eingabe einen "
        "neuen Schlüssel."
    )


class TooManyWaiting(LimitReached):
    code = "too_many_waiting"
    title = "Warteschlange voll"
    default_detail = (
        "Es warten schon zu viele Ihrer Aufträge. Bitte warten Sie, bis einige begonnen haben, und senden Sie den "
        "Auftrag dann noch einmal."
    )


class GatewayStopping(Unavailable):
    code = "gateway_stopping"
    title = "Neustart"
    default_detail = "Die Plattform wird gerade neu gestartet. Bitte versuchen Sie es in Kürze erneut."


class ModuleUnavailable(Unavailable):
    code = "module_unavailable"
    title = "Funktion zurzeit nicht verfügbar"
    default_detail = "Diese Funktion ist zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut."


class ModuleStreamCut(UpstreamFailed):
    code = "module_stream_cut"
    title = "Verbindung abgebrochen"
    default_detail = (
        "Die Verarbeitung ist abgebrochen, bevor sie fertig war. Was schon da war, ist gespeichert. "
        "Bitte versuchen Sie es erneut."
    )


class ModuleEventInvalid(UpstreamFailed):
    code = "module_event_invalid"
    title = "Antwort nicht lesbar"
    default_detail = "Die Funktion hat unverständlich geantwortet. Bitte verständigen Sie den Betrieb."
    retryable = False


class ResultInvalid(UpstreamFailed):
    code = "result_invalid"
    title = "Ergebnis ungültig"
    default_detail = (
        "Das Ergebnis der Funktion entspricht nicht ihrer Beschreibung und wird deshalb nicht ausgegeben. "
        "Bitte verständigen Sie den Betrieb."
    )
    retryable = False


class DeadlineExceeded(UpstreamFailed):
    code = "deadline_exceeded"
    status = 504
    title = "Frist abgelaufen"
    default_detail = (
        "Die Verarbeitung hat länger gedauert als erlaubt. Was schon da war, ist gespeichert. "
        "Kürzen Sie die Eingabe, oder versuchen Sie es später erneut."
    )


class RunTokensSpent(LimitReached):
    """An external module wanted more of a model than its manifest says; counted by inference, not by the module."""

    code = "run_tokens_spent"
    title = "Budget der Funktion verbraucht"
    default_detail = (
        "Die Funktion eines anderen Anbieters hat die Menge an Text verbraucht, die für einen Auftrag an das "
        "Sprachmodell freigegeben ist. Was schon da war, ist gespeichert. Kürzen Sie die Eingabe, oder verständigen "
        "Sie den Betrieb."
    )
    retryable = False


class AccessRevoked(Forbidden):
    """A run whose owner lost the right to it while it went on."""

    code = "access_revoked"
    title = "Berechtigung entzogen"
    default_detail = "Der Vorgang wurde beendet, weil die Berechtigung dafür nicht mehr besteht."


class RunInterrupted(Unavailable):
    code = "run_interrupted"
    title = "Lauf unterbrochen"
    default_detail = (
        "Die Verarbeitung wurde durch einen Neustart der Plattform unterbrochen. Was schon da war, ist gespeichert. "
        "Bitte versuchen Sie es erneut."
    )
