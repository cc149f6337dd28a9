# SPDX-License-Identifier: EUPL-1.2
"""Documents as other senders write them: payslips, certificates, statements, notices; and what must be read of them.

A line with " | " has its cells side by side on the page. The first line in "# " is the title, in larger letters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support import pdf
from tests.support.office import docx, paragraph


@dataclass(frozen=True)
class Paper:
    """`kind` None: no document of the rule set."""

    lines: str
    kind: str | None
    names: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)


PAPERS = {
    "payslip_datev": Paper(
        """
Weberei Nord GmbH, Hafenstr. 4, 20000 Musterhafen
Herrn
Tarik Öztürk
Am Deich 9
20000 Musterhafen
# Abrechnung der Brutto/Netto-Bezüge für Juli 2026
Personal-Nr. 00123 | Geburtsdatum | 03.04.1990
Steuerklasse 3 | Konfession -- | Kinder 1,0
Gesamtbrutto | 2.850,00
Auszahlungsbetrag | 2.011,34
erstellt am 28.07.2026
""",
        "lohnabrechnung",
        ("Tarik Öztürk",),
        {"months": ["2026-07"]},
    ),
    "payslip_month_below": Paper(
        """
# Entgeltabrechnung
Abrechnungsmonat: | 08/2026
Mitarbeiterin: | Wanda Krug-Petersen
Bruttolohn | 1.900,00 €
""",
        "lohnabrechnung",
        ("Wanda Krug-Petersen",),
        {"months": ["2026-08"]},
    ),
    "payslip_public": Paper(
        """
Landesamt für Besoldung (Muster)
# Bezügemitteilung
Zahlmonat September 2026
Beschäftigte Person | Dr. Ilse Mühlbauer
Gesamtbrutto 3.411,20 EUR
""",
        "lohnabrechnung",
        ("Ilse Mühlbauer",),
        {"months": ["2026-09"]},
    ),
    "payslip_period": Paper(
        """
# Verdienstabrechnung
Abrechnungszeitraum 01.07.2026 - 31.07.2026
Name: Bojan Petrović
Auszahlungsbetrag: 1.455,00 EUR
""",
        "lohnabrechnung",
        ("Bojan Petrović",),
        {"months": ["2026-07"]},
    ),
    "minijob_in_payslip": Paper(
        """
# Lohnabrechnung August 2026
Geringfügig entlohnte Beschäftigung
Arbeitnehmer: Uwe Lenz
Auszahlung 520,00 €
""",
        "minijob-abrechnung",
        ("Uwe Lenz",),
        {"months": ["2026-08"]},
    ),
    "employer_certificate": Paper(
        """
# Arbeitgeberbescheinigung
Hiermit wird bescheinigt, dass die unten genannte Person bei uns beschäftigt ist.
Arbeitnehmerin | Rosa Abendroth
Bruttoverdienst Mai 2026 | 2.100,00
Bruttoverdienst Juni 2026 | 2.100,00
Bruttoverdienst Juli 2026 | 2.180,00
Ausstellungsdatum: 03.08.2026
""",
        "verdienstbescheinigung",
        ("Rosa Abendroth",),
        {"months": ["2026-05", "2026-06", "2026-07"], "issued": "2026-08-03"},
    ),
    "rent_certificate": Paper(
        """
# Vermieterbescheinigung
zur Vorlage bei der Wohngeldstelle
Mieterin: | Rosa Abendroth
Anschrift der Wohnung: | Birkenweg 12 a, 40001 Rheinbeispiel
Kaltmiete | 510,00 EUR
Nebenkosten | 140,00 EUR
Miete insgesamt | 650,00 EUR
Rheinbeispiel, den 04.08.2026
Ausstellungsdatum 04.08.2026
""",
        "mietbescheinigung",
        ("Rosa Abendroth",),
        {"issued": "2026-08-04", "rent_cent": 65000},
    ),
    "rent_certificate_title_in_words": Paper(
        """
Hausverwaltung Klee
# Bescheinigung über die Miete
Mieter | Pavel Novák
Wohnung | Lindenallee 7, 40001 Rheinbeispiel
Warmmiete | 712,90 €
Ausgestellt am | 5. August 2026
""",
        "mietbescheinigung",
        ("Pavel Novák",),
        {"issued": "2026-08-05", "rent_cent": 71290},
    ),
    "lease_with_false_friend": Paper(
        """
# Wohnungsmietvertrag
Zwischen Herrn Egon Vermieter (Vermieter)
und Frau Rosa Abendroth (Mieterin) wird folgender Vertrag geschlossen.
Der Vermieter stellt auf Verlangen jederzeit und ohne Kosten für die Mieterin eine
Mietbescheinigung aus, soweit eine Behörde das verlangt
Kaution 1.200,00 EUR
""",
        "mietvertrag",
        ("Rosa Abendroth",),
    ),
    "statement_two_lines": Paper(
        """
Volksbank Musterland
# Kontoauszug Nr. 9/2026
Kontoinhaber: | Uwe Lenz
Datum | Erläuterung | Betrag EUR
03.09.2026 | Überweisung | 700,00 S
Hausverwaltung Klee Miete September
05.09.2026 | Gutschrift Lohn | 1.800,00 H
06.09.2026 | Lastschrift Mietwagen AG | 99,00 S
Neuer Saldo | 1.001,00 H
""",
        "kontoauszug",
        ("Uwe Lenz",),
        {"rent_booking": "2026-09-03"},
    ),
    "statement_without_rent": Paper(
        """
