# SPDX-License-Identifier: EUPL-1.2
"""Fixtures that every kind of test may use. Support code is imported as `tests.support.…`."""

from tests.support.postgres import postgres_server

__all__ = ["postgres_server"]
