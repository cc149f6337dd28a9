# SPDX-License-Identifier: EUPL-1.2
"""One cluster: initdb with scram, configuration, start and stop, roles and databases.

Connections come through the UNIX socket only; the server listens on no network address.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from genius_stack.errors import DiskFull, PostgresFailed
from genius_stack.postgresql.account import Account, initdb_account
from genius_stack.postgresql.location import Location, prepare_folders

SUPERUSER = "genius_super"
START_SECONDS = 60.0
STOP_SECONDS = 8.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "80",
    "shared_buffers": "48MB",
    "max_wal_size": "512MB",
    "wal_level": "replica",
    "jit": "off",
    "max_parallel_workers": "2",
    "log_min_messages": "warning",
    # Statements and parameters may hold content of users; errors name their kind only (LOG-01).
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Role:
    """A database with its two roles: the owner migrates, `app` works under row-level security."""

    database: str
    owner_password: str
    app_password: str

    @property
    def owner(self) -> str:
        return f"{self.database}_owner"

    @property
    def app(self) -> str:
        return f"{self.database}_app"


class Cluster:
    """A PostgreSQL cluster at `location`; `password` is the superuser's, used for set-up only."""

    def __init__(self, location: Location, password: str, settings: Mapping[str, str] | None = None) -> None:
        self.location = location
        self._password = password
        self._settings = {**_SETTINGS, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    # --- files

    def initialise(self, *, sync: bool = True) -> bool:
        """Run initdb where there is no cluster yet; True where a new one was made.

        A folder left half-made by a crash (no PG_VERSION in place) is replaced.
        Raises: PostgresFailed, DiskFull.
        """
        prepare_folders(self.location)
        data = self.location.data
        fresh = not (data / "PG_VERSION").exists()
        if fresh:
            if data.exists():
                shutil.rmtree(data)
            self._initdb(sync=sync)
        self._configure()
        return fresh

    def _initdb(self, *, sync: bool) -> None:
        account = initdb_account()
        with tempfile.TemporaryDirectory(prefix="genius-initdb-", dir=self.location.data.parent) as name:
            work = Path(name)
            password = work / "password"
            password.write_text(self._password + "\n")
            password.chmod(0o600)
            account.own(work)
            command = [
                str(self.location.binaries / "initdb"),
                f"--pgdata={work / 'data'}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-locale",
                "--data-checksums",
                "--no-instructions",
                *([] if sync else ["--no-sync"]),
            ]
            _run(command, account)
            (work / "data" / "pg_hba.conf").write_text("local all all scram-sha-256\n")
            (work / "data").rename(self.location.data)
        self.location.account.own(self.location.data)

    def _configure(self) -> None:
        lines = [f"{name} = '{value}'\n" for name, value in self._settings.items()]
        lines.append(f"unix_socket_directories = '{self.location.socket}'\n")
        target = self.location.data / "postgresql.auto.conf"
        target.write_text("# written by genius at each start\n" + "".join(lines))
        if self.location.account.switch:
            os.chown(target, self.location.account.uid, self.location.account.gid)

    # --- process

    @property
    def command(self) -> list[str]:
        return [str(self.location.binaries / "postgres"), "-D", str(self.location.data)]

    @property
    def popen_options(self) -> dict[str, Any]:
        """For `subprocess`: account and working folder."""
        return {"cwd": str(self.location.data), **self.location.account.popen_options()}

    def clear_stale_lock(self) -> None:
        """Deal with a `postmaster.pid` that a crash left: end its server if it still runs, remove it if not.

        The caller holds the data directory's lock, so no other supervisor owns that server. PostgreSQL itself would
        refuse to start where the old pid was given to another process since, as happens in containers.
        """
        lock = self.location.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        end = time.monotonic() + STOP_SECONDS
        while _serves(pid, self.location.data):
            os.kill(pid, signal.SIGINT if time.monotonic() < end else signal.SIGKILL)
            time.sleep(0.1)
        lock.unlink(missing_ok=True)

    def start(self, log: IO[bytes] | int = subprocess.DEVNULL) -> None:
        """Start the server as our child and wait until it takes connections. Raises: PostgresFailed."""
        self.clear_stale_lock()
        self._process = subprocess.Popen(
            self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self.popen_options
        )
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise PostgresFailed(f"PostgreSQL startet nicht (Code {self._process.poll()}).")
            time.sleep(0.05)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        if not (self.location.socket / ".s.PGSQL.5432").exists():
            return False
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    # --- contents

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A superuser's connection; every statement is its own transaction."""
        return psycopg.connect(
            host=str(self.location.socket),
            user=SUPERUSER,
            password=self._password,
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def url(self, database: str, user: str, password: str) -> str:
        """An SQLAlchemy URL (psycopg 3) through the socket."""
        return f"postgresql+psycopg://{user}:{password}@/{database}?host={self.location.socket}"

    def owner_url(self, role: Role) -> str:
        return self.url(role.database, role.owner, role.owner_password)

    def app_url(self, role: Role) -> str:
        return self.url(role.database, role.app, role.app_password)

    def ensure(self, role: Role) -> None:
        """Create the database and its roles where they are missing and set the passwords; idempotent."""
        with self.connect() as connection:
            for name, password in ((role.owner, role.owner_password), (role.app, role.app_password)):
                _ensure_role(connection, name, password)
            database, owner, app = (sql.Identifier(n) for n in (role.database, role.owner, role.app))
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (role.database,)).fetchone()
            if exists is None:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))
        with self.connect(role.database) as connection:
            for statement in _GRANTS:
                connection.execute(sql.SQL(statement).format(owner=owner, app=app))


_GRANTS = (
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {app}",
)


def new_password() -> str:
    """192 random bits, safe in URLs and configuration files."""
    return secrets.token_urlsafe(24)


def _ensure_role(connection: psycopg.Connection[tuple[Any, ...]], name: str, password: str) -> None:
    verb = "ALTER" if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() else "CREATE"
    options = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
    statement = sql.SQL(f"{verb} ROLE {{}} WITH {options} PASSWORD {{}}")
    connection.execute(statement.format(sql.Identifier(name), sql.Literal(password)))


def _run(command: list[str], account: Account) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **account.popen_options())
    if done.returncode == 0:
        return
    if "No space left on device" in done.stderr:
        raise DiskFull("Auf dem Datenträger ist zu wenig Platz für die Datenbank. Schaffen Sie Platz und starten neu.")
    raise PostgresFailed(f"initdb ist fehlgeschlagen: {done.stderr.strip()[-400:]}")


def _serves(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False
