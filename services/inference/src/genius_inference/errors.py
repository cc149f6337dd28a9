# SPDX-License-Identifier: EUPL-1.2
"""What inference refuses, beside the failures of model servers in `genius_common.upstream.errors`."""

from __future__ import annotations

from genius_common.errors import Forbidden, InvalidInput, LimitReached, NotFound, TooLarge, Unavailable


class InvalidRequest(InvalidInput):
    """A field is unknown, dangerous or outside its bounds; `param` names it (LLM-01)."""

    code = "invalid_request"
    title = "Ungültige Anfrage an das Sprachmodell"
    default_detail = "Die Anfrage an das Sprachmodell ist ungültig. Bitte prüfen Sie das genannte Feld."


class ModelNotFound(NotFound):
    code = "model_not_found"
    title = "Sprachmodell nicht gefunden"
    default_detail = "Dieses Modell gibt es hier nicht. Die verfügbaren Modelle stehen unter /v1/models."


class ClassNotForModel(Forbidden):
    """The model may not see content of the request's protection class; the text names both (TEN-15)."""

    code = "class_not_for_model"
    title = "Modell für diese Schutzklasse nicht zugelassen"
    default_detail = (
        "Dieses Modell ist für die Schutzklasse der Anfrage nicht zugelassen. Unter /v1/models steht, bis zu welcher "
        "Schutzklasse jedes Modell zugelassen ist."
    )


class ContextLengthExceeded(InvalidInput):
    """Prompt and answer do not fit the model's context; the text holds the numbers (LLM-03)."""

    code = "context_length_exceeded"
    title = "Text zu lang für das Modell"
    default_detail = "Der Text ist zu lang für dieses Modell. Bitte kürzen Sie ihn oder wählen Sie weniger Dokumente."


class PromptTooLarge(TooLarge):
    code = "prompt_too_large"
    title = "Anfrage zu groß"
    default_detail = "Die Texte der Anfrage sind zusammen zu groß. Bitte kürzen Sie sie."


class RequestRejected(InvalidInput):
    """The model server refused what our schema let through."""

    code = "request_rejected"
    title = "Anfrage vom Modellserver abgelehnt"
    default_detail = "Der Modellserver hat die Anfrage abgelehnt. Bitte prüfen Sie Nachrichten und Parameter."


class TooManyWaiting(LimitReached):
    """One authority's requests fill its part of the queue (LLM-10)."""

    code = "too_many_waiting"
    title = "Zu viele wartende Anfragen"
    default_detail = (
        "Aus Ihrer Behörde warten schon zu viele Anfragen an das Sprachmodell. Bitte versuchen Sie es später."
    )


class QueueFull(Unavailable):
    code = "queue_full"
    title = "Sprachmodell ausgelastet"
    default_detail = "Das Sprachmodell ist ausgelastet. Bitte versuchen Sie es in Kürze erneut."


class QueueTooLong(Unavailable):
    """The queue will not have moved far enough by the caller's deadline: told at once instead of after it."""

    code = "queue_too_long"
    title = "Wartezeit zu lang"
    default_detail = "Bis zur gewünschten Frist kommt diese Anfrage nicht an die Reihe. Bitte versuchen Sie es später."


class DeadlinePassed(Unavailable):
    """The request has waited as long as it may."""

    code = "queue_wait_over"
    title = "Zu lange gewartet"
    default_detail = "Das Sprachmodell hatte in der zulässigen Wartezeit keinen Platz. Bitte versuchen Sie es erneut."


class ModelStopped(Unavailable):
    """An operator has stopped the model, for everybody or for the caller's authority (KI-06)."""

    code = "model_stopped"
    title = "Sprachmodell angehalten"
    default_detail = (
        "Der Betrieb hat dieses Sprachmodell angehalten. Was schon geschrieben ist, bleibt erhalten. Bitte wenden Sie "
        "sich an den Betrieb oder versuchen Sie es später erneut."
    )


class StopsUnknown(Unavailable):
    """Whether a model is stopped can't be found out, so nothing is sent to it (KI-06)."""

    code = "model_stops_unknown"
    title = "Freigabe des Sprachmodells unbekannt"
    default_detail = (
        "Ob das Sprachmodell benutzt werden darf, lässt sich zurzeit nicht prüfen. Bitte versuchen Sie es in Kürze "
        "erneut."
    )


class RouterEnds(Unavailable):
    """The router is restarted, and the answer took longer than it may still have."""

    code = "router_ends"
    title = "Dienst wird neu gestartet"
    default_detail = (
        "Der Dienst der Sprachmodelle wird neu gestartet, bevor die Antwort fertig war. Bitte versuchen Sie es erneut."
    )
