# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.support.killed_gateway FILE`: the gateway, which kills itself (SIGKILL) where FILE says.

FILE holds `<moment> <action>` once it is there: `before` the record of that action is written, `after` it and before
the commit, or once it is `committed` and nobody has heard of it yet. The real program runs; only its database driver's
edges are watched, from here.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Engine

from genius_gateway.__main__ import main

_RECORD = "INSERT INTO audit_records"


class Killer:
    """Watches the statements of one process; a connection whose transaction holds the record is remembered."""

    def __init__(self, order: Path) -> None:
        self._order = order
        self._recorded = False

    def _moment(self, parameters: object) -> str:
        try:
            moment, action = self._order.read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            return ""
        return moment if f'"action":"{action}"' in str(parameters) else ""

    def before(self, _c: Any, _u: Any, statement: str, parameters: Any, _x: Any, _m: bool) -> None:
        if _RECORD in statement and self._moment(parameters) == "before":
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self, _c: Any, _u: Any, statement: str, parameters: Any, _x: Any, _m: bool) -> None:
        if _RECORD not in statement:
            return
        moment = self._moment(parameters)
        if moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        self._recorded = moment == "committed"

    def watch(self) -> None:
        sa.event.listen(Engine, "before_cursor_execute", self.before)
        sa.event.listen(Engine, "after_cursor_execute", self.after)
        commit = PGDialect_psycopg.do_commit

        def do_commit(dialect: PGDialect_psycopg, connection: Any) -> None:
            due = self._recorded
            commit(dialect, connection)
            if due:
                os.kill(os.getpid(), signal.SIGKILL)

        for dialect in (PGDialect_psycopg, *PGDialect_psycopg.__subclasses__()):
            dialect.do_commit = do_commit  # type: ignore[method-assign]


if __name__ == "__main__":
    Killer(Path(sys.argv.pop(1))).watch()
    main()
