# SPDX-License-Identifier: EUPL-1.2
"""`genius audit receipt`: check the receipt of a deletion anywhere, without the platform."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.markup import escape

from genius_common.audit.chain import RECEIPT_DOMAIN, is_signed_by
from genius_stack.errors import Refused


def check_receipt(file: Path, operators: Sequence[Ed25519PublicKey]) -> None:
    """Print what a receipt says. Raises: Refused where none of `operators` has signed exactly this."""
    try:
        content = orjson.loads(file.read_bytes())
        body, signatures = content["receipt"], content["signatures"]
        signed = any(is_signed_by(key, body, one, RECEIPT_DOMAIN) for key in operators for one in signatures)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{file}: keine Quittung einer Löschung.") from error
    if not signed:
        raise Refused("Die Quittung trägt keine gültige Unterschrift des Betriebs, oder sie wurde verändert.")
    _show(body)


def _show(body: dict[str, Any]) -> None:
    console = Console()
    console.print(f"[green]In Ordnung:[/green] Quittung {escape(body['receipt'])} vom {escape(body['at'])}")
    for store, kinds in body["deleted"].items():
        counts = ", ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items())) or "nichts"
        console.print(f"Gelöscht in {escape(store)}: {escape(counts)}", highlight=False)
    for store, keys in body["keys_destroyed"].items():
        console.print(
            f"Vernichtete Schlüssel in {escape(store)}: {escape(', '.join(keys) or 'keine')}", highlight=False
        )
    for kept in body["kept"]:
        console.print(f"Bleibt: {escape(kept['title'])} ({escape(kept['why'])})", highlight=False)
