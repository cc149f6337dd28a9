# SPDX-License-Identifier: EUPL-1.2
"""Every failure that leaves a service is a `PlatformError`: one code, one status, one text (RFC 9457).

PlatformError
├── InvalidInput           400  a field is wrong; `errors` names it
├── NotAuthenticated       401
├── Forbidden              403
├── NotFound               404  unknown and foreign ids alike
├── Conflict               409
├── TooLarge               413
├── UnsupportedMedia       415
├── Unprocessable          422  well-formed, but not to be carried out
├── LimitReached           429  quota or rate; `retry_after` in seconds
├── UpstreamFailed         502  another part answered wrongly
└── Unavailable            503  a part is missing now; `retry_after` where it is known

Services subclass these with a fixed `code`; `docs/reference/errors.md` is generated from the classes.
"""

from __future__ import annotations

from typing import Any, ClassVar


class FieldError:
    """One wrong value: `pointer` is a JSON pointer (RFC 6901) into the request, `detail` says what to do."""

    __slots__ = ("detail", "pointer")

    def __init__(self, pointer: str, detail: str) -> None:
        self.pointer = pointer
        self.detail = detail

    def as_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "detail": self.detail}


class PlatformError(Exception):
    """A failure with a stable code. `detail` is shown to users: German, plain, with what to do."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Interner Fehler"
    default_detail: ClassVar[str] = (
        "Bei der Verarbeitung ist ein Fehler aufgetreten. Bitte versuchen Sie es erneut und nennen Sie dem "
        "Betrieb die Vorgangsnummer, wenn er wieder auftritt."
    )
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[FieldError] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.detail = detail or self.default_detail
        self.errors = errors or []
        self.retry_after = retry_after
        super().__init__(self.code)

    def as_problem(self, request_id: str | None = None) -> dict[str, Any]:
        """Shape of RFC 9457 with our members `code`, `retryable`, `errors`, `request_id`."""
        problem: dict[str, Any] = {
            "type": f"urn:genius:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "retryable": self.retryable,
        }
        if self.errors:
            problem["errors"] = [error.as_json() for error in self.errors]
        if request_id:
            problem["request_id"] = request_id
        return problem


class InvalidInput(PlatformError):
    code = "invalid_input"
    status = 400
    title = "Ungültige Eingabe"
    default_detail = "Die Eingabe ist ungültig. Bitte prüfen Sie die genannten Felder."


class NotAuthenticated(PlatformError):
    code = "not_authenticated"
    status = 401
    title = "Anmeldung nötig"
    default_detail = "Bitte melden Sie sich an."


class Forbidden(PlatformError):
    code = "forbidden"
    status = 403
    title = "Nicht erlaubt"
    default_detail = "Ihre Rolle erlaubt das nicht. Wenden Sie sich an die Administration Ihrer Behörde."


class NotFound(PlatformError):
    code = "not_found"
    status = 404
    title = "Nicht gefunden"
    default_detail = "Das Gesuchte gibt es nicht, oder Sie haben keinen Zugriff darauf."


class MethodNotAllowed(PlatformError):
    code = "method_not_allowed"
    status = 405
    title = "Methode nicht erlaubt"
    default_detail = "Diese Adresse kennt die verwendete HTTP-Methode nicht."


class Conflict(PlatformError):
    code = "conflict"
    status = 409
    title = "Konflikt"
    default_detail = "Der Vorgang passt nicht zum gegenwärtigen Stand. Laden Sie neu und versuchen Sie es erneut."


class TooLarge(PlatformError):
    code = "too_large"
    status = 413
    title = "Zu groß"
    default_detail = "Die Eingabe ist zu groß."


class UnsupportedMedia(PlatformError):
    code = "unsupported_media_type"
    status = 415
    title = "Dateiart nicht unterstützt"
    default_detail = "Diese Art von Inhalt wird hier nicht angenommen."


class Unprocessable(PlatformError):
    code = "unprocessable"
    status = 422
    title = "Nicht ausführbar"
    default_detail = "Die Eingabe ist lesbar, lässt sich so aber nicht ausführen."


class LimitReached(PlatformError):
    code = "limit_reached"
    status = 429
    title = "Grenze erreicht"
    default_detail = "Die erlaubte Menge ist ausgeschöpft. Bitte warten Sie, bevor Sie es erneut versuchen."
    retryable = True


class UpstreamFailed(PlatformError):
    code = "upstream_failed"
    status = 502
    title = "Fehler eines Teildienstes"
    default_detail = "Ein Teil der Plattform hat fehlerhaft geantwortet. Bitte versuchen Sie es erneut."
    retryable = True


class Unavailable(PlatformError):
    code = "unavailable"
    status = 503
    title = "Zurzeit nicht verfügbar"
    default_detail = "Ein Teil der Plattform ist zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut."
    retryable = True


def all_errors(root: type[PlatformError] = PlatformError) -> list[type[PlatformError]]:
    """Every error class that is imported now, parents first; the reference page is made from it."""
    found = [root]
    for child in sorted(root.__subclasses__(), key=lambda cls: cls.__name__):
        found.extend(all_errors(child))
    return found
