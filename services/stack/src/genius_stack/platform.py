# SPDX-License-Identifier: EUPL-1.2
"""One platform from start to stop."""

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from signal import SIGKILL
from uuid import UUID

import orjson

from genius_stack import operators
from genius_stack.api import PlatformApi, http_session, local_token
from genius_stack.console import UpConsole
from genius_stack.datadir import DataDir
from genius_stack.errors import ServiceFailed, StackError, WebUiMissing
from genius_stack.files import write_private
from genius_stack.identity.realm import REALM_FILE
from genius_stack.keycloak.discovery import require_issuer
from genius_stack.keycloak.files import SAMPLE_AUTHORITIES, read_authorities
from genius_stack.migrations import fingerprint
from genius_stack.options import UpOptions
from genius_stack.ports import inner_ports, require_free
from genius_stack.postgresql import Cluster, locate
from genius_stack.process import appending, die_with_parent
from genius_stack.samples import laws, people
from genius_stack.secrets import load_secrets, require_tenant, save_secrets
from genius_stack.services import INNER, STOP_ORDER, Plan
from genius_stack.stackfile import ApplicationEntry, KnowledgeBaseEntry, LoginEntry, ServiceEntry, StackFile
from genius_stack.supervisor import Supervisor, last_line

VERSION = installed_version("genius-platform")
OPERATOR = "o.petrova"


class Platform:
    """`start` brings everything up and writes stack.json; `stop` ends all and removes it."""

    def __init__(self, options: UpOptions, console: UpConsole) -> None:
        self.options = options
        self.data = DataDir(options.data_dir)
        self._console = console
        self._plan: Plan | None = None
        self._supervisor = Supervisor(self.data.logs, console.say, self._refresh_stack_file)
        self._started_at = datetime.now(UTC)
        self._knowledge_bases: list[KnowledgeBaseEntry] = []
        self._ready = False
        self._rotation: asyncio.Task[None] | None = None

    def prepare(self) -> None:
        """Everything that can be refused before a process starts. Raises: StackError."""
        self.data.open(VERSION)
        self.data.stack_file.unlink(missing_ok=True)
        if self.options.web_ui:
            require_web_ui()
        require_free(self.options.port)
        secrets = load_secrets(self.data.secrets)
        require_tenant(self.data.secrets, self.options.tenant, strict=self.options.tax_secrecy)
        ports = inner_ports(self.data.path / "ports.json", INNER, pinned=("identity",), public=self.options.port)
        if self.options.keycloak is None:
            options = self.options
            realm = people.build_realm(
                secrets, options.public_urls, samples=options.samples, tax_secrecy=options.tax_secrecy
            )
            content = orjson.dumps(realm.model_dump(mode="json"))
            write_private(self.data.folder("identity") / REALM_FILE, content)
        save_secrets(self.data.secrets, secrets)
        cluster = Cluster(locate(self.data.path), secrets.postgres_superuser)
        self._plan = Plan(self.options, self.data, secrets, ports, cluster)

    async def start(self) -> StackFile:
        """Start all programs, migrate, set the samples up. Raises: StackError."""
        plan = self._plan
        assert plan is not None
        if self.options.keycloak is not None:
            await require_issuer(self.options.keycloak)
        self._rotation = asyncio.create_task(self._supervisor.rotate_logs())
        fresh = await asyncio.to_thread(plan.cluster.initialise)
        if fresh:
            self._console.say("Datenbank eingerichtet.")
        await self._supervisor.start(plan.postgresql())
        names = ["gateway", "inference", "retrieval", "modules"]
        if self.options.keycloak is None:
            await self._supervisor.start(plan.identity(self.data.folder("identity")))
            names.append("identity")
        if self.options.model is not None:
            await self._supervisor.start(plan.vllm())
            names.append("vllm")
        if self.options.qdrant_url is not None:
            await self._supervisor.start(plan.minter())
            names += ["minter", "worker"]
        await self._supervisor.start(plan.inference())
        await self._supervisor.start(plan.modules())
        await self._supervisor.wait_ready("postgresql", progress=self._console.ready)
        for role in plan.roles():
            await asyncio.to_thread(plan.cluster.ensure, role)
        await self._migrate(plan, fresh=fresh)
        await self._apply_authorities(plan, fresh=fresh)
        gateway, retrieval = plan.gateway(), plan.retrieval()
        operators.note(self.data, gateway, retrieval)
        await self._supervisor.start(gateway)
        await self._supervisor.start(retrieval)
        if self.options.qdrant_url is not None:
            await self._supervisor.start(plan.worker())
        await self._supervisor.wait_ready(*names, progress=self._console.ready)
        await self._set_up_samples(plan)
        self._ready = True
        stack = self._stack_file()
        stack.write(self.data.stack_file)
        return stack

    async def stop(self, hurry: asyncio.Event) -> None:
        """Stop all in order; a second signal (`hurry`) kills what is left."""
        self._ready = False
        self.data.stack_file.unlink(missing_ok=True)
        if self._rotation is not None:
            self._rotation.cancel()
        await self._supervisor.stop(STOP_ORDER, hurry.wait)
        self.data.close()

    async def _migrate(self, plan: Plan, *, fresh: bool) -> None:
        """Bring each database to this version, unless this data directory has seen exactly these migrations."""
        note = self.data.path / "migrations.json"
        known = {} if fresh else _read_note(note)
        current = {name: fingerprint(f"genius_{name}") for name in plan.migrations()}
        async with asyncio.TaskGroup() as group:
            for name, (command, environment) in plan.migrations().items():
                if known.get(name) != current[name]:
                    group.create_task(self._run_to_end(f"{name}-migration", command, environment))
        write_private(note, orjson.dumps(current))

    async def _apply_authorities(self, plan: Plan, *, fresh: bool) -> None:
        """The authorities and their units, unless this data directory has exactly these already."""
        wanted = self._authority_file()
        file = self.data.path / "authorities.json"
        if wanted is None or (not fresh and file.exists() and file.read_bytes() == wanted):
            return
        unfinished = file.with_suffix(".new")
        write_private(unfinished, wanted)
        gateway = plan.gateway()
        command = [*gateway.command, "authorities", "apply", str(unfinished)]
        await self._run_to_end("gateway-authorities", command, gateway.environment)
        unfinished.replace(file)

    async def _run_to_end(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        log = self.data.logs / f"{name}.log"
        with appending(log) as descriptor:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                preexec_fn=die_with_parent(SIGKILL),
            )
        if await process.wait() != 0:
            raise ServiceFailed(f"{name} ist fehlgeschlagen: {last_line(log)} Protokoll: {log}")

    def _authority_file(self) -> bytes | None:
        """With a Keycloak those of its realm, so that its groups are known here; else those of the samples."""
        if self.options.authorities is not None:
            return orjson.dumps(read_authorities(str(self.options.authorities)).model_dump(mode="json"))
        if not self.options.samples:
            return None
        if self.options.keycloak is not None:
            return orjson.dumps(read_authorities(SAMPLE_AUTHORITIES).model_dump(mode="json"))
        return people.authority_file()

    @property
    def _samples(self) -> bool:
        return self.options.samples and self.options.keycloak is None

    async def _set_up_samples(self, plan: Plan) -> None:
        if not (self._samples and self.options.laws):
            return
        async with http_session() as session:
            token = await local_token(session, plan.issuer, plan.secrets.local_token, login=OPERATOR)
            api = PlatformApi(session, self.options.public_url, token)
            try:
                note = self.data.path / "laws.json"
                identifier: UUID = await laws.ensure_laws(api, note, laws.shipped_version(), self._console.imported)
            finally:
                self._console.import_ended()
        self._knowledge_bases = [KnowledgeBaseEntry(id=identifier, name=laws.NAME)]

    def _refresh_stack_file(self) -> None:
        if not self._ready:
            return
        try:
            self._stack_file().write(self.data.stack_file)
        except OSError as error:  # a full disk must not end the watch over the service
            self._console.say(f"{self.data.stack_file} ließ sich nicht erneuern ({error.strerror}).")

    def _stack_file(self) -> StackFile:
        plan = self._plan
        assert plan is not None
        return StackFile(
            url=self.options.public_url,
            profile=self.options.profile,
            started_at=self._started_at,
            services={
                name: ServiceEntry(url=supervised.program.url, pid=supervised.pid)
                for name, supervised in self._supervisor.programs.items()
            },
            logins=_logins(plan) if self.options.keycloak is None else [],
            applications=_applications(plan) if self._samples else [],
            issuer=plan.issuer,
            knowledge_bases=self._knowledge_bases,
        )


