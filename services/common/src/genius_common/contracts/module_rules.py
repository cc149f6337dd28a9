# SPDX-License-Identifier: EUPL-1.2
"""What keeps a module from being offered: one list of rules for built-ins, third parties and the conformance suite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from genius_common.contracts.modules import Card, ModuleManifest
from genius_common.principal import ProtectionClass

READING = frozenset({"search", "documents.read", "files.read"})
GRANTABLE = READING | {"chat.completions", "embeddings", "models.read", "modules.run", "run.token"}
"""All that a module's token may carry: nothing that writes, shares or administers."""
DATED = frozenset({"card_missing", "card_expired", "card_not_yet_valid"})
"""What an operator cures without touching the module: its card."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One broken rule. `detail` is German and says what to do."""

    code: str
    detail: str


def objections(manifest: ModuleManifest, today: dt.date) -> list[Objection]:
    """Why a module with this manifest is not offered on the day `today`; empty = nothing speaks against it."""
    rules = (_labels, _scopes, _rule_of_two, _classes)
    return [*(found for rule in rules for found in rule(manifest)), *_card(manifest, today)]


def _labels(manifest: ModuleManifest) -> Iterator[Objection]:
    if not all(text.strip() for label in (manifest.title, manifest.description) for text in (label.de, label.en)):
        yield Objection("label_missing", "Titel und Beschreibung müssen auf Deutsch und auf Englisch angegeben sein.")


def _scopes(manifest: ModuleManifest) -> Iterator[Objection]:
    if foreign := sorted(set(manifest.scopes) - GRANTABLE):
        names = ", ".join(foreign)
        yield Objection("scope_not_allowed", f"Diese Rechte bekommt keine Funktion: {names}. Bitte entfernen Sie sie.")
    if manifest.needs != "none" and "chat.completions" not in manifest.scopes:
        yield Objection(
            "model_scope_missing",
            "Die Funktion nutzt ein Sprachmodell, verlangt aber kein Recht dazu (chat.completions).",
        )


def _rule_of_two(manifest: ModuleManifest) -> Iterator[Objection]:
    """INJ-02; what the scopes open counts as private and untrusted, whatever the manifest says of itself."""
    rule = manifest.rule_of_two
    if not READING.isdisjoint(manifest.scopes) and not (rule.private_data and rule.untrusted_text):
        yield Objection(
            "rule_of_two_untrue",
            "Die Funktion verlangt Leserechte, gibt aber an, keine internen Daten oder keine fremden Texte zu sehen.",
        )
    if rule.external_effect and rule.private_data and manifest.human_step is None:
        yield Objection(
            "rule_of_two",
            "Wer interne Daten sieht und nach außen wirkt, braucht einen Schritt, in dem ein Mensch "
            "entscheidet (human_step).",
        )


def _classes(manifest: ModuleManifest) -> Iterator[Objection]:
    highest = manifest.highest_class
    if highest is None or set(manifest.protection_classes) != set(ProtectionClass.up_to(highest)):
        yield Objection(
            "protection_classes_gap",
            "Die Schutzklassen (protection_classes) müssen bei „offen“ beginnen, ohne Lücke.",
        )


def _card(manifest: ModuleManifest, today: dt.date) -> Iterator[Objection]:
    card = manifest.card
    if card is None:
        yield Objection(
            "card_missing",
            "Für die Funktion fehlt die KI-Karte (Zweck, Risikoklasse, Freigabe). Der Betrieb muss sie eintragen.",
        )
        return
    if today > card.expires_on:
        yield Objection(
            "card_expired",
            f"Die Freigabe der Funktion ist am {card.expires_on:%d.%m.%Y} abgelaufen. Zuständig: {card.approver}.",
        )
    if today < card.approved_on:
        yield Objection(
            "card_not_yet_valid", f"Die Freigabe der Funktion gilt erst ab dem {card.approved_on:%d.%m.%Y}."
        )
    yield from _risk(card, manifest)


def _risk(card: Card, manifest: ModuleManifest) -> Iterator[Objection]:
    if card.risk_class == "prohibited":
        yield Objection("risk_prohibited", "Verbotene Praktiken (Art. 5 KI-Verordnung) werden nicht angeboten.")
    if card.risk_class == "high" and manifest.human_step is None:
        yield Objection(
            "risk_without_human_step",
            "Hochrisiko-Funktionen brauchen menschliche Aufsicht (Art. 14 KI-Verordnung, human_step).",
        )
