# SPDX-License-Identifier: EUPL-1.2
"""Operators' commands against a running gateway of the tests, and key holders who agree to them."""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from genius_common.audit.chain import APPROVAL_DOMAIN, sign
from genius_common.audit.keys import private_key
from genius_common.audit.verify import verify
from genius_gateway.commands import add_parsers, carry_out
from genius_gateway.keys.holders import KeyHolderSettings
from genius_gateway.settings import Settings
from genius_stack.cli import app
from tests.support.audit_log import public_pem
from tests.support.gateway import Gateway
from tests.support.personal_data import as_superuser

NAMES = ("Leitung", "Datenschutz", "Betrieb")


@dataclass
class Operators:
    """Three key holders, two of whom have to agree; `command` works in this process, `start` in one that is killed."""

    gateway: Gateway
    folder: Path

    def __post_init__(self) -> None:
        self.keys = {name: Ed25519PrivateKey.generate() for name in NAMES}
        self.file = self.folder / "holders.json"
        holders = [{"name": name, "public_key": public(key)} for name, key in self.keys.items()]
        self.file.write_text(json.dumps({"holders": holders}))

    @property
    def settings(self) -> Settings:
        return self.gateway.settings.model_copy(update={"key_holders": KeyHolderSettings(file=self.file)})

    async def command(self, *words: str) -> dict[str, Any]:
        return await carry_out(self.settings, parsed(words))

    def signed(self, request: Any, *names: str) -> Path:
        """The file of a request with the signatures of these holders."""
        signatures = [sign(self.keys[name], request, APPROVAL_DOMAIN) for name in names]
        path = self.folder / "antrag.json"
        path.write_text(json.dumps({"request": request, "signatures": signatures}))
        return path

    def start(self, *words: str) -> BaseProcess:
        """The command in a process of its own, which may be killed."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["genius_gateway.commands"])
        process = context.Process(target=_carry_out, args=(self.settings, words), daemon=True)
        process.start()
        return process

    async def sql(self, statement: str, **values: Any) -> list[Any]:
        return await asyncio.to_thread(as_superuser, self.gateway, statement, **values)

    def check_receipt(self, receipt: dict[str, Any]) -> None:
        """As an auditor does it, offline; a changed one is refused."""
        key, file = self.folder / "operator.pem", self.folder / "quittung.json"
        key.write_bytes(public_pem(private_key(self.gateway.settings.audit.key_file.read_bytes())))
        for content, ok in ((receipt, True), ({**receipt, "receipt": {**receipt["receipt"], "at": "x"}}, False)):
            file.write_text(json.dumps(content, default=str))
            done = CliRunner().invoke(app, ["audit", "receipt", str(file), "--operator", str(key)])
            assert (done.exit_code == 0) is ok, done.output

    async def check_trail(self) -> None:
        """The export of the audit trail holds for a verifier that knows nothing else."""
        async with await self.gateway.client("r.koenig") as client:
            export = await client.get("/api/v1/audit/export")
        report = verify(iter(export.raise_for_status().content.splitlines(keepends=True)), [], [], None)
        assert report.holds, report.faults
        assert report.records


def _carry_out(settings: Settings, words: tuple[str, ...]) -> None:
    asyncio.run(carry_out(settings, parsed(words)))


def parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers())
    return parser.parse_args(words)


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
