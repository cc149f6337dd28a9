# SPDX-License-Identifier: EUPL-1.2
"""What is measured: a relay with its processes, and our own ones, alone and as a chain."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.load.gateway_stand import environment, stand
from tests.load.relays.processes import cpu_s, memory_mb, pinned_program, printed_port, tree, wait_for
from tests.support.inference import TENANT, Keys, jwks_server
from tests.support.ports import free_port


@dataclass
class Relay:
    """A running relay: `pids` are its processes, `token` what it wants, `database_pid` PostgreSQL's first one."""

    name: str
    url: str
    pids: tuple[int, ...]
    token: str = "x"
    database_pid: int | None = None
    keys: Keys | None = None

    def cpu_s(self) -> float:
        return sum(cpu_s(pid) for root in self.pids for pid in tree(root))

    def database_cpu_s(self) -> float:
        """PostgreSQL's processes, those that ended meanwhile included."""
        if self.database_pid is None:
            return 0.0
        children = Path(f"/proc/{self.database_pid}/task/{self.database_pid}/children").read_text().split()
        return cpu_s(self.database_pid, waited=True) + sum(cpu_s(int(pid)) for pid in children)

    def memory_mb(self) -> float:
        return memory_mb(self.pids)


Start = Callable[[Sequence[str]], AbstractContextManager[Relay]]
"""Starts a relay in front of model servers, given by their addresses without /v1."""


@contextmanager
def inference(upstreams: Sequence[str], **settings: object) -> Iterator[Relay]:
    """Inference alone; `settings` by their names in the environment, e.g. `upstream__slots=8`."""
    with jwks_server() as keys:
        port = free_port()
        values: dict[str, object] = {"profile": "local", "tenant": TENANT, "port": port, "jwks_url": keys.jwks_url}
        values["upstream__url"] = " ".join(f"{url}/v1" for url in upstreams)
        given = environment("GENIUS_INFERENCE_", {**values, **settings})
        with pinned_program("genius_inference", environment=given) as process:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/health/ready", process=process)
            yield Relay("genius-inference", url, (process.pid,), keys.token(), keys=keys)


@contextmanager
def gateway(upstreams: Sequence[str], **settings: object) -> Iterator[Relay]:
    """Gateway and inference with sign-in, policy, quota and audit, as an application calls them."""
    with stand(pinned_program, " ".join(f"{url}/v1" for url in upstreams), **settings) as it:
        yield Relay("genius-gateway+inference", it.url, it.pids, it.token, it.database_pid)


@contextmanager
def chain(upstreams: Sequence[str], **settings: object) -> Iterator[Relay]:
    """Gateway, modules and inference, as a person's chat goes through them; the token is the person's."""
    with stand(pinned_program, " ".join(f"{url}/v1" for url in upstreams), modules=True, **settings) as it:
        yield Relay("genius-chat", it.url, it.pids, it.person_token, it.database_pid)


@contextmanager
def naive(upstreams: Sequence[str]) -> Iterator[Relay]:
    with pinned_program("tests.load.naive_relay", f"{upstreams[0]}/v1") as process:
        yield Relay("fastapi-httpx", f"http://127.0.0.1:{printed_port(process)}", (process.pid,))
