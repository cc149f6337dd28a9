# SPDX-License-Identifier: EUPL-1.2
"""Failures of modules; each has one stable code and a German text that says what to do."""

from __future__ import annotations

from genius_common.errors import (
    Conflict,
    Forbidden,
    LimitReached,
    PlatformError,
    TooLarge,
    Unavailable,
    Unprocessable,
    UpstreamFailed,
)


class ModuleVersionMismatch(Conflict):
    code = "module_version_mismatch"
    default_detail = "Diese Fassung der Funktion gibt es hier nicht. Bitte verwenden Sie die angebotene Fassung."


class ClassNotForModule(Forbidden):
    """The module may not see content of the run's protection class (TEN-15)."""

    code = "class_not_for_module"
    title = "Funktion für diese Schutzklasse nicht zugelassen"
    default_detail = (
        "Diese Funktion ist für die Schutzklasse der Inhalte nicht zugelassen. Bitte lassen Sie diese Inhalte weg oder "
        "verwenden Sie eine andere Funktion."
    )


class ClassAboveToken(Forbidden):
    """The request names a class, or holds a file of one, that its token does not allow."""

    code = "class_above_token"
    title = "Schutzklasse nicht zugelassen"
    default_detail = "Die Inhalte haben eine höhere Schutzklasse, als dieser Lauf verwenden darf."


class RunActive(Conflict):
    code = "run_active"
    default_detail = "Dieser Lauf ist bereits gestartet."


class TooManyRuns(LimitReached):
    code = "too_many_runs"
    default_detail = "Zurzeit laufen zu viele Aufträge. Bitte versuchen Sie es in einer Minute erneut."


class DeadlineReached(PlatformError):
    """The run did not end in its time; what was produced stays."""

    code = "deadline_reached"
    status = 504
    title = "Zeit abgelaufen"
    default_detail = (
        "Der Lauf hat die erlaubte Zeit überschritten. Bitte teilen Sie die Eingabe auf oder versuchen Sie es später."
    )
    retryable = True


class TokenBudgetReached(LimitReached):
    code = "token_budget_reached"
    default_detail = (
        "Der Lauf hat die erlaubte Menge an Text für das Sprachmodell ausgeschöpft. Bitte kürzen Sie die Eingabe."
    )
    retryable = False


class InputTooLarge(TooLarge):
    """The detail names the limit and what was given."""

    code = "input_too_large"


class ModelUnavailable(Unavailable):
    code = "model_unavailable"
    default_detail = "Zurzeit ist kein Sprachmodell verfügbar. Bitte versuchen Sie es später erneut."


class ModelStreamCut(UpstreamFailed):
    """The model's stream ended without its final mark."""

    code = "model_stream_cut"
    default_detail = "Das Sprachmodell hat mitten in der Antwort abgebrochen. Der Text bis dahin ist erhalten."


class FileFailed(Unprocessable):
    """A file of the run could not be read; the detail repeats retrieval's reason."""

    code = "file_failed"
    default_detail = "Eine Datei konnte nicht gelesen werden."


class FileNotReady(Unavailable):
    code = "file_not_ready"
    default_detail = "Eine Datei wird noch verarbeitet. Bitte versuchen Sie es in einigen Minuten erneut."


class PackageFailed(UpstreamFailed):
    """The caged process of a package does not start, ended by itself or at a limit, or said what is no message."""

    code = "package_failed"
    title = "Funktion abgebrochen"
    default_detail = (
        "Die Funktion eines anderen Anbieters ist abgebrochen oder lässt sich nicht starten. Was schon da war, ist "
        "gespeichert. Bitte verständigen Sie den Betrieb, wenn es wieder geschieht."
    )


class PackageChanged(Unavailable):
    """The folder of packages is not the one that the operator has allowed."""

    code = "package_changed"
    title = "Funktion geändert"
    default_detail = (
        "Die Dateien dieser Funktion haben sich geändert, seit sie zugelassen wurden; sie wird nicht ausgeführt. Der "
        "Betrieb muss sie prüfen und neu eintragen (genius modules add)."
    )
    retryable = False


class EmptySource(Unprocessable):
    code = "empty_source"
    default_detail = "Der Text enthält nichts, das sich verarbeiten lässt."
