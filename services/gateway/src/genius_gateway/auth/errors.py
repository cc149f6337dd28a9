# SPDX-License-Identifier: EUPL-1.2
"""Why somebody is not let in."""

from __future__ import annotations

from genius_common.errors import Conflict, Forbidden, InvalidInput, NotAuthenticated, Unavailable


class AccessTokenInvalid(NotAuthenticated):
    code = "access_token_invalid"
    default_detail = "Das Zugriffstoken ist ungültig oder abgelaufen. Bitte fordern Sie ein neues an."


class SessionEnded(NotAuthenticated):
    code = "session_ended"
    default_detail = "Ihre Sitzung ist beendet. Bitte melden Sie sich erneut an."


class CsrfRefused(Forbidden):
    code = "csrf_refused"
    title = "Anfrage abgelehnt"
    default_detail = "Die Anfrage kam nicht von dieser Anwendung. Bitte laden Sie die Seite neu."


class NoAuthority(Forbidden):
    code = "no_authority"
    title = "Keine Behörde"
    default_detail = (
        "Ihr Konto gehört zu keiner hier eingerichteten Behörde. Bitte wenden Sie sich an die Administration."
    )


class AuthorityNeeded(InvalidInput):
    code = "authority_needed"
    title = "Behörde fehlt"
    default_detail = (
        "Ihr Konto gehört zu mehreren Behörden. Bitte nennen Sie im Header „x-authority“ das Kürzel der Behörde, für "
        "die Sie anfragen."
    )


class AuthorityNotYours(Forbidden):
    code = "authority_not_yours"
    title = "Keine Zugehörigkeit"
    default_detail = "Zu dieser Behörde gehört Ihr Konto nicht. Bitte prüfen Sie das Kürzel im Header „x-authority“."


class AuthorityChanged(Conflict):
    code = "authority_changed"
    title = "Andere Behörde"
    default_detail = "Sie arbeiten inzwischen für eine andere Behörde. Bitte laden Sie die Seite neu."


class SessionNeeded(InvalidInput):
    code = "session_needed"
    title = "Nur in einer Sitzung"
    default_detail = (
        "Die aktive Behörde wechselt nur, wer im Browser angemeldet ist. Mit einem Zugriffstoken nennen Sie sie je "
        "Anfrage im Header „x-authority“."
    )


class AccountDisabled(Forbidden):
    code = "account_disabled"
    title = "Konto gesperrt"
    default_detail = "Ihr Konto ist hier gesperrt. Bitte wenden Sie sich an die Administration."


class LoginFailed(InvalidInput):
    code = "login_failed"
    title = "Anmeldung nicht gelungen"
    default_detail = (
        "Die Anmeldung ist abgelaufen oder gehört nicht zu diesem Browser. Bitte melden Sie sich erneut an."
    )


class LogoutTokenInvalid(InvalidInput):
    code = "logout_token_invalid"
    title = "Abmeldung nicht lesbar"
    default_detail = "Das Token der Abmeldung ist ungültig."


class IdentityProviderUnavailable(Unavailable):
    code = "identity_provider_unavailable"
    title = "Anmeldung zurzeit nicht möglich"
    default_detail = "Der Anmeldedienst ist zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut."
