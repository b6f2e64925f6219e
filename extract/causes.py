"""Causes: what an abstract says brought the illness about, with or without a count.

Comes in: the `Reader` of a record. Goes out: agents with the words that name them ("attributed to X", "X was held
responsible", "X-induced", lists of causes without counts). Figures whose names stand in a list of causes are causes
too. Cues are in `data/causes.toml`. Called by `extract.case_report`, `extract.engine` and `extract.extras`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extract.doses import is_drug
from extract.features import Reader
from extract.negation import asserted
from extract.resources import load
from extract.tokens import Sentence
from extract.wording import clean_name

WORD = re.compile(r"[^\W_](?:[\w'’]|-(?=\w))*")
#: Words of the agent behind a cue, up to a sign or a word that ends a noun phrase.
BEHIND = re.compile(
    r"\s+(?:(?:the|an?|his|her|their|prior|previous|concomitant|concurrent|recent|long-term|prolonged|chronic|ongoing|"
    r"use of|administration of|treatment with|therapy with|exposure to)\s+)*"
    r"(?P<agent>(?!(?:was|were|is|and|or|but|which|that|who|in|of|with|for|to|after|by|as)\b)[^\W_][\w'’-]*"
    r"(?:\s+(?!(?:was|were|is|are|had|has|and|or|but|which|that|who|in|for|to|after|before|by|as|at|on|during|rather|"
    r"because|therapy|treatment|use|without|when|while|since)\b)(?:\([A-Z0-9]+\)|[^\W_][\w'’-]*)){0,4})",
    re.I,
)
#: Kinds of statement, the surest first.
RANK = ("blamed", "strong", "active", "weak", "compound", "title")
#: Those that may stand in the reach of a denial ("not due to X"); the others say themselves that they hold.
DENIABLE = ("strong", "weak", "title")


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause that a sentence states: its name in lower case, its words' characters in the text, how it is said."""

    name: str
    start: int
    end: int
    sentence: Sentence
    how: str


@cache
def _pattern(name: str) -> re.Pattern[str]:
    data = load("causes")
    table, _, part = name.rpartition(".")
    if table:
        return re.compile("|".join(f"(?:{one})" for one in data[table][part]), re.I)
    joined = "|".join(f"(?:{part})" for part in data[name])
    if name in ("agents", "not_illness", "no_cause", "compound"):
        return re.compile(rf"(?:{joined})", re.I)
    return re.compile(rf"\b(?:{joined})", re.I)


@cache
def _cue() -> re.Pattern[str]:
    """Any word without which a text names no cause: most sentences end here."""
    return re.compile(
        r"caus|culprit|respons|attribut|ascrib|imput|induc|associat|relat|trigger|secondary|due to|owing|linked|provok|"
        r"precipit|result|consequence|etiolog|offend|complica|led to|gave rise|side effect|adverse effect",
        re.I,
    )


def in_list_of_causes(reader: Reader, sentence: int, start: int) -> bool:
    """Whether the name that begins at a character of a sentence stands in a list of causes: "due to A (3) or B (2)"."""
    text = reader.doc.text[reader.doc.sentences[sentence].start : start]
    heads = [head.end() for head in _pattern("listed.heads").finditer(text)]
    return bool(heads) and _pattern("listed.other").search(text, heads[-1]) is None


def find_causes(reader: Reader, patient: frozenset[int] | None = None) -> list[Cause]:
    """The causes that a record states without a count, each once at its surest mention, in the order of the text.

    `patient` numbers the sentences about the one patient of a case report, whose title names agents too; None for a
    study of many, in which only lists under the head of causes are the study's own.
    """
    best: dict[str, Cause] = {}
    if patient is None and not _pattern("list").search(reader.doc.text):
        return []
    for number, sentence in enumerate(reader.doc.sentences):
        text = reader.doc.text[sentence.start : sentence.end]
        if patient is None:
            found = list(_lists(reader, number, text))
        elif number == 0 and (
            reader.roles[0] == "title" or reader.doc.labels == [""]
        ):  # a bare text begins with its title
            found = [*_behind(text, "weak"), *_compounds(text), *_behind(text, "title")]
        elif number in patient and _cue().search(text):
            found = [
                *_blamed(text),
                *_active(text),
                *_behind(text, "strong"),
                *_behind(text, "weak"),
                *_compounds(text),
            ]
        elif patient and number > min(patient) and _cue().search(text):
            found = list(_blamed(text))  # a conclusion may name the culprit
        else:
            continue
        for how, start, end in found:
            name = clean_name(re.sub(r"\s*\([^()]*\)", "", text[start:end]))
            if not name or (how in DENIABLE and asserted(text, [(start, end)])[0] in ("absent", "family")):
                continue
            cause = Cause(name, sentence.start + start, sentence.start + end, sentence, how)
            if name not in best or RANK.index(how) < RANK.index(best[name].how):
                best[name] = cause
    return sorted(best.values(), key=lambda cause: cause.start)


