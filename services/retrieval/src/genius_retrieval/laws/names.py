# SPDX-License-Identifier: EUPL-1.2
"""Names under which laws are known: citation names, aliases, titles and the short titles in common use."""

from __future__ import annotations

from functools import cache

from genius_retrieval.laws.source import law_index
from genius_retrieval.text.words import stem, words

# Short titles that the index does not have, from general knowledge of the field.
COMMON = {
    "AufenthG": ("Aufenthaltsgesetz",),
    "BAföG": ("Bundesausbildungsförderungsgesetz", "Ausbildungsförderung"),
    "BArchG": ("Bundesarchivgesetz",),
    "BDSG": ("Datenschutzgesetz",),
    "BEEG": ("Bundeselterngeld- und Elternzeitgesetz", "Elterngeldgesetz", "Elternzeitgesetz"),
    "BImSchG": ("Bundes-Immissionsschutzgesetz", "Immissionsschutzgesetz"),
    "BKGG": ("Kindergeldgesetz",),
    "BMG": ("Meldegesetz",),
    "BNatSchG": ("Bundesnaturschutzgesetz", "Naturschutzgesetz"),
    "BauNVO": ("Baunutzungsverordnung",),
    "EGovG": ("E-Government-Gesetz",),
    "EStG": ("Einkommensteuergesetz",),
    "FeV": ("Fahrerlaubnis-Verordnung", "Fahrerlaubnisverordnung"),
    "GG": ("Grundgesetz",),
    "IFG": ("Informationsfreiheitsgesetz", "Informationsfreiheit"),
    "IfSG": ("Infektionsschutzgesetz",),
    "KrWG": ("Kreislaufwirtschaftsgesetz",),
    "LFGB": ("Lebensmittel- und Futtermittelgesetzbuch", "Lebensmittelgesetz"),
    "OWiG": ("Ordnungswidrigkeitengesetz",),
    "OZG": ("Onlinezugangsgesetz",),
    "PAuswG": ("Personalausweisgesetz",),
    "PStV": ("Personenstandsverordnung",),
    "ProstSchG": ("Prostituiertenschutzgesetz",),
    "SGB I": ("SGB 1", "Erstes Buch Sozialgesetzbuch", "Sozialgesetzbuch I"),
    "SGB II": ("SGB 2", "Zweites Buch Sozialgesetzbuch", "Sozialgesetzbuch II"),
    "SGB III": ("SGB 3", "Drittes Buch Sozialgesetzbuch", "Sozialgesetzbuch III"),
    "SGB VIII": ("SGB 8", "Achtes Buch Sozialgesetzbuch", "Sozialgesetzbuch VIII"),
    "SGB IX": ("SGB 9", "Neuntes Buch Sozialgesetzbuch", "Sozialgesetzbuch IX"),
    "SGB X": ("SGB 10", "Zehntes Buch Sozialgesetzbuch", "Sozialgesetzbuch X"),
    "SGB XII": ("SGB 12", "Zwölftes Buch Sozialgesetzbuch", "Sozialgesetzbuch XII"),
    "SchwarzArbG": ("Schwarzarbeitsbekämpfungsgesetz",),
    "StDAV": ("Steuerdaten-Abrufverordnung",),
    "UVPG": ("Umweltverträglichkeitsprüfungsgesetz",),
    "UhVorschG": ("Unterhaltsvorschussgesetz",),
    "VereinsG": ("Vereinsgesetz",),
    "VersammlG": ("Versammlungsgesetz",),
    "VgV": ("Vergabeverordnung",),
    "VwVG": ("Verwaltungsvollstreckungsgesetz",),
    "WHG": ("Wasserhaushaltsgesetz",),
    "WoBindG": ("Wohnungsbindungsgesetz",),
    "WoFG": ("Wohnraumförderungsgesetz",),
}
# What a law is about in everyday words; indexed with each of its sections, never cited.
TOPICS = {
    "AO": "Steuern Steuerrecht Steuerbescheid Finanzamt Besteuerungsverfahren Steuerforderung",
    "AsylbLG": "Asyl Asylbewerber Geflüchtete Flüchtlinge Sozialleistungen",
    "AufenthG": "Ausländer Ausländerbehörde Visum Aufenthaltstitel Abschiebung",
    "BAföG": "Studium Studierende Schüler Ausbildung Förderung",
    "BArchG": "Archiv Archivgut Bundesarchiv",
    "BBG": "Beamte Beamtenrecht Dienstrecht Bund",
    "BDSG": "Datenschutz personenbezogene Daten",
    "BEEG": "Elterngeld Elternzeit Eltern",
    "BGB": "Zivilrecht Vertrag Miete Kauf Familie Erbe",
    "BImSchG": "Umwelt Lärm Luft Immissionen Anlagen",
    "BKGG": "Kindergeld Kinderzuschlag Familienleistungen",
    "BMG": "Einwohnermeldewesen Meldebehörde Melderegister Ummeldung Wohnsitz",
    "BNatSchG": "Natur Artenschutz Naturschutz Landschaft",
    "BauGB": "Bauen Baurecht Bauplanung Bebauungsplan Städtebau",
    "BauNVO": "Bauen Baugebiete Nutzung Grundstück",
    "EGovG": "elektronische Verwaltung Digitalisierung E-Akte",
    "EStG": "Steuern Lohnsteuer Einkommensteuer Finanzamt",
    "FeV": "Führerschein Fahrerlaubnis Fahren Kraftfahrzeug",
    "GG": "Verfassung Grundrechte Bundestag Bundesrat",
    "GastG": "Gastronomie Gaststätte Restaurant Kneipe",
    "GewO": "Gewerbe Gewerbeamt Betrieb",
    "GrStG": "Steuern Grundstück Gemeinde Grundbesitz",
    "IFG": "Akteneinsicht Transparenz Auskunft amtliche Informationen",
    "IfSG": "Infektionen Krankheiten Gesundheitsamt Impfung",
    "JuSchG": "Jugendliche Kinder Jugendschutz Alkohol Medien",
    "KrWG": "Abfall Müll Entsorgung Recycling",
    "LFGB": "Lebensmittel Lebensmittelüberwachung Verbraucherschutz",
    "OWiG": "Bußgeld Ordnungswidrigkeit Bußgeldverfahren",
    "OZG": "Onlinedienste Portalverbund Nutzerkonto",
    "PAuswG": "Personalausweis Ausweis Ausweisbehörde",
    "PStG": "Standesamt Geburt Ehe Tod Personenstand Urkunden",
    "PStV": "Standesamt Geburt Ehe Tod Personenstand Urkunden",
    "PassG": "Reisepass Pass Passbehörde",
    "ProstSchG": "Prostitution Anmeldung Prostitutionsgewerbe",
    "SGB I": "Sozialleistungen Sozialrecht Mitwirkung Leistungsträger",
    "SGB II": "Bürgergeld Jobcenter Grundsicherung Arbeitsuchende",
    "SGB III": "Arbeitslosengeld Agentur für Arbeit Arbeitsförderung",
    "SGB VIII": "Jugendamt Jugendhilfe Kinder Kita Erziehung",
    "SGB IX": "Behinderung Schwerbehinderung Rehabilitation Teilhabe",
    "SGB X": "Sozialleistungen Sozialverwaltungsverfahren Bescheid Erstattung Sozialdaten",
    "SGB XII": "Sozialhilfe Sozialamt Grundsicherung im Alter",
    "SchwarzArbG": "Schwarzarbeit Zoll illegale Beschäftigung",
    "StAG": "Einbürgerung Staatsangehörigkeit Staatsbürgerschaft",
    "StDAV": "Steuerdaten Abruf Finanzverwaltung Steuergeheimnis",
    "StVG": "Straßenverkehr Fahrerlaubnis Kraftfahrzeug Punkte",
    "StVO": "Straßenverkehr Verkehrsregeln Fahren Parken Geschwindigkeit",
    "TierSchG": "Tiere Tierschutz Tierhaltung",
    "UVPG": "Umwelt Umweltverträglichkeit Vorhaben",
    "UhVorschG": "Unterhaltsvorschuss Alleinerziehende Unterhalt",
    "VereinsG": "Verein Vereinsverbot Vereinigungen",
    "VersammlG": "Demonstration Versammlung Aufzug Kundgebung",
    "VgV": "Vergabe Ausschreibung öffentlicher Auftrag",
    "VwGO": "Verwaltungsgericht Klage Widerspruch Verwaltungsprozess",
    "VwVG": "Vollstreckung Zwangsgeld Zwangsmittel Beitreibung",
    "VwVfG": "Verwaltungsverfahren Verwaltungsakt Bescheid Behörde",
    "VwZG": "Zustellung Bescheid Post",
    "WHG": "Wasser Gewässer Abwasser Hochwasser",
    "WaffG": "Waffen Waffenbesitz Waffenschein Waffenbehörde",
    "WoBindG": "Sozialwohnung Wohnberechtigungsschein",
    "WoFG": "Sozialwohnung Wohnraumförderung Wohnberechtigungsschein",
    "WoGG": "Wohngeld Mietzuschuss Lastenzuschuss Wohngeldbehörde",
    "WoGV": "Wohngeld Miete Belastung Mietenstufe",
}
# Not shipped, but often cited; their references must not be taken for those of a shipped law.
FOREIGN = {
    "DSGVO": ("DSGVO", "DS-GVO", "Datenschutz-Grundverordnung", "Verordnung (EU) 2016/679"),
    "StGB": ("StGB", "Strafgesetzbuch"),
    "StPO": ("StPO", "Strafprozessordnung"),
    "ZPO": ("ZPO", "Zivilprozessordnung"),
    "SGB IV": ("SGB IV", "SGB 4", "Viertes Buch Sozialgesetzbuch"),
    "SGB V": ("SGB V", "SGB 5", "Fünftes Buch Sozialgesetzbuch"),
    "SGB VI": ("SGB VI", "SGB 6", "Sechstes Buch Sozialgesetzbuch"),
    "SGB VII": ("SGB VII", "SGB 7", "Siebtes Buch Sozialgesetzbuch"),
    "SGB XI": ("SGB XI", "SGB 11", "Elftes Buch Sozialgesetzbuch"),
}
_LONGEST_TITLE = 9


