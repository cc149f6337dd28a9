# SPDX-License-Identifier: EUPL-1.2
"""A key file and a database belong to one tenant and one issuer: noted at the first start, compared at each (AO-01).

The key file carries the note beside the key, one word and its value a line:

    <64 hex digits>
    # tenant steuer
    # issuer https://anmeldung.steuer.example/realms/steuer

Files are only appended to, in one write, so that two services that share one on a single machine do not harm it.
"""

from __future__ import annotations

import os
from pathlib import Path

import structlog
from sqlalchemy import text

from genius_common.database import Database, RowScope

log = structlog.get_logger(__name__)
_WORDS = frozenset({"tenant", "issuer"})
_NOTE = text(
    "INSERT INTO tenant_binding (tenant, issuer) SELECT :tenant, CAST(:issuer AS text)"
    " WHERE NOT EXISTS (SELECT 1 FROM tenant_binding) ON CONFLICT DO NOTHING"
)
_NOTED = text("SELECT tenant, issuer FROM tenant_binding")

TABLE = """
CREATE TABLE tenant_binding (
    tenant text PRIMARY KEY,
    issuer text,
    bound_at timestamptz NOT NULL DEFAULT now()
)
"""
ROW_SECURITY = (
    "ALTER TABLE tenant_binding ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE tenant_binding FORCE ROW LEVEL SECURITY",
    "CREATE POLICY tenant_binding_select ON tenant_binding FOR SELECT"
    " USING (current_setting('genius.scope', true) = 'tenant')",
    "CREATE POLICY tenant_binding_insert ON tenant_binding FOR INSERT"
    " WITH CHECK (current_setting('genius.scope', true) = 'tenant')",
)
"""Statements for a service's migration. Nothing updates or deletes the row: a database never changes its tenant."""


class ForeignTenant(Exception):
    """Something that this service was given belongs to another tenant; it must not start."""


def bind_key_file(path: Path, tenant: str, issuer: str | None, *, strict: bool) -> None:
    """Compare the note of a key file with who starts, and complete it where it is not there yet.

    `strict`: a file that can't be completed (a mounted secret) must carry the note already; without it such a file is
    taken as it is. Raises: ForeignTenant.
    """
    noted = _read(path)
    wanted = {"tenant": tenant} | ({"issuer": issuer} if issuer is not None else {})
    for word, value in wanted.items():
        if noted.get(word, value) != value:
            raise ForeignTenant(f"{path.name} belongs to {word} {noted[word]!r}, not to {value!r}")
    missing = [f"# {word} {value}\n" for word, value in wanted.items() if word not in noted]
    if not missing:
        return
    try:
        end = "" if path.read_bytes().endswith(b"\n") else "\n"
        with path.open("ab") as file:
            file.write((end + "".join(missing)).encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if strict:
            lines = " and ".join(repr(line.strip()) for line in missing)
            raise ForeignTenant(f"{path.name} does not say whose it is: add {lines}") from error


def noted_tenant(path: Path) -> str | None:
    """Whose key file this is; None where it does not say. Raises: ForeignTenant where it says two things."""
    return _read(path).get("tenant")


def _read(path: Path) -> dict[str, str]:
    noted: dict[str, str] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            continue
        word, _, value = line[1:].strip().partition(" ")
        if word not in _WORDS or not value or noted.setdefault(word, value) != value:
            raise ForeignTenant(f"{path.name} has a line with # that says nothing clear about its tenant")
    return noted


async def bind(database: Database, key_file: Path | None, tenant: str, issuer: str | None, *, strict: bool) -> None:
    """Both, at the start of a service; keys in Vault (no file) are bound by their own path there.

    Raises: ForeignTenant, whose text is also in the log.
    """
    try:
        if key_file is not None:
            bind_key_file(key_file, tenant, issuer, strict=strict)
        await bind_database(database, tenant, issuer)
    except ForeignTenant as error:
        log.error("start refused", reason=str(error))
        raise


async def bind_database(database: Database, tenant: str, issuer: str | None) -> None:
    """The same for a migrated database; replicas at their first start agree. Raises: ForeignTenant."""
    async with database.transaction(RowScope(tenant_wide=True)) as connection:
        await connection.execute(_NOTE, {"tenant": tenant, "issuer": issuer})
        noted = (await connection.execute(_NOTED)).all()
    for row in noted:
        if row.tenant != tenant:
            raise ForeignTenant(f"the database belongs to tenant {row.tenant!r}, not to {tenant!r}")
        if issuer is not None and row.issuer not in {None, issuer}:
            raise ForeignTenant(f"the database belongs to issuer {row.issuer!r}, not to {issuer!r}")
