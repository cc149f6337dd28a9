# SPDX-License-Identifier: EUPL-1.2
"""A page of a PDF as PNG with highlight boxes; runs in a parser process only."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.marking import PADDING, SCALE, Pixels, marked_png
from genius_retrieval.parsing.pdf import open_document


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
    scale = min(SCALE, math.sqrt(picture["pixels"] / (width * height)))
    if width * scale < 1 or height * scale < 1:
        raise Refused("too_complex")
    image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    return marked_png(image, [_pixels(page, box, image.size) for box in picture["boxes"]])


def _pixels(page: Any, box: list[float], size: tuple[int, int]) -> Pixels:
    """Where pdfium draws `box` on a picture of `size`: it knows the page's rotation and crop box."""
    x0, y0, x1, y1 = box
    corners = ((x0 - PADDING, y0 - PADDING), (x1 + PADDING, y1 + PADDING))
    across, down = zip(*(_pixel(page, x, y, size) for x, y in corners), strict=True)
    return min(across), min(down), max(across), max(down)


def _pixel(page: Any, x: float, y: float, size: tuple[int, int]) -> tuple[int, int]:
    column, line = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, column, line)
    return column.value, line.value
