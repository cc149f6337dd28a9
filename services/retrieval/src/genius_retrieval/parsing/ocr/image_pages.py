# SPDX-License-Identifier: EUPL-1.2
"""Pictures of an image file in grey, at about 200 dpi of the page they show."""

from __future__ import annotations

import math

from genius_retrieval.parsing.images import ImagePages
from genius_retrieval.parsing.ocr.picture import DPI, Corner, Picture


class GreyImages:
    def __init__(self, content: bytes) -> None:
        self._pages = ImagePages(content)

    def picture(self, number: int, pixels: int) -> Picture:
        width, height = self._pages.size(number)
        scale = min(DPI / 72, math.sqrt(pixels / (width * height)))
        across, down = max(1, round(width * scale)), max(1, round(height * scale))

        def point(x: float, y: float) -> Corner:
            return x / across * width, height - y / down * height

        return Picture(self._pages.picture(number, "L", (across, down)), point)
