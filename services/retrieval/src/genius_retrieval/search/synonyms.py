# SPDX-License-Identifier: EUPL-1.2
"""Everyday words and what administration calls the same: a small table from general knowledge of the field.

Read as "who says this may mean that"; never filled from questions of a check or an evaluation. Left: normal forms
(see `genius_retrieval.text.words.normalise`), matched by stem. Right: words as they stand in texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from genius_retrieval.text.words import stem, words

VERSION = "synonyms/1"

_TABLE = """
abholen: aushändigung ausgabe
ablehnen abgelehnt: versagung versagen ablehnung
absagen: ablehnung
adresse anschrift wohnort: anschrift wohnung wohnsitz
akte akten: akteneinsicht unterlagen
aktenzeichen: geschäftszeichen
alkohol schnaps wein bier: alkoholische getränke branntwein
alleinerziehend alleinerziehende: elternteil alleinstehend
alt alter älter: lebensjahr mindestalter höchstalter vollendet
amt ämter: behörde
anwalt rechtsanwalt: bevollmächtigter bevollmächtigte beistand
anwohner: bewohner
arbeitslos arbeitslosigkeit: arbeitsuchend arbeitslosengeld
arbeitsamt: agentur arbeit
arzt ärztin: ärztlich untersuchung
asyl: asylbewerber flüchtling
aufheben aufgehoben: aufhebung widerruf rücknahme
ausbildung studium student studenten schüler azubi: auszubildende ausbildungsförderung
ausweis perso: personalausweis ausweis
auto pkw wagen: kraftfahrzeug fahrzeug kraftfahrzeuge
bauen bau: vorhaben errichtung bauliche anlage
baum bäume: gehölze naturschutz
beerdigung begräbnis: bestattung bestattungskosten
befangen: befangenheit
begründen: begründung
behalten: schonvermögen freibetrag berücksichtigen
behindert behinderung: schwerbehindert teilhabe behinderungen
bekommen erhalten kriegen: anspruch leistungsberechtigt berechtigt gewährt
beschweren beschwerde: widerspruch rechtsbehelf
bescheid bescheide: verwaltungsakt verwaltungsakte
bezahlen zahlen bezahlt: kosten zahlung übernahme
bleiberecht: aufenthaltserlaubnis aufenthaltsgewährung
brief post: zustellung bekanntgabe übermittlung
bürger einwohner: öffentlichkeit person
bürgergeld hartz: grundsicherung arbeitsuchende bürgergeld
bußgeld: geldbuße ordnungswidrigkeit bußgeldvorschriften
chef: arbeitgeber dienstvorgesetzter
daten: personenbezogene daten
datenschutzbeauftragter: datenschutz beauftragte
demo demonstration kundgebung: versammlung aufzug
dokument papiere unterlagen: urkunde nachweis unterlagen
einbürgern eingebürgert einbürgerung: einbürgerung staatsangehörigkeit
einsehen: einsicht akteneinsicht
einziehen einzug: bezieht wohnung anmeldung
entziehen entzogen: entziehung entzug
familienname nachname: ehename geburtsname familienname
fahrrad rad: radfahrer radfahrende
firma unternehmen laden: gewerbe gewerbebetrieb betrieb
fluglärm lärm krach: geräusche lärm immissionen
frühzeitig: unverzüglich
führerschein: fahrerlaubnis führerschein
gebühr gebühren kosten: gebühren auslagen kosten
gehalt lohn verdienst: einkommen arbeitsentgelt bezüge
geheim: geheimhaltung verschwiegenheit
geld: leistung betrag
gestohlen diebstahl verloren verlust: abhandenkommen abhandengekommen verlust
grundstück: grundstücke flurstück
gültig abgelaufen: gültigkeit gültigkeitsdauer
haus gebäude: gebäude bauliche anlage
heiraten heirat hochzeit trauung: eheschließung ehe
hund katze haustier: tier tierhalter
innerorts: geschlossener ortschaften
ausserorts: geschlossener ortschaften
internet online: elektronisch verwaltungsportal
jobcenter: träger grundsicherung arbeitsuchende
jugendamt: träger jugendhilfe
kind kinder: kind minderjährige
kindergarten kita krippe: tageseinrichtung kindertagespflege
klage klagen gericht: klage klagefrist verwaltungsgericht
kneipe restaurant gaststätte lokal: gaststätte gaststättengewerbe schankwirtschaft
krank krankheit: erkrankung krankheit
kündigen gekündigt: kündigung kündigungsfrist
lebensmittel essen: lebensmittel
leistung leistungen hilfe: leistungen anspruch
lastwagen lkw: kraftfahrzeuge gesamtmasse
meldeamt einwohnermeldeamt bürgeramt: meldebehörde
melden gemeldet mitteilen: anzeige anzeigen mitteilung meldung
miete mietkosten wohnkosten: miete unterkunft heizung
mieter: mieter mietverhältnis
mofa moped: kleinkraftrad
müll: abfall abfälle entsorgung
nachbar nachbarn: nachbar beteiligte
nebenjob nebentätigkeit: nebentätigkeit nebenbeschäftigung
obdachlos wohnungslos: wohnung unterkunft
pass reisepass: pass reisepass
parken: parken halten haltverbot
pfänden pfändung: vollstreckung pfändung
pflegekind: vollzeitpflege pflegeperson
punkte: fahreignungsregister fahreignung
rauchen zigaretten tabak: tabakwaren rauchen
rente rentner: altersrente altersgrenze
rechnung: zahlung
rückzahlung zurückzahlen zurückgezahlt zurückfordern: erstattung rückzahlung erstatten
rückgängig: rücknahme widerruf
schnell tempo: geschwindigkeit höchstgeschwindigkeit
schulden: forderung verbindlichkeiten
sicherheitsdienst security: bewachungsgewerbe
sorgerecht: elterliche sorge
sozialamt: träger sozialhilfe
sozialhilfe stütze: sozialhilfe lebensunterhalt
spät verspätet: verspätung verspätungszuschlag
spielhalle automaten: spielgeräte spielhallen
staatsbürgerschaft: staatsangehörigkeit
sterben gestorben tod todesfall: sterbefall tod verstorben
steuer steuern: steuer steuerpflichtiger
steuererklärung: steuererklärung abgabe
strafe strafbar: strafvorschriften geldbuße freiheitsstrafe
strafzettel knöllchen: verwarnung verwarnungsgeld
tagesmutter: kindertagespflege tagespflegeperson
umbenennen namensänderung: name namensänderung
umziehen umzug umgezogen wohnungswechsel: einzug auszug bezieht wohnung anmeldung meldepflicht
ausziehen weggezogen: auszug abmeldung
untersagen verbieten verboten: untersagung verbot
unterschrift unterschreiben: schriftform signatur
ungültig: ungültigkeit nichtigkeit
vater mutter eltern: elternteil eltern
verein: verein vereinigung
vergeben ausschreibung: vergabe vergabeverfahren
vermieter: wohnungsgeber vermieter
vermögen erspartes ersparnisse: vermögen
verpassen versäumt verpasst: wiedereinsetzung versäumung
verschwiegen verschwiegenheit: geheimhaltung
verlängern: verlängerung
verweigern verweigert: versagung verweigerung
vorname: vornamen
waffenschein waffe: waffen waffenbesitzkarte erlaubnis
wohnung: wohnung wohnraum
zeuge zeugen: zeugen zeuge aussage
zurücknehmen zurückgenommen: rücknahme
zweitwohnung nebenwohnung: nebenwohnung hauptwohnung
"""


@cache
def _by_stem() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _TABLE.strip().splitlines():
        left, _, right = line.partition(":")
        meanings = tuple(words(right))
        for word in words(left):
            found[stem(word)] = (*found.get(stem(word), ()), *meanings)
    return found


def synonyms(word: str) -> Iterator[str]:
    """Words that may be meant by `word`, not the word itself."""
    for meaning in _by_stem().get(stem(word), ()):
        if stem(meaning) != stem(word):
            yield meaning


def synonyms_inside(word: str, parts: tuple[str, ...]) -> Iterator[str]:
    """Meanings of the parts of a compound, also of an everyday word at its start that no law knows."""
    heads = parts or tuple(head for head in _heads() if word.startswith(head) and len(word) - len(head) > 3)
    for head in heads:
        yield from synonyms(head)


@cache
def _heads() -> tuple[str, ...]:
    lines = _TABLE.strip().splitlines()
    return tuple(word for line in lines for word in words(line.partition(":")[0]) if len(word) > 5)
