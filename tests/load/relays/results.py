# SPDX-License-Identifier: EUPL-1.2
"""A benchmark's result: one JSON object as the last line of stdout and as a file, the chart beside it."""

import json
import os
import time
from pathlib import Path

from tests.load.relays.tools import ROOT

FOLDER = ROOT / ".genius/bench"


def machine() -> str:
    """Processor and cores, in words."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    return f"{os.cpu_count()} cores of {model}"


def write(name: str, result: dict[str, object], svg: str | None = None) -> None:
    full = {**result, "machine": machine(), "date": time.strftime("%Y-%m-%d"), "load_average": os.getloadavg()[0]}
    line = json.dumps(full)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(line + "\n")
    if svg is not None:
        (FOLDER / f"{name}.svg").write_text(svg)
    print(line)
