# SPDX-License-Identifier: EUPL-1.2
"""The `sh` and `python` blocks of README, tutorial and how-tos are run, in order, against a real platform.

Blocks that start or install something, or need what is not here, are marked `console` (shown, not run); what they show
is run by `make run` and `make test` themselves. A block may be followed by a block marked `output`: each of its lines
must occur in what the commands printed; `…` stands for anything.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.platform import Platform

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(sh|python|output)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs/tutorial").glob("*.md")),
    *sorted((ROOT / "docs/howto").glob("*.md")),
]


def adapted(text: str, platform: Platform) -> str:
    """Documents use the defaults; the test's platform has another port and data folder."""
    text = text.replace("http://localhost:8080", platform.url).replace("http://127.0.0.1:8080", platform.url)
    text = re.sub(r"\bgenius (token|ask|status|doctor)\b", rf"genius \1 --data-dir {platform.data_dir}", text)
    return text.replace(".genius/stack.json", str(platform.data_dir / "stack.json"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_the_page_work(page: Path, platform: Platform, tmp_path: Path) -> None:
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    bin_folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    printed, shell = "", ""
    for kind, text in blocks:
        if kind == "output":
            for line in text.strip().splitlines():
                pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
                assert re.search(pattern, printed), f"{page.name}: {line!r} not in\n{printed}"
            continue
        if kind == "sh":
            # Variables of earlier blocks stay, as in a reader's terminal.
            shell += adapted(text, platform) + "\n"
            command = ["bash", "-e", "-u", "-o", "pipefail", "-c", f"cd {ROOT}\n{shell}"]
        else:
            script = tmp_path / "block.py"
            script.write_text(adapted(text, platform))
            command = [sys.executable, str(script)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, env=environment, check=False)
        assert done.returncode == 0, f"{page.name}:\n{text}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"
        printed = done.stdout
