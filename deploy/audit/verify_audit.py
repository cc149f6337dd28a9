#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Prüft einen Export des Protokolls von Genius. Eigenständig: nur Python ab 3.9, keine weitere Datei, kein Netz.

    python3 verify_audit.py export.ndjson [--operator KEY.pem] [--witness KEY.pem] [--kept checkpoint.json]

Zweite, unabhängige Umsetzung neben "genius audit verify" (AUD-06): Wer keinem der beiden traut, liest diese Datei.
So ist das Protokoll gebaut:
- Jede Zeile ist ein JSON-Objekt. Zuerst kommen die Prüfpunkte (älteste zuerst), dann die Einträge, Kette für Kette.
- Prüfsumme eines Eintrags = SHA-256 über die Prüfsumme davor und das JSON des Eintrags ohne "previous" und "hash"
  (UTF-8, Namen sortiert, keine Leerzeichen). Die erste hat 32 Null-Bytes vor sich. Nummern steigen lückenlos ab 1.
- Ein Prüfpunkt nennt das Ende jeder Kette und die Prüfsumme des Prüfpunkts davor; er ist mit Ed25519 (RFC 8032)
  unterschrieben, über die Zeile "genius audit checkpoint 1" und sein JSON.
Ausgabe: ein Befund je Zeile; Ende mit 0, wenn alles stimmt, sonst mit 1.
"""

import argparse
import base64
import hashlib
import json
import re
import sys

START = "00" * 32
DOMAIN = b"genius audit checkpoint 1\n"


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def read_export(lines):
    """The two parts of an export, and a finding for every line that is neither."""
    checkpoints, records, findings = [], [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            if set(value) == {"checkpoint", "signatures"}:
                if records:
                    findings.append(f"Zeile {number}: Prüfpunkt hinter Einträgen")
                checkpoints.append(value)
            else:
                records.append(
                    (
                        str(value["chain"]),
                        int(value["seq"]),
                        bytes.fromhex(value.pop("previous")).hex(),
                        bytes.fromhex(value.pop("hash")).hex(),
                        value,
                    )
                )
        except (ValueError, KeyError, TypeError, AttributeError):
            findings.append(f"Zeile {number}: unlesbar")
    return checkpoints, records, findings


def check_records(records):
    """Findings, and the hash of every (chain, number)."""
    findings, seen, ends = [], {}, {}
    for chain, seq, previous, named, content in records:
        expected_seq, expected_previous = ends.get(chain, (0, START))
        if seq != expected_seq + 1:
            findings.append(f"{chain} Nr. {seq}: folgt nicht auf Nr. {expected_seq}")
        elif previous != expected_previous:
            findings.append(f"{chain} Nr. {seq}: schließt nicht an den Eintrag davor an")
        if hashlib.sha256(bytes.fromhex(previous) + compact(content)).hexdigest() != named:
            findings.append(f"{chain} Nr. {seq}: Inhalt passt nicht zur Prüfsumme")
        ends[chain] = (seq, named)
        seen[chain, seq] = named
    return findings, seen


def check_checkpoints(checkpoints, seen, operators, witnesses, kept):
    findings, before, number = [], START, 0
    highest, witnessed = {}, False
    for line in checkpoints:
        body, signatures = line["checkpoint"], line["signatures"]
        number += 1
        if body.get("number") != number or body.get("previous") != before:
            findings.append(f"Prüfpunkt {body.get('number')}: schließt nicht an den davor an")
            number = body.get("number") if isinstance(body.get("number"), int) else number
        before = hashlib.sha256(DOMAIN + compact(body)).hexdigest()
        if operators and not any(signed(key, body, one) for key in operators for one in signatures):
            findings.append(f"Prüfpunkt {number}: keine gültige Unterschrift des Betriebs")
        witnessed = witnessed or any(signed(key, body, one) for key in witnesses for one in signatures)
        for chain, head in body["heads"].items():
            if seen.get((chain, head["seq"])) != head["hash"]:
                findings.append(f"Prüfpunkt {number}: {chain} Nr. {head['seq']} fehlt oder wurde umgeschrieben")
            if head["seq"] < highest.get(chain, 0):
                findings.append(f"Prüfpunkt {number}: {chain} geht hinter einen früheren zurück")
            highest[chain] = max(head["seq"], highest.get(chain, 0))
        if kept is not None and before == kept:
            kept = None
    if kept is not None:
        findings.append("Der aufbewahrte Prüfpunkt steht nicht im Protokoll")
    if witnesses and not witnessed:
        findings.append("Kein Prüfpunkt trägt die Unterschrift der zweiten Stelle")
    return findings


# Ed25519, RFC 8032 section 5.1: the curve -x² + y² = 1 + d x² y² over the integers modulo P.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(one, other):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, e = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    f, g, h, i = b - a, e - c, e + c, b + a
    return f * g % P, h * i % P, g * h % P, f * i % P


def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public, body, entry):
    try:
        signature = base64.b64decode(entry["signature"], validate=True)
    except (ValueError, KeyError, TypeError):
        return False
    if len(signature) != 64:
        return False
    key, start, scalar = decompress(public), decompress(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or start is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + DOMAIN + compact(body)).digest()
    left = times(scalar, BASE)
    right = add(start, times(int.from_bytes(digest, "little") % ORDER, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def public_keys(paths):
    """The last 32 bytes of each SubjectPublicKeyInfo are the key (RFC 8410)."""
    found = []
    for path in paths:
        with open(path, encoding="ascii") as file:
            blocks = re.findall("-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", file.read(), re.S)
        if not blocks:
            sys.exit(f"{path}: kein öffentlicher Schlüssel in PEM-Form")
        found += [base64.b64decode("".join(block.split()))[-32:] for block in blocks]
    return found


def findings_of(lines, operators=(), witnesses=(), kept=None):
    checkpoints, records, findings = read_export(lines)
    found, seen = check_records(records)
    return findings + found + check_checkpoints(checkpoints, seen, operators, witnesses, kept), len(records)


def main():
    parser = argparse.ArgumentParser(description="Prüft einen Export des Protokolls von Genius.")
    parser.add_argument("file")
    parser.add_argument("--operator", action="append", default=[])
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--kept")
    given = parser.parse_args()
    kept = None
    if given.kept:
        with open(given.kept, "rb") as file:
            kept = hashlib.sha256(DOMAIN + compact(json.loads(file.read())["checkpoint"])).hexdigest()
    with open(given.file, "rb") as lines:
        findings, records = findings_of(lines, public_keys(given.operator), public_keys(given.witness), kept)
    for finding in findings:
        print(finding)
    print(f"{records} Einträge geprüft, {len(findings)} Befunde")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
