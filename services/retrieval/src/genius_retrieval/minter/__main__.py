# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_retrieval.minter` serves."""

import uvicorn

from genius_common.telemetry import configure_logging
from genius_retrieval.minter.app import create_app
from genius_retrieval.minter.settings import Settings

settings = Settings.model_validate({})
configure_logging("minter", settings.log_level)
uvicorn.run(
    create_app(settings),
    host=settings.host,
    port=settings.port,
    log_config=None,
    access_log=False,
    server_header=False,
    timeout_graceful_shutdown=5,
)
