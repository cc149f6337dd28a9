# SPDX-License-Identifier: EUPL-1.2
"""Image files: how many pages, how large, which way up, and the right grey whatever their pixels are."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from genius_retrieval.parsing.errors import Refused, Scanned
from genius_retrieval.parsing.guards import family
from genius_retrieval.parsing.images import ImagePages, parse
from tests.support.hostile_images import FILES, NOISE, NOTHING_TO_READ, PAGE, encoded
from tests.unit.retrieval.parsing_helpers import BOUNDS, outcome

SMALL = replace(BOUNDS, pages=50)


@pytest.mark.parametrize("name", FILES)
def test_hostile_pictures(name: str) -> None:
    """ING-05, ING-06, ING-11: without the cage, so that it is the parser that refuses."""
    content, codes = FILES[name]
    assert outcome(content, name, SMALL) in codes


@pytest.mark.parametrize(("kind", "media"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/tiff")])
def test_kinds_are_known_by_content(kind: str, media: str) -> None:
    """ING-05: and every picture needs text recognition."""
    content = encoded(PAGE, kind)
    assert (family(content), ImagePages(content).media_type) == ("image", media)
    with pytest.raises(Scanned) as scanned:
        parse(content, "x", BOUNDS)
    assert scanned.value.pages == [1]


@pytest.mark.parametrize(
    ("pixels", "options", "points"),
    [
        ((1654, 2339), {"dpi": (200, 200)}, (595, 842)),
        ((2480, 3508), {"dpi": (300, 300)}, (595, 842)),
        ((1728, 1145), {"dpi": (204, 98)}, (610, 841)),
        ((4000, 3000), {"dpi": (72, 72)}, (842, 632)),
        ((1000, 2000), {"dpi": (96, 96)}, (421, 842)),
        ((1000, 2000), {}, (421, 842)),
        ((1000, 2000), {"dpi": (9000, 9000)}, (421, 842)),
    ],
)
def test_sizes(pixels: tuple[int, int], options: dict[str, Any], points: tuple[float, float]) -> None:
    """What is no resolution of a scanner says nothing: the picture is taken for an A4 page."""
    content = encoded(Image.new("1", pixels, 1), "TIFF", **options)
    assert ImagePages(content).size(1) == pytest.approx(points, abs=1)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, "↖"), (2, "↗"), (3, "↘"), (4, "↙"), (5, "↖"), (6, "↗"), (7, "↘"), (8, "↙")]
)
def test_pages_stand_upright(kind: str, orientation: int, corner: str) -> None:
    """The dark corner of the file, and where EXIF says that it belongs."""
    image = Image.new("L", (400, 200), 255)
    image.paste(0, (0, 0, 100, 100))
    exif = Image.Exif()
    exif[274] = orientation
    pages = ImagePages(encoded(image, kind, exif=exif))
    width, height = (round(value) for value in pages.size(1))
    assert (width < height) == (orientation > 4)
    shown = pages.picture(1, "L", (width, height))
    corners = {"↖": (9, 9), "↗": (width - 9, 9), "↘": (width - 9, height - 9), "↙": (9, height - 9)}
    assert [name for name, place in corners.items() if shown.getpixel(place) < 128] == [corner]  # type: ignore[operator]


def clear() -> Image.Image:
    """Black letters on a ground that is black and transparent."""
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 40))
    return image


@pytest.mark.parametrize(
    "image",
    [
        clear(),
        clear().convert("LA"),
        Image.merge("RGB", [clear().getchannel("A").point(lambda value: 255 - value)] * 3),
        clear().getchannel("A").point(lambda value: 255 - value).convert("1"),
        clear().getchannel("A").point(lambda value: 255 - value).convert("P"),
        Image.frombytes("I;16", (40, 40), (b"\0\0" * 20 + b"\xff\xff" * 20) * 40),
    ],
    ids=["RGBA", "LA", "RGB", "1", "P", "I;16"],
)
def test_pixels_of_any_kind_become_grey(image: Image.Image) -> None:
    grey = ImagePages(encoded(image, "PNG")).picture(1, "L", (40, 40))
    assert grey.mode == "L"
    assert grey.getpixel((5, 20)) == 0
    assert grey.getpixel((35, 20)) in {254, 255}


def test_limits() -> None:
    """ING-06: pages and pixels."""
    three = encoded(PAGE, "TIFF", save_all=True, append_images=[NOISE, PAGE])
    assert ImagePages(three).check(replace(BOUNDS, pages=3, image_pixels=56_000)) == 3
    for bounds, code in (
        (replace(BOUNDS, pages=2), "too_many_pages"),
        (replace(BOUNDS, image_pixels=55_999), "image_too_large"),
    ):
        with pytest.raises(Refused) as refused:
            ImagePages(three).check(bounds)
        assert refused.value.code == code


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "TIFF"]), st.data())
def test_damaged_pictures_are_refused_with_a_code(kind: str, data: st.DataObject) -> None:
    """ING-06: bytes changed anywhere."""
    raw = bytearray(encoded(NOISE.resize((60, 80)), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(8, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(raw), "x", SMALL) in NOTHING_TO_READ | {"broken", "image_too_large", "ambiguous_type"}
