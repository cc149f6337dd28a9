# SPDX-License-Identifier: EUPL-1.2
"""Names of laws behind a reference, as one key: `WoGG`, `Wohngeldgesetzes` → `wogg`; `Zweites Buch SGB` → `sgbii`.

A long name outside the list is its own key; a source whose title reads "Wohngeldgesetz (WoGG)" teaches the pair.
"""

from __future__ import annotations

import re

_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv")
_BOOKS = {
    "erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "sechst": 6, "siebt": 7, "siebent": 7, "acht": 8,
    "neunt": 9, "zehnt": 10, "elft": 11, "zwölft": 12, "vierzehnt": 14,
}  # fmt: skip
_LONG = {
    "abgabenordnung": "ao", "asylbewerberleistungsgesetz": "asylblg", "asylgesetz": "asylg",
    "aufenthaltsgesetz": "aufenthg", "baugesetzbuch": "baugb", "baunutzungsverordnung": "baunvo",
    "beamtenstatusgesetz": "beamtstg", "betriebsverfassungsgesetz": "betrvg", "bundesarchivgesetz": "barchg",
    "bundesausbildungsförderungsgesetz": "bafög", "bundesbeamtengesetz": "bbg", "bundesbesoldungsgesetz": "bbesg",
    "bundesdatenschutzgesetz": "bdsg", "bundeselterngeldundelternzeitgesetz": "beeg",
    "bundesfreiwilligendienstgesetz": "bfdg", "bundesimmissionsschutzgesetz": "bimschg",
    "bundeskindergeldgesetz": "bkgg", "bundesmeldegesetz": "bmg", "bundesnaturschutzgesetz": "bnatschg",
    "bundesvertriebenengesetz": "bvfg", "bundesverfassungsgerichtsgesetz": "bverfgg", "bundeswahlgesetz": "bwahlg",
    "bürgerlichesgesetzbuch": "bgb", "datenschutzgrundverordnung": "dsgvo", "einkommensteuergesetz": "estg",
    "fahrerlaubnisverordnung": "fev", "finanzgerichtsordnung": "fgo", "gaststättengesetz": "gastg",
    "gerichtskostengesetz": "gkg", "gerichtsverfassungsgesetz": "gvg", "gewerbeordnung": "gewo", "grundgesetz": "gg",
    "gesetzüberordnungswidrigkeiten": "owig", "gesetzesüberordnungswidrigkeiten": "owig",
    "grundsteuergesetz": "grstg", "handelsgesetzbuch": "hgb", "handwerksordnung": "hwo",
    "infektionsschutzgesetz": "ifsg", "informationsfreiheitsgesetz": "ifg", "insolvenzordnung": "inso",
    "jugendschutzgesetz": "juschg", "kreislaufwirtschaftsgesetz": "krwg", "mutterschutzgesetz": "muschg",
    "onlinezugangsgesetz": "ozg", "ordnungswidrigkeitengesetz": "owig", "personalausweisgesetz": "pauswg",
    "personenstandsgesetz": "pstg", "personenstandsverordnung": "pstv", "passgesetz": "passg",
    "sozialgerichtsgesetz": "sgg", "staatsangehörigkeitsgesetz": "stag", "strafgesetzbuch": "stgb",
    "strafprozessordnung": "stpo", "strafprozeßordnung": "stpo", "straßenverkehrsgesetz": "stvg",
    "straßenverkehrsordnung": "stvo", "tierschutzgesetz": "tierschg", "umsatzsteuergesetz": "ustg",
    "unterhaltsvorschussgesetz": "uhvorschg", "vergabeverordnung": "vgv", "versammlungsgesetz": "versammlg",
    "verwaltungsgerichtsordnung": "vwgo", "verwaltungskostengesetz": "vwkostg",
    "verwaltungsverfahrensgesetz": "vwvfg", "verwaltungsvollstreckungsgesetz": "vwvg",
    "verwaltungszustellungsgesetz": "vwzg", "waffengesetz": "waffg", "wasserhaushaltsgesetz": "whg",
    "wohngeldgesetz": "wogg", "wohngeldverordnung": "wogv", "wohnraumförderungsgesetz": "wofg",
    "zivilprozessordnung": "zpo", "zivilprozeßordnung": "zpo",
}  # fmt: skip
_LONG_NAME = (
    r"(?:(?:Bürgerlich|Allgemein|Öffentlich)e[nsr]\s)?"
    r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]{0,60}?(?:gesetzbuch|gesetz|ordnung|satzung|richtlinie)(?:e?s|en)?(?![a-zäöüß])"
    r"|Bürgerlich\w{1,3}\sGesetzbuch(?:e?s)?|Gesetz(?:es)?\süber\sOrdnungswidrigkeiten"
)
_SHORT_NAME = r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]{0,20}[GVOB](?![A-Za-zÄÖÜäöüß])"
_SOCIAL = (
    r"SGB[\s-]{0,2}(?P<book>[IVX]{1,5}|1[0-4]|[1-9])(?![A-Za-z0-9])|SGB(?![A-Za-z])"
    r"|(?P<ordinal>[A-ZÄÖÜ][a-zäöü]{3,10}?)e[nrs]\sBuch(?:e?s)?\s(?:des\s)?(?:Sozialgesetzbuch(?:e?s)?|SGB)"
)
_NAME = re.compile(
    rf"[\s,]{{1,2}}(?:(?:des|der|dem|im|vom|von)\s)?(?P<name>{_SOCIAL}|{_SHORT_NAME}|{_LONG_NAME})"
    r"(?:\s[0-9]{4}(?![0-9.]))?"
)
_ALIAS = re.compile(rf"(?P<long>{_LONG_NAME})\s\((?P<short>{_SHORT_NAME})")


def law_after(text: str, position: int) -> tuple[str | None, int]:
    """The key of the law named at `position`, right behind a reference, and where its name ends."""
    found = _NAME.match(text, position)
    if found is None:
        return None, position
    key = _social(found)
    return key or law_key(found["name"]), found.end()


def _social(found: re.Match[str]) -> str | None:
    if found["book"]:
        book = found["book"]
        return "sgb" + (_ROMAN[int(book)] if book.isdigit() else book.lower())
    number = _BOOKS.get((found["ordinal"] or "").lower())
    return f"sgb{_ROMAN[number]}" if number else None


def law_key(name: str) -> str:
    """`DS-GVO` → `dsgvo`, `Wohngeldgesetzes` → `wogg`."""
    lower = re.sub(r"[\W_]", "", name).lower()
    lower = re.sub(r"^bürgerlich(?:en|es|em)gesetzbuch(?:e?s)?$", "bürgerlichesgesetzbuch", lower)
    base = re.sub(r"(?<=gesetz)es$|(?<=gesetz)s$|(?<=buch)e?s$", "", lower)
    return _LONG.get(base, base)


def taught_by(text: str) -> dict[str, str]:
    """Long names that `text` gives a short one for: `Feuerwehrgesetz (FwG)` → `{feuerwehrgesetz: fwg}`."""
    return {law_key(found["long"]): law_key(found["short"]) for found in _ALIAS.finditer(text)}
