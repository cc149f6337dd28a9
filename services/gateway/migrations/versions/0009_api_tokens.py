# SPDX-License-Identifier: EUPL-1.2
"""API tokens of people: an id to name them by, the day of their last use, and a meter for each.

Nobody could make one before, so there are no rows to keep. Applications sign in at the identity provider and have none.
The administration of an authority finds all of them (authority and no person) and changes one in its owner's scope.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')"
_NAMED = "string_to_array(current_setting('genius.credential', true), ',')"
_PAST = "starts < (now() AT TIME ZONE 'UTC')::date"
_DUE = f"authority = {_A} AND {_P} IS NULL AND {_PAST}"
_MAINTENANCE = f"authority = {_A} AND {_P}::uuid IS NULL"
_SCOPES = ("person", "application", "authority", "model", "cost_centre")

_TOKENS = """
ALTER TABLE api_tokens ADD COLUMN id uuid NOT NULL, ADD COLUMN last_used_on date, DROP COLUMN application;
ALTER TABLE api_tokens ALTER COLUMN person SET NOT NULL, ALTER COLUMN name SET NOT NULL;
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_pkey;
ALTER TABLE api_tokens ADD PRIMARY KEY (id), ADD CONSTRAINT api_tokens_hash UNIQUE (token_hash),
    ADD CONSTRAINT api_tokens_person FOREIGN KEY (person) REFERENCES persons ON DELETE CASCADE;
CREATE INDEX api_tokens_of_person ON api_tokens (authority, person);
"""
_BACK = """
DROP INDEX api_tokens_of_person;
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_person, DROP CONSTRAINT api_tokens_hash,
    DROP CONSTRAINT api_tokens_pkey;
ALTER TABLE api_tokens ALTER COLUMN person DROP NOT NULL, ALTER COLUMN name DROP NOT NULL;
ALTER TABLE api_tokens DROP COLUMN id, DROP COLUMN last_used_on, ADD COLUMN application uuid,
    ADD PRIMARY KEY (token_hash);
"""


def upgrade() -> None:
    op.execute(_TOKENS)
    op.execute(f"ALTER POLICY api_tokens_maintenance ON api_tokens USING ({_MAINTENANCE})")
    _meters((*_SCOPES, "api_token"), "'person', 'application', 'api_token'")


def downgrade() -> None:
    for table in ("quota_leases", "quota_meters"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # the owner too, else the rows stay
        op.execute(f"DELETE FROM {table} WHERE scope = 'api_token'")  # noqa: S608 constants only
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _meters(_SCOPES, "'person', 'application'")
    op.execute(f"ALTER POLICY api_tokens_maintenance ON api_tokens USING ({_MAINTENANCE} AND expires_at < now())")
    op.execute(_BACK)


def _meters(scopes: tuple[str, ...], named: str) -> None:
    """Which scopes a meter may have, and which of them are found by their key alone."""
    listed = ", ".join(f"'{scope}'" for scope in scopes)
    own = f"authority = {_A} AND (scope NOT IN ({named}) OR key = ANY ({_NAMED}))"
    for table in ("quota_meters", "quota_leases"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_scope_check")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_scope_check CHECK (scope IN ({listed}))")
        op.execute(f"ALTER POLICY {table}_select ON {table} USING ({own} OR {_DUE})")
        op.execute(f"ALTER POLICY {table}_insert ON {table} WITH CHECK ({own})")
        op.execute(f"ALTER POLICY {table}_update ON {table} USING ({own}) WITH CHECK ({own})")
        op.execute(f"ALTER POLICY {table}_delete ON {table} USING ({own} OR {_DUE})")
