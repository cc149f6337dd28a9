# SPDX-License-Identifier: EUPL-1.2
"""What of one's own copy stays inside: the content of rows above the class that may leave (TEN-15, § 35 SGB I).

Art. 15(4) GDPR lets the rights of others stand against a copy. Nothing is left out in silence: the row is there with
everything but its content, and says why; on screen the content stays readable.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_common.principal import ProtectionClass
from genius_common.processing import Table

WITHHELD = "nicht_enthalten"
"""In a row that is handed out: why its content is not there."""
_RUNS = text("SELECT id, protection_class FROM runs WHERE owner = :person")


class Leaving:
    """`upto` is the highest class that may leave. `whole`: what can't be read is an error, not named in its place."""

    def __init__(self, upto: ProtectionClass, *, whole: bool = False) -> None:
        self._upto = upto
        self.whole = whole

    def note(self, protection_class: str) -> str | None:
        """Why content of this class stays inside; None where it may leave."""
        if self._upto.covers(protection_class):
            return None
        return (
            f"Nicht enthalten: Inhalte der Schutzklasse „{protection_class}“ dürfen die Plattform nicht verlassen (nur "
            f"bis „{self._upto.value}“). Sie können sie in Genius lesen."
        )

    async def cut(
        self,
        database: Database,
        table: Table,
        rows: AsyncIterator[dict[str, Any]],
        person: UUID,
        authority: UUID | None,
    ) -> AsyncIterator[dict[str, Any]]:
        """The rows, without sealed columns where they are above. Events are of their run's class."""
        of_runs = await self._classes(database, person, authority) if table.name == "run_events" else {}
        sealed = {name for name, column in table.columns.items() if column.place is not None}
        async for row in rows:
            found = of_runs.get(row.get("run")) if of_runs else row.get("protection_class")
            if found is not None and (note := self.note(found)):
                row = {name: value for name, value in row.items() if name not in sealed} | {WITHHELD: note}
            yield row

    @staticmethod
    async def _classes(database: Database, person: UUID, authority: UUID | None) -> dict[Any, str]:
        async with database.transaction(RowScope(authority=authority, person=person)) as connection:
            return {row.id: row.protection_class for row in await connection.execute(_RUNS, {"person": person})}


EVERYTHING = Leaving(ProtectionClass.STEUERGEHEIMNIS, whole=True)
"""For an archive after which the originals are destroyed."""
