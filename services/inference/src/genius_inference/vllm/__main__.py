# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_inference.vllm`: becomes vLLM."""

from __future__ import annotations

import argparse
import os
import sys

from genius_inference.vllm import command
from genius_inference.vllm.environment import environment


def main() -> None:
    parser = argparse.ArgumentParser(prog="genius_inference.vllm", description=__doc__)
    parser.add_argument("--model", required=True, help="folder of the model, or an id that is in the local cache")
    parser.add_argument("--name", default="", help="name under which it is offered; the folder's name by default")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--python", default=sys.executable, help="interpreter that has vLLM")
    parser.add_argument("--cpu", action="store_true", help="no GPU: eager, small context and cache")
    parser.add_argument("extra", nargs="*", help="further flags of vLLM, after --")
    given = parser.parse_args()
    vector = command(given.python, given.model, given.port, name=given.name, cpu=given.cpu, extra=given.extra)
    os.execve(vector[0], vector, environment(cpu=given.cpu))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
