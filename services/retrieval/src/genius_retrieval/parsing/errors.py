# SPDX-License-Identifier: EUPL-1.2
"""Why a file is not read. Light on imports: the parser process loads it."""

from __future__ import annotations


class Refused(Exception):
    """`code` is a key of `genius_retrieval.ingest.reasons.FAILURES`; nothing of the content stands in it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
