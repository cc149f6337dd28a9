# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.support.eager_retrieval`: the retrieval service, which does soon what otherwise takes hours of use.

It optimises its index after dozens of new points instead of thousands, compares its stores a second after the start
instead of a minute, and drops a replaced collection at once: a kill among a few documents then meets these as well.
"""

from __future__ import annotations

import functools
import runpy
from typing import Any

from genius_retrieval import app
from genius_retrieval.index import edge
from genius_retrieval.ingest.rebuild import Rebuild
from genius_retrieval.ingest.recurring import Recurring

if __name__ == "__main__":
    parts: Any = app
    engine: Any = edge
    engine._FEW, engine._SOME, engine._REST_S = 80, 20, 0.3
    parts.Recurring = functools.partial(Recurring, first_s=1.0)
    parts.Rebuild = functools.partial(Rebuild, grace_s=0.2)
    runpy.run_module("genius_retrieval", run_name="__main__", alter_sys=True)