def _read_note(file: Path) -> dict[str, str]:
    """What was noted; nothing where the note is damaged, which only costs time."""
    try:
        found = orjson.loads(file.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _logins(plan: Plan) -> list[LoginEntry]:
    return [
        LoginEntry(
            username=person.username,
            password=plan.secrets.login(person.username),
            name=person.name,
            authority=people.authority_name(person.authority),
            roles=list(person.roles),
        )
        for person in people.people_of(samples=plan.options.samples, tax_secrecy=plan.options.tax_secrecy)
    ]


def _applications(plan: Plan) -> list[ApplicationEntry]:
    return [
        ApplicationEntry(
            client_id=application.client_id,
            client_secret=plan.secrets.application(application.client_id),
            authority=people.authority_name(application.authority) or application.authority,
            scopes=list(people.APPLICATION_SCOPES),
        )
        for application in people.APPLICATIONS
    ]


def require_web_ui() -> None:
    """Raises: WebUiMissing."""
    spec = importlib.util.find_spec("genius_gateway")
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not any(Path(folder, "webui", "index.html").exists() for folder in folders):
        raise WebUiMissing(
            "Die Oberfläche ist nicht gebaut. Führen Sie „make web“ aus (braucht Node ab 20.19; fehlt es, installiert "
            "make es in .venv), oder starten Sie mit --no-web-ui nur die Schnittstellen."
        )


def first_failure(group: BaseExceptionGroup[BaseException]) -> StackError | None:
    """The first of our own errors in a task group's failures."""
    for error in group.exceptions:
        found = first_failure(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, StackError):
            return found
    return None
