# SPDX-License-Identifier: EUPL-1.2
"""`genius up`: the whole platform in the foreground."""

from __future__ import annotations

import asyncio
import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from genius_stack.console import UpConsole
from genius_stack.options import UpOptions
from genius_stack.platform import Platform, first_failure
from genius_stack.stackfile import StackFile

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Keycloak = Annotated[str | None, typer.Option(help="Aussteller eines Keycloak statt des eigenen Dienstes")]
WebSecret = Annotated[
    Path | None, typer.Option(help="Datei mit dem Geheimnis des Clients genius-web", exists=True, dir_okay=False)
]
FollowSecret = Annotated[
    Path | None, typer.Option(help="Datei mit dem Geheimnis des Clients genius-follow", exists=True, dir_okay=False)
]
Authorities = Annotated[
    Path | None,
    typer.Option(help="Datei der Behörden des Keycloak; sonst die 46 erfundenen", exists=True, dir_okay=False),
]
QdrantKey = Annotated[
    Path | None, typer.Option(help="Datei mit dem API-Schlüssel des Qdrant-Servers", exists=True, dir_okay=False)
]

EmbeddingModel = Annotated[
    str | None, typer.Option(help="Einbettungsmodell dieses Servers, mit dem die Suche auch nach Bedeutung findet")
]
EmbeddingSize = Annotated[int | None, typer.Option(min=1, max=8192, help="Zahlen eines seiner Vektoren")]

Laws = Annotated[
    bool | None, typer.Option(help="das Bundesrecht einlesen; unter dem Steuergeheimnis nur auf Verlangen")
]
VllmPython = Annotated[
    Path | None, typer.Option(help="Python, in dem vLLM installiert ist; sonst das eigene", exists=True)
]
Rules = Annotated[
    Path | None,
    typer.Option(help="Ordner mit eigenen Regelwerken der Vollständigkeitsprüfung", exists=True, file_okay=False),
]


class Tenant(StrEnum):
    """Which of the two tenants runs on this machine."""

    LOCAL = "local"
    STEUERGEHEIMNIS = "steuergeheimnis"


def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port der Oberfläche und der Schnittstellen")] = 8080,
    data_dir: Annotated[Path, typer.Option(help="Ordner für alle Daten")] = Path(".genius"),
    model: Annotated[str | None, typer.Option(help="Sprachmodell für vLLM: Pfad oder Name")] = None,
    vllm_python: VllmPython = None,
    openai_url: Annotated[str | None, typer.Option(help="OpenAI-kompatibler Server, mit /v1")] = None,
    openai_model: Annotated[str | None, typer.Option(help="nur dieses Modell des Servers anbieten")] = None,
    openai_kind: Annotated[str | None, typer.Option(help="auto, openai oder vllm")] = None,
    embedding_model: EmbeddingModel = None,
    embedding_size: EmbeddingSize = None,
    keycloak: Keycloak = None,
    keycloak_secret_file: WebSecret = None,
    keycloak_follow_secret_file: FollowSecret = None,
    authorities: Authorities = None,
    qdrant_url: Annotated[str | None, typer.Option(help="Qdrant-Server ab 1.19 statt der eingebauten Suche")] = None,
    qdrant_api_key_file: QdrantKey = None,
    rules: Rules = None,
    profile: Annotated[
        Tenant, typer.Option(help="Mandant: der des Landes oder der der Steuerverwaltung")
    ] = Tenant.LOCAL,
    samples: Annotated[bool, typer.Option(help="Beispielbehörden, -personen und das Bundesrecht anlegen")] = True,
    laws: Laws = None,
    web_ui: Annotated[bool, typer.Option(help="gebaute Oberfläche verlangen")] = True,
) -> None:
    """Startet die ganze Plattform auf diesem Rechner. Strg+C beendet sie."""
    tax = profile is Tenant.STEUERGEHEIMNIS
    options = UpOptions(
        profile="local-steuer" if tax else "local",
        port=port,
        data_dir=data_dir,
        model=model,
        vllm_python=vllm_python,
        openai_url=openai_url,
        openai_model=openai_model,
        openai_kind=openai_kind,
        embedding_model=embedding_model,
        embedding_size=embedding_size,
        keycloak=keycloak,
        keycloak_secret_file=keycloak_secret_file,
        keycloak_follow_secret_file=keycloak_follow_secret_file,
        authorities=authorities,
        qdrant_url=qdrant_url,
        qdrant_api_key_file=qdrant_api_key_file,
        rules=rules,
        samples=samples,
        laws=not tax if laws is None else laws,
        web_ui=web_ui,
    )
    _require_fitting(options)
    asyncio.run(run(options, UpConsole(Console(), data_dir)))


def _require_fitting(options: UpOptions) -> None:
    """Options that exclude or need each other. Raises: typer.BadParameter."""
    if options.model is not None and options.openai_url is not None:
        raise typer.BadParameter("entweder --model oder --openai-url")
    if options.openai_kind not in {None, "auto", "openai", "vllm"}:
        raise typer.BadParameter("--openai-kind ist auto, openai oder vllm")
    if (options.embedding_model is None) != (options.embedding_size is None):
        raise typer.BadParameter("--embedding-model braucht --embedding-size und umgekehrt")
    if options.embedding_model is not None and options.openai_url is None:
        raise typer.BadParameter("--embedding-model gehört zu --openai-url")
    if (options.keycloak is None) != (options.keycloak_secret_file is None):
        raise typer.BadParameter("--keycloak braucht --keycloak-secret-file und umgekehrt")
    if options.keycloak is None and (
        options.authorities is not None or options.keycloak_follow_secret_file is not None
    ):
        raise typer.BadParameter("--authorities und --keycloak-follow-secret-file gehören zu --keycloak")
    if (options.qdrant_url is None) != (options.qdrant_api_key_file is None):
        raise typer.BadParameter("--qdrant-url braucht --qdrant-api-key-file und umgekehrt")
    addresses = {
        "--openai-url": options.openai_url,
        "--keycloak": options.keycloak,
        "--qdrant-url": options.qdrant_url,
    }
    for option, address in addresses.items():
        if address is not None and not is_http_url(address):
            raise typer.BadParameter(f"{option} ist keine Adresse mit http:// oder https://: {address}")


def is_http_url(text: str) -> bool:
    """Whether `text` is an address that a service can call."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


async def run(options: UpOptions, console: UpConsole) -> None:
    """Start, wait for a signal, stop; also when the start fails or a signal comes in the middle of it."""
    stop, hurry = asyncio.Event(), asyncio.Event()

    def signalled() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, signalled)
    platform = Platform(options, console)
    platform.prepare()
    starting = asyncio.create_task(platform.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            console.summary(_result(starting))
            await stop.wait()
        console.say("Genius wird beendet …")
    finally:
        starting.cancel()
        stopping.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)
        await platform.stop(hurry)
    console.say("Beendet.")


def _result(task: asyncio.Task[StackFile]) -> StackFile:
    try:
        return task.result()
    except BaseExceptionGroup as group:
        failure = first_failure(group)
        if failure is None:
            raise
        raise failure from group
