# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_retrieval.minter` serves."""

from genius_common.serving import serve
from genius_common.telemetry import configure_logging
from genius_retrieval.minter.app import create_app
from genius_retrieval.minter.settings import Settings

settings = Settings.model_validate({})
configure_logging("minter", settings.log_level)
serve(create_app(settings), settings)
