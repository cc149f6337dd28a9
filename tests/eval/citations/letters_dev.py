# SPDX-License-Identifier: EUPL-1.2
"""Kinds of letters for tuning."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from tests.eval.citations.letters import Letter, day, money, names
from tests.eval.citations.values import (
    Area,
    Bound,
    Count,
    Day,
    FileNumber,
    Law,
    Length,
    Money,
    Ordinal,
    Percent,
    Period,
    Range,
)


def _housing(rng: random.Random) -> Mapping[str, object]:
    a, b = names(rng)
    start = rng.randint(1, 6)
    return {
        "a": a,
        "b": b,
        "wa": money(rng, 100, 480),
        "wb": money(rng, 500, 890),
        "miete": money(rng, 900, 1900),
        "heiz": money(rng, 40, 95),
        "antrag": day(rng, 2024),
        "von": Day(rng, dt.date(2025, start, 1)),
        "bis": Day(rng, dt.date(2025, start + 5, 28)),
        "dauer": Period(rng, rng.choice((6, 12, 18)), "Monat"),
        "para": Law(rng, "25", 1, 1, 0, "WoGG"),
        "mit": Law(rng, "67", 3, 0, 0, "SGB X"),
        "frist": Period(rng, rng.choice((2, 3, 4)), "Woche"),
        "personen": Count(rng, rng.randint(2, 6)),
        "az": FileNumber(rng, f"WG-2025/{rng.randint(1000, 9999)}"),
        "flaeche": Area(rng, rng.randint(45, 98)),
        "anteil": Percent(rng, rng.choice((1500, 1250, 4000, 3350))),
        "grenze": Bound(rng, True, money(rng, 2000, 3000)),
    }


def _fine(rng: random.Random) -> Mapping[str, object]:
    a, b = names(rng)
    return {
        "a": a,
        "b": b,
        "ba": money(rng, 150, 480),
        "bb": money(rng, 500, 980),
        "geb": Money(rng, rng.randint(20, 35) * 100 + 50),
        "ausl": Money(rng, 350),
        "tag": day(rng),
        "frist": Period(rng, 2, "Woche"),
        "az": FileNumber(rng, f"50.1-OW-{rng.randint(10000, 99999)}/25"),
        "para": Law(rng, "105", 1, 0, 0, "OWiG"),
        "tat": Law(rng, "144", 2, 0, 1, "GewO"),
        "rahmen": Range(rng, 100, rng.choice((1000, 5000))),
        "mahn": Ordinal(rng, rng.randint(2, 4)),
        "monate": Period(rng, rng.randint(2, 5), "Monat"),
        "zeugen": Count(rng, rng.randint(2, 9)),
    }


def _purchase(rng: random.Random) -> Mapping[str, object]:
    first, second = rng.sample(("Nordlicht", "Elbtal", "Rheingau", "Havelland", "Taunus"), 2)
    return {
        "a": f"Firma {first} GmbH",
        "b": f"Firma {second} AG",
        "pa": money(rng, 10000, 49000),
        "pb": money(rng, 50000, 98000),
        "rabatt": Percent(rng, rng.choice((200, 300, 250))),
        "ust": Percent(rng, 1900),
        "geraete": Count(rng, rng.randint(12, 48)),
        "gewaehr": Period(rng, rng.choice((24, 36)), "Monat"),
        "liefer": Period(rng, rng.choice((4, 6, 8)), "Woche"),
        "tag": day(rng),
        "frist": day(rng, 2026),
        "para": Law(rng, "8", 4, 0, 9, "UVgO"),
        "wert": Bound(rng, True, money(rng, 100000, 200000)),
        "kabel": Length(rng, rng.randint(120, 950)),
        "los": Ordinal(rng, 2),
    }


DEV = (
    Letter(
        "housing benefit",
        _housing,
        (
            "Wohngeldbescheid\nAktenzeichen: {az}\n\nSehr geehrte Damen und Herren,\n\n"
            "auf den Antrag vom {antrag} ergeht folgende Entscheidung.",
            "{a} erhält ein Wohngeld von {wa} im Monat.",
            "{b} erhält ein Wohngeld von {wb} im Monat.",
            "Die Bewilligung gilt vom {von} bis zum {bis}.",
            "Wohngeld wird nach {para} für {dauer} bewilligt.",
            "Der Berechnung liegen eine Miete von {miete} und Heizkosten von {heiz} zugrunde.",
            "Zum Haushalt gehören {personen} Personen, die Wohnung hat eine Fläche von {flaeche}.",
            "Das Gesamteinkommen darf {grenze} betragen.",
            "Ändert sich die Miete um mehr als {anteil}, ist das binnen {frist:d} mitzuteilen ({mit}).",
        ),
        (
            "Der Antrag wurde am {antrag} gestellt und trägt das Aktenzeichen {az}.",
            "Bewilligt wird das Wohngeld ab dem {von}.",
            "Die Bewilligung endet am {bis}.",
            "Nach {para} beträgt die Dauer der Bewilligung {dauer}.",
            "Bei der Berechnung wurde eine Miete von {miete} berücksichtigt.",
            "Die Heizkosten betragen {heiz}, die Miete beläuft sich auf {miete}.",
            "Im Haushalt leben {personen} Personen.",
            "Die Wohnung ist {flaeche} groß.",
            "{a} bekommt {wa} Wohngeld.",
            "Das Wohngeld von {b} beträgt monatlich {wb}.",
            "Eine Änderung der Miete um über {anteil} muss innerhalb von {frist:d} mitgeteilt werden.",
            "Die Pflicht zur Mitteilung von Änderungen der Miete ergibt sich aus {mit}.",
            "Für das Gesamteinkommen gilt: {grenze}.",
            "{a} hat Anspruch auf {wa}, weil die Miete {miete} beträgt und {personen} Personen zum Haushalt gehören.",
        ),
        (
            ("{a} erhält {wa}, {b} erhält {wb}.", "wa", "wb"),
            ("Das Wohngeld beträgt {wa} für {a} und {wb} für {b}.", "wa", "wb"),
            ("Die Miete beträgt {miete} und die Heizkosten {heiz}.", "miete", "heiz"),
            ("{b} bekommt ein Wohngeld von {wb}.", "wb", "wa"),
        ),
    ),
    Letter(
        "fine",
        _fine,
        (
            "Bußgeldbescheid, Az. {az}\n\n"
            "Gegen {a} wird eine Geldbuße von {ba} festgesetzt, gegen {b} eine Geldbuße von {bb}.",
            "Die Gebühr beträgt {geb}, die Auslagen betragen {ausl}.",
            "Die Ordnungswidrigkeit wurde am {tag} begangen.",
            "Rechtsgrundlage der Ahndung ist {tat}.",
            "Der Rahmen reicht von {rahmen}.",
            "Die Kosten folgen aus {para}.",
            "Gegen diesen Bescheid kann binnen {frist:d} nach Zustellung Einspruch eingelegt werden.",
            "Die {mahn} Mahnung blieb ohne Antwort.",
            "Der Führerschein ist für {monate} abzugeben.",
            "Es wurden {zeugen} Zeugen gehört.",
        ),
        (
            "Die Tat geschah am {tag}.",
            "Das Verfahren wird unter dem Aktenzeichen {az} geführt.",
            "Einspruch ist innerhalb von {frist:d} möglich.",
            "Auf die {mahn} Mahnung gab es keine Antwort.",
            "Die Ahndung stützt sich auf {tat}.",
            "Über die Kosten wurde nach {para} entschieden.",
            "{a} muss eine Geldbuße von {ba} zahlen.",
            "Die Geldbuße gegen {b} beträgt {bb}.",
            "Geldbußen zwischen {rahmen:b} waren im Rahmen möglich.",
            "Zu zahlen sind eine Gebühr von {geb} und Auslagen von {ausl}.",
            "Die Abgabe des Führerscheins dauert {monate}.",
            "Gehört wurden {zeugen} Zeugen zu der Ordnungswidrigkeit vom {tag}.",
        ),
        (
            ("{a} zahlt eine Geldbuße von {ba}, {b} eine von {bb}.", "ba", "bb"),
            ("Gebühr: {geb}, Auslagen: {ausl}.", "geb", "ausl"),
            ("Gegen {a} wurde eine Geldbuße von {ba} festgesetzt.", "ba", "bb"),
        ),
    ),
    Letter(
        "purchase",
        _purchase,
        (
            "Vermerk zur Vergabe\n\nBeschafft werden {geraete} Geräte und {kabel} Kabel für das {los} Los.",
            "Die {a} bietet {pa} an.",
            "Die {b} bietet {pb} an.",
            "Der Nachlass der {a} liegt bei {rabatt}, die Umsatzsteuer bei {ust}.",
            "Die Gewährleistung läuft {gewaehr}, die Lieferzeit {liefer}.",
            "Die Angebote wurden am {tag} geöffnet; die Bindefrist endet am {frist}.",
            "Die Wahl der Verhandlungsvergabe beruht auf {para}.",
            "Der geschätzte Auftragswert liegt bei {wert}.",
        ),
        (
            "Geöffnet wurden die Angebote am {tag}.",
            "Bis zum {frist} sind die Bieter gebunden, dann endet die Bindefrist.",
            "Es sollen {geraete} Geräte beschafft werden.",
            "Benötigt werden {kabel} Kabel.",
            "Die Verhandlungsvergabe ist auf {para} gestützt.",
            "Geliefert wird nach einer Lieferzeit von {liefer:d}.",
            "Die Gewährleistung dauert {gewaehr}.",
            "Die {a} hat ein Angebot über {pa} abgegeben.",
            "Das Angebot der {b} beträgt {pb}.",
            "Die Umsatzsteuer beträgt {ust}.",
            "Die {a} gewährt einen Nachlass von {rabatt}.",
            "Der Auftragswert wurde auf {wert} geschätzt.",
            "Die Geräte gehören zum {los:d} Los.",
        ),
        (
            ("Die {a} bietet {pa}, die {b} hingegen {pb}.", "pa", "pb"),
            ("Der Nachlass liegt bei {rabatt}, die Umsatzsteuer bei {ust}.", "rabatt", "ust"),
            ("Die Lieferzeit beträgt {liefer} und die Gewährleistung {gewaehr}.", "liefer", "gewaehr"),
        ),
    ),
)
