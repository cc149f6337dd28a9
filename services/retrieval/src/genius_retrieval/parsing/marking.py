# SPDX-License-Identifier: EUPL-1.2
"""What is common to pictures of pages: the highlight, and PNG without anything beside the picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, PngImagePlugin

# What saving would import inside of the cage.
Image.preinit()

SCALE = 2.0  # pixels a point: 144 dpi
PADDING = 1.5
"""Points by which a highlight is larger than its text."""
_COLOUR = (255, 226, 92)
Pixels = tuple[int, int, int, int]


def marked_png(image: Image.Image, boxes: Sequence[Pixels]) -> bytes:
    """The mark multiplies: text below it stays black on yellow."""
    if boxes:
        layer = Image.new("RGB", image.size, (255, 255, 255))
        draw = ImageDraw.Draw(layer)
        for box in boxes:
            draw.rectangle(box, fill=_COLOUR)
        image = ImageChops.multiply(image, layer)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1, pnginfo=PngImagePlugin.PngInfo())
    return out.getvalue()
