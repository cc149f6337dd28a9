# SPDX-License-Identifier: EUPL-1.2
"""Tesseract's C interface (capi.h, version 4 and 5) by ctypes: raw grey pixels in, lines out.

As a library and not as a program, so that it works behind the parsers' system-call filter: everything it reads (code,
language data) is read by the constructor, and after that it needs neither files nor processes. Loaded in parser
processes only; `OMP_THREAD_LIMIT=1` must be in their environment before, since the cage refuses threads.
"""

from __future__ import annotations

import ctypes
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_LIBRARIES = ("libtesseract.so.5", "libtesseract.so.4")
_AUTOMATIC = 3
"""Page segmentation mode: layout found automatically, columns included, without orientation."""
_ONE_LINE = 7
"""Page segmentation mode: the picture is one line."""
_DPI = 200
_PARAGRAPH, _LINE, _WORD = 1, 2, 3
"""TessPageIteratorLevel."""
_H, _INT, _BOOL, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_bool, ctypes.c_char_p
_INTS, _BOOLS = ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_bool)
_FLOATS, _TEXTS = ctypes.POINTER(ctypes.c_float), ctypes.POINTER(ctypes.c_char_p)

_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "TessBaseAPICreate": (_H, ()),
    "TessBaseAPIDelete": (None, (_H,)),
    "TessBaseAPIInit3": (_INT, (_H, _TEXT, _TEXT)),
    "TessBaseAPISetSourceResolution": (None, (_H, _INT)),
    "TessBaseAPISetPageSegMode": (None, (_H, _INT)),
    "TessBaseAPISetImage": (None, (_H, _TEXT, _INT, _INT, _INT, _INT)),
    "TessBaseAPIRecognize": (_INT, (_H, _H)),
    "TessBaseAPIGetIterator": (_H, (_H,)),
    "TessBaseAPIClear": (None, (_H,)),
    "TessBaseAPIClearAdaptiveClassifier": (None, (_H,)),
    "TessBaseAPIDetectOrientationScript": (_BOOL, (_H, _INTS, _FLOATS, _TEXTS, _FLOATS)),
    "TessPageIteratorIsAtBeginningOf": (_BOOL, (_H, _INT)),
    "TessPageIteratorBoundingBox": (_BOOL, (_H, _INT, _INTS, _INTS, _INTS, _INTS)),
    "TessPageIteratorBaseline": (_BOOL, (_H, _INT, _INTS, _INTS, _INTS, _INTS)),
    "TessResultIteratorGetUTF8Text": (_H, (_H, _INT)),
    "TessResultIteratorConfidence": (ctypes.c_float, (_H, _INT)),
    "TessResultIteratorWordFontAttributes": (_TEXT, (_H, *[_BOOLS] * 6, _INTS, _INTS)),
    "TessResultIteratorNext": (_BOOL, (_H, _INT)),
    "TessResultIteratorDelete": (None, (_H,)),
    "TessDeleteText": (None, (_H,)),
}


class NotInstalled(Exception):
    """The library, or the data of the language, are not there."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A grey picture, one byte a pixel, rows from the top without gaps."""

    buffer: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Word:
    """`box`: left, top, right, bottom in pixels from the top left; `confidence` 0 to 100; `size` comparable only.

    `descent` is the part of its height that lies below the line it stands on.
    """

    text: str
    box: tuple[int, int, int, int]
    confidence: float
    size: int
    descent: float


@dataclass(frozen=True, slots=True)
class FoundLine:
    """Words of one line from left to right. `paragraph`: it begins one, as far as Tesseract knows."""

    words: tuple[Word, ...]
    paragraph: bool

    @property
    def box(self) -> tuple[int, int, int, int]:
        left, top, right, bottom = zip(*(word.box for word in self.words), strict=True)
        return min(left), min(top), max(right), max(bottom)

    @property
    def size(self) -> float:
        return statistics.median(word.size for word in self.words)

    @property
    def base(self) -> float:
        """Where its letters stand, in pixels from the top."""
        return statistics.median(word.box[3] - word.descent * (word.box[3] - word.box[1]) for word in self.words)