# Umsatzübersicht
Kontoinhaberin Rosa Abendroth
01.09.2026 Dauerauftrag Strom -88,00 €
02.09.2026 Mietwagen -120,00 €
03.09.2026 Gutschrift Rückzahlung Miete 50,00 €
""",
        "kontoauszug",
        ("Rosa Abendroth",),
        {"rent_booking": None},
    ),
    "register": Paper(
        """
Stadt Rheinbeispiel - Einwohnermeldeamt
# Erweiterte Meldebescheinigung
Name | Vorname | Geburtsdatum
Abendroth | Rosa | 01.02.1980
von der Heide | Jan Peter | 11.12.2011
Wohnung: Birkenweg 12 a, 40001 Rheinbeispiel
Ausgestellt am 01.08.2026
""",
        "meldebescheinigung",
        ("Rosa Abendroth", "Jan Peter von der Heide"),
        {"issued": "2026-08-01"},
    ),
    "register_single": Paper(
        """
# Meldebestätigung
Familienname: | Novák
Vorname: | Pavel
Geburtsdatum: | 09.09.1999
Anschrift: | Lindenallee 7, 40001 Rheinbeispiel
Datum: | 02.08.2026
""",
        "meldebescheinigung",
        ("Pavel Novák",),
        {"issued": "2026-08-02"},
    ),
    "pension": Paper(
        """
Deutsche Rentenversicherung (Muster)
Frau
Gerda Holm
# Mitteilung über die Rentenanpassung zum 1. Juli 2026
Bescheid vom 15.06.2026
Zahlbetrag 1.211,00 EUR
""",
        "rentenbescheid",
        ("Gerda Holm",),
        {"issued": "2026-06-15"},
    ),
    "unemployment": Paper(
        """
Agentur für Arbeit Musterland
Herrn
Pavel Novák
# Bewilligung von Arbeitslosengeld
Sehr geehrter Herr Novák,
Bewilligungszeitraum: 01.06.2026 bis 31.05.2027
Leistungsbetrag täglich 41,20 EUR
""",
        "arbeitslosengeldbescheid",
        ("Pavel Novák",),
        {"from": "2026-06-01", "to": "2027-05-31"},
    ),
    "semester": Paper(
        """
# Studienbescheinigung
Wintersemester 2026/27
Studierende: | Aylin Demir
Datum 01.09.2026
""",
        "ausbildungsnachweis",
        ("Aylin Demir",),
        {"from": "2026-10-01", "to": "2027-03-31"},
    ),
    "permit": Paper(
        """
Ausländerbehörde Musterland
# Niederlassungserlaubnis
Name, Vorname | Demir, Aylin
Gültigkeit: unbefristet
""",
        "aufenthaltstitel",
        ("Demir, Aylin",),
        {"unlimited": True},
    ),
    "disabled": Paper(
        """
# Feststellungsbescheid nach dem SGB IX
Name: Gerda Holm
Grad der Behinderung 60, Merkzeichen G
Gültig bis: 31.12.2028
""",
        "schwerbehindertenausweis",
        ("Gerda Holm",),
        {"to": "2028-12-31"},
    ),
    "tax": Paper(
        """
Finanzamt Musterland
# Bescheid für 2025 über Einkommensteuer
und Solidaritätszuschlag
Steuerpflichtiger | Pavel Novák
Festsetzung | 1.200,00 EUR
""",
        "einkommensteuerbescheid",
        ("Pavel Novák",),
        {"year": 2025},
    ),
    "loan": Paper(
        """
# Zins- und Tilgungsbescheinigung 2025
Darlehensnehmer: | Uwe Lenz
Zinsen | 2.100,00 EUR
""",
        "darlehensnachweis",
        ("Uwe Lenz",),
        {"year": 2025},
    ),
    "letter": Paper(
        """
Rosa Abendroth
Sehr geehrte Damen und Herren,
anbei der Mietvertrag. Die Lohnabrechnung reiche ich nach.
Mit freundlichen Grüßen
""",
        "begleitschreiben",
    ),
    "advert": Paper(
        "# Einladung zum Sommerfest\nKaffee und Kuchen im Hof\nBringen Sie Ihre Nachbarn mit, wir freuen uns", None
    ),
}


def as_pdf(paper: Paper) -> bytes:
    lines = []
    for at, line in enumerate(paper.lines.strip().split("\n")):
        title = line.startswith("# ")
        for column, cell in enumerate(line.removeprefix("# ").split(" | ")):
            x, y = 60 + 210 * column, 780 - 24 * at
            lines.append(pdf.Text(cell.encode("cp1252", "ignore").decode("cp1252"), x=x, y=y, size=15 if title else 10))
    return pdf.build(pdf.Page(lines))


def as_docx(paper: Paper) -> bytes:
    blocks: list[str] = []
    for line in paper.lines.strip().split("\n"):
        if line.startswith("# "):
            blocks.append(paragraph(line[2:], style="Heading1"))
        elif " | " in line:
            cells = "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in line.split(" | "))
            row = f"<w:tr>{cells}</w:tr>"
            if blocks and blocks[-1].endswith("</w:tbl>"):
                blocks[-1] = blocks[-1].removesuffix("</w:tbl>") + row + "</w:tbl>"
            else:
                blocks.append(f"<w:tbl>{row}</w:tbl>")
        else:
            blocks.append(paragraph(line))
    return docx(*blocks)
