# SPDX-License-Identifier: EUPL-1.2
"""The platform that runs with a data directory now, for the commands that need one."""

from __future__ import annotations

from genius_stack.datadir import DataDir
from genius_stack.errors import NotRunning
from genius_stack.stackfile import StackFile, read_stack_file


def running_stack(data: DataDir) -> StackFile:
    """Its stack.json; one that `kill -9` of everything left behind does not count. Raises: NotRunning."""
    owner = data.owner()
    if owner is None:
        raise NotRunning(f"Mit {data.path} läuft kein bereites Genius. Starten Sie es mit „make run“ oder „genius up“.")
    if not data.stack_file.exists():
        raise NotRunning(f"Genius mit {data.path} startet gerade oder wird beendet (Prozess {owner}). Warten Sie kurz.")
    return read_stack_file(data.stack_file)
