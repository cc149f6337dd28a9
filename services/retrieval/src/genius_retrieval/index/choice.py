# SPDX-License-Identifier: EUPL-1.2
"""Which engine holds the index: Qdrant Edge in this process, or a server where the settings name one.

A data folder keeps to the engine of its first start. With the other one every search would find nothing, silently:
the documents are in the database, their points in an engine that nobody asks any more.
"""

from __future__ import annotations

from pathlib import Path

import aiohttp

from genius_common.settings import read_secret
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.room import Room
from genius_retrieval.settings import Settings

EDGE, SERVER = "edge", "server"


class OtherEngine(ValueError):
    """The data folder belongs to the other engine."""


def open_index(settings: Settings, session: aiohttp.ClientSession) -> CollectionIndex:
    """The index of these settings. Raises: OtherEngine, ValueError or OSError for a missing or short secret."""
    folder = settings.data_dir / "index"
    keep_to(settings.data_dir, folder, SERVER if settings.qdrant else EDGE)
    if settings.qdrant is None:
        # Either import takes a second or more, and one of them is enough.
        from genius_retrieval.index.edge import EdgeIndex

        return EdgeIndex(folder, room=Room(folder, settings.reserve_bytes))
    from genius_retrieval.index.server import ServerIndex
    from genius_retrieval.index.server_tokens import Minter

    secret = read_secret(settings.qdrant.minter_secret_file)
    return ServerIndex(settings.qdrant.url, Minter(session, settings.qdrant.minter_url, secret))


def keep_to(data: Path, folder: Path, engine: str) -> None:
    """Note the engine of a new data folder; refuse another one later. Raises: OtherEngine."""
    note = data / "index-engine"
    if note.exists():
        known = note.read_text(encoding="ascii").strip()
    else:
        # Folders from before this note: shards are Edge's.
        known = EDGE if folder.is_dir() and any(folder.iterdir()) else engine
        whole = note.with_suffix(".new")
        whole.write_text(f"{known}\n", encoding="ascii")
        whole.replace(note)
    if known != engine:
        raise OtherEngine(
            f"{data} holds documents indexed with the engine '{known}', the settings say '{engine}'. Use the former "
            "again, or begin with an empty data folder and database (docs/howto/use-a-qdrant-server.md)."
        )
