"""Number expressions: what one printed figure says, put together from its numbers, signs and units.

`33 of 197 patients (17%)` is one expression with a count, a denominator and a percentage; `61 ± 12 years (range
17-95)` is three, the later two hanging on the first (`host`). Comes in: a document and its numbers. Goes out:
expressions in order of appearance. Called by `extract.engine`.
"""

from __future__ import annotations

import re

from extract.items import Expression, Here, Item, find_items, share_units, single
from extract.nonfindings import is_label, mark
from extract.shares import of_number, of_size, with_count, with_percentage
from extract.sharing import share
from extract.spreads import deviation, low_high, named_deviation, ratio
from extract.tokens import Document

MORE, LESS = "more|greater|higher|larger|longer|older", "less|lower|fewer|smaller|shorter|younger"
LOWER = re.compile(
    r"(?:\b|(?=\W))(?:"
    r"(?P<ge>at\s+least|no(?:t)?\s+(?:less|fewer)\s+than|≥|⩾|>\s?/?=|>\s?or\s?=|minimum(?:\s+of)?|a\s+minimal"
    rf"|(?:{MORE})\s+than\s+or\s+equal(?:\s+to)?|equal\s+to\s+or\s+(?:{MORE})\s+than|>\s?or\s+equal(?:\s+to)?"
    r"|min\.|minimum\s+(?:[\w-]+\s+){1,5}(?:was|is|=))\s*$|"
    r"(?P<le>(?:up\s+)?to\s+a\s+maximum\s+(?:dose\s+)?of|up\s+to|at\s+most|no(?:t)?\s+more\s+than"
    r"|not\s+exceed\w*|≤|⩽|<\s?/?=|<\s?or\s?=|maximum(?:\s+(?:dose|daily\s+dose))?(?:\s+(?:of|was))?"
    rf"|(?:{LESS})\s+than\s+or\s+equal(?:\s+to)?|equal\s+to\s+or\s+(?:{LESS})\s+than|<\s?or\s+equal(?:\s+to)?"
    r"|within(?:\s+the\s+first)?|max\.?)\s*$|"
    r"(?P<lt>less\s+than|lower\s+than|fewer\s+than|below|under|shorter\s+than|younger\s+than|<)\s*$|"
    r"(?P<gt>more\s+than|greater\s+than|over|above|exceed(?:s|ed|ing)?|higher\s+than|longer\s+than|older\s+than"
    r"|in\s+excess\s+of|>)\s*$|"
    r"(?P<about>about|approximately|approx\.?|around|nearly|almost|circa|ca\.?|roughly|some|close\s+to"
    r"|approaching|an?\s+estimated|estimated|~|∼|≈|≃)\s*$)",
    re.I,
)
REACHED = re.compile(r"\bfrom\b(?=[^;]*\d)(?:[^.;,]|\.\d){0,60}\bup\s+to\s*$", re.I)  # "from 0.1 up to 1.9" reached 1.9
UPPER = re.compile(
    r"\s*(?:\w+\s+)?(?P<ge>minimum\b|or\s+(?:more|greater|older|longer|higher|above|over)|and\s+(?:over|above|older))"
    r"\b|\s*(?:\w+\s+)?(?P<le>or\s+(?:less|fewer|younger|shorter|below|lower|under))\b",
    re.I,
)
PERCENT = frozenset({"%", "percent", "per", "cent"})
CLOSED = frozenset({"of", "the", "these", "those", "them", "all", "our", "out", "a", "an", "or", "to", "n"})
SENTENCE_END = re.compile(r"[.?!]\s+[A-Z]")
YEARS = range(1900, 2100)
CMP = {"ge": ">=", "le": "<=", "lt": "<", "gt": ">", "about": "~"}
# Tried in this order.
PATTERNS = (of_size, with_percentage, with_count, of_number, ratio, deviation, named_deviation, low_high)


def find_expressions(doc: Document) -> list[Expression]:
    """All number expressions of a document, in order; those that cannot be findings carry the reason in `drop`."""
    items = find_items(doc)
    share_units(doc, items)
    out = share(doc, _assemble(doc, items))
    mark(doc, out)
    for e in out:
        _bounds(doc, e)
        e.inner = _inner(doc, e)
    return out


def _inner(doc: Document, e: Expression) -> tuple[int, int] | None:
    """The words between the number that a figure begins with and the one behind them, if there are any."""
    if "base" in e.tags or e.form not in ("count", "percent"):
        return None
    first = e.first
    while first < e.last and (doc.starts[first] < e.span_end or doc.lower[first] in PERCENT):
        first += 1
    last = first
    while last < e.last and doc.words[last] not in "([{" and not doc.words[last][0].isdigit():
        last += 1
    said = any(doc.words[t][0].isalpha() and doc.lower[t] not in CLOSED for t in range(first, last))
    return (first, last) if said and last < e.last else None


def _assemble(doc: Document, items: list[Item]) -> list[Expression]:
    out: list[Expression] = []
    i, n = 0, len(items)
    while i < n:
        step, made = _pair(doc, items, i, out)
        out.extend(made)
        i += step
    return out


def _pair(doc: Document, items: list[Item], i: int, out: list[Expression]) -> tuple[int, list[Expression]]:
    """Try the longer patterns at item `i`: (items used, expressions made)."""
    a = items[i]
    if i + 1 == len(items):
        return 1, [single(doc, a)]
    text, b = doc.text, items[i + 1]
    gap = text[a.tail : b.number.start]
    if len(gap) > 90 or "\n" in gap or SENTENCE_END.search(gap):
        return 1, [single(doc, a)]
    whole = (
        a.number.whole
        and a.unit is None
        and a.number.kind != "fraction"
        and not is_label(text, a.number.start, a.number.value)
        and not (a.number.value in YEARS and text[a.number.end : a.number.end + 1] == ":")  # "2007: 86.2%"
    )
    here = Here(doc, a, b, items[i + 2] if i + 2 < len(items) else None, gap, whole, out)
    for pattern in PATTERNS:
        made = pattern(here)
        if made is not None:
            return made
    return 1, [single(doc, a)]


def _bounds(doc: Document, e: Expression) -> None:
    before = doc.text[max(0, e.start - 70) : e.start]
    match = LOWER.search(before)
    if match and match.lastgroup:
        e.cmp = CMP[match.lastgroup] if REACHED.search(before) is None else "="
        within = e.cmp == "<=" and match.group().lower().startswith("within")
        if within and (e.form == "range" or e.unit is None or e.unit.kind != "time"):
            e.cmp = "="
        if match.group().strip().lower() == "some" and e.form == "value":
            e.cmp = "="
        if match.group().strip().lower() in ("over", "under") and e.unit is not None and e.unit.kind == "time":
            e.cmp = "="
        return
    match = UPPER.match(doc.text, e.end)
    if match and match.lastgroup:
        e.cmp = CMP[match.lastgroup]
