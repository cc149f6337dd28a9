# SPDX-License-Identifier: EUPL-1.2
"""Kinds of letters that are only counted: nobody looks at what came out for them."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.eval.citations.letters import Letter, day, money, names
from tests.eval.citations.values import (
    Area,
    Bound,
    Count,
    FileNumber,
    Law,
    Length,
    Money,
    Ordinal,
    Percent,
    Period,
    Range,
)


def _building(rng: random.Random) -> Mapping[str, object]:
    a, b = names(rng)
    return {
        "a": a,
        "b": b,
        "ga": money(rng, 300, 900),
        "gb": money(rng, 1000, 2900),
        "tag": day(rng),
        "az": FileNumber(rng, f"63/{rng.randint(100, 999)}-B-25"),
        "para": Law(rng, "34", 1, 1, 0, "BauGB"),
        "nachbar": Law(rng, "31", 2, 0, 2, "BauGB"),
        "frist": Period(rng, 1 + rng.randint(1, 3), "Jahr"),
        "flaeche": Area(rng, rng.randint(90, 240)),
        "hoehe": Length(rng, rng.randint(6, 12)),
        "plaetze": Count(rng, rng.randint(2, 6)),
        "anteil": Percent(rng, rng.choice((4000, 3000, 2500))),
        "abstand": Bound(rng, False, Length(rng, 3)),
        "klage": Law(rng, "74", 1, 1, 0, "VwGO"),
        "monate": Period(rng, rng.randint(2, 3), "Monat"),
    }


def _council(rng: random.Random) -> Mapping[str, object]:
    a, b = names(rng)
    return {
        "a": a,
        "b": b,
        "za": money(rng, 1000, 4500),
        "zb": money(rng, 5000, 9800),
        "tag": day(rng),
        "naechste": day(rng, 2026),
        "ja": Count(rng, rng.randint(12, 19)),
        "nein": Count(rng, rng.randint(2, 9)),
        "haushalt": money(rng, 200000, 900000),
        "hebesatz": Percent(rng, rng.choice((38000, 41500, 45000))),
        "para": Law(rng, "28", 2, 0, 0, "VwVfG"),
        "lesung": Ordinal(rng, 2),
        "dauer": Period(rng, rng.randint(3, 5), "Jahr"),
        "rahmen": Range(rng, 500, 2500),
    }


def _arrears(rng: random.Random) -> Mapping[str, object]:
    a, b = names(rng)
    return {
        "a": a,
        "b": b,
        "sa": money(rng, 200, 900),
        "sb": money(rng, 1000, 4900),
        "saeumnis": Money(rng, rng.randint(10, 60) * 100 + 50),
        "zins": Percent(rng, rng.choice((100, 50, 150))),
        "faellig": day(rng, 2024),
        "tag": day(rng),
        "az": FileNumber(rng, f"{rng.randint(2, 9)} M {rng.randint(100, 999)}/25"),
        "para": Law(rng, "240", 1, 1, 0, "AO"),
        "stundung": Law(rng, "222", 0, 1, 0, "AO"),
        "raten": Count(rng, rng.randint(3, 12)),
        "rate": money(rng, 50, 190),
        "frist": Period(rng, rng.choice((2, 3)), "Woche"),
        "mahn": Ordinal(rng, 3),
        "grenze": Bound(rng, False, money(rng, 20, 50)),
    }


BLIND = (
    Letter(
        "building permit",
        _building,
        (
            "Baugenehmigung {az}\n\nAuf Antrag von {a} vom {tag} wird das Vorhaben genehmigt.",
            "Die Gebühr für {a} beträgt {ga}.",
            "Der Nachbar {b} hat für sein Vorhaben eine Gebühr von {gb} entrichtet.",
            "Das Vorhaben ist nach {para} zulässig; eine Befreiung nach {nachbar} wurde erteilt.",
            "Die Genehmigung erlischt, wenn nicht innerhalb von {frist:d} mit dem Bau begonnen wird.",
            "Das Gebäude hat eine Grundfläche von {flaeche} und eine Höhe von {hoehe}.",
            "Es sind {plaetze} Stellplätze nachzuweisen.",
            "{anteil} des Grundstücks sind zu begrünen.",
            "Der Abstand zur Grenze muss {abstand} betragen.",
            "Die Klage ist nach {klage} zu erheben. Über einen Widerspruch wird in {monate:d} entschieden.",
        ),
        (
            "{a} hat den Antrag am {tag} gestellt.",
            "Das Aktenzeichen der Baugenehmigung lautet {az}.",
            "Die Zulässigkeit des Vorhabens folgt aus {para}.",
            "Erteilt wurde eine Befreiung auf der Grundlage von {nachbar}.",
            "Mit dem Bau ist binnen {frist:d} zu beginnen, sonst erlischt die Genehmigung.",
            "Die Grundfläche beträgt {flaeche}.",
            "Das Gebäude ist {hoehe} hoch.",
            "Nachzuweisen sind {plaetze} Stellplätze.",
            "Zu begrünen sind {anteil} des Grundstücks.",
            "Zur Grenze ist ein Abstand von {abstand} einzuhalten.",
            "Für die Klage gilt {klage}.",
            "Von {a} wird eine Gebühr von {ga} erhoben.",
            "Über den Widerspruch wird innerhalb von {monate:d} entschieden.",
        ),
        (
            ("{a} zahlt eine Gebühr von {ga}, {b} eine von {gb}.", "ga", "gb"),
            ("Die Gebühr von {b} lag bei {gb}.", "gb", "ga"),
        ),
    ),
    Letter(
        "council minutes",
        _council,
        (
            "Niederschrift über die Sitzung vom {tag}\n\nDer Rat stimmt mit {ja} Stimmen bei {nein} Gegenstimmen zu.",
            "Die Maßnahme von {a} wird mit {za} gefördert, die von {b} mit {zb}.",
            "Der Haushalt umfasst {haushalt}.",
            "Der Hebesatz steigt auf {hebesatz}.",
            "Die Vorlage wurde in {lesung:d} Lesung beraten.",
            "Von einer Anhörung wurde nach {para} abgesehen.",
            "Die Zweckbindung gilt {dauer}.",
            "Kleine Zuschüsse reichen von {rahmen}.",
            "Die nächste Sitzung findet am {naechste} statt.",
        ),
        (
            "In der Sitzung vom {tag} wurde mit {ja} Stimmen zugestimmt.",
            "Es gab {nein} Gegenstimmen.",
            "Der Umfang des Haushalts beträgt {haushalt}.",
            "Der Hebesatz liegt künftig bei {hebesatz}.",
            "Beraten wurde in {lesung:d} Lesung.",
            "{para} erlaubte es, von der Anhörung abzusehen.",
            "Die Dauer der Zweckbindung beträgt {dauer}.",
            "Zuschüsse liegen zwischen {rahmen:b}.",
            "Am {naechste} ist die nächste Sitzung.",
            "Die Maßnahme von {a} bekommt {za}.",
            "Gefördert wird {b} mit {zb}.",
        ),
        (
            ("{a} erhält für die Maßnahme {za} und {b} {zb}.", "za", "zb"),
            ("Mit {ja} Stimmen und {nein} Gegenstimmen wurde beschlossen.", "ja", "nein"),
            ("Die Maßnahme von {b} wird mit {zb} gefördert.", "zb", "za"),
        ),
    ),
    Letter(
        "arrears",
        _arrears,
        (
            "{mahn} Mahnung, Kassenzeichen: {az}\n\n{a} schuldet {sa}. {b} schuldet {sb}.",
            "Die Forderung war am {faellig} fällig.",
            "Der Säumniszuschlag nach {para} beträgt {saeumnis}, das sind {zins} für jeden Monat.",
            "Eine Stundung nach {stundung} kann in {raten} Raten von je {rate} gewährt werden.",
            "Der Antrag muss binnen {frist:d} eingehen. Dieses Schreiben ist vom {tag}.",
            "Vollstreckt werden Beträge von {grenze}.",
        ),
        (
            "Fällig war die Forderung am {faellig}.",
            "Nach {para} wird ein Säumniszuschlag von {saeumnis} erhoben.",
            "Für jeden Monat fallen {zins} an.",
            "Möglich ist eine Stundung in {raten} Raten.",
            "Die einzelnen Raten betragen {rate}.",
            "Die Stundung richtet sich nach {stundung}.",
            "Innerhalb von {frist:d} muss der Antrag eingehen.",
            "Das Schreiben trägt das Datum {tag}.",
            "Das Kassenzeichen ist {az}.",
            "Die Schuld von {a} beläuft sich auf {sa}.",
            "{b} schuldet insgesamt {sb}.",
            "Beträge von {grenze} werden vollstreckt.",
        ),
        (
            ("{a} schuldet {sa} und {b} {sb}.", "sa", "sb"),
            ("Der Säumniszuschlag beträgt {saeumnis}, die Rate {rate}.", "saeumnis", "rate"),
        ),
    ),
)
