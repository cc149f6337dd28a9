# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases shared between authorities by consent of both, and sessions that stay what they were made as.

A grant counts for the object of its own authority and owner alone. One to another authority is an offer until that side
accepts: only a transaction with the scope `curation` of that authority sees it before, and nobody accepts for somebody
else. `label` is the name of the object, sealed for the other side with its own key.

A session belongs to a membership that is there now and is changed in nothing but its times; another authority is
another session. Sessions from before end here: nothing tells whether their authority was ever checked.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_A = "nullif(current_setting('genius.authority', true), '')::uuid"
_P = "nullif(current_setting('genius.person', true), '')::uuid"
_CURATION = "current_setting('genius.scope', true) = 'curation'"
_ACCEPTED = "accepted_by_owner IS NOT NULL AND accepted_by_grantee IS NOT NULL"

_OURS = f"authority = {_A} AND (owner IS NULL OR owner = {_P} OR {_P} IS NULL)"
_MAKES = f"authority = {_A} AND (owner IS NULL OR owner = {_P})"
_FOR_US = f"grantee_authority = {_A} AND {_ACCEPTED} AND (grantee_kind <> 'person' OR grantee = {_P})"
_OFFERED = f"grantee_authority = {_A} AND {_CURATION}"
_KB_OWN = f"authority = {_A} AND (owner_person IS NULL OR owner_person = {_P})"
_GRANTED_BEFORE = f"""EXISTS (SELECT 1 FROM grants g WHERE g.object_kind = 'knowledge_base'
    AND g.object = knowledge_bases.id AND g.grantee_authority = {_A} AND g.accepted_by_owner IS NOT NULL
    AND g.accepted_by_grantee IS NOT NULL AND (g.grantee_kind <> 'person' OR g.grantee = {_P}))"""  # noqa: S608 constants
_GRANTED = _GRANTED_BEFORE.replace(
    "AND g.grantee_authority",
    "AND g.authority = knowledge_bases.authority AND g.owner IS NOT DISTINCT FROM knowledge_bases.owner_person"
    " AND g.grantee_authority",
)

_GRANTS = """
ALTER TABLE grants ADD COLUMN label bytea, ADD COLUMN accepted_at timestamptz,
    ADD CONSTRAINT grants_abroad CHECK
        (authority = grantee_authority OR (grantee_kind = 'authority' AND access = 'read'));
"""
# Policies can't compare a row with what it was before.
_CONSENT = f"""
CREATE FUNCTION grants_need_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE caller uuid := {_A};
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.object_kind, NEW.object, NEW.authority, NEW.grantee_kind, NEW.grantee,
            NEW.grantee_authority, NEW.access)
        IS DISTINCT FROM (OLD.id, OLD.object_kind, OLD.object, OLD.authority, OLD.grantee_kind, OLD.grantee,
            OLD.grantee_authority, OLD.access) THEN
        RAISE EXCEPTION 'a grant is given anew, not changed';
    END IF;
    IF NEW.authority = NEW.grantee_authority THEN
        RETURN NEW;
    END IF;
    IF NEW.grantee <> NEW.grantee_authority THEN
        RAISE EXCEPTION 'another authority is granted as a whole';
    END IF;
    IF NEW.accepted_by_grantee IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.accepted_by_grantee IS NULL)
        AND caller IS DISTINCT FROM NEW.grantee_authority THEN
        RAISE EXCEPTION 'only the other authority accepts';
    END IF;
    IF NEW.accepted_by_owner IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.accepted_by_owner IS NULL)
        AND caller IS DISTINCT FROM NEW.authority THEN
        RAISE EXCEPTION 'only the own authority offers';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grants_consent BEFORE INSERT OR UPDATE ON grants
    FOR EACH ROW EXECUTE FUNCTION grants_need_consent();
"""
_SESSIONS = """
TRUNCATE sessions;
ALTER TABLE sessions ADD CONSTRAINT sessions_membership FOREIGN KEY (person, authority)
    REFERENCES memberships (person, authority) ON DELETE CASCADE;
CREATE FUNCTION session_stays_the_same() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'of a session nothing is changed but its times';
END $$;
CREATE TRIGGER session_same BEFORE UPDATE ON sessions FOR EACH ROW
    WHEN (NEW.expires_at > OLD.expires_at
        OR to_jsonb(NEW) - ARRAY['seen_at', 'expires_at'] <> to_jsonb(OLD) - ARRAY['seen_at', 'expires_at'])
    EXECUTE FUNCTION session_stays_the_same();
DROP TRIGGER session_person ON sessions;
DROP FUNCTION session_keeps_its_person;
"""
_SESSIONS_BACK = """
DROP TRIGGER session_same ON sessions;
DROP FUNCTION session_stays_the_same;
ALTER TABLE sessions DROP CONSTRAINT sessions_membership;
CREATE FUNCTION session_keeps_its_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the person of a session is never changed';
END $$;
CREATE TRIGGER session_person BEFORE UPDATE ON sessions
    FOR EACH ROW WHEN (OLD.person <> NEW.person) EXECUTE FUNCTION session_keeps_its_person();
"""


def upgrade() -> None:
    op.execute(_GRANTS)
    op.execute(_CONSENT)
    op.execute(f"ALTER POLICY grants_select ON grants USING (({_OURS}) OR ({_FOR_US}) OR ({_OFFERED}))")
    op.execute(f"ALTER POLICY grants_insert ON grants WITH CHECK ({_MAKES})")
    op.execute(f"ALTER POLICY knowledge_bases_select ON knowledge_bases USING {_readable(_GRANTED)}")
    op.execute("ALTER TABLE memberships ADD COLUMN display bytea")
    op.execute(_SESSIONS)


def downgrade() -> None:
    op.execute(_SESSIONS_BACK)
    op.execute("ALTER TABLE memberships DROP COLUMN display")
    op.execute(f"ALTER POLICY knowledge_bases_select ON knowledge_bases USING {_readable(_GRANTED_BEFORE)}")
    op.execute(f"ALTER POLICY grants_insert ON grants WITH CHECK (authority = {_A})")
    op.execute(f"ALTER POLICY grants_select ON grants USING (authority = {_A} OR grantee_authority = {_A})")
    op.execute("DROP TRIGGER grants_consent ON grants")
    op.execute("DROP FUNCTION grants_need_consent")
    op.execute("ALTER TABLE grants DROP CONSTRAINT grants_abroad, DROP COLUMN label, DROP COLUMN accepted_at")


def _readable(granted: str) -> str:
    return f"(authority IS NULL OR ({_KB_OWN}) OR {granted})"
