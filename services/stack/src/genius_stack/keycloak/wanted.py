# SPDX-License-Identifier: EUPL-1.2
"""What a realm of Genius has to be, in Keycloak's own words (representations of its admin API).

The claim layout is the one that `genius_gateway.auth.claims` reads and that the development provider gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from genius_common.principal import Role
from genius_stack.errors import KeycloakFailed
from genius_stack.keycloak.compare import AtMost, Unset
from genius_stack.keycloak.files import Application, ApplicationFile, Authority, AuthorityFile, ModuleScope
from genius_stack.samples.people import ROLE_NAMES, WEB_CLIENT

AUDIENCE = "genius"
CLAIMS_SCOPE = "genius"
ROLES_SCOPE = "genius-rollen"
"""Of its own: a scope with roles reaches only those who have one of them, and service accounts have none."""
FOLLOWER = "genius-follow"
FOLLOWER_RIGHTS = ("view-events", "view-users")
"""What the gateway needs to hear of closed accounts and changed rights: roles of `realm-management`."""
FOLLOWER_SCOPES = ("basic", "roles", "service_account")
MODULE_SCOPES = frozenset(get_args(ModuleScope))
GROUP_ROOT = "behoerden"
ROLES = {role.value: ROLE_NAMES[role] for role in Role}
_SHARED_SCOPES = ("basic", "acr", "profile", CLAIMS_SCOPE)
PERSON_SCOPES = (*_SHARED_SCOPES, ROLES_SCOPE)
"""`basic` brings sub and auth_time, `profile` the names that the person sees of herself."""

_REALM: dict[str, Any] = {
    "enabled": True,
    "sslRequired": "external",
    "registrationAllowed": False,
    "editUsernameAllowed": False,
    "duplicateEmailsAllowed": False,
    "rememberMe": False,
    "internationalizationEnabled": True,
    "supportedLocales": ["de", "en"],
    "defaultLocale": "de",
    # ORP.4 of the IT-Grundschutz: length instead of a forced change.
    "passwordPolicy": "length(12) and maxLength(128) and notUsername(undefined) and notContainsUsername(undefined)",
    "bruteForceProtected": True,
    "permanentLockout": False,
    "failureFactor": AtMost(10),
    "maxDeltaTimeSeconds": 43_200,
    "waitIncrementSeconds": 60,
    "maxFailureWaitSeconds": 900,
    "accessCodeLifespan": AtMost(60),
    "accessTokenLifespan": AtMost(300),
    "accessTokenLifespanForImplicitFlow": AtMost(300),
    # The gateway's session ends after 10 h at the latest; the provider's must not end it later.
    "ssoSessionIdleTimeout": AtMost(2_700),
    "ssoSessionMaxLifespan": AtMost(36_000),
    "revokeRefreshToken": True,
    "refreshTokenMaxReuse": 0,
    "defaultSignatureAlgorithm": "RS256",
    "eventsEnabled": True,
    # Events name people: they are kept for 90 days, then Keycloak deletes them.
    "eventsExpiration": AtMost(7_776_000),
    "adminEventsEnabled": True,
    # Without the changed object, which would be a second copy of personal data.
    "adminEventsDetailsEnabled": False,
}
_CLIENT: dict[str, Any] = {
    "enabled": True,
    "protocol": "openid-connect",
    "publicClient": False,
    "bearerOnly": False,
    "clientAuthenticatorType": "client-secret",
    "implicitFlowEnabled": False,
    "directAccessGrantsEnabled": False,
    "consentRequired": False,
    "fullScopeAllowed": False,
    "frontchannelLogout": False,
    "webOrigins": [],
    "authenticationFlowBindingOverrides": {},
}
_NO_OTHER_FLOW: dict[str, Any] = {
    "oauth2.device.authorization.grant.enabled": "false",
    "oidc.ciba.grant.enabled": "false",
    "access.token.lifespan": Unset(),
    "client.session.idle.timeout": Unset(),
    "client.session.max.lifespan": Unset(),
}
FORBIDDEN_FLOWS: dict[str, Any] = {"implicitFlowEnabled": False, "directAccessGrantsEnabled": False}
"""For every client of the realm, also those that Keycloak brings or somebody adds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The whole wanted state. `gateway_url` is the address that browsers use, without a path."""

    realm: str
    gateway_url: str
    authorities: tuple[Authority, ...]
    applications: tuple[Application, ...]

    @property
    def clients(self) -> tuple[str, ...]:
        """Ids of all clients that are ours."""
        return (WEB_CLIENT, FOLLOWER, *(application.client_id for application in self.applications))

    @classmethod
    def of(cls, realm: str, gateway_url: str, authorities: AuthorityFile, applications: ApplicationFile) -> Wanted:
        """Raises: KeycloakFailed where an application belongs to an authority that is not in the file."""
        known = {authority.short for authority in authorities.authorities}
        for application in applications.applications:
            if application.authority not in known:
                raise KeycloakFailed(
                    f"Die Anwendung {application.client_id} nennt die Behörde {application.authority}, "
                    "die nicht in der Datei der Behörden steht."
                )
        return cls(realm, gateway_url.rstrip("/"), authorities.authorities, applications.applications)

    def settings(self) -> dict[str, Any]:
        return {"realm": self.realm, **_REALM}

    def scopes(self) -> dict[str, dict[str, Any]]:
        """Client scopes by name, with their mappers."""
        found = {
            CLAIMS_SCOPE: _scope("Zielgruppe und Behörden für Genius", in_token=False, mappers=_CLAIMS),
            ROLES_SCOPE: _scope("Rollen in Genius", in_token=False, mappers=[_ROLES]),
        }
        for name in sorted(MODULE_SCOPES):
            found[name] = _scope(f"Genius: {name}", in_token=True, mappers=[])
        for application in self.applications:
            if application.on_behalf_of:
                text = f"Token darf {application.client_id} zum Tausch gegeben werden"
                mapper = _mapper(
                    "audience",
                    "oidc-audience-mapper",
                    {"included.client.audience": application.client_id, "id.token.claim": "false"},
                )
                found[exchange_scope(application)] = _scope(text, in_token=False, mappers=[mapper])
        return found

    def gateway(self) -> dict[str, Any]:
        """The client of the web UI: code flow with PKCE, exact addresses, told of the end of sessions."""
        return {
            **_CLIENT,
            "clientId": WEB_CLIENT,
            "name": "Genius",
            "standardFlowEnabled": True,
            "serviceAccountsEnabled": False,
            "redirectUris": [f"{self.gateway_url}/auth/callback"],
            "attributes": {
                **_NO_OTHER_FLOW,
                "pkce.code.challenge.method": "S256",
                "post.logout.redirect.uris": f"{self.gateway_url}/",
                "backchannel.logout.url": f"{self.gateway_url}/auth/backchannel-logout",
                "backchannel.logout.session.required": "true",
                "standard.token.exchange.enabled": "false",
            },
        }

    def client_of(self, application: Application) -> dict[str, Any]:
        """Client credentials only; `on_behalf_of` adds the exchange of a person's token."""
        return _service(application.client_id, application.name, exchange=application.on_behalf_of)

    def follower(self) -> dict[str, Any]:
        """The gateway's own account in Keycloak; full scope, because its roles are those of Keycloak's admin API."""
        return {**_service(FOLLOWER, "Genius: Ereignisse lesen", exchange=False), "fullScopeAllowed": True}


