# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_ocr`: scanned pages read by the product, beside Tesseract's own program.

Pages of the shipped laws are drawn at 200 dpi in two typefaces. The product reads them as a PDF of scans, with both
passes of the parser, the start of each process and rendering; the peer is `tesseract` with German data, a process a
page, over the same pictures. Speed is pages by processor time of all children, so that it holds on a busy machine too.
Recall and precision count words as they stand between spaces, signs included. Then the same pages spoilt: what recall
is left at which confidence, which the bar for "schlecht lesbar" was set by. The last line of stdout is one JSON object,
also written to `.genius/bench/ocr.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter

from genius_retrieval.laws.source import read_laws
from genius_retrieval.parsing.ocr.pages import recognise
from genius_retrieval.parsing.ocr.picture import Picture
from genius_retrieval.parsing.ocr.scans import POOR
from genius_retrieval.parsing.ocr.tesseract import Tesseract
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.settings import ParserSettings, UploadLimits
from tests.support import pdf
from tests.support.scans import scan

OUTPUT = Path(".genius/bench/ocr.json")
LINES, WIDTH = 46, 72
TYPEFACES = ("DejaVuSans", "DejaVuSerif")
SPOILT: dict[str, Callable[[Image.Image], Image.Image]] = {
    "clean": lambda page: page,
    "1 bit, as a fax": lambda page: page.convert("1").convert("L"),
    "100 dpi": lambda page: page.resize((page.width // 2, page.height // 2)).resize(page.size),
    "askew by 2°": lambda page: page.rotate(2, fillcolor=255),
    "askew by 5°": lambda page: page.rotate(5, fillcolor=255),
    "upside down": lambda page: page.rotate(180),
    "noise": lambda page: Image.blend(page, Image.effect_noise(page.size, 120), 0.25),
    "blurred by 2": lambda page: page.filter(ImageFilter.GaussianBlur(2)),
    "blurred by 2.4": lambda page: page.filter(ImageFilter.GaussianBlur(2.4)),
    "blurred by 2.7": lambda page: page.filter(ImageFilter.GaussianBlur(2.7)),
    "blurred by 3": lambda page: page.filter(ImageFilter.GaussianBlur(3)),
    "blurred by 4": lambda page: page.filter(ImageFilter.GaussianBlur(4)),
}


def written(count: int) -> list[list[str]]:
    """Lines of `count` pages: paragraphs of the laws, each in its own draw."""
    draw = random.Random(11)
    sections = [section for law in read_laws() for section in law.sections]
    pages = []
    for _ in range(count):
        lines: list[str] = []
        while len(lines) < LINES:
            section = draw.choice(sections)
            lines += [f"{section.number} {section.heading}"[:WIDTH], *textwrap.wrap(section.text, WIDTH)[:12], ""]
        pages.append(lines[:LINES])
    return pages


def drawn(pages: Sequence[Sequence[str]]) -> list[Image.Image]:
    return [scan(*lines, size=10, typeface=TYPEFACES[n % 2]) for n, lines in enumerate(pages)]


def shares(wanted: Sequence[str], found: Sequence[str]) -> tuple[float, float]:
    """Recall and precision of words, page by page."""
    common = want = have = 0
    for page, text in zip(wanted, found, strict=True):
        expected, got = Counter(page.split()), Counter(text.split())
        common += (expected & got).total()
        want, have = want + expected.total(), have + got.total()
    return round(common / want, 4), round(common / max(have, 1), 4)


def children_s() -> float:
    """Processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(work: Callable[[], list[str]], wanted: Sequence[str]) -> dict[str, float]:
    started, before = time.perf_counter(), children_s()
    found = work()
    cpu, wall = children_s() - before, time.perf_counter() - started
    recall, precision = shares(wanted, found)
    return {
        "pages_per_s_a_core": round(len(wanted) / cpu, 3),
        "pages_per_s": round(len(wanted) / wall, 3),
        "recall": recall,
        "precision": precision,
    }


def product(images: Sequence[Image.Image]) -> list[str]:
    runner = ParserRunner(ParserSettings(ocr_page_seconds=600), UploadLimits())
    content = pdf.build(*[pdf.Page(scan=image) for image in images])
    document = asyncio.run(runner.parse(content, "scan.pdf"))
    return [document.text[page.char_from : page.char_to] for page in document.pages]


def program(images: Sequence[Image.Image]) -> list[str]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for image in images:
            image.save(file := Path(folder) / "page.png", dpi=(200, 200))
            command = ["tesseract", str(file), "-", "-l", "deu"]
            environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
            found.append(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)
    return found


def ladder(images: Sequence[Image.Image], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """Recall and confidence of the pages, spoilt in each way."""
    tesseract = Tesseract("deu")
    rows = []
    for name, spoil in SPOILT.items():
        readings = [recognise(tesseract, Picture(spoil(image), lambda x, y: (x, y))) for image in images]
        recall, precision = shares(wanted, ["\n".join(line.text for line in reading.lines) for reading in readings])
        confidences = [reading.confidence for reading in readings]
        told = sum(not reading.lines or reading.confidence < POOR for reading in readings)
        row = {"pages": name, "recall": recall, "precision": precision, "told": told, "of": len(images)}
        rows.append({**row, "confidence": [min(confidences), max(confidences)]})
    return rows


def measured(given: argparse.Namespace) -> dict[str, Any]:
    lines = written(given.pages)
    images, wanted = drawn(lines), ["\n".join(page) for page in lines]
    ours = timed(lambda: product(images), wanted)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "benchmark": "ocr",
        "pages": given.pages,
        "words": sum(len(page.split()) for page in wanted),
        "dpi": 200,
        "product": {**ours, "largest_process_mb": round(largest)},
        "tesseract": timed(lambda: program(images), wanted),
        "spoilt": ladder(images[: given.spoilt], wanted[: given.spoilt]),
    }


def main() -> None:
    # Before the library is loaded: threads that wait for each other would count as work.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=16)
    parser.add_argument("--spoilt", type=int, default=4, help="how many of them are spoilt in each way")
    line = json.dumps(measured(parser.parse_args()), ensure_ascii=False)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n")
    print(line)


if __name__ == "__main__":
    main()
