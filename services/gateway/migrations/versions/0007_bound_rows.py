# SPDX-License-Identifier: EUPL-1.2
"""Rows that name something of an authority are bound to the same authority (TEN-10).

PostgreSQL checks references past the policies of the table they point to, so a unit is named together with its
authority. A membership is written in the scope of the authority that it is about. A session is found by its cookie
alone, and stays the session of the person that it was made for.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
# (table, its column that names a unit)
_UNITS = (("knowledge_bases", "owner_unit"), ("cases", "unit"))

_TRIGGER = """
CREATE FUNCTION session_keeps_its_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the person of a session is never changed';
END $$;
CREATE TRIGGER session_person BEFORE UPDATE ON sessions
    FOR EACH ROW WHEN (OLD.person <> NEW.person) EXECUTE FUNCTION session_keeps_its_person();
"""


def upgrade() -> None:
    op.execute("ALTER TABLE units ADD CONSTRAINT units_of_authority UNIQUE (id, authority)")
    for table, column in _UNITS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_unit FOREIGN KEY ({column}, authority)"
            " REFERENCES units (id, authority)"
        )
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkey")
    _memberships(f"person = {_P} AND authority = {_A}")
    op.execute(_TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER session_person ON sessions")
    op.execute("DROP FUNCTION session_keeps_its_person")
    _memberships(f"person = {_P}")
    for table, column in _UNITS:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fkey FOREIGN KEY ({column}) REFERENCES units (id)"
        )
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_unit")
    op.execute("ALTER TABLE units DROP CONSTRAINT units_of_authority")


def _memberships(condition: str) -> None:
    op.execute(f"ALTER POLICY memberships_insert ON memberships WITH CHECK ({condition})")
    op.execute(f"ALTER POLICY memberships_update ON memberships USING ({condition}) WITH CHECK ({condition})")
