# SPDX-License-Identifier: EUPL-1.2
"""Authorities leave, keys are wrapped anew, rotated and destroyed: what these commands see and what is closed for good.

`genius.scope` = `whole` shows every row of one authority, whoever's it is, and lets it be deleted: for its removal and
for its keys alone. `keys` shows and changes the keys of the tenant and of all authorities, never a person's. Into an
authority that leaves nothing new is written, and one that is gone stays gone; the policies for that are made for every
table with an authority that exists now (`genius_authority_rows`, called again by migrations that add tables).
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_S = "current_setting('genius.scope', true)"
_TENANT = f"{_S} = 'tenant'"
_WHOLE = f"{_S} = 'whole' AND authority = {_A}"
_KEYS = f"{_S} = 'keys' AND person IS NULL"
# Proof, holds, and counters that are flushed a second late (they are deleted at the end).
_NEVER_CLOSED = "'audit_records', 'audit_heads', 'legal_holds', 'usage_counters', 'quota_meters', 'quota_leases'"

_TABLES = """
CREATE TABLE authority_removals (
    authority uuid PRIMARY KEY REFERENCES authorities,
    request uuid NOT NULL UNIQUE,
    plan jsonb NOT NULL,
    step text NOT NULL CHECK (step IN ('closed', 'handed_over', 'archived', 'retrieval_destroyed', 'gone')),
    found jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE FUNCTION authorities_stay_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an authority that leaves does not come back under its id';
END $$;
CREATE TRIGGER authorities_gone BEFORE UPDATE ON authorities FOR EACH ROW
    WHEN ((OLD.state = 'gone' AND NEW IS DISTINCT FROM OLD) OR (OLD.state = 'leaving' AND NEW.state = 'active'))
    EXECUTE FUNCTION authorities_stay_gone();
"""
_POLICIES_OF_ROWS = f"""
CREATE FUNCTION genius_authority_rows() RETURNS void LANGUAGE plpgsql AS $$
DECLARE found name; BEGIN
    FOR found IN SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t
            USING (table_schema, table_name)
        WHERE c.table_schema = current_schema AND c.column_name = 'authority' AND t.table_type = 'BASE TABLE'
            AND c.table_name NOT IN ('audit_records', 'audit_heads', 'retrieval_log', 'authority_removals')
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = found AND policyname = found || '_whole') THEN
            EXECUTE format('CREATE POLICY %I ON %I USING ({_WHOLE.replace("'", "''")})'
                ' WITH CHECK ({_WHOLE.replace("'", "''")})', found || '_whole', found);
        END IF;
        IF found NOT IN ({_NEVER_CLOSED})
            AND NOT EXISTS (SELECT 1 FROM pg_policies WHERE tablename = found AND policyname = found || '_closed') THEN
            EXECUTE format('CREATE POLICY %I ON %I AS RESTRICTIVE FOR INSERT WITH CHECK (authority IS NULL OR'
                ' NOT EXISTS (SELECT 1 FROM authorities a WHERE a.id = %I.authority AND a.state <> ''active''))',
                found || '_closed', found, found);
        END IF;
    END LOOP;
END $$;
"""  # noqa: S608 constants only


def upgrade() -> None:
    op.execute(_TABLES)
    op.execute("ALTER TABLE authority_removals ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE authority_removals FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY authority_removals_select ON authority_removals FOR SELECT USING ({_TENANT})")
    op.execute(f"CREATE POLICY authority_removals_insert ON authority_removals FOR INSERT WITH CHECK ({_TENANT})")
    op.execute(
        f"CREATE POLICY authority_removals_update ON authority_removals FOR UPDATE USING ({_TENANT})"
        f" WITH CHECK ({_TENANT})"
    )
    op.execute(f"CREATE POLICY keys_wrapping ON keys FOR SELECT USING ({_KEYS})")
    op.execute(f"CREATE POLICY keys_rewrapping ON keys FOR UPDATE USING ({_KEYS}) WITH CHECK ({_KEYS})")
    op.execute(_POLICIES_OF_ROWS)
    op.execute("SELECT genius_authority_rows()")


def downgrade() -> None:
    op.execute(
        "DO $$ DECLARE found record; BEGIN FOR found IN SELECT tablename, policyname FROM pg_policies"
        " WHERE policyname IN (tablename || '_whole', tablename || '_closed')"
        " LOOP EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename); END LOOP; END $$"
    )
    op.execute("DROP FUNCTION genius_authority_rows")
    op.execute("DROP POLICY keys_rewrapping ON keys")
    op.execute("DROP POLICY keys_wrapping ON keys")
    op.execute("DROP TRIGGER authorities_gone ON authorities")
    op.execute("DROP FUNCTION authorities_stay_gone")
    op.execute("DROP TABLE authority_removals")
