# SPDX-License-Identifier: EUPL-1.2
"""A model whose files differ from its manifest is not started, whatever the difference is."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from genius_inference.vllm.environment import environment
from genius_inference.vllm.weights import MANIFEST, WeightsRefused, check, write

GENIUS = Path(sys.executable).with_name("genius")
WEIGHTS = "model-00001-of-00002.safetensors"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with two files of weights, a configuration and a tokenizer in a folder of its own."""
    folder = tmp_path / "modell"
    (folder / "tokenizer").mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(os.urandom(200_000))
    (folder / "model-00002-of-00002.safetensors").write_bytes(os.urandom(1_000))
    (folder / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    (folder / "tokenizer/tokenizer.json").write_text("{}")
    return folder


def flip(path: Path, at: int) -> None:
    """Change one bit."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_unchanged_weights_pass(model: Path) -> None:
    """LLM-05: the manifest holds every file but itself; its own digest is what is pinned."""
    digest = write(model)
    files = json.loads((model / MANIFEST).read_text())["files"]
    assert sorted(files) == sorted(
        ["config.json", WEIGHTS, "model-00002-of-00002.safetensors", "tokenizer/tokenizer.json"]
    )
    assert files[WEIGHTS]["size"] == 200_000
    assert check(model) == check(model, digest) == check(model, digest.upper()) == digest
    assert write(model) == digest


@pytest.mark.parametrize("at", [0, 99_999, 199_999])
def test_one_flipped_bit_is_refused(model: Path, at: int) -> None:
    """LLM-05: of the first, a middle and the last byte; the file is named."""
    write(model)
    flip(model / WEIGHTS, at)
    with pytest.raises(WeightsRefused) as refused:
        check(model)
    assert refused.value.problems == [f"{WEIGHTS} ist verändert"]


def test_a_missing_and_a_further_file_are_refused(model: Path) -> None:
    """LLM-05: also a configuration that nobody approved, and one in a folder."""
    write(model)
    (model / "tokenizer/tokenizer.json").unlink()
    (model / "tokenizer/more.json").write_text("{}")
    with pytest.raises(WeightsRefused) as refused:
        check(model)
    assert refused.value.problems == ["tokenizer/tokenizer.json fehlt", "tokenizer/more.json steht nicht im Manifest"]


def test_weights_and_manifest_changed_together_are_refused_by_the_pin(model: Path) -> None:
    """LLM-05: who can write the folder can write a fitting manifest; the pinned digest lies elsewhere."""
    pinned = write(model)
    flip(model / WEIGHTS, 7)
    assert write(model) != pinned
    check(model)
    with pytest.raises(WeightsRefused, match="nicht das erwartete Manifest"):
        check(model, pinned)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 1, "files": {}}', '{"version": 2, "files": {"a": 1}}']
)
def test_a_damaged_manifest_is_refused(model: Path, content: str) -> None:
    (model / MANIFEST).write_text(content)
    with pytest.raises(WeightsRefused, match="kein lesbares Manifest"):
        check(model)


def test_no_manifest_and_no_weights_are_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused, match="hat kein Manifest"):
        check(model)
    (tmp_path / "leer").mkdir()
    with pytest.raises(WeightsRefused, match="keine Gewichte"):
        write(tmp_path / "leer")
    with pytest.raises(WeightsRefused, match="ist kein Ordner"):
        write(tmp_path / "nirgends")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "x.PT", "modeling.py", "a/b.pkl"])
def test_what_may_run_code_gets_no_manifest(model: Path, name: str) -> None:
    """LLM-05: nothing loads code."""
    path = model / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    with pytest.raises(WeightsRefused, match="Programmcode"):
        write(model)


def test_a_configuration_that_names_code_gets_no_manifest(model: Path) -> None:
    """LLM-05: `auto_map` makes a loader import what lies beside the weights."""
    (model / "config.json").write_text('{"auto_map": {"AutoModel": "modeling.M"}}')
    with pytest.raises(WeightsRefused, match="auto_map"):
        write(model)


def test_links_to_files_count_as_files_and_to_folders_are_refused(model: Path, tmp_path: Path) -> None:
    """A model of the local cache consists of links; what they lead to is what is loaded."""
    blob = tmp_path / "blob"
    shutil.move(model / WEIGHTS, blob)
    (model / WEIGHTS).symlink_to(blob)
    write(model)
    check(model)
    flip(blob, 3)
    with pytest.raises(WeightsRefused, match="ist verändert"):
        check(model)
    (model / "more").symlink_to(tmp_path)
    with pytest.raises(WeightsRefused, match="Verweis auf einen Ordner"):
        check(model)


def start(model: Path, *extra: str) -> subprocess.CompletedProcess[str]:
    """Start vLLM as the stack does, with an interpreter that only says that it was reached."""
    stand_in = model.parent / "python"
    stand_in.write_text("#!/bin/sh\necho vLLM reached\n")
    stand_in.chmod(0o700)
    command = [sys.executable, "-m", "genius_inference.vllm", "--model", str(model), "--port", "1"]
    return subprocess.run(
        [*command, "--python", str(stand_in), *extra], capture_output=True, text=True, timeout=60, check=False
    )


def test_vllm_is_not_started_with_other_weights(model: Path) -> None:
    """LLM-05: the process ends before vLLM, and says which file it is."""
    digest = write(model)
    assert start(model, "--manifest-sha256", digest).stdout == "vLLM reached\n"
    flip(model / WEIGHTS, 100)
    refused = start(model)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"Das Modell wird nicht gestartet:\n{WEIGHTS} ist verändert\n"


def test_a_pin_asks_for_a_manifest(model: Path) -> None:
    """Without one a model without a manifest starts (a try on one machine); with one it does not."""
    assert start(model).stdout == "vLLM reached\n"
    refused = start(model, "--manifest-sha256", "0" * 64)
    assert refused.returncode == 1
    assert "hat kein Manifest" in refused.stderr


def test_assertions_of_vllm_stay_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """LLM-05: not run with -O."""
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    assert "PYTHONOPTIMIZE" not in environment()


def test_the_command_writes_and_checks(model: Path) -> None:
    """`genius models manifest` and `check`, as an operator calls them."""

    def genius(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([GENIUS, "models", *arguments], capture_output=True, text=True, timeout=60, check=False)

    written = genius("manifest", str(model))
    assert written.returncode == 0
    digest = written.stdout.split()[0]
    assert genius("check", str(model), "--sha256", digest).returncode == 0
    flip(model / WEIGHTS, 5)
    refused = genius("check", str(model))
    assert refused.returncode == 1
    assert f"{WEIGHTS} ist verändert" in refused.stderr
