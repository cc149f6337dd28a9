# SPDX-License-Identifier: EUPL-1.2
"""The cluster after crashes, and as root where PostgreSQL's uid can't get into the home folder."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest

from genius_stack.errors import PostgresFailed
from genius_stack.postgresql import Cluster, Role, location
from genius_stack.postgresql.account import Account, private_folder
from genius_stack.postgresql.cluster import new_password

FAST = {"fsync": "off"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="shows what a root start does; elsewhere there is no switch")


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="genius-pgf-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """Made once: initdb takes most of a test's time."""
    path = Path(tempfile.mkdtemp(prefix="genius-pgf-"))
    path.chmod(0o711)
    made = Cluster(location.temporary(path), new_password(), FAST)
    made.initialise(sync=False)
    yield made
    made.stop()
    shutil.rmtree(path)


@pytest.fixture
def cluster(shared: Cluster) -> Cluster:
    """Runs at the begin of each test, whatever the one before did to it."""
    if not shared.answers():
        shared.start()
    return shared


def kill_server(cluster: Cluster) -> None:
    pid = int((cluster.location.data / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGKILL)


def test_committed_rows_survive_kill_9_of_the_server(cluster: Cluster) -> None:
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE note (body text)")
        connection.execute("INSERT INTO note VALUES ('bleibt')")
    kill_server(cluster)
    assert cluster._process is not None
    cluster._process.wait()
    end = time.monotonic() + 20
    while True:
        try:
            cluster.start()
            break
        except PostgresFailed:  # backends of the killed server are still ending
            assert time.monotonic() < end
    with cluster.connect() as connection:
        assert connection.execute("SELECT body FROM note").fetchall() == [("bleibt",)]


def test_a_stale_lock_with_somebody_elses_pid_does_not_stop_the_start(cluster: Cluster) -> None:
    cluster.stop()
    lock = cluster.location.data / "postmaster.pid"
    lock.write_text(f"{os.getppid()}\n{cluster.location.data}\n")
    cluster.start()
    assert cluster.answers()
    assert Path(f"/proc/{os.getppid()}").exists()


def test_a_half_made_cluster_is_made_again(folder: Path) -> None:
    place = location.temporary(folder)
    place.data.mkdir(parents=True)
    (place.data / "base").mkdir()
    made = Cluster(place, new_password(), FAST)
    assert made.initialise(sync=False)
    assert not made.initialise(sync=False)
    assert not list(folder.glob("genius-initdb-*"))


def test_a_new_password_of_a_role_takes_effect(cluster: Cluster) -> None:
    cluster.ensure(Role("eins", "alt-owner", "alt-app"))
    cluster.ensure(Role("eins", "neu-owner", "neu-app"))
    url = cluster.app_url(Role("eins", "neu-owner", "neu-app")).replace("+psycopg", "")
    psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace("neu-app", "alt-app"))


def test_the_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "run"
    link.symlink_to(tmp_path)
    with pytest.raises(PostgresFailed, match="anderen Konto"):
        private_folder(link, Account(os.geteuid(), os.getegid(), switch=False))


def test_folders_and_settings_are_private(cluster: Cluster) -> None:
    for path in (cluster.location.data, cluster.location.socket):
        assert path.stat().st_mode & 0o777 == 0o700
    assert (cluster.location.data / "pg_hba.conf").read_text() == "local all all scram-sha-256\n"


@as_root
def test_as_root_an_unreachable_home_moves_cluster_and_binaries_outside(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = folder / "outside"
    outside.mkdir(mode=0o711)
    monkeypatch.setattr(location, "OUTSIDE", outside)
    home = folder / "home"
    home.mkdir(mode=0o700)
    venv = home / "venv"
    package = location.wheel_binaries().parents[1]
    shutil.copytree(package / "pginstall18", venv / package.name / "pginstall18")
    shutil.copytree(f"{package}.libs", venv / f"{package.name}.libs")
    monkeypatch.setattr(location, "wheel_binaries", lambda: venv / package.name / "pginstall18" / "bin")
    data_dir = home / "data"
    data_dir.mkdir(mode=0o700)
    place = location.locate(data_dir)
    assert place.data.is_relative_to(outside)
    assert place.binaries.is_relative_to(outside)
    assert location.locate(data_dir) == place
    owner_note = orjson.loads((place.data.parent / location.OWNER_NOTE).read_bytes())
    assert owner_note == {"data_dir": str(data_dir)}
    assert data_dir.stat().st_mode & 0o777 == 0o700
    cluster = Cluster(place, new_password(), FAST)
    cluster.initialise(sync=False)
    cluster.start()
    with cluster.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    owner = place.data.stat().st_uid
    cluster.stop()
    assert owner == place.account.uid >= 59_070


@as_root
def test_as_root_the_server_runs_as_the_dedicated_uid(cluster: Cluster) -> None:
    pid = int((cluster.location.data / "postmaster.pid").read_text().split("\n", 1)[0])
    assert Path(f"/proc/{pid}").stat().st_uid == cluster.location.account.uid
    groups = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Groups"))
    assert groups.split() == ["Groups:"]
