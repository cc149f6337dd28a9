# SPDX-License-Identifier: EUPL-1.2
"""Why an API token is not made."""

from __future__ import annotations

from genius_common.errors import Conflict


class TooManyApiTokens(Conflict):
    code = "too_many_api_tokens"
    title = "Zu viele Zugangsschlüssel"
    default_detail = "Sie haben schon 20 gültige Zugangsschlüssel. Widerrufen Sie zuerst einen, den Sie nicht brauchen."


class ApiTokensNotOffered(Conflict):
    code = "api_tokens_not_offered"
    title = "Keine Zugangsschlüssel"
    default_detail = (
        "Zugangsschlüssel gibt es hier nicht: Die Plattform erfährt vom Anmeldedienst nicht, wenn ein Konto gesperrt "
        "wird. Der Betrieb richtet das mit „oidc.follow“ ein."
    )