def law_key(citation: str) -> str:
    """The form of a law in index terms: "SGB II" → sgbii."""
    return "".join(words(citation))


@cache
def _names() -> dict[tuple[str, ...], str]:
    """Stems of each name → law key."""
    found: dict[tuple[str, ...], str] = {}
    for law in law_index():
        names = (law.citation, *law.aliases, *COMMON.get(law.citation, ()))
        for name in (*names, law.title):
            parts = tuple(stem(word) for word in words(name))
            if len(parts) <= _LONGEST_TITLE:
                found[parts] = law_key(law.citation)
    for citation, names in FOREIGN.items():
        for name in names:
            found[tuple(stem(word) for word in words(name))] = law_key(citation)
    return found


@cache
def _lengths() -> dict[str, int]:
    """First stem of a name → words of the longest name that begins with it."""
    found: dict[str, int] = {}
    for name in _names():
        found[name[0]] = max(len(name), found.get(name[0], 0))
    return found


def longest_name(first: str) -> int:
    """How many words the longest name has that begins with this stem; 0 = there is none."""
    return _lengths().get(first, 0)


def law_at(stems: list[str], position: int) -> tuple[str, int] | None:
    """The law named by the words at `position`: its key and how many words the name has (the longest wins)."""
    left = len(stems) - position
    if left <= 0:
        return None
    names = _names()
    for length in range(min(longest_name(stems[position]), left), 0, -1):
        if key := names.get(tuple(stems[position : position + length])):
            return key, length
    return None


def laws_in(text: str) -> set[str]:
    """Keys of all laws named in `text`."""
    stems = [stem(word) for word in words(text)]
    found = set()
    position = 0
    while position < len(stems):
        named = law_at(stems, position)
        if named:
            found.add(named[0])
        position += named[1] if named else 1
    return found
