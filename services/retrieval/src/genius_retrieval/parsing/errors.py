# SPDX-License-Identifier: EUPL-1.2
"""Why a file is not read, or not yet. Light on imports: the parser process loads it."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):
    """`code` is a key of `genius_retrieval.ingest.reasons.FAILURES`; nothing of the content stands in it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Scanned(Exception):
    """These pages (from 1) are pictures: read again once text recognition has seen them."""

    def __init__(self, pages: Sequence[int]) -> None:
        self.pages = list(pages)
        super().__init__("scanned")
