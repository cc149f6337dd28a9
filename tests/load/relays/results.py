# SPDX-License-Identifier: EUPL-1.2
"""A benchmark's result: one JSON object as the last line of stdout and as a file, the chart beside it.

With `--publish` both go to `docs/benchmarks/` too, and the table of the page is written again between its two marks.
"""

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.load.relays.tools import ROOT

FOLDER = ROOT / ".genius/bench"
PAGES = ROOT / "docs/benchmarks"
_TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- /table -->)", re.DOTALL)


def machine() -> str:
    """Processor and cores, in words."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    return f"{os.cpu_count()} cores of {model}"


def table(rows: Sequence[Mapping[str, object]], columns: Mapping[str, str]) -> str:
    """Rows as Markdown, `columns` from member to heading; a row that is absent says why in its second column."""
    first, *others = columns
    lines = ["| " + " | ".join(columns.values()) + " |", "| --- " * len(columns) + "|"]
    for row in rows:
        if "absent" in row:
            cells = [f"absent: {row['absent']}", *[""] * (len(others) - 1)]
        else:
            cells = [_shown(row.get(member, "")) for member in others]
        lines.append("| " + " | ".join([str(row[first]), *cells]) + " |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_shown(part)} {name.replace('_', ' ')}" for name, part in value.items() if part is not None)
    if isinstance(value, list):
        return " / ".join(_shown(part) for part in value)
    return f"{value:,.4g}" if isinstance(value, float) and abs(value) < 10_000 else str(value)


def write(
    name: str, result: dict[str, object], shown: str = "", svg: str | None = None, *, publish: bool = False
) -> None:
    """`shown`: the table of the page as Markdown."""
    full = {
        **result,
        "machine": machine(),
        "date": time.strftime("%Y-%m-%d"),
        "load_average": round(os.getloadavg()[0], 1),
    }
    line = json.dumps(full)
    for folder in [FOLDER, PAGES] if publish else [FOLDER]:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(line + "\n")
        if svg is not None:
            (folder / f"{name}.svg").write_text(svg)
    if publish:
        said = f"Machine: {full['machine']}, load average {full['load_average']}. Date: {full['date']}."
        said += f" [JSON]({name}.json)\n\n"
        chart = f"\n![the same as a chart]({name}.svg)\n" if svg is not None else ""
        page = PAGES / f"{name}.md"
        page.write_text(_TABLE.sub(lambda found: f"{found[1]}{said}{shown}{chart}{found[2]}", page.read_text()))
    print(line)
