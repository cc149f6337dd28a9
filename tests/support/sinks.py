# SPDX-License-Identifier: EUPL-1.2
"""Where a running platform writes to, searched for words that must be nowhere (LOG-01)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from genius_stack.postgresql.location import noted_cluster

_KEEPERS = ("secrets", "stack.json")
"""What holds secrets by its purpose, of mode 0700 and 0600: keys and passwords; sample logins of the local profile."""
_PIECE = 8 * 1024 * 1024
_ZEROS = re.compile(rb"\0{16,}")


def forms(word: str) -> tuple[bytes, ...]:
    """A word as it could stand in a file: plain, in hex, in base64 at each of its three places."""
    raw = word.encode()
    found = {raw, raw.hex().encode()}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        found.add(coded[4 if shift else 0 : len(coded) // 4 * 4 - 4])
    return tuple(found)


def files_of(data_dir: Path, output: Path, since: float) -> Iterator[Path]:
    """Every file that the platform wrote: logs, databases with WAL, objects, indexes, its output, dumps in /tmp."""
    for path in data_dir.rglob("*"):
        if path.is_file() and path.relative_to(data_dir).parts[0] not in _KEEPERS:
            yield path
    cluster = noted_cluster(data_dir)
    if cluster is not None and cluster.is_absolute():  # as root the databases lie outside
        yield from (path for path in cluster.rglob("*") if path.is_file())
    yield output
    for pattern in ("core*", "genius*/*", "genius*"):
        for path in Path("/tmp").glob(pattern):
            try:
                if path.is_file() and path.stat().st_mtime >= since:
                    yield path
            except OSError:
                continue  # ended meanwhile: another test's


def search(path: Path, words: Mapping[str, str]) -> set[str]:
    """The names of the words that stand in a file."""
    wanted = {name: forms(word) for name, word in words.items()}
    longest = max(len(form) for group in wanted.values() for form in group)
    found: set[str] = set()
    try:
        with path.open("rb") as file:
            rest = b""
            while piece := file.read(_PIECE):
                # Half of a database's files is zeros laid out in advance, and no form of a word has one.
                text = rest + _ZEROS.sub(b"\0", piece)
                found |= {name for name, group in wanted.items() if any(form in text for form in group)}
                rest = text[-longest:]
    except OSError:
        return found  # a file of the database that is gone, a socket
    return found
