# SPDX-License-Identifier: EUPL-1.2
"""A page as text recognition sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

DPI = 200
Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A page in grey; `point` tells where a pixel (from the top left) lies on the page, in points."""

    image: Image.Image
    point: Callable[[float, float], Corner]


class Pages(Protocol):
    def picture(self, number: int, pixels: int) -> Picture:
        """Page `number` (from 1) with at most that many pixels. Any exception: it can't be shown."""
