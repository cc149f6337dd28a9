# SPDX-License-Identifier: EUPL-1.2
"""Start the service: `python -m genius_modules`."""

from __future__ import annotations

import os
import sys

from genius_common.serving import serve
from genius_common.telemetry import configure_logging
from genius_modules.app import create_app
from genius_modules.completeness.rules.source import RuleSetRefused
from genius_modules.settings import Settings


def main() -> None:
    # langchain-core would send prompts to a tracing service if somebody's environment asks for it; never here.
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
        os.environ[name] = "false"
    settings = Settings()  # type: ignore[call-arg]  # from the environment
    configure_logging("modules", settings.log_level)
    try:
        app = create_app(settings)
    except (RuleSetRefused, OSError, UnicodeDecodeError) as error:
        sys.exit(f"Die Regelwerke in {settings.rules_folder} sind nicht verwendbar. Nichts läuft bis dahin.\n{error}")
    serve(app, settings)


if __name__ == "__main__":
    main()
