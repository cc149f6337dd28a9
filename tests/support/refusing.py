# SPDX-License-Identifier: EUPL-1.2
"""A database that refuses one record of the audit trail, the commit after it, or the effect; and shows what changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from tests.support.postgres import conninfo
from tests.support.tables import Tables, rows_in

Moment = Literal["record", "commit", "effect"]


@dataclass(frozen=True)
class Shown:
    """Where an effect is seen: in the usual tables and `also` these, or in the rows of the query `only`."""

    also: frozenset[str] = frozenset()
    only: str | None = None


# What other parts of the shared database change meanwhile, and the trail itself.
NOT_AN_EFFECT = frozenset(
    {"audit_records", "audit_heads", "audit_checkpoints", "audit_signatures", "quota_meters", "quota_leases",
     "usage_counters", "provider_cursors", "persons", "memberships", "member_names", "keys", "sessions",
     "alembic_version"}
)  # fmt: skip

_REFUSING = """
CREATE SCHEMA refusing;
CREATE TABLE refusing.now (action text, moment text, tables text[]);
CREATE FUNCTION refusing.refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM refusing.now WHERE action = NEW.action AND moment = TG_ARGV[0]) THEN
        RAISE EXCEPTION 'refused by the test';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION refusing.refuse_effect() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM refusing.now WHERE moment = 'effect' AND TG_TABLE_NAME = ANY (tables)) THEN
        RAISE EXCEPTION 'refused by the test';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_record BEFORE INSERT ON audit_records
    FOR EACH ROW EXECUTE FUNCTION refusing.refuse('record');
CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON audit_records DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refusing.refuse('commit');
"""
_REFUSING_EFFECTS = """
CREATE TRIGGER refuse_effect BEFORE INSERT OR UPDATE OR DELETE ON "{}"
    FOR EACH STATEMENT EXECUTE FUNCTION refusing.refuse_effect()
"""


class Refusing:
    """A database that refuses a record where `refused` says so, and shows what an action changed."""

    def __init__(self, superuser_url: str) -> None:
        self._tables = Tables(superuser_url)
        self._connection = psycopg.connect(conninfo(superuser_url), autocommit=True)

        self._connection.execute(_REFUSING)
        for table in self._tables.all:
            self._connection.execute(_REFUSING_EFFECTS.format(table.name).encode())

    def close(self) -> None:
        """Nothing is refused any longer."""
        for table in self._tables.all:  # one by one, so that nobody who writes meanwhile waits for another
            self._connection.execute(f'DROP TRIGGER refuse_effect ON "{table.name}"'.encode())
        self._connection.execute("DROP SCHEMA refusing CASCADE")
        self._connection.close()

    @contextmanager
    def refused(self, action: str, moment: Moment, shown: Shown) -> Iterator[None]:
        """What fails: the record itself, the commit after it was written, or any change that shows the effect."""
        values = (action, moment, self._tables_of(shown))
        self._connection.execute("INSERT INTO refusing.now VALUES (%s, %s, %s)", values)
        try:
            yield
        finally:
            self._connection.execute("DELETE FROM refusing.now")

    def seen(self, shown: Shown) -> list[Any]:
        """What the action changes: rows of its query, or a hash of each table that shows an effect."""
        return sorted(self._connection.execute((shown.only or rows_in(self._tables_of(shown))).encode()).fetchall())

    def _tables_of(self, shown: Shown) -> list[str]:
        return [table.name for table in self._tables.all if table.name not in NOT_AN_EFFECT - shown.also]

    def records(self, action: str) -> int:
        query = "SELECT count(*) FROM audit_records WHERE action = %s"
        return int(self._connection.execute(query, (action,)).fetchall()[0][0])
