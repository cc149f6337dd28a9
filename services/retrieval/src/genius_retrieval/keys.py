# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_retrieval keys rewrap`: this database's part of rotating the key-encryption key."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Any

import orjson

from genius_common.database import Database, create_engine
from genius_common.errors import PlatformError
from genius_common.http import create_session
from genius_common.keys_rotation import rewrap_all
from genius_common.keys_transit import open_key_encryption
from genius_retrieval.settings import Settings
from genius_retrieval.tables import keys


def rewrap(settings: Settings) -> int:
    """Print `{"done": n, "left": n}` or `{"error": problem}`; answers the exit status."""
    answer: dict[str, Any]
    try:
        answer, status = asyncio.run(_rewrap(settings)), 0
    except PlatformError as error:
        answer, status = {"error": error.as_problem()}, 1
    sys.stdout.write(orjson.dumps(answer).decode() + "\n")
    return status


async def _rewrap(settings: Settings) -> dict[str, int]:
    database = Database(create_engine(settings.database))
    async with create_session() as session:
        try:
            encryption = open_key_encryption(settings.kek_file, settings.transit, session)
            return asdict(await rewrap_all(database, keys, encryption))
        finally:
            await database.close()
