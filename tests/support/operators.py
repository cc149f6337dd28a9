# SPDX-License-Identifier: EUPL-1.2
"""Operators' commands against a running gateway of the tests, and key holders who agree to them."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from genius_common.audit.chain import APPROVAL_DOMAIN, sign
from genius_gateway.commands import add_parsers, carry_out
from genius_gateway.keys.holders import KeyHolderSettings
from genius_gateway.settings import Settings
from tests.support.gateway import Gateway

NAMES = ("Leitung", "Datenschutz", "Betrieb")


@dataclass
class Operators:
    """Three key holders, two of whom have to agree; `command` works in this process, `start` in one of its own."""

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
        parser = argparse.ArgumentParser()
        add_parsers(parser.add_subparsers())
        found: dict[str, Any] = await carry_out(self.settings, parser.parse_args(words))
        return found

    def signed(self, request: Any, *names: str) -> Path:
        """The file of a request with the signatures of these holders."""
        signatures = [sign(self.keys[name], request, APPROVAL_DOMAIN) for name in names]
        path = self.folder / "antrag.json"
        path.write_text(json.dumps({"request": request, "signatures": signatures}))
        return path

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        settings = self.settings
        values = {
            "PROFILE": settings.profile, "TENANT": settings.tenant, "PORT": settings.port,
            "PUBLIC_URL": settings.public_url, "OIDC__ISSUER": settings.oidc.issuer,
            "OIDC__CLIENT_ID": settings.oidc.client_id,
            "OIDC__CLIENT_SECRET": settings.oidc.client_secret.get_secret_value(),
            "DATABASE__URL": settings.database.url.get_secret_value(), "KEK_FILE": settings.kek_file,
            "SIGNING_KEY_FILE": settings.signing_key_file, "AUDIT__KEY_FILE": settings.audit.key_file,
            "INFERENCE_URL": settings.inference_url, "RETRIEVAL_URL": settings.retrieval_url,
            "MODULES_URL": settings.modules_url, "KEY_HOLDERS__FILE": self.file,
        }  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GENIUS_")}
        environment |= {f"GENIUS_GATEWAY_{name}": str(value) for name, value in values.items()}
        command = [sys.executable, "-m", "genius_gateway", *words]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
