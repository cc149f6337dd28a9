# SPDX-License-Identifier: EUPL-1.2
"""Both engines keep the contract of the index: Qdrant Edge always, a server where one is set."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from genius_retrieval.index.edge import EdgeIndex
from genius_retrieval.index.port import CollectionIndex
from tests.contract.retrieval_search.suite import IndexContract
from tests.support.qdrant import minting, needs_server, server_index


@pytest.fixture(params=["edge", pytest.param("server", marks=needs_server)])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CollectionIndex]:
    if request.param == "edge":
        edge = EdgeIndex(tmp_path / "edge")
        yield edge
        await edge.close()
        return
    async with minting(tmp_path) as minter, server_index(minter) as server:
        yield server


class TestIndex(IndexContract):
    pass
