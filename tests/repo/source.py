# SPDX-License-Identifier: EUPL-1.2
"""What the rules look at: the tracked files, parsed once."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("common", "gateway", "inference", "retrieval", "modules", "stack")


@cache
def tracked() -> list[Path]:
    """Files that git tracks, or would (new and not ignored)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()
    return sorted({ROOT / name for name in names if (ROOT / name).is_file()})


def python_files(*folders: str) -> list[Path]:
    return [p for p in tracked() if p.suffix == ".py" and any(p.is_relative_to(ROOT / f) for f in folders)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
