# SPDX-License-Identifier: EUPL-1.2
"""Pages of a PDF in grey."""

from __future__ import annotations

import ctypes
import math

import pypdfium2.raw as raw

from genius_retrieval.parsing.ocr.picture import DPI, Corner, Picture
from genius_retrieval.parsing.pdf import open_document


class PdfPages:
    def __init__(self, content: bytes) -> None:
        self._document = open_document(content)

    def picture(self, number: int, pixels: int) -> Picture:
        page = self._document[number - 1]
        width, height = page.get_size()
        scale = min(DPI / 72, math.sqrt(pixels / (width * height)))
        image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil().convert("L")
        across, down = image.size

        def point(x: float, y: float) -> Corner:
            # pdfium knows the page's rotation and crop box; its pixels are whole.
            left, top = ctypes.c_double(), ctypes.c_double()
            raw.FPDF_DeviceToPage(page, 0, 0, across, down, 0, round(x), round(y), left, top)
            return left.value, top.value

        return Picture(image, point)
