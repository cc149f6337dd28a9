# SPDX-License-Identifier: EUPL-1.2
"""A page of an image file as PNG with highlight boxes; runs in a parser process only."""

from __future__ import annotations

import math
from typing import Any

from genius_retrieval.parsing.images import ImagePages
from genius_retrieval.parsing.marking import PADDING, SCALE, Pixels, marked_png


def render(content: bytes, picture: dict[str, Any]) -> bytes:
    """As `pictures.render` does it for a PDF."""
    pages = ImagePages(content)
    width, height = pages.size(picture["page"])
    scale = min(SCALE, math.sqrt(picture["pixels"] / (width * height)))
    size = max(1, round(width * scale)), max(1, round(height * scale))

    def pixels(box: list[float]) -> Pixels:
        x0, y0, x1, y1 = box
        left, right = (x0 - PADDING) * scale, (x1 + PADDING) * scale
        return int(left), int((height - y1 - PADDING) * scale), int(right), int((height - y0 + PADDING) * scale)

    return marked_png(pages.picture(picture["page"], "RGB", size), [pixels(box) for box in picture["boxes"]])
