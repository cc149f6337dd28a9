# SPDX-License-Identifier: EUPL-1.2
"""Meters of quotas and budgets, what replicas have leased of them, and an authority's own limits.

A meter of a person or application is found by its key alone, which the transaction names in `genius.credential`
(several, with commas between): nobody lists them, whatever the authority. Those of past days are seen by maintenance,
which has no person, and only to be deleted. `persons` says how many people stand behind a row of use (PER-01).
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')"
_NAMED = "string_to_array(current_setting('genius.credential', true), ',')"
_PAST = "starts < (now() AT TIME ZONE 'UTC')::date"
_OWN = f"authority = {_A} AND (scope NOT IN ('person', 'application') OR key = ANY ({_NAMED}))"
_DUE = f"authority = {_A} AND {_P} IS NULL AND {_PAST}"

_METER = """
    authority uuid NOT NULL REFERENCES authorities,
    period text NOT NULL CHECK (period IN ('day', 'month')),
    starts date NOT NULL,
    scope text NOT NULL CHECK (scope IN ('person', 'application', 'authority', 'model', 'cost_centre')),
    key text NOT NULL,
    requests bigint NOT NULL DEFAULT 0,
    tokens bigint NOT NULL DEFAULT 0,
"""
_TABLES = f"""
CREATE TABLE quota_meters ({_METER}
    kinds text[] NOT NULL DEFAULT '{{}}',
    PRIMARY KEY (authority, period, starts, scope, key)
);
CREATE TABLE quota_leases ({_METER}
    replica uuid NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (authority, period, starts, scope, key, replica)
);
ALTER TABLE quotas ADD COLUMN own jsonb NOT NULL DEFAULT '{{}}';
ALTER TABLE usage_counters ADD COLUMN persons integer NOT NULL DEFAULT 0;
"""
_OWN_VALUES = """
UPDATE quotas SET own = jsonb_build_object('authority', jsonb_strip_nulls(jsonb_build_object(
    'tokens_per_day', tokens_per_day, 'requests_per_day', requests_per_day)))
"""
_TO_COLUMNS = """
UPDATE quotas SET tokens_per_day = (own #>> '{authority,tokens_per_day}')::bigint,
    requests_per_day = (own #>> '{authority,requests_per_day}')::bigint
"""


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute("SELECT set_config('genius.scope', 'tenant', true)")  # the owner of a table is bound by its policies
    op.execute(_OWN_VALUES)
    op.execute("SELECT set_config('genius.scope', '', true)")
    op.execute("ALTER TABLE quotas DROP COLUMN tokens_per_day, DROP COLUMN requests_per_day")
    op.execute("ALTER TABLE usage_counters DROP COLUMN reserved_tokens")
    for table in ("quota_meters", "quota_leases"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_select ON {table} FOR SELECT USING ({_OWN} OR {_DUE})")
        op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({_OWN})")
        op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({_OWN}) WITH CHECK ({_OWN})")
        op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({_OWN} OR {_DUE})")


def downgrade() -> None:
    for table in ("quota_leases", "quota_meters"):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE usage_counters DROP COLUMN persons, ADD COLUMN reserved_tokens bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE quotas ADD COLUMN tokens_per_day bigint, ADD COLUMN requests_per_day bigint")
    op.execute("SELECT set_config('genius.scope', 'tenant', true)")
    op.execute(_TO_COLUMNS)
    op.execute("SELECT set_config('genius.scope', '', true)")
    op.execute("ALTER TABLE quotas DROP COLUMN own")