class Tesseract:
    """Recognition with the data of `languages` ("deu", "deu+fra"), and orientation where those of `osd` are there."""

    def __init__(self, languages: str) -> None:
        self._api = _library()
        self._reader = self._loaded(languages)
        if self._reader is None:
            raise NotInstalled
        self._api.TessBaseAPISetPageSegMode(self._reader, _AUTOMATIC)
        self._turner = self._loaded("osd")

    def recognise(self, pixels: Pixels) -> list[FoundLine]:
        """The lines in reading order; none where nothing was recognised."""
        self._show(self._reader, pixels)
        try:
            if self._api.TessBaseAPIRecognize(self._reader, None) != 0:
                return []
            return _lines(self._words())
        finally:
            self._api.TessBaseAPIClear(self._reader)
            # What one page taught must not change how the next one is read: the same file gives the same text.
            self._api.TessBaseAPIClearAdaptiveClassifier(self._reader)

    def line(self, pixels: Pixels) -> list[FoundLine]:
        """The words of a picture of one line: a lone digit too, which on a page is taken for dirt."""
        self._api.TessBaseAPISetPageSegMode(self._reader, _ONE_LINE)
        try:
            return self.recognise(pixels)
        finally:
            self._api.TessBaseAPISetPageSegMode(self._reader, _AUTOMATIC)

    def quarter_turns(self, pixels: Pixels) -> int:
        """By how many quarters the picture must be turned counter-clockwise to be upright; 0 where that is unknown."""
        if self._turner is None:
            return 0
        degrees, script = ctypes.c_int(), ctypes.c_char_p()
        sure, script_sure = ctypes.c_float(), ctypes.c_float()
        self._show(self._turner, pixels)
        found = self._api.TessBaseAPIDetectOrientationScript(self._turner, degrees, sure, script, script_sure)
        self._api.TessBaseAPIClear(self._turner)
        return degrees.value // 90 % 4 if found else 0

    def _show(self, handle: int | None, pixels: Pixels) -> None:
        self._api.TessBaseAPISetImage(handle, pixels.buffer, pixels.width, pixels.height, 1, pixels.width)
        self._api.TessBaseAPISetSourceResolution(handle, _DPI)

    def _words(self) -> Iterator[tuple[Word, int]]:
        """Each word and the outermost level that begins with it."""
        at = self._api.TessBaseAPIGetIterator(self._reader)
        if not at:
            return
        begins = self._api.TessPageIteratorIsAtBeginningOf
        try:
            going = True
            while going:
                if text := self._text(at):
                    yield self._word(at, text), next((n for n in (_PARAGRAPH, _LINE) if begins(at, n)), _WORD)
                going = self._api.TessResultIteratorNext(at, _WORD)
        finally:
            self._api.TessResultIteratorDelete(at)

    def _word(self, at: int, text: str) -> Word:
        _, top, _, bottom = box = _four(self._api.TessPageIteratorBoundingBox, at)
        _, begin, _, end = _four(self._api.TessPageIteratorBaseline, at)
        size, font = ctypes.c_int(), ctypes.c_int()
        self._api.TessResultIteratorWordFontAttributes(at, *[ctypes.c_bool() for _ in range(6)], size, font)
        descent = (bottom - max(begin, end)) / max(bottom - top, 1)
        return Word(text, box, self._api.TessResultIteratorConfidence(at, _WORD), size.value, descent)

    def _text(self, at: int) -> str:
        pointer = self._api.TessResultIteratorGetUTF8Text(at, _WORD)
        if not pointer:
            return ""
        try:
            return (ctypes.cast(pointer, ctypes.c_char_p).value or b"").decode("utf-8", "replace").strip()
        finally:
            self._api.TessDeleteText(pointer)

    def _loaded(self, languages: str) -> int | None:
        handle: int | None = self._api.TessBaseAPICreate()
        if self._api.TessBaseAPIInit3(handle, None, languages.encode("ascii")) == 0:
            return handle
        self._api.TessBaseAPIDelete(handle)
        return None


def _four(ask: Callable[..., bool], at: int) -> tuple[int, int, int, int]:
    """Two points that the iterator tells of the word it stands at."""
    first, second, third, fourth = (ctypes.c_int() for _ in range(4))
    ask(at, _WORD, first, second, third, fourth)
    return first.value, second.value, third.value, fourth.value


def _lines(words: Iterator[tuple[Word, int]]) -> list[FoundLine]:
    found: list[tuple[list[Word], int]] = []
    for word, level in words:
        if level < _WORD or not found:
            found.append(([word], level))
        else:
            found[-1][0].append(word)
    return [FoundLine(tuple(line), level == _PARAGRAPH) for line, level in found]


def _library() -> ctypes.CDLL:
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        for function, (result, arguments) in _SIGNATURES.items():
            found = getattr(library, function)
            found.restype, found.argtypes = result, arguments
        return library
    raise NotInstalled
