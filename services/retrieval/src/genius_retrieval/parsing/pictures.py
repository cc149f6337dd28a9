# SPDX-License-Identifier: EUPL-1.2
"""A page of a PDF as PNG with highlight boxes; runs in a parser process only."""

from __future__ import annotations

import io
import math
from typing import Any

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, PngImagePlugin

from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.pdf import open_document

# Loads the plugins now: inside the cage no module can be opened.
Image.preinit()

_SCALE = 2.0  # 144 dpi
_COLOUR = (255, 226, 92)
_PADDING = 1.5


def render(content: bytes, picture: dict[str, Any]) -> bytes:
    """PNG of page `picture["page"]` with at most `picture["pixels"]`, `picture["boxes"]` in points marked.

    The mark multiplies: text below it stays black on yellow.
    """
    document = open_document(content)
    index = picture["page"] - 1
    if not 0 <= index < len(document):
        raise Refused("broken")
    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise Refused("broken") from error
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise Refused("broken")
    scale = min(_SCALE, math.sqrt(picture["pixels"] / (width * height)))
    if width * scale < 1 or height * scale < 1:
        raise Refused("too_complex")
    image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    if picture["boxes"]:
        image = _marked(image, [_pixels(page, box, height, scale) for box in picture["boxes"]])
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1, pnginfo=PngImagePlugin.PngInfo())
    return out.getvalue()


def _pixels(page: Any, box: list[float], height: float, scale: float) -> tuple[float, float, float, float]:
    left, bottom = page.get_mediabox()[:2]
    x0, y0, x1, y1 = box
    return (
        (x0 - left - _PADDING) * scale,
        (height - (y1 - bottom) - _PADDING) * scale,
        (x1 - left + _PADDING) * scale,
        (height - (y0 - bottom) + _PADDING) * scale,
    )


def _marked(image: Image.Image, boxes: list[tuple[float, float, float, float]]) -> Image.Image:
    layer = Image.new("RGB", image.size, (255, 255, 255))
    draw = ImageDraw.Draw(layer)
    for box in boxes:
        draw.rectangle(box, fill=_COLOUR)
    return ImageChops.multiply(image, layer)
