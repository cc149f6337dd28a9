# SPDX-License-Identifier: EUPL-1.2
"""The session that all services use between each other."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from genius_common.http import create_session


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with create_session() as found:
        yield found
