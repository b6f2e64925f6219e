"""A sentence laid out for its figures: atoms, the phrases that may name a figure or a group, and where each figure is.

Comes in: the features' `Reader` and a sentence. Goes out: a `Layout`, from which `extract.names` and `extract.whose`
make their candidates. Called by `extract.engine` and `extract.fit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.features import Reader
from extract.phrases import Atom, Phrase, atoms, candidates
from extract.shares import BOUNDS

NEGATIVE = frozenset({"without", "no", "not", "non", "never"})
LABEL = re.compile(r"\b(?:[A-Z]{1,3}\d?|\d{1,2}[a-d]?|[IVX]{1,4})\b")
ENUMERATED = re.compile(
    r"\b(group|arm|cohort|investigator|reader|observer|rater|reviewer|center|centre|hospital|regimen|treatment|study"
    r"|stage|grade|phase|type|class|part|lot|protocol|product|formulation|device|diet|technique|site)s?\s+(?:[A-Z]{1,3}\d?|\d{1,2}[a-d]?)(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s*/\s*|\s+or\s+|\s+versus\s+|\s+vs\.?\s+)(?:(?:the\s+)?group\s+)?(?:[A-Z]{1,3}\d?|\d{1,2}[a-d]?)\b)+",
    re.I,
)


DOSED = frozenset({"mass", "activity"})  # kinds of unit that tell arms apart
ARMS = frozenset({"group", "arm", "dose", "cohort", "patient", "subject", "recipient"})
LIMITS = frozenset({"maximum", "max", "minimum", "min", "target", "initial", "starting", "total", "mean", "median"})


@dataclass(slots=True)
class Layout:
    """A sentence as atoms and candidate phrases, with the atom of each of its figures."""

    parts: list[Atom]
    phrases: list[Phrase]
    place: dict[int, int]  # figure -> atom
    first: int = 0  # the number of its first phrase among those of the record


def layouts(reader: Reader) -> dict[int, Layout]:
    """All sentences of a record laid out, their phrases numbered through."""
    plans = {s: layout(reader, s) for s in range(len(reader.doc.sentences))}
    count = 0
    for plan in plans.values():
        plan.first = count
        count += len(plan.phrases)
    return plans


def layout(reader: Reader, sentence: int) -> Layout:
    """Lay a sentence out once for all its figures."""
    doc = reader.doc
    s = doc.sentences[sentence]
    here = reader.by_sentence.get(sentence, [])
    numbers = [n for n in here if "base" not in reader.figures[n].tags and reader.figures[n].drop != "name"]
    spans, passed = [], {}
    for n in numbers:
        e = reader.figures[n]
        spans.append((e.first, e.inner[0] if e.inner else e.last, n))
        if e.inner:
            passed[e.inner[1]] = e.last
    parts = _quieten(reader, atoms(doc, s.first, s.last, spans, passed))
    place = {p.figure: i for i, p in enumerate(parts) if p.type == "F"}
    position = {id(reader.figures[n]): n for n in here}
    for n in here:
        if n not in place:
            e = reader.figures[n]
            host = position.get(id(e.host)) if e.host is not None else None
            place[n] = (
                place[host]
                if host in place
                else next((i for i, p in enumerate(parts) if p.last > e.first), len(parts) - 1)
            )
    phrases = candidates(parts, negative=lambda t: doc.lower[t] in NEGATIVE)
    return Layout(parts, phrases + _enumerated(reader, parts, s.start, s.end) + _measured(reader, parts), place)


def _enumerated(reader: Reader, parts: list[Atom], start: int, end: int) -> list[Phrase]:
    """The labels of "groups A, B and C" as phrases of their own."""
    out: list[Phrase] = []
    doc = reader.doc
    for match in ENUMERATED.finditer(doc.text, start, end):
        noun = match.group(1).lower()
        for item in LABEL.finditer(doc.text, match.end(1), match.end()):
            token = doc.token_at(item.start())
            atom = next((i for i, p in enumerate(parts) if p.first <= token < p.last), None)
            if atom is not None:
                out.append(Phrase(token, token + 1, atom, atom + 1, 1, f"{noun} {item.group()}"))
    return out


def _measured(reader: Reader, parts: list[Atom]) -> list[Phrase]:
    """Labels that hold a figure: "children < 2 years", "> 70 years", "dulaglutide 1.5 mg", "the 20 mg/m2 group"."""
    out: list[Phrase] = []
    doc = reader.doc

    def offer(a: int, b: int) -> None:
        first, last = parts[a].first, parts[b - 1].last
        text = doc.text[doc.starts[first] : doc.ends[last - 1]]
        out.append(Phrase(first, last, a, b, sum(p.type == "N" for p in parts[a:b]), text))

    for i, part in enumerate(parts):
        if part.type != "F":
            continue
        e = reader.figures[part.figure]
        signed = i > 0 and parts[i - 1].type == "S" and doc.words[parts[i - 1].first] in BOUNDS
        if not signed and (e.unit is None or e.unit.kind not in DOSED or e.form not in ("value", "count")):
            continue
        a, b = i - signed, i + 1
        offer(a, b)
        if a and parts[a - 1].type == "N" and doc.lower[parts[a - 1].last - 1] not in LIMITS:
            offer(a - 1, b)
        if b < len(parts) and parts[b].type == "N" and doc.lower[parts[b].last - 1].rstrip("s") in ARMS:
            offer(a, b + 1)
    return out


def _quieten(reader: Reader, parts: list[Atom]) -> list[Atom]:
    """Leave out what only qualifies a figure: its spread, p values, intervals, and brackets with nothing else."""
    words = reader.doc.words

    def quiet(atom: Atom) -> bool:
        if atom.type != "F":
            return False
        e = reader.figures[atom.figure]
        return e.drop is not None or (e.host is not None and e.form in ("sd", "se", "range"))

    out: list[Atom] = []
    i = 0
    while i < len(parts):
        part = parts[i]
        if part.type == "B" and words[part.first] in "([":
            close, depth = i + 1, 1
            while close < len(parts) and depth:
                if parts[close].type == "B":
                    depth += 1 if words[parts[close].first] in "([" else -1
                close += 1
            inside = parts[i + 1 : close - 1]
            figures = [p for p in inside if p.type == "F"]
            if depth == 0 and figures and all(map(quiet, figures)):
                i = close
                continue
        if quiet(part):
            while out and out[-1].type == "S" and words[out[-1].first] in "±=<>+/-−≤≥":
                out.pop()
            i += 1
            continue
        out.append(part)
        i += 1
    return out


PRONOUN = frozenset(["they", "these", "their", "this", "those", "its", "it", "he", "she", "them"])


def opening(reader: Reader, sentence: int) -> str:
    """How a sentence begins: what it says of the people under discussion."""
    s = reader.doc.sentences[sentence]
    words = reader.doc.lower[s.first : s.first + 3]
    first = words[0] if words else "-"
    if first in PRONOUN:
        return "pronoun"
    if first == "of":
        return "of-these" if len(words) > 1 and words[1] in PRONOUN else "of"
    if first in (
        "in",
        "for",
        "among",
        "at",
        "after",
        "the",
        "all",
        "both",
        "no",
        "there",
        "overall",
        "patients",
        "only",
        "one",
        "two",
        "a",
    ):
        return first
    if "remaining" in words or "other" in words:
        return "remaining"
    return "figure" if first[0].isdigit() else "x"
