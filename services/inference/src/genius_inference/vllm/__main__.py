# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_inference.vllm`: checks the weights against their manifest and becomes vLLM (LLM-05)."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from genius_inference.vllm import command
from genius_inference.vllm.environment import environment
from genius_inference.vllm.weights import WeightsRefused, check, has_manifest


def main() -> None:
    parser = argparse.ArgumentParser(prog="genius_inference.vllm", description=__doc__)
    parser.add_argument("--model", required=True, help="folder of the model, or an id that is in the local cache")
    parser.add_argument("--name", default="", help="name under which it is offered; the folder's name by default")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has vLLM")
    parser.add_argument(
        "--manifest-sha256", default=None, help="the model must have a manifest, and the manifest this SHA-256"
    )
    parser.add_argument("--cpu", action="store_true", help="no GPU: eager, small context and cache")
    parser.add_argument("extra", nargs="*", help="further flags of vLLM, after --")
    given = parser.parse_args()
    _require_weights(given.model, given.manifest_sha256)
    vector = command(given.python, given.model, given.port, name=given.name, cpu=given.cpu, extra=given.extra)
    os.execve(vector[0], vector, environment(cpu=given.cpu))  # noqa: S606 - no shell is wanted


def _require_weights(model: str, pinned: str | None) -> None:
    """A manifest beside the weights is always believed before them; one that is asked for must be there."""
    if pinned is None and not has_manifest(Path(model)):
        return
    try:
        check(Path(model), pinned)
    except (WeightsRefused, OSError) as error:
        sys.exit(f"Das Modell wird nicht gestartet:\n{error}")


if __name__ == "__main__":
    main()
