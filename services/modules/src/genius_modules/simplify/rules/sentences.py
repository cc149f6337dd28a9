# SPDX-License-Identifier: EUPL-1.2
"""Rules about a whole sentence: length, clauses, passive, nominal style, lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genius_common.text import Span
from genius_modules.simplify.findings import Finding, Level, Sentence
from genius_modules.simplify.words import Word

MOST_WORDS = {"einfach": 15, "leicht": 10}
_MOST_CLAUSES = {"einfach": 2, "leicht": 1}
_MOST_NOMINAL = {"einfach": 3, "leicht": 2}
_CONJUNCTIONS = (
    "weil|dass|wenn|obwohl|damit|sofern|soweit|solange|sobald|nachdem|bevor|indem|falls|ob|während|sodass|"
    "insbesondere|wobei|wodurch|weshalb|aber|denn|sondern|und|oder|sowie"
)
# Where a sentence may be cut: the place behind the comma, before the word.
_CUT = re.compile(
    rf"[,;]\s(?P<word>{_CONJUNCTIONS})(?!\w)|\s(?P<and>und|sowie|oder)\s(?=(?:ist|sind|wird|werden|hat|haben|kann|muss|die|der|das|er|sie|es)\s)"
)
_SUB = re.compile(
    r"(?:(?<=,\s)|^)(?:weil|dass|wenn|obwohl|damit|sofern|soweit|solange|sobald|nachdem|bevor|indem|falls|ob|sodass|"
    r"wobei|wodurch|weshalb|(?:in |auf |für |mit |von |zu |aus |nach )?(?:der|die|das|dem|den|dessen|deren|denen|"
    r"welche[rmns]?|was|wer|wo|wie)(?=\s(?!(?:\w+\s)?(?:und|oder)\s)))(?!\w)",
    re.IGNORECASE,
)
_RELATIVE = frozenset(("der", "die", "das", "dem", "den", "dessen", "deren", "denen"))
_BECOME = frozenset(("wird", "werden", "wirst", "werde", "wurde", "wurden", "wurdest", "worden"))
_PARTICIPLE = re.compile(
    r"(?:\w{0,14}ge\w{2,20}(?:t|en)|\w{0,8}(?:be|ver|er|ent|zer|emp|miss|über|unter|wider|hinter)(?:\w{2,20}(?:[^eiouaä]|[dtmn]e|ie)|\w{1,20}[ea]u)t|\w{3,24}(?:iert|igt|elt|ert))"
)
# Strong participles without "ge", other than their infinitives.
_STRONG = re.compile(
    r"\w{0,10}(?:beschlossen|entschieden|erhoben|verboten|verwiesen|bewiesen|unterschrieben|beschrieben|verschoben|erwogen|"
    r"verglichen|gesprochen|versprochen|entnommen|übernommen|vernommen|unternommen|betroffen|geschlossen|erteilt|"
    r"überwiesen|erwiesen|entzogen|bezogen|vollzogen|unterzogen|verliehen|verloren|erworben|beworben|verstanden|benannt)"
)
# As well infinitives: passive only with "worden" or "wurde".
_EITHER = re.compile(
    r"\w{0,8}(?:erlassen|erhalten|vergeben|verlassen|behalten|enthalten|überlassen|entlassen|gehalten|vorbehalten)"
)
# Adjectives that look like participles: "wird bekannt" tells what becomes, not what is done.
_ADJECTIVES = frozenset(
    ("bekannt", "unbekannt", "berühmt", "beliebt", "gerecht", "bewusst", "beredt", "verrückt", "verliebt")
)
_MODAL = frozenset(
    ("werden", "worden", "können", "müssen", "sollen", "dürfen", "wollen", "wird", "kann", "muss", "soll", "darf")
)
_TO_BE = frozenset(("ist", "sind", "war", "waren", "sei", "seien"))
_TO_HAVE = frozenset(("hat", "haben", "habe", "hatte", "hatten"))
_TO_INFINITIVE = re.compile(
    r"(?:ab|an|auf|aus|bei|dar|durch|ein|fest|her|hin|mit|nach|nieder|vor|weg|weiter|wieder|zu|zurück|zusammen)zu\w{3,20}e?n"
)
# "zu klein" and "zu offen" are none.
_INFINITIVE = re.compile(r"(?!offen|selten|trocken|eben|wenigen|vielen)[a-zäöüß]{2,24}(?:en|ern|eln|tun|sein)")
_NOMINAL = re.compile(r"\w{3,40}(?:ung|heit|keit|nahme|ion|ität|ungen|heiten|keiten|ionen|nis|nisse)")


def length(sentence: Sentence, level: Level) -> Iterator[Finding]:
    count, most = len(sentence.words), MOST_WORDS[level]
    if count <= most:
        return
    cut = _cut(sentence)
    yield sentence.finding(
        "sentence_length",
        "must",
        None,
        f"Der Satz hat {count} Wörter. Höchstens {most} sind gut lesbar.",
        f"Teilen Sie den Satz, zum Beispiel vor „{cut}“." if cut else "Machen Sie zwei oder mehr Sätze daraus.",
    )


def _cut(sentence: Sentence) -> str | None:
    """The word nearest to the middle before which the sentence can be cut."""
    body = sentence.span.of(sentence.text)
    found = [(abs(len(body) / 2 - match.start()), match["word"] or match["and"]) for match in _CUT.finditer(body)]
    return min(found)[1] if found else None


def clauses(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """Subordinate clauses: one thought a sentence."""
    body = sentence.span.of(sentence.text)
    found = [match for match in _SUB.finditer(body) if match.start() or match.group().lower() not in _RELATIVE]
    if len(found) < _MOST_CLAUSES[level]:
        return
    many = "einen Nebensatz" if len(found) == 1 else f"{len(found)} Nebensätze"
    place = Span(sentence.span.start + found[0].start(), sentence.span.start + found[0].end())
    yield sentence.finding(
        "clauses",
        "should" if level == "einfach" else "must",
        place,
        f"Der Satz hat {many}.",
        "Sagen Sie in jedem Satz nur eine Sache.",
    )


def passive(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """`wird bewilligt`, and `ist vorzulegen`, which does not say who has to."""
    for place, word in enumerate(sentence.words):
        if word.lower in _BECOME:
            verb = _participle(sentence.words, place)
            if verb:
                yield _passive(sentence, level, word, verb)
        elif word.lower in _TO_BE:
            verb = _to_infinitive(sentence.words, place)
            if verb:
                yield sentence.finding(
                    "passive",
                    "must" if level == "leicht" else "should",
                    Span(min(word.span.start, verb.span.start), max(word.span.end, verb.span.end)),
                    f"„{word.text} … {verb.text}“ sagt nicht, wer etwas tun muss.",
                    "Schreiben Sie, wer es tun muss: „Sie müssen …“ oder „Das Amt muss …“.",
                )
        elif word.lower in _TO_HAVE:
            verb = next((one for one in sentence.words[place + 1 :] if _TO_INFINITIVE.fullmatch(one.text)), None)
            if verb:
                yield sentence.finding(
                    "passive",
                    "should",
                    Span(word.span.start, verb.span.end),
                    f"„{word.text} … {verb.text}“ heißt „müssen“.",
                    "Schreiben Sie „muss“ oder „müssen“.",
                )


def _participle(words: tuple[Word, ...], place: int) -> Word | None:
    past = words[place].lower in ("wurde", "wurden", "worden")
    around = [*reversed(words[max(0, place - 3) : place]), *words[place + 1 :]]
    for other in around:
        text = other.text
        if text in _ADJECTIVES or (not past and _leads_to_verb(words, other)):
            continue
        if text in ("geben", "gegen", "gern", "gut", "genommen") and text != "genommen":
            continue
        if text[0].islower() and (
            _PARTICIPLE.fullmatch(text) or _STRONG.fullmatch(text) or (past and _EITHER.fullmatch(text))
        ):
            return other if _not_infinitive(other, past) else None
    return None


def _leads_to_verb(words: tuple[Word, ...], word: Word) -> bool:
    """Whether a verb follows at once, so that the future is told: `wird verspätet ankommen`, `wird berichtet haben`."""
    following = words[words.index(word) + 1 :][:1]
    return any(
        next_.text[0].islower()
        and next_.text not in _MODAL
        and not _PARTICIPLE.fullmatch(next_.text)
        and not _TO_INFINITIVE.fullmatch(next_.text)
        and _INFINITIVE.fullmatch(next_.text) is not None
        for next_ in following
    )


def _not_infinitive(word: Word, past: bool) -> bool:
    """`genehmigen` and `gewinnen` look like participles; "wird gewinnen" is a future."""
    return past or word.text not in _INFINITIVES


_INFINITIVES = frozenset(
    re.split(
        r"\s+",
        "geben gehen gehören gelten gelingen genießen genügen geschehen gestalten gestatten gewähren gewinnen gewöhnen "
        "genehmigen gefallen gefährden gebrauchen gedenken gelangen ergeben vergehen begehen zugehen eingehen ausgehen "
        "angeben ausgeben abgeben zurückgeben weitergeben bekanntgeben umgehen vorgehen nachgehen angehören "
        "vergessen",
    )
)


def _passive(sentence: Sentence, level: Level, word: Word, verb: Word) -> Finding:
    start, end = min(word.span.start, verb.span.start), max(word.span.end, verb.span.end)
    return sentence.finding(
        "passive",
        "must" if level == "leicht" else "should",
        Span(start, end),
        f"Passiv: „{word.text} … {verb.text}“."
        if word.span.start < verb.span.start
        else f"Passiv: „{verb.text} {word.text}“.",
        "Sagen Sie, wer etwas tut: „Das Amt …“, „Wir …“ oder „Sie …“.",
    )


def _to_infinitive(words: tuple[Word, ...], place: int) -> Word | None:
    for at in range(place + 1, len(words)):
        word = words[at]
        if word.text[0].islower() and _TO_INFINITIVE.fullmatch(word.lower):
            return word
        following = words[at + 1].text if at + 1 < len(words) else ""
        if word.lower == "zu" and _INFINITIVE.fullmatch(following):
            return words[at + 1]
    before = words[max(0, place - 2) : place]
    joined = [word for word in before if word.text[0].islower() and _TO_INFINITIVE.fullmatch(word.lower)]
    pair = len(before) == 2 and before[0].lower == "zu" and _INFINITIVE.fullmatch(before[1].text)
    return joined[-1] if joined else before[1] if pair else None


def nominal_style(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """Nouns made of verbs: `Durchführung der Überprüfung`."""
    found = [word for word in sentence.words if word.is_capital and _NOMINAL.fullmatch(word.lower)]
    if len(found) < _MOST_NOMINAL[level]:
        return
    named = ", ".join(f"„{word.text}“" for word in found[:4])
    yield sentence.finding(
        "nominal_style",
        "should",
        found[0].span,
        f"Viele Hauptwörter, die eigentlich Verben sind: {named}.",
        "Nehmen Sie das Verb: „prüfen“ statt „Prüfung durchführen“.",
    )


def enumeration(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """More than three things in a row belong into a list (BITV 2.0, Anlage 2 Teil 2, Nr. 7)."""
    body = sentence.span.of(sentence.text)
    found = re.search(r"(?:[^,;:.\n]{2,40},\s){2,12}[^,;:.\n]{2,40}\s(?:und|oder|sowie)\s", body)
    if found and found.group().count(",") >= 2 and not _SUB.search(found.group()):
        place = Span(sentence.span.start + found.start(), sentence.span.start + found.end())
        yield sentence.finding(
            "list", "should", place, "Eine lange Aufzählung im Satz.", "Machen Sie eine Liste mit Punkten daraus."
        )