def _service(client_id: str, name: str, *, exchange: bool) -> dict[str, Any]:
    return {
        **_CLIENT,
        "clientId": client_id,
        "name": name or client_id,
        "standardFlowEnabled": False,
        "serviceAccountsEnabled": True,
        "redirectUris": [],
        "attributes": {
            **_NO_OTHER_FLOW,
            "client_credentials.use_refresh_token": "false",
            "standard.token.exchange.enabled": str(exchange).lower(),
            "standard.token.exchange.enableRefreshRequestedTokenType": "NO",
        },
    }


def scopes_of(application: Application) -> tuple[str, ...]:
    """An application that acts for people also needs the scope that carries their roles."""
    roles = (ROLES_SCOPE,) if application.on_behalf_of else ()
    return (*_SHARED_SCOPES, "service_account", *roles, *application.scopes)


def exchange_scope(application: Application) -> str:
    """The client scope that lets a person's token be exchanged by `application`; its login client gets it."""
    return f"im-auftrag-{application.client_id}"


def attributes_of(authority: Authority) -> dict[str, list[str]]:
    """The attributes of an authority's group; Keycloak keeps a list for each."""
    values = {
        "id": str(authority.id) if authority.id else None,
        "short": authority.short,
        "name": authority.name,
        "kind": authority.kind,
        "parent": authority.parent,
    }
    return {name: [value] for name, value in values.items() if value is not None}


def _scope(description: str, *, in_token: bool, mappers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "description": description,
        "protocol": "openid-connect",
        "attributes": {"include.in.token.scope": str(in_token).lower(), "display.on.consent.screen": "false"},
        "protocolMappers": mappers,
    }


def _mapper(name: str, kind: str, config: dict[str, str]) -> dict[str, Any]:
    shared = {"access.token.claim": "true", "introspection.token.claim": "true"}
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": kind,
        "config": {**shared, **config},
    }


_CLAIMS = [
    _mapper("audience", "oidc-audience-mapper", {"included.custom.audience": AUDIENCE, "id.token.claim": "false"}),
    _mapper(
        "groups",
        "oidc-group-membership-mapper",
        {"claim.name": "groups", "full.path": "true", "id.token.claim": "true", "userinfo.token.claim": "true"},
    ),
]
_ROLES = _mapper(
    "roles",
    "oidc-usermodel-realm-role-mapper",
    {
        "claim.name": "realm_access.roles",
        "jsonType.label": "String",
        "multivalued": "true",
        "id.token.claim": "true",
        "userinfo.token.claim": "true",
    },
)
