# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.support.killed_retrieval ORDER SEEN`: the retrieval service, which kills itself where it is told to.

While the file ORDER is there, every edge that an effect has (an object written or removed, points written or removed,
a transaction with a change committed, a job taken or ended: before and after it) is counted and written to SEEN as a
line. ORDER holds a number: at that edge the process gets SIGKILL; 0 = never. The real program runs; only the edges of
its libraries are watched, from here.
"""

from __future__ import annotations

import functools
import os
import runpy
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import obstore
import sqlalchemy as sa
from procrastinate.manager import JobManager
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Engine

from genius_retrieval.index import edge
from genius_retrieval.index.edge import EdgeIndex

_CHANGES = ("INSERT", "UPDATE", "DELETE")


class Edges:
    """Counts the edges of one process."""

    def __init__(self, order: Path, seen: Path) -> None:
        self._order = order
        self._seen = seen
        self._count = 0
        self._changed = False

    def edge(self, name: str) -> None:
        try:
            last = int(self._order.read_text(encoding="ascii"))
        except (OSError, ValueError):
            self._count = 0
            return
        self._count += 1
        with self._seen.open("a", encoding="ascii") as file:
            file.write(f"{name}\n")
        if self._count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        """Both edges of a function, called in whatever thread."""
        real = getattr(owner, name)

        @functools.wraps(real)
        def watched(*args: Any, **options: Any) -> Any:
            self.edge(f"before {name}")
            done = real(*args, **options)
            self.edge(f"after {name}")
            return done

        setattr(owner, name, watched)

    def around_async(self, owner: Any, name: str) -> None:
        """The same of a coroutine function; a job that was taken is an edge only where there was one."""
        real: Callable[..., Awaitable[Any]] = getattr(owner, name)

        @functools.wraps(real)
        async def watched(*args: Any, **options: Any) -> Any:
            fetching = name == "fetch_job"
            if not fetching:
                self.edge(f"before {name}")
            done = await real(*args, **options)
            if not fetching or done is not None:
                self.edge(f"after {name}")
            return done

        setattr(owner, name, watched)

    def commits(self) -> None:
        def note(_c: Any, _u: Any, statement: str, _p: Any, _x: Any, _m: bool) -> None:
            self._changed |= statement.lstrip().upper().startswith(_CHANGES)

        sa.event.listen(Engine, "after_cursor_execute", note)
        commit = PGDialect_psycopg.do_commit

        def do_commit(dialect: PGDialect_psycopg, connection: Any) -> None:
            changed, self._changed = self._changed, False
            if changed:
                self.edge("before commit")
            commit(dialect, connection)
            if changed:
                self.edge("after commit")

        for dialect in (PGDialect_psycopg, *PGDialect_psycopg.__subclasses__()):
            dialect.do_commit = do_commit  # type: ignore[method-assign]

    def watch(self) -> None:
        self.commits()
        for name in ("put_async", "delete_async"):
            self.around_async(obstore, name)
        for name in ("_upsert", "_delete"):
            self.around(EdgeIndex, name)
        self.around(edge, "_rewrite")
        for name in ("fetch_job", "finish_job"):
            self.around_async(JobManager, name)


if __name__ == "__main__":
    seen, order = Path(sys.argv.pop(2)), Path(sys.argv.pop(1))
    Edges(order, seen).watch()
    runpy.run_module("genius_retrieval", run_name="__main__", alter_sys=True)
