# SPDX-License-Identifier: EUPL-1.2
"""Numbers of German texts in one normal form: digits, words, scales ("Mio."), and what they measure.

`1.200,00`, `1 200` and `1200` are `1200`; `zwölf` is `12`; `1,2 Mio.` is `1200000`. Shares are percentages: `die
Hälfte` is `50`. Periods follow §§ 188, 189 BGB: a year is twelve months, half a year six, a week seven days; a month
is no number of days, and working days are no days.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction

_WORDS = re.split(
    r"\s+",
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn zwanzig",
)
_SMALL = {word: number for number, word in enumerate(_WORDS)} | {"eins": 1}
_TENS = {
    "zwanzig": 20, "dreißig": 30, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70,
    "achtzig": 80, "neunzig": 90,
}  # fmt: skip
_MIXED = {"anderthalb": "1.5", "eineinhalb": "1.5", "zweieinhalb": "2.5", "dreieinhalb": "3.5", "viereinhalb": "4.5"}
_UNDER_HUNDRED = (
    rf"(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(?:{'|'.join(_TENS)})"
    rf"|{'|'.join(sorted(_TENS.keys() | _SMALL.keys() - {'null'}, key=len, reverse=True))})"
)
_UNDER_THOUSAND = (
    rf"(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn)?hundert(?:und)?{_UNDER_HUNDRED}?"
    rf"|{_UNDER_HUNDRED})"
)
_SPELT = re.compile(rf"(?:(?P<thousands>{_UNDER_THOUSAND}?)(?P<thousand>tausend)(?:und)?)?(?P<rest>{_UNDER_THOUSAND})?")
_HUNDREDS = re.compile(r"(?P<count>\w*?)hundert(?:und)?(?P<rest>\w*)")

DIGITS = r"[0-9]{1,3}(?:[. ][0-9]{3}){1,12}(?![0-9])(?:,[0-9]{1,9})?|[0-9]{1,40}(?:,[0-9]{1,9})?"
# "ein" alone is an article; only a unit or scale after it makes it a number.
_WORD = (
    rf"(?:{'|'.join(_MIXED)}|(?:{_UNDER_THOUSAND})?tausend(?:und)?(?:{_UNDER_THOUSAND})?"
    rf"|(?!eins?(?![a-zäöüß])){_UNDER_THOUSAND})"
)
WORD = rf"{_WORD}(?![a-zäöüß])"
SCALE = r"(?:Mio\.?|Millionen|Million|Mrd\.?|Milliarden|Milliarde|Tsd\.?|Tausend)(?![a-zäöüß])"
_SCALES = {"milliarde": Decimal(10**9), "mrd": Decimal(10**9), "mi": Decimal(10**6), "t": Decimal(1000)}
_PARTS = {
    "hälfte": 2, "drittel": 3, "viertel": 4, "fünftel": 5, "sechstel": 6, "siebtel": 7, "achtel": 8, "neuntel": 9,
    "zehntel": 10,
}  # fmt: skip
PART = "|".join(part for part in _PARTS if part != "hälfte")
ORDINAL = (
    r"(?:erst|zweit|dritt|viert|fünft|sechst|siebt|siebent|acht|neunt|zehnt|elft|zwölft|dreizehnt|vierzehnt|fünfzehnt|"
    r"sechzehnt|siebzehnt|achtzehnt|neunzehnt|(?:[a-zäöüß]{3,8}und)?(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig)st)"
)
_ORDINALS = {"erst": 1, "dritt": 3, "siebt": 7, "siebent": 7, "acht": 8}
_UNITS = {
    "jahr": ("monat", 12), "jähr": ("monat", 12), "monat": ("monat", 1), "quartal": ("monat", 3),
    "woche": ("tag", 7), "wöch": ("tag", 7), "tag": ("tag", 1), "täg": ("tag", 1),
    "stunde": ("stunde", 1), "stünd": ("stunde", 1), "minute": ("minute", 1), "minüt": ("minute", 1),
}  # fmt: skip
UNIT = (
    r"(?:kalender|lebens|schul|werk|arbeits|wohn)?(?:jahr|monat|woche|tag|stunde|minute)(?:e[nrs]?|n|s)?(?![a-zäöüß])"
)
MEASURE = (
    r"(?:m²|m2|qm|Quadratmetern?|m³|m3|Kubikmetern?|km/h|Stundenkilometern?|km²|km|Kilometern?|cm|Zentimetern?|mm|"
    r"Millimetern?|Metern?|m|ha|Hektar|kWh|Kilowattstunden?|kW|Kilowatt|MW|Megawatt|kg|Kilogramm|Gramm|g|Tonnen?|t|"
    r"Litern?|l|dB\(A\)|dB|Dezibel|°\s?C|Grad(?:\sCelsius)?)(?![\wäöüß²³])"
)
_MEASURES = {
    "m2": "m²", "qm": "m²", "quadratmeter": "m²", "m3": "m³", "kubikmeter": "m³", "stundenkilometer": "km/h",
    "kilometer": "km", "zentimeter": "cm", "millimeter": "mm", "meter": "m", "hektar": "ha", "kilowattstunde": "kwh",
    "kilowatt": "kw", "megawatt": "mw", "kilogramm": "kg", "gramm": "g", "tonne": "t", "liter": "l", "dezibel": "db",
    "db(a)": "db", "gradcelsius": "°c", "grad": "°c",
}  # fmt: skip
# Written in the first as often as in the second; areas and volumes are not.
_LENGTHS = {"km": ("m", Fraction(1000)), "cm": ("m", Fraction(1, 100)), "mm": ("m", Fraction(1, 1000))}
# "14-tägig", "zwölfmonatige", "Dreimonatsfrist": the number and what it counts in one word.
ONE_WORD = (
    rf"(?P<count>[0-9]{{1,4}}-|eine?-?|{_WORD}-?)"
    r"(?P<unit>(?:jähr|monat|wöch|täg|stünd|minüt)ig(?:e[mnrs]?)?(?![a-zäöüß])|(?:jahres|monats|wochen|tages)-?frist(?:en)?)"
)


def normal_number(raw: str) -> str:
    """The normal form of a number in digits or words, with or without a scale; `raw` itself where it is none."""
    text = raw.strip().replace("\u00a0", " ").replace("\u202f", " ")
    factor = Decimal(1)
    if scaled := re.search(rf"\s*({SCALE})$", text, re.IGNORECASE):
        rest = text[: scaled.start()].strip()
        if rest:
            text, factor = rest, _scale(scaled.group(1))
    value = _value(text)
    return raw if value is None else _plain(value * factor)


def _scale(word: str) -> Decimal:
    lower = word.lower()
    return next(factor for start, factor in _SCALES.items() if lower.startswith(start))


def _value(text: str) -> Decimal | None:
    lower = text.lower()
    if lower[:1].isdigit():
        try:
            return Decimal(re.sub(r"[. ](?=[0-9]{3}(?:[^0-9]|$))", "", lower).replace(",", "."))
        except InvalidOperation:
            return None
    if lower in _MIXED:
        return Decimal(_MIXED[lower])
    if lower.startswith("ein") and lower[3:] in {"e", "er", "es", "en", "em"}:
        return Decimal(1)
    found = _SPELT.fullmatch(lower)
    if not lower or found is None:
        return None
    thousands = (_below_thousand(found["thousands"] or "ein") if found["thousand"] else 0) or 0
    return Decimal(thousands * 1000 + (_below_thousand(found["rest"]) if found["rest"] else 0))


def _below_thousand(word: str) -> int:
    hundreds = _HUNDREDS.fullmatch(word)
    if hundreds:
        count = _below_hundred(hundreds["count"]) if hundreds["count"] else 1
        return count * 100 + (_below_hundred(hundreds["rest"]) if hundreds["rest"] else 0)
    return _below_hundred(word)


def _below_hundred(word: str) -> int:
    if word in _SMALL:
        return _SMALL[word]
    if word in _TENS:
        return _TENS[word]
    ones, _, tens = word.partition("und")
    return _SMALL.get(ones, 0) + _TENS.get(tens, 0)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def ordinal(word: str) -> str | None:
    """`dritten` → `3`; None where it is no ordinal."""
    base = re.sub(r"(?:e|em|en|er|es)$", "", word.lower())
    if base in _ORDINALS:
        return str(_ORDINALS[base])
    value = _value(base.removesuffix("st") if base.endswith("gst") else base.removesuffix("t"))
    return None if value is None else _plain(value)


def share(count: str, part: str) -> str:
    """`zwei`, `Drittel` → `200/3`, in percent; a whole percentage as such: `ein`, `Viertel` → `25`."""
    value = _value(count)
    percent = Fraction(int(value if value is not None else 1) * 100, _PARTS[part.lower().removesuffix("n")])
    return as_percent(percent)


def as_percent(percent: Fraction) -> str:
    """Exact where it has an end as a decimal number, else the fraction."""
    exact = Decimal(percent.numerator) / Decimal(percent.denominator)
    return _plain(exact) if Fraction(exact) == percent else str(percent)


def period(count: str, unit: str) -> str:
    """`zwölf`, `Monate` → `12 monat`; `ein`, `Jahr` → `12 monat`; `zwei`, `Wochen` → `14 tag`.

    Working days, calendar years and years of life are units of their own, since a period of them is another one.
    """
    lower = unit.lower()
    own = next((kind for kind in ("werktag", "arbeitstag", "lebensjahr", "schuljahr") if lower.startswith(kind)), None)
    number = normal_number(count)
    if own:
        return f"{number} {own}"
    stem = next(stem for stem in _UNITS if stem in lower)
    name, factor = _UNITS[stem]
    try:
        return f"{_plain(Decimal(number) * factor)} {name}"
    except InvalidOperation:
        return f"{number} {name}"


def measure(count: str, unit: str) -> str:
    """`65`, `Quadratmetern` → `65 m²`; `2,5`, `km` → `2500 m`."""
    lower = re.sub(r"\s", "", unit.lower())
    lower = lower if lower in _MEASURES else re.sub(r"(?<=er)n$|(?<=[nd]e)n$", "", lower)
    value, name = normal_number(count), _MEASURES.get(lower, lower)
    if name in _LENGTHS and re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", value):
        name, factor = _LENGTHS[name]
        value = times(value, factor)
    return f"{value} {name}"


def times(value: str, factor: int | Fraction) -> str:
    """`50` and 1/100 → `0.5`."""
    product = Fraction(value) * factor
    return as_percent(product)
