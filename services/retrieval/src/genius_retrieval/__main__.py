# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_retrieval` serves, `work` works off the queue beside it; the rest is for operators."""

from __future__ import annotations

import logging
import sys

from genius_common.serving import serve
from genius_common.telemetry import configure_logging
from genius_retrieval import keys
from genius_retrieval.app import create_app, create_worker
from genius_retrieval.migrate import migrate
from genius_retrieval.settings import Settings


def main(arguments: list[str]) -> None:
    settings = Settings.model_validate({})
    configure_logging("retrieval", settings.log_level)
    # Its line per job says nothing that ours do not.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    if arguments == ["migrate"]:
        migrate(settings.database)
        return
    if arguments == ["keys", "rewrap"]:
        raise SystemExit(keys.rewrap(settings))
    if arguments == ["work"]:
        serve(create_worker(settings), settings)
        return
    if arguments:
        raise SystemExit("usage: python -m genius_retrieval [work | migrate | keys rewrap]")
    serve(create_app(settings), settings)


main(sys.argv[1:])
