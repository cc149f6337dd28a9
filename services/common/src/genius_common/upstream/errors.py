# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong between us and a model server. Texts never hold anything that the other side said."""

from __future__ import annotations

from genius_common.errors import Unavailable, UpstreamFailed


class ModelUnavailable(Unavailable):
    """No model server is configured, or none has offered a model yet."""

    code = "model_unavailable"
    title = "Kein Sprachmodell verfügbar"
    default_detail = (
        "Zurzeit ist kein Sprachmodell verfügbar. Funktionen ohne Sprachmodell arbeiten weiter; "
        "bitte versuchen Sie es später erneut."
    )


class UpstreamUnreachable(Unavailable):
    """The model server refused the connection or did not accept it in time."""

    code = "upstream_unreachable"
    title = "Modellserver nicht erreichbar"
    default_detail = "Der Modellserver ist zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut."


class UpstreamTimeout(UpstreamFailed):
    """Silence: no first token in time, or none after the last one in time."""

    code = "upstream_timeout"
    status = 504
    title = "Modellserver antwortet nicht"
    default_detail = "Der Modellserver hat nicht rechtzeitig geantwortet. Bitte versuchen Sie es erneut."


class UpstreamCut(UpstreamFailed):
    """The answer ended before its end: closed, reset, malformed or empty."""

    code = "upstream_cut"
    title = "Antwort abgebrochen"
    default_detail = "Die Antwort des Sprachmodells ist abgebrochen und unvollständig. Bitte versuchen Sie es erneut."


class UpstreamError(UpstreamFailed):
    """The model server answered with an error of its own; the text names its status only."""

    code = "upstream_error"
    title = "Fehler des Modellservers"
    default_detail = "Der Modellserver hat einen Fehler gemeldet. Bitte versuchen Sie es erneut."


class UpstreamBusy(Unavailable):
    """The model server sheds load (429 or 503)."""

    code = "upstream_busy"
    title = "Modellserver ausgelastet"
    default_detail = "Der Modellserver ist ausgelastet. Bitte versuchen Sie es in Kürze erneut."
