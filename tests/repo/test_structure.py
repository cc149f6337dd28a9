# SPDX-License-Identifier: EUPL-1.2
"""Rules of the repository that reviewers would repeat otherwise. Allow-lists may only shrink."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .source import ROOT, SERVICES, name_of, python_files, tracked, tree

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 50
# path → lines; an entry that is no longer needed fails the test, so the list can only shrink.
LONG_FILES: dict[str, int] = {}
LONG_FUNCTIONS: dict[str, int] = {}
# Processes of our own that read the environment themselves, beside the settings modules.
# Switches off a library's tracing by variable before the library is imported.
ENVIRONMENT_MODULES = {"services/modules/src/genius_modules/__main__.py"}
SOURCES = ("services", "clients", "examples")
SOURCE_SUFFIXES = {".py", ".ts", ".tsx", ".css"}
UNSAFE = {"pickle", "marshal", "shelve", "joblib", "dill", "cloudpickle"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def test_services_import_only_common() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for service in SERVICES
        for path in python_files(f"services/{service}/src")
        for module in imports(path)
        if module.startswith("genius_") and module.split(".")[0] not in {"genius_common", f"genius_{service}"}
    ]
    assert wrong == []


def test_the_client_for_applications_needs_httpx_alone() -> None:
    """ADR 0010: it is installed where nothing of the platform is. Ed25519 is an extra, asked for where it is used."""
    allowed = sys.stdlib_module_names | {"httpx", "genius_client"}
    extra = {("_webhooks.py", "cryptography"), ("_credentials.py", "typing_extensions")}
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in python_files("clients")
        for module in imports(path)
        if (top := module.split(".")[0]) not in allowed and (path.name, top) not in extra
    ]
    assert python_files("clients")
    assert wrong == []


def test_files_stay_readable() -> None:
    sizes = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked()
        if path.suffix in SOURCE_SUFFIXES and "/public/" not in name_of(path)
    }
    long = {name: lines for name, lines in sizes.items() if lines > MAX_FILE_LINES}
    assert long.keys() == LONG_FILES.keys()
    assert all(long[name] <= allowed for name, allowed in LONG_FILES.items())


def test_functions_stay_short() -> None:
    long = {
        f"{name_of(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in python_files(*SOURCES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert long.keys() == LONG_FUNCTIONS.keys()
    assert all(long[name] <= allowed for name, allowed in LONG_FUNCTIONS.items())


def test_broad_excepts_say_why() -> None:
    """A broad except needs a comment with the reason on its line or the next one."""
    bare = []
    for path in python_files(*SOURCES):
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
            ):
                near = lines[node.lineno - 1] + lines[node.lineno]
                if not re.search(r"#\s*(?!noqa)\w.{15,}", re.sub(r"# noqa: \w+[\s–-]*", "# ", near)):
                    bare.append(f"{name_of(path)}:{node.lineno}")
    assert bare == []


def test_the_environment_is_read_in_settings_only() -> None:
    readers = {
        name_of(path)
        for path in python_files(*SOURCES)
        if re.search(r"os\.environ|getenv\(", path.read_text(encoding="utf-8"))
    }
    allowed = {name for name in readers if name.endswith(("/settings.py", "/environment.py"))}
    assert readers - allowed == ENVIRONMENT_MODULES
    assert len(readers) <= 6


def test_nothing_is_deserialised_unsafely() -> None:
    """ING-09: pickle and its kin, eval, exec and the unsafe YAML loader are not used."""
    wrong = []
    for path in python_files(*SOURCES):
        wrong += [f"{name_of(path)} imports {m}" for m in imports(path) if m.split(".")[0] in UNSAFE]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in {"eval", "exec", "yaml.load", "torch.load", "__import__"}:
                    wrong.append(f"{name_of(path)}:{node.lineno} calls {called}")
    assert wrong == []


def test_no_registry_host_is_named() -> None:
    """SUP-01: the project installs from whatever mirror the machine is set up with."""
    # In parts, so that this file does not name them either.
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "registry." + "npmjs",
        "npm" + "js.org",
        "proxy." + "golang.org",
        "sum." + "golang.org",
        "repo1." + "maven",
        "repo." + "maven.apache",
        "static." + "crates.io",
        "deb." + "debian.org",
    ]
    pattern = re.compile("|".join(re.escape(host) for host in hosts))
    wrong = [
        name_of(path)
        for path in tracked()
        if path.stat().st_size < 5_000_000 and pattern.search(path.read_bytes().decode("utf-8", "ignore"))
    ]
    assert wrong == []


def test_locks_carry_hashes() -> None:
    """SUP-01"""
    for lock in (ROOT / "deploy/requirements").glob("*.txt"):
        pins = re.findall(r"^[a-z0-9][^\s=]*==[^\n]*(?:\n    --hash=[^\n]*)*", lock.read_text(), re.MULTILINE)
        assert pins, lock
        assert all("--hash=sha256:" in pin for pin in pins), lock


def test_licences_are_stated() -> None:
    """SUP-09: every file has a licence and a copyright holder (REUSE 3.3)."""
    # One after the other: a pool of processes costs more than it saves beside another process of tests.
    command = [sys.executable, "-m", "reuse", "--no-multiprocessing", "lint"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-1500:]
