# SPDX-License-Identifier: EUPL-1.2
"""Modules as Python packages: install one into a folder, host it in its cage for a check, allow it to the platform.

`packages/` in the data directory holds what `genius up` may run, `packages.json` says which and pins all of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from genius_common.folder_digest import PATTERN, NotAFolder, folder_digest
from genius_stack.conformance import Desk
from genius_stack.conformance.desk import TENANT
from genius_stack.errors import DataDirUnusable, Refused, ServiceFailed
from genius_stack.files import write_private
from genius_stack.ports import HOST, free_port
from genius_stack.settings import base_environment

GROUP = "genius.modules"
FOLDER, LIST = "packages", "packages.json"
_START_S, _SAID = 30.0, 600


class Allowed(BaseModel):
    """Contents of `packages.json`: entry points that may run, and the digest of the folder that they are in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: list[str] = Field(max_length=100)
    digest: str = Field(pattern=PATTERN)


def allowed(data_dir: Path) -> Allowed | None:
    """What `genius up` may run; none = no package. Raises: DataDirUnusable."""
    file = data_dir / LIST
    try:
        return Allowed.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        raise DataDirUnusable(f"{file} ist beschädigt. Tragen Sie die Pakete neu ein (genius modules add).") from None


def allow(data_dir: Path, name: str) -> Allowed:
    """Let `name` run, and pin the folder as it is now."""
    before = allowed(data_dir)
    names = sorted({*(before.names if before else ()), name} & set(names_in(data_dir / FOLDER)))
    found = Allowed(names=names, digest=digest_of(data_dir / FOLDER))
    write_private(data_dir / LIST, orjson.dumps(found.model_dump(), option=orjson.OPT_INDENT_2))
    return found


def forbid(data_dir: Path, name: str) -> None:
    """Let `name` run no longer; its files stay where they are."""
    before = allowed(data_dir)
    if before is not None:
        kept = before.model_copy(update={"names": [one for one in before.names if one != name]})
        write_private(data_dir / LIST, orjson.dumps(kept.model_dump(), option=orjson.OPT_INDENT_2))


def digest_of(folder: Path) -> str:
    """Raises: Refused."""
    try:
        return folder_digest(folder)
    except NotAFolder as error:
        raise Refused(f"{error} ist kein Ordner mit Paketen, oder darin liegen Verweise (Links).") from error


def names_in(folder: Path) -> list[str]:
    """The entry points of modules that are installed in `folder`."""
    found = distributions(path=[str(folder)])
    return sorted({point.name for one in found for point in one.entry_points if point.group == GROUP})


def install(source: Path, folder: Path) -> str:
    """Install the package at `source` into `folder`, without its dependencies; answers its entry point.

    Raises: Refused where it is no package of exactly one module, or pip refuses it.
    """
    name = _entry_point(source)
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "install", "--no-deps", "--no-compile"]
    command += ["--upgrade", "--target", str(folder), *_build_options(source), str(source.resolve())]
    done = subprocess.run(command, env=base_environment(), capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-_SAID:]
        raise Refused(f"{source} lässt sich nicht installieren: {said}")
    if name not in names_in(folder):
        raise Refused(f"Nach dem Installieren gibt es den Einstiegspunkt „{name}“ nicht. Prüfen Sie pyproject.toml.")
    return name


def _entry_point(source: Path) -> str:
    try:
        project = tomllib.loads((source / "pyproject.toml").read_text("utf-8")).get("project", {})
        points = project.get("entry-points", {}).get(GROUP, {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as error:
        raise Refused(f"In {source} gibt es keine lesbare pyproject.toml.") from error
    if len(points) != 1:
        raise Refused(
            f"{source}/pyproject.toml nennt {len(points)} Module. Es muss genau eines sein: "
            f'[project.entry-points."{GROUP}"], Kennung = "paket:Klasse".'
        )
    return str(next(iter(points)))


def _build_options(source: Path) -> list[str]:
    """What builds it is taken from here where it is here: so it works without a connection to an index."""
    build = tomllib.loads((source / "pyproject.toml").read_text("utf-8")).get("build-system", {})
    backend = str(build.get("build-backend", "setuptools")).partition(".")[0]
    return ["--no-build-isolation", "--no-index"] if importlib.util.find_spec(backend) else []


@contextlib.asynccontextmanager
async def hosted(folder: Path, name: str, desk: Desk) -> AsyncIterator[str]:
    """The address of the package `name` of `folder` (absolute), run by the real modules service in the real cage.

    Raises: Refused where the package does not start in it, ServiceFailed where the service does not.
    """
    port, services = free_port(), desk.address.services
    settings = {
        "PROFILE": "local", "TENANT": TENANT, "PORT": str(port), "JWKS_URL": desk.address.jwks_url,
        "INFERENCE_URL": services.inference, "RETRIEVAL_URL": services.retrieval, "GATEWAY_URL": desk.address.url,
        "PACKAGES": orjson.dumps([name]).decode(), "PACKAGE_FOLDER": str(folder),
        "PACKAGE_DIGEST": digest_of(folder), "LOG_LEVEL": "error",
    }  # fmt: skip
    environment = {**base_environment(), **{f"GENIUS_MODULES_{key}": value for key, value in settings.items()}}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "genius_modules", env=environment)
    try:
        url = f"http://{HOST}:{port}/packages/{name}"
        await _answers(url, process)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _START_S
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_START_S)) as http:
        while process.returncode is None and loop.time() < until:
            try:
                async with http.get(f"{url}/health") as answer:
                    if answer.status != 200:
                        raise Refused(_why_not(await answer.json(content_type=None)))
                    return
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.1)
    raise ServiceFailed("Der Dienst, in dem das Paket laufen soll, ist nicht gestartet.")


def _why_not(problem: Any) -> str:
    detail = problem.get("detail", "") if isinstance(problem, dict) else ""
    return (
        f"Das Paket startet in seinem Käfig nicht. {detail} Es darf beim Einbinden nur lesen: kein Netz, kein anderes "
        "Programm, kein Schreiben. Versuchen Sie es zuerst mit seinen eigenen Tests (python -m pytest)."
    )
