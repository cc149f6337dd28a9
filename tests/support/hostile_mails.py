# SPDX-License-Identifier: EUPL-1.2
"""Hostile and unusable mails, made here: name → (content, reason codes that are right answers)."""

from __future__ import annotations

from tests.support.mails import HEAD, mail

_HEAD = HEAD.encode()


def _parts(count: int, *, deep: bool) -> bytes:
    """Multiparts beside each other, or each in the one before."""
    if deep:
        return _HEAD + b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(count)
        )
    return _HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\nContent-Type: text/plain\n\n\n" * count


FILES: dict[str, tuple[bytes, set[str]]] = {
    "tief-50.eml": (_parts(50, deep=True), {"too_complex"}),
    "tief-900.eml": (_parts(900, deep=True) + b"x\n" * 200_000, {"too_complex"}),
    "tief-20000.eml": (_parts(20_000, deep=True), {"too_complex"}),
    "breit.eml": (_parts(20_000, deep=False), {"too_complex"}),
    "feldbombe.eml": (_HEAD + b"Content-Type: text/plain" + b';"' * 1_000_000 + b"\n\nx", {"too_complex"}),
    "verschluesselt.eml": (
        _HEAD + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIAG",
        {"encrypted"},
    ),
    "vs-betreff.eml": (mail("Text", subject="VS-NfD Lage"), {"vs_marking"}),
    "vs-text.eml": (mail("VS - Nur für den Dienstgebrauch"), {"vs_marking"}),
    "vs-anhang.eml": (mail("Text", files={"a.txt": b"VS-NfD\n\nInhalt"}), {"vs_marking"}),
    "vs-anhangname.eml": (mail("Text", files={"VS-NfD Lage.bin": b"MZ"}), {"vs_marking"}),
    "vs-feld.eml": (b"X-Einstufung: VS-NfD\n" + mail("Text"), {"vs_marking"}),
}
