# SPDX-License-Identifier: EUPL-1.2
"""Keycloak's admin API as the steps need it; a realm that does not exist yet reads as an empty one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson
from keycloak import KeycloakAdmin
from keycloak.exceptions import (
    KeycloakAuthenticationError,
    KeycloakConnectionError,
    KeycloakError,
    KeycloakGetError,
)
from requests.exceptions import RequestException

from genius_stack.errors import KeycloakFailed

_T = TypeVar("_T")
_PAGE = 500


class RealmAdmin:
    """One realm of one server, administered by a user of the realm `admin_realm`."""

    def __init__(
        self,
        url: str,
        realm: str,
        *,
        user: str,
        password: str,
        admin_realm: str = "master",
        ca_file: str | None = None,
    ) -> None:
        self.realm = realm
        self.api = KeycloakAdmin(
            server_url=f"{url.rstrip('/')}/",
            username=user,
            password=password,
            realm_name=realm,
            user_realm_name=admin_realm,
            verify=ca_file or True,
            timeout=30,
        )

    def settings(self) -> dict[str, Any] | None:
        """The realm's representation, None where it does not exist."""
        return self.find(lambda: self.api.get_realm(self.realm))

    def find(self, read: Callable[[], _T]) -> _T | None:
        """What `read` answers, None for something that does not exist."""
        try:
            return read()
        except KeycloakGetError as error:
            if error.response_code == 404:
                return None
            raise

    def get(self, path: str) -> Any:
        """GET below the realm; None where that does not exist."""
        response = self.api.connection.raw_get(self._path(path))
        if response.status_code == 404:
            return None
        return self._read(response)

    def post(self, path: str, body: Any) -> None:
        self._read(self.api.connection.raw_post(self._path(path), data=orjson.dumps(body).decode()))

    def delete(self, path: str, body: Any = None) -> None:
        """DELETE below the realm; `body` names what goes where the path does not."""
        content = {} if body is None else {"data": orjson.dumps(body).decode()}
        self._read(self.api.connection.raw_delete(self._path(path), **content))

    def clients(self) -> dict[str, dict[str, Any]]:
        """All clients by their client id."""
        return {client["clientId"]: client for client in self.find(self.api.get_clients) or []}

    def scopes(self) -> dict[str, dict[str, Any]]:
        """All client scopes by name."""
        return {scope["name"]: scope for scope in self.find(self.api.get_client_scopes) or []}

    def subgroups(self, parent: str | None) -> dict[str, dict[str, Any]]:
        """The groups right below `parent` (an id; None: of the realm) by name, with their attributes."""
        path = "/groups" if parent is None else f"/groups/{parent}/children"
        found: dict[str, dict[str, Any]] = {}
        while True:
            page = self.get(f"{path}?briefRepresentation=false&first={len(found)}&max={_PAGE}") or []
            found |= {group["name"]: group for group in page}
            if len(page) < _PAGE:
                return found

    def role(self, name: str) -> dict[str, Any] | None:
        return self.find(lambda: self.api.get_realm_role(name))

    def secret_of(self, client_id: str) -> str:
        """The secret of a client of this realm."""
        return str(self.api.get_client_secrets(self.clients()[client_id]["id"])["value"])

    def _path(self, path: str) -> str:
        return f"admin/realms/{self.realm}{path}"

    def _read(self, response: Any) -> Any:
        if response.status_code >= 400:
            raise KeycloakGetError(error_message=response.text[:200], response_code=response.status_code)
        return response.json() if response.content else None


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Faults of the server as lines that an operator can act on. Raises: KeycloakFailed."""
    try:
        yield
    except KeycloakAuthenticationError as error:
        raise KeycloakFailed(f"{url} nimmt Namen und Kennwort der Administration nicht an.") from error
    except (KeycloakConnectionError, RequestException) as error:
        raise KeycloakFailed(
            f"{url} ist nicht erreichbar. Prüfen Sie Adresse, Netz und Zertifikat (--ca-file)."
        ) from error
    except KeycloakError as error:
        # A wrong password at the token endpoint is a 400 (RFC 6749 section 5.2).
        if b"invalid_grant" in (error.response_body or b""):
            raise KeycloakFailed(f"{url} nimmt Namen und Kennwort der Administration nicht an.") from error
        if error.response_code in {401, 403}:
            raise KeycloakFailed(f"Diesem Zugang fehlt in {url} das Recht, den Realm zu verwalten.") from error
        raise KeycloakFailed(f"{url} antwortet mit {error.response_code}: {error}") from error
