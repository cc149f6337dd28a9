# SPDX-License-Identifier: EUPL-1.2
"""`/v1` for applications: OpenAI-compatible, as raw ASGI in front of the framework."""

from genius_gateway.openai.relay import Collaborators, OpenAIRelay, Settlement

__all__ = ["Collaborators", "OpenAIRelay", "Settlement"]
