# SPDX-License-Identifier: EUPL-1.2
"""JPG, PNG and TIFF with Pillow: one page a picture of the file, upright as its metadata say; text by recognition only.

The plugins are called by name, since Pillow's own choice would import others inside of the cage. Sizes are checked
before anything is unpacked. Of the metadata nothing is kept (ING-12).
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.ocr.scans import Scans
from genius_retrieval.parsing.page_lists import Seen, unseen
from genius_retrieval.parsing.pages import ReadPage, add_pages

Points = tuple[float, float]
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 274
_LONG_SIDE = 842.0
"""Points of an A4 page: what a picture is taken for that does not say how large it is."""
_LIKELY_DPI = (90.0, 1300.0)
_SCREEN_DPI = 96.0
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, struct.error)


class ImagePages:
    """Pages from 1. Raises: Refused where the file is damaged."""

    def __init__(self, content: bytes) -> None:
        with _damaged():
            self._image, self.media_type = _opened(content)

    def check(self, bounds: Bounds) -> int:
        """How many pages there are. Raises: Refused for too many, too large ones and classification marks."""
        count = 0
        with _damaged():
            for image in self._frames():
                count += 1
                if count > bounds.pages:
                    raise Refused("too_many_pages")
                if image.width * image.height > bounds.image_pixels:
                    raise Refused("image_too_large")
                for value in _metadata(image):
                    refuse_marked(value)
        return count

    def size(self, number: int) -> Points:
        """Width and height of the upright page in points."""
        with _damaged():
            image = self._at(number)
            across, down = (float(value) for value in image.info.get("dpi", (0, 0)))
            sideways = _turn(image) in _SIDEWAYS
        if all(_LIKELY_DPI[0] <= value <= _LIKELY_DPI[1] and value != _SCREEN_DPI for value in (across, down)):
            width, height = image.width * 72 / across, image.height * 72 / down
        else:
            scale = _LONG_SIDE / max(image.width, image.height)
            width, height = image.width * scale, image.height * scale
        return (height, width) if sideways else (width, height)

    def picture(self, number: int, mode: str, size: tuple[int, int]) -> Image.Image:
        """The upright page in `mode` ("L" or "RGB") with `size` pixels, what is transparent on white."""
        with _damaged():
            image = self._at(number)
            turn = _turn(image)
            if isinstance(image, JpegImagePlugin.JpegImageFile):
                # Unpacks no more than is needed.
                image.draft(mode, size[::-1] if turn in _SIDEWAYS else size)
            image.load()
            found = _plain(image, mode)
            found = found.transpose(turn) if turn is not None else found
            return found if found.size == size else found.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)

    def _at(self, number: int) -> Any:
        self._image.seek(number - 1)
        return self._image

    def _frames(self) -> Iterator[Any]:
        """The pictures of a TIFF; what else a PNG or JPEG holds are animations and previews."""
        number = 1
        yield self._at(1)
        while isinstance(self._image, TiffImagePlugin.TiffImageFile):
            number += 1
            try:
                self._image.seek(number - 1)
            except EOFError:
                return
            yield self._image


def parse(
    content: bytes, name: str, bounds: Bounds, readings: dict[str, Any] | None = None, seen: Seen = unseen
) -> CanonicalDocument:
    """`readings` see `Scans`. Raises: Scanned where none are given and all can be shown."""
    pages = ImagePages(content)
    builder = DocumentBuilder(bounds, pages.media_type)
    scans = Scans(readings)
    read: list[ReadPage] = []
    count = pages.check(bounds)
    for number in range(1, count + 1):
        width, height = pages.size(number)
        if readings is None:
            # What can't be unpacked is told from what can't be read.
            pages.picture(number, "L", (1, 1))
        read.append(ReadPage(number, width, height, (0.0, 0.0, width, height), scans.read(number, 0) or [], scan=True))
        seen(number, count)
    scans.ask()
    add_pages(builder, read)
    scans.finish(builder)
    return builder.build(None, name)


@contextmanager
def _damaged() -> Iterator[None]:
    """Whatever Pillow raises is a damaged file; what it only warns of (odd metadata) is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except _UNREADABLE as error:
            raise Refused("broken") from error


def _opened(content: bytes) -> tuple[Any, str]:
    file = io.BytesIO(content)
    if content.startswith(b"\x89PNG"):
        return PngImagePlugin.PngImageFile(file), "image/png"
    if content.startswith(b"\xff\xd8"):
        return JpegImagePlugin.JpegImageFile(file), "image/jpeg"
    return TiffImagePlugin.TiffImageFile(file), "image/tiff"


_SIDEWAYS = {_TURNS[5], _TURNS[6], _TURNS[7], _TURNS[8]}


def _turn(image: ImageFile.ImageFile) -> Image.Transpose | None:
    """What makes a JPEG upright. Pillow itself turns a TIFF, and few PNGs say how they stand."""
    return _TURNS.get(image.getexif().get(_ORIENTATION, 1)) if image.format == "JPEG" else None


def _plain(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        # 16 bits: Pillow would cut off instead of scaling.
        image = image.convert("F").point(lambda value: value * (1 / 256) + 0)
    if image.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in image.info:
        above = image.convert("RGBA")
        image = Image.new("RGB", image.size, (255, 255, 255))
        image.paste(above, mask=above.getchannel("A"))
    return image.convert(mode)


def _metadata(image: ImageFile.ImageFile) -> Iterator[str]:
    """Texts beside the picture, in which a classification mark may stand."""
    values = [*image.info.values()]
    if not isinstance(image, PngImagePlugin.PngImageFile):  # whose EXIF would unpack the picture
        values += [*image.getexif().values()]
    for value in values:
        if isinstance(value, bytes):
            yield value.decode("latin-1")
        elif isinstance(value, str):
            yield value
