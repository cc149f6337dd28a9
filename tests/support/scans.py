# SPDX-License-Identifier: EUPL-1.2
"""Scanned pages made here: German text drawn as a picture of an A4 page at 200 dpi, clean, turned or spoilt."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

A4_PIXELS = (1654, 2339)
_FONTS = Path("/usr/share/fonts/truetype/dejavu")
"""Tesseract's package brings none; Chromium's dependencies do."""


def font(size: float, name: str = "DejaVuSans") -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """`size` in points; Pillow's own typeface where the machine has none."""
    path = _FONTS / f"{name}.ttf"
    pixels = size * 200 / 72
    return ImageFont.truetype(str(path), pixels) if path.exists() else ImageFont.load_default(pixels)


def scan(*lines: str, size: float = 11, heading: str = "", typeface: str = "DejaVuSans") -> Image.Image:
    """Black on white, 15 points from line to line; empty lines leave a gap."""
    page = Image.new("L", A4_PIXELS, 255)
    draw = ImageDraw.Draw(page)
    y = 160.0
    if heading:
        draw.text((200, y), heading, font=font(1.6 * size, typeface), fill=0)
        y += 90
    for line in lines:
        draw.text((200, y), line, font=font(size, typeface), fill=0)
        y += 15 * 200 / 72
    return page


def spoilt(page: Image.Image) -> Image.Image:
    """So blurred that a person makes out words, and a machine few of them."""
    return page.filter(ImageFilter.GaussianBlur(4))
