# SPDX-License-Identifier: EUPL-1.2
"""Gateway, inference and PostgreSQL as processes of their own, for benchmarks: `/v1` as an application calls it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from genius_gateway.migrate import upgrade
from genius_gateway.settings import Settings
from genius_stack.identity.app import create_app as create_provider
from genius_stack.identity.settings import Settings as ProviderSettings
from genius_stack.postgresql.cluster import Cluster, Role, new_password
from genius_stack.postgresql.location import temporary
from genius_stack.samples import people
from genius_stack.secrets import StackSecrets
from tests.load.relays.processes import wait_for
from tests.support.gateway import gateway_settings
from tests.support.inference import TENANT, served
from tests.support.ports import free_port

WHO, NO_LIMIT = ("person", "application"), 10**12
Program = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]
APPLICATION = "mhb-fachverfahren"
PERSON = people.PEOPLE[0].username


@dataclass
class Stand:
    """`token` is the application's, `person_token` that of a sample person; `pids` are gateway and inference, with
    modules where they run too; `database_pid` is PostgreSQL's first process.
    """

    url: str
    token: str
    person_token: str
    pids: tuple[int, ...]
    database_pid: int


def environment(prefix: str, values: dict[str, object]) -> dict[str, str]:
    return {f"{prefix}{name.upper()}": str(value) for name, value in values.items()}


def gateway_environment(settings: Settings, inference: int) -> dict[str, str]:
    oidc = settings.oidc
    values: dict[str, object] = {
        "profile": settings.profile,
        "tenant": settings.tenant,
        "port": settings.port,
        "internal_port": settings.internal_port,
        "public_url": settings.public_url,
        "oidc__issuer": oidc.issuer,
        "oidc__client_id": oidc.client_id,
        "oidc__client_secret": oidc.client_secret.get_secret_value(),
        "database__url": settings.database.url.get_secret_value(),
        "kek_file": settings.kek_file,
        "signing_key_file": settings.signing_key_file,
        "audit__key_file": settings.audit.key_file,
        "inference_url": f"http://127.0.0.1:{inference}",
        "retrieval_url": settings.retrieval_url,
        "modules_url": settings.modules_url,
    }
    values |= dict.fromkeys(
        (f"limits__{who}_{what}_per_day" for who in WHO for what in ("tokens", "requests")), NO_LIMIT
    )
    values |= dict.fromkeys(
        ("limits__tokens_per_day", "limits__requests_per_day", "limits__tokens_per_month"), NO_LIMIT
    )
    return environment("GENIUS_GATEWAY_", values)


def modules_environment(settings: Settings, inference: int) -> dict[str, str]:
    internal = f"http://127.0.0.1:{settings.internal_port}"
    values: dict[str, object] = {
        "profile": settings.profile,
        "tenant": settings.tenant,
        "port": str(settings.modules_url).rstrip("/").rpartition(":")[2],
        "jwks_url": f"{internal}/.well-known/jwks.json",
        "inference_url": f"http://127.0.0.1:{inference}",
        "retrieval_url": settings.retrieval_url,
        "gateway_url": internal,
    }
    return environment("GENIUS_MODULES_", values)


@contextmanager
def database() -> Iterator[tuple[Cluster, str]]:
    with TemporaryDirectory(prefix="genius-bench-pg-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = Cluster(temporary(folder), new_password(), {})
        cluster.initialise(sync=False)
        with (folder / "server.log").open("wb") as log:
            cluster.start(log)
        try:
            role = Role("gateway", new_password(), new_password())
            cluster.ensure(role)
            upgrade(cluster.owner_url(role))
            yield cluster, cluster.app_url(role)
        finally:
            cluster.stop()


@contextmanager
def stand(program: Program, upstream: str, *, modules: bool = False, **inference_settings: object) -> Iterator[Stand]:
    """Everything started, the sample authorities applied; settings of inference by their names in the environment."""
    with ExitStack() as stack:
        cluster, app_url = stack.enter_context(database())
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="genius-bench-")))
        secrets, provider_port, inference_port = StackSecrets(), free_port(), free_port()
        issuer = f"http://127.0.0.1:{provider_port}/realms/genius"
        settings = gateway_settings(folder, app_url, issuer, secrets.web_client, free_port())
        realm = people.build_realm(secrets, [settings.public_url])
        (folder / "realm.json").write_text(json.dumps(realm.model_dump(mode="json")), encoding="utf-8")
        provider = ProviderSettings(profile="local", tenant=TENANT, port=provider_port, state_dir=folder)
        stack.enter_context(served(create_provider(provider), port=provider_port))
        given = gateway_environment(settings, inference_port)
        (folder / "authorities.json").write_bytes(people.authority_file())
        with program(
            "genius_gateway", "authorities", "apply", str(folder / "authorities.json"), environment=given
        ) as it:
            assert it.wait(180) == 0
        gateway = stack.enter_context(program("genius_gateway", environment=given))
        wait_for(f"{settings.public_url}/api/v1/health/live")
        jwks = f"http://127.0.0.1:{settings.internal_port}/.well-known/jwks.json"
        values: dict[str, object] = {"profile": "local", "tenant": TENANT, "port": inference_port, "jwks_url": jwks}
        values |= {"upstream__url": upstream, **inference_settings}
        inference = stack.enter_context(
            program("genius_inference", environment=environment("GENIUS_INFERENCE_", values))
        )
        wait_for(f"http://127.0.0.1:{inference_port}/health/ready")
        pids = [gateway.pid, inference.pid]
        if modules:
            process = stack.enter_context(
                program("genius_modules", environment=modules_environment(settings, inference_port))
            )
            wait_for(f"{settings.modules_url}/health/ready")
            pids.append(process.pid)

        def token(wanted: dict[str, str]) -> str:
            headers = {"authorization": f"Bearer {secrets.local_token}"}
            url = f"http://127.0.0.1:{provider_port}/local/token"
            answer = httpx.post(url, json=wanted, headers=headers, trust_env=False)
            return str(answer.raise_for_status().json()["access_token"])

        postmaster = int((cluster.location.data / "postmaster.pid").read_text().splitlines()[0])
        tokens = token({"application": APPLICATION}), token({"login": PERSON})
        yield Stand(settings.public_url, *tokens, tuple(pids), postmaster)
