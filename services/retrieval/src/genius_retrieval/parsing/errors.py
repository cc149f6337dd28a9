# SPDX-License-Identifier: EUPL-1.2
"""Why a file is not read, or not yet. Light on imports: the parser process loads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class Refused(Exception):
    """`code` is a key of `genius_retrieval.ingest.reasons.FAILURES`; nothing of the content stands in it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class ScannedPart:
    """An attachment whose `pages` are pictures; `number` counts attachments in the order that they are met in."""

    number: int
    kind: str
    pages: list[int]
    content: bytes


class ScannedParts(Exception):
    """These attachments hold pictures: read the message again once text recognition has seen them."""

    def __init__(self, parts: Sequence[ScannedPart]) -> None:
        self.parts = list(parts)
        super().__init__("scanned parts")


class Scanned(Exception):
    """These pages (from 1) are pictures: read again once text recognition has seen them."""

    def __init__(self, pages: Sequence[int]) -> None:
        self.pages = list(pages)
        super().__init__("scanned")
