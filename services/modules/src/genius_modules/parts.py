# SPDX-License-Identifier: EUPL-1.2
"""The collaborators of one process, made once at start."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

from genius_common.auth import Authenticator
from genius_common.http import ServiceClient
from genius_common.tokens import TokenVerifier
from genius_modules.caged.packages import Packages
from genius_modules.clients.inference import InferenceClient
from genius_modules.clients.retrieval import RetrievalClient
from genius_modules.metrics import Metrics
from genius_modules.registry import Registry
from genius_modules.runner import Runner
from genius_modules.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    settings: Settings
    session: aiohttp.ClientSession
    authenticator: Authenticator
    gateway: ServiceClient
    inference: InferenceClient
    retrieval: RetrievalClient
    modules: Registry
    metrics: Metrics
    runner: Runner
    packages: Packages


def assemble(settings: Settings, modules: Registry, metrics: Metrics, session: aiohttp.ClientSession) -> Parts:
    """Wire the parts; nothing is called yet, so that the service starts before the others do."""
    runner = Runner(metrics, settings.runs.max_active)
    metrics.watch_active(lambda: runner.active)
    verifier = TokenVerifier("modules", settings.tenant)
    return Parts(
        settings=settings,
        session=session,
        authenticator=Authenticator(session, str(settings.jwks_url), verifier),
        gateway=ServiceClient(session, str(settings.gateway_url), "Gateway"),
        inference=InferenceClient(session, str(settings.inference_url), settings.runs.model_silence_s),
        retrieval=RetrievalClient(session, str(settings.retrieval_url)),
        modules=modules,
        metrics=metrics,
        runner=runner,
        packages=Packages(settings, session),
    )
