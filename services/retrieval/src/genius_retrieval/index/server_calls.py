# SPDX-License-Identifier: EUPL-1.2
"""Calls to a Qdrant server: one client a process, and failures as our own types.

What the server says of a failure may repeat the request, so only its status is logged (LOG-01).
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import orjson
import structlog
from qdrant_client import AsyncQdrantClient
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from genius_retrieval.errors import IndexFailed, IndexUnavailable

log = structlog.get_logger(__name__)

READ_S, WRITE_S = 10, 60
LARGEST_PAGE = 1_000
"""Most points that one answer may hold; the collections are made with this limit."""
_CONNECTIONS = 32
_RETRY_S = 5


class CollectionMissing(Exception):
    """The server has no such collection."""


def connect(
    url: str, *, api_key: str | None = None, token: Callable[[], str] | None = None, seconds: int = READ_S
) -> AsyncQdrantClient:
    """A client with the API key, or with what `token` answers for each request. Proxy variables are ignored."""
    with warnings.catch_warnings():
        # Inside a cluster or a machine http will do, as between all our services.
        warnings.simplefilter("ignore", UserWarning)
        return AsyncQdrantClient(
            url=url,
            port=None if httpx.URL(url).port is None else httpx.URL(url).port,
            api_key=api_key,
            auth_token_provider=token,
            timeout=seconds,
            check_compatibility=False,
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            trust_env=False,
        )


@asynccontextmanager
async def typed_failures(refused: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """Raises: CollectionMissing, IndexUnavailable (not reached, busy, too slow, token refused), IndexFailed.

    `refused` is called where the server did not take the token, so that a next try comes with a new one.
    """
    try:
        yield
    except UnexpectedResponse as error:
        status = error.status_code or 0
        if status == 404 and _names_a_collection(error):
            raise CollectionMissing from None
        log.warning("qdrant server refused", status=status)
        if status in {401, 403}:
            refused()
        if status in {401, 403, 429} or status >= 500:
            raise IndexUnavailable(retry_after=_RETRY_S) from None
        raise IndexFailed from None
    except (ResponseHandlingException, QdrantException) as error:
        cause = getattr(error, "source", error)
        log.warning("qdrant server not reached", error=type(cause).__name__)
        raise IndexUnavailable(retry_after=_RETRY_S) from None


def _names_a_collection(error: UnexpectedResponse) -> bool:
    """Whether it is the server that misses a collection, and not another program at a wrong address."""
    try:
        said = orjson.loads(error.content)["status"]["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    return isinstance(said, str) and said.startswith("Not found: Collection")