Span = tuple[str, int, int]  # how it is said, start, end in the sentence


def _drug(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The drug named in a stretch of the sentence: its words only."""
    for match in WORD.finditer(text, start, end):
        if is_drug(match.group()):
            return match.span()
    return None


def _agent(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The drug, or another agent, in a stretch; None where it names none."""
    drug = _drug(text, start, end)
    if drug:
        return drug
    return (
        (start, end) if any(_pattern("agents").fullmatch(m.group()) for m in WORD.finditer(text, start, end)) else None
    )


def _empty(words: str) -> bool:
    first = words.split()[0] if words.split() else ""
    return not first or _pattern("no_cause").fullmatch(first) is not None


def _blamed(text: str) -> Iterator[Span]:
    for match in _pattern("blamed").finditer(text):
        before = text[: match.start()].rstrip()
        clause = max(before.rfind(","), before.rfind(";"), before.rfind(":"), -1) + 1
        drug = None
        for word in WORD.finditer(before, clause):
            drug = word.span() if is_drug(word.group()) else drug
        span = drug or _last_noun(before, clause)
        if span and not _empty(text[span[0] : span[1]]):
            yield "blamed", *span


def _active(text: str) -> Iterator[Span]:
    """Drugs that "led to" what happened."""
    for match in _pattern("active").finditer(text):
        words = list(WORD.finditer(text, max(0, match.start() - 40), match.start()))
        if words and is_drug(words[-1].group()):
            yield "active", *words[-1].span()


def _last_noun(before: str, clause: int) -> tuple[int, int] | None:
    """The short subject right before a verb, from the clause's start: "Infection with X" is too long to be sure of."""
    words = list(WORD.finditer(before, clause))
    while words and words[0].group().lower() in ("the", "a", "an", "and", "but", "that"):
        words = words[1:]
    return (words[0].start(), words[-1].end()) if 1 <= len(words) <= 4 else None


def _behind(text: str, kind: str) -> Iterator[Span]:
    """Agents behind a cue of a kind."""
    for match in _pattern(kind).finditer(text):
        found = BEHIND.match(text, match.end())
        if not found or _empty(found.group("agent")):
            continue
        start, end = found.span("agent")
        if kind != "strong":
            reach = 40 if kind == "weak" else match.start()
            if _pattern("not_illness").search(text, max(0, match.start() - reach), match.start()):
                continue
            span = _drug(text, start, end) if kind == "title" else _agent(text, start, end)
            if span is None:
                continue
            start, end = span
        else:
            start, end = _drug(text, start, end) or (start, end)
        yield kind, start, end


def _compounds(text: str) -> Iterator[Span]:
    for match in re.finditer(
        rf"\b(?P<agent>[^\W\d_]\w+(?:[-‐–/][^\W\d_]\w+)*?)[-‐–]\s?(?:{_pattern('compound').pattern})\b", text, re.I
    ):
        if is_drug(match.group("agent")) or all(is_drug(part) for part in re.split(r"[-‐–/]", match.group("agent"))):
            yield "compound", *match.span("agent")


def _lists(reader: Reader, number: int, text: str) -> Iterator[Span]:
    """The members of a list of causes in which nothing is counted."""
    if reader.roles[number] not in ("results", ""):
        return
    offset = reader.doc.sentences[number].start
    for match in _pattern("list").finditer(text):
        stop = re.search(r"[.;:()]|\bwhich\b|\bwho\b|\bwith\b|\bin\b", text[match.end() :])
        end = match.end() + (stop.start() if stop else len(text) - match.end())
        figures = [reader.figures[i] for i in reader.by_sentence.get(number, [])]
        if any(match.end() <= f.start - offset < end + 30 for f in figures):
            continue  # counted: the figure decider's
        items = list(re.finditer(r"[^,]+?(?=,|\s+and\s+|\s+or\s+|$)", text[match.end() : end]))
        spans = [
            (match.end() + m.start() + len(m.group()) - len(m.group().lstrip()), match.end() + m.end()) for m in items
        ]
        spans = [_without_join(text, *span) for span in spans]
        if len(spans) >= 2 and all(1 <= len(text[a:b].split()) <= 4 for a, b in spans):
            yield from (("strong", a, b) for a, b in spans if not _empty(text[a:b]))


def _without_join(text: str, start: int, end: int) -> tuple[int, int]:
    """A member of a list without "and", "or" and blanks around it."""
    lead = re.match(r"\s*(?:(?:and|or)\s+)?(?:the\s+|an?\s+)?", text[start:end])
    start += lead.end() if lead else 0
    return start, start + len(text[start:end].rstrip())
