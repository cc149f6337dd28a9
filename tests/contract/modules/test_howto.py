# SPDX-License-Identifier: EUPL-1.2
"""The example of the how-to is a module that runs."""

import re
from pathlib import Path
from typing import Any

from genius_modules.registry import Registry
from tests.support.inference import jwks_server
from tests.support.modules import NOWHERE, running_modules

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "write-a-module.md"


async def test_the_example_of_the_howto_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "howto"}
    exec(compile(code, str(PAGE), "exec"), names)
    registry = Registry([names["Words"]()])
    with jwks_server() as keys, running_modules(keys, NOWHERE, NOWHERE, registry) as service:
        outcome = await service.run("count-words", {"text": "drei kleine Wörter"})
        refused = await service.run("count-words", {"text": ""})
    assert outcome.result["text"] == "Der Text hat 3 Wörter."
    assert refused.problem["errors"][0]["pointer"] == "/input/text"
