# SPDX-License-Identifier: EUPL-1.2
"""Everything random of one data directory: made once, kept in files of mode 0600, never printed but sample logins."""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import BaseModel, Field, ValidationError

from genius_common.tenant_binding import ForeignTenant, bind_key_file, noted_tenant
from genius_stack.errors import DataDirUnusable, Refused
from genius_stack.files import write_private

_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"  # without l, o, 0, 1


def _token() -> str:
    return secrets.token_urlsafe(24)


def readable_password() -> str:
    """60 random bits that people can type."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(3))


class StackSecrets(BaseModel):
    """Passwords and client secrets; a field that an older file lacks is made new."""

    postgres_superuser: str = Field(default_factory=_token)
    gateway_owner: str = Field(default_factory=_token)
    gateway_app: str = Field(default_factory=_token)
    retrieval_owner: str = Field(default_factory=_token)
    retrieval_app: str = Field(default_factory=_token)
    web_client: str = Field(default_factory=_token)
    local_token: str = Field(default_factory=_token)
    logins: dict[str, str] = {}
    applications: dict[str, str] = {}

    def login(self, username: str) -> str:
        return self.logins.setdefault(username, readable_password())

    def application(self, client_id: str) -> str:
        return self.applications.setdefault(client_id, _token())


def load_secrets(folder: Path) -> StackSecrets:
    """The secrets of a data directory, new ones where it has none. Raises: DataDirUnusable."""
    file = folder / "stack.json"
    try:
        return StackSecrets.model_validate_json(file.read_bytes()) if file.exists() else StackSecrets()
    except ValidationError:
        # Not chained: the error would show the passwords. Not replaced either: the database knows the old ones.
        raise DataDirUnusable(f"{file} ist beschädigt. Stellen Sie die Datei aus einer Sicherung her.") from None


def save_secrets(folder: Path, value: StackSecrets) -> None:
    write_private(folder / "stack.json", value.model_dump_json().encode())


def _random_file(path: Path) -> Path:
    """32 random bytes in hex, made where they are missing."""
    if not path.exists():
        write_private(path, secrets.token_hex(32).encode())
    return path


def key_encryption_key(folder: Path) -> Path:
    """A file with 32 random bytes in hex, the key-encryption key of the local profile."""
    return _random_file(folder / "kek")


def minter_secret(folder: Path) -> Path:
    """A file with the secret by which the minter of a Qdrant server knows the retrieval service."""
    return _random_file(folder / "minter-secret")


def embeddings_secret(folder: Path) -> Path:
    """A file with the secret for which the gateway gives the retrieval service tokens to ask for embeddings."""
    return _random_file(folder / "embeddings-secret")


def require_tenant(folder: Path, tenant: str, *, strict: bool) -> None:
    """A data directory belongs to one tenant, noted beside its key. Raises: Refused.

    `strict`: one that has a key without a note (made before there were two tenants) is the Land's.
    """
    known = (folder / "kek").exists()
    path = key_encryption_key(folder)
    try:
        if strict and known and noted_tenant(path) is None:
            raise ForeignTenant("unbound")
        bind_key_file(path, tenant, None, strict=True)
    except ForeignTenant as error:
        raise Refused(
            f"{folder.parent} gehört zu einem anderen Mandanten. Land und Steuerverwaltung teilen nichts: Wählen Sie "
            "mit --data-dir einen eigenen Ordner, oder starten Sie ohne --profile."
        ) from error


def signing_key(folder: Path) -> Path:
    """A PEM file with the Ed25519 key that the gateway signs principal tokens with."""
    return _ed25519(folder / "signing-key.pem")


def audit_key(folder: Path) -> Path:
    """The same kind of file for checkpoints of the audit trail."""
    return _ed25519(folder / "audit-key.pem")


def _ed25519(path: Path) -> Path:
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path
