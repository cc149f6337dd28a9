# SPDX-License-Identifier: EUPL-1.2
"""The system account that PostgreSQL runs as: ours, or a dedicated numeric uid where we are root.

PostgreSQL refuses to run as root. Its server needs no entry in the password database, `initdb` does: it looks up
the name of its user. So `initdb` borrows an existing unprivileged account for the second that it runs, and the new
cluster is then given to the dedicated uid, which nobody can log in as.
"""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genius_stack.errors import PostgresFailed

DEDICATED_UID = 59_070
_BORROWED = ("daemon", "nobody", "bin", "games")


@dataclass(frozen=True, slots=True)
class Account:
    """A uid with its group; `switch` says whether processes must change to it."""

    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, Any]:
        """Keyword arguments for `subprocess`: change to this account without any supplementary group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Give `path` and all below it to this account (no links are followed)."""
        if not self.switch:
            return
        for folder, names, files in os.walk(path):
            for name in [*names, *files]:
                os.chown(os.path.join(folder, name), self.uid, self.gid, follow_symlinks=False)
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, folder: Path) -> bool:
        """Whether this account may enter `folder` and all its parents."""
        if not self.switch:
            return True
        command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL, **self.popen_options()).returncode == 0


def server_account() -> Account:
    """Who runs the server: ourselves, or as root the dedicated uid."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    uid = next(uid for uid in range(DEDICATED_UID, DEDICATED_UID + 100) if not _has_name(uid))
    return Account(uid, uid, switch=True)


def initdb_account() -> Account:
    """Who runs `initdb`: ourselves, or as root an unprivileged account that has a name.

    Raises:
        PostgresFailed: there is no such account.
    """
    if os.geteuid() != 0:
        if not _has_name(os.geteuid()):
            raise PostgresFailed(
                f"Die Benutzerkennung {os.geteuid()} steht nicht in /etc/passwd; initdb braucht einen Namen. "
                "Starten Sie genius mit einem benannten Benutzer."
            )
        return server_account()
    for name in _BORROWED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, switch=True)
    raise PostgresFailed("Als root braucht PostgreSQL zum Einrichten ein Konto wie „nobody“ in /etc/passwd.")


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def private_folder(path: Path, account: Account) -> None:
    """Make `path` a folder of mode 0700 of `account`; refuse one that somebody else has put there.

    Raises:
        PostgresFailed: `path` is a link, no folder, or belongs to another account.
    """
    try:
        path.mkdir(mode=0o700, parents=True)
        if account.switch:
            os.chown(path, account.uid, account.gid)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
            raise PostgresFailed(f"{path} gehört einem anderen Konto. Entfernen Sie es und starten Sie neu.") from None
    path.chmod(0o700)
