"""Which statistic a figure is: count, percent, mean, median, sd, range, iqr, rate or value.

Decided by the form of the figure and the words around it; a percentage by which something changed is a value. Between
mean, median and value, and between range and quartiles, the network decides. Called by `extract.engine`.
"""

from __future__ import annotations

import re

import numpy as np

from extract.abreast import run_of
from extract.features import Reader
from extract.items import Expression
from extract.tokens import Document

MEAN = re.compile(r"\b(?:mean|means|average|averaged|averaging|avg|x̄)\b", re.I)
# What in a text tells of means.
MEANS = re.compile(MEAN.pattern + r"|±|\+/-|\bS\.?[DE]\.?M?s?\b|\bstandard\s+(?:deviation|error)", re.I)
MEDIAN = re.compile(r"\bmedians?\b", re.I)
TOLD = re.compile(r"\b(?P<word>mean|average|median)s?\b(?:\s*\([^()\d]{1,20}\))?[^.;:,()\d\[\]]{0,70}$", re.I)
MOVES = re.compile(
    r"\b(?:chang|decreas|increas|reduc|differ|improv|declin|lower|rais|rose|fell|drop)\w*\b[^.;]*$|\bby\s*$",
    re.I,
)
QUARTILES = re.compile(r"\b(?:IQRs?|inter-?quartile|quartiles?|25th)\b", re.I)
SHARE = re.compile(r"(?:pre|)prevalence|incidence|rates?|proportions?|percentages?|frequenc", re.I)
RATE = re.compile(
    r"\s*(?:cases|events|deaths|episodes|infections)?\s*(?:per|/)\s*(?:100|1,?000|10,?000|100,?000|1\s000"
    r"|100\s000|1,?000,?000|million|person|patient)",
    re.I,
)
CHANGE = re.compile(
    r"\b(?:increas\w*|decreas\w*|reduc\w*|improv\w*|declin\w*|chang\w*|drop\w*|fell|rose|gain\w*|loss|lost"
    r"|lower\w*|higher|greater|difference|differed|shorten\w*|prolong\w*|longer|shorter|less|more)\s+"
    r"(?:\w+\s+){0,6}?(?:by|of|was|were|to be)?\s*(?:a\s+)?(?:mean\s+(?:of\s+)?|median\s+(?:of\s+)?"
    r"|average\s+(?:of\s+)?|about\s+|approximately\s+|only\s+|up to\s+)*$",
    re.I,
)
# "median percentage of days with pain was 2.3%": the statistic of a percentage
MIDDLE = re.compile(r"\b(?:mean|median|average)\s+(?:[a-z]+\s+){0,2}(?:percent(?:age)?s?|%)\b[^\d.;]{0,60}$", re.I)
CHANGED = re.compile(
    r"\b(?:(?:increas|decreas|reduc|declin|drop|improv|differ|fall|fell|rose|rise|lower|gain|prolong|shorten"
    r"|elevat|diminish|chang|overshoot)\w*|loss|lost)\b(?:\s+[^\s.;,\d]+){0,3}?\s+(?:by|of)\s+(?:an?\s+|the\s+"
    r"|about\s+|approximately\s+|nearly\s+|almost\s+|up\s+to\s+|over\s+|average\s+|at\s+least\s+|more\s+than\s+"
    r"|mean\s+of\s+|[\d.]+\s?%?\s*(?:,\s*and|and|to|,|vs\.?|versus)\s*)*$|"
    r"\b(?:reduced|decreased|increased|lowered|raised)\s+(?:the\s+)?(?:[a-z]+\s+){1,4}$|[(,]\s*by\s+$",
    re.I,
)
THEN = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:relative\s+|absolute\s+|overall\s+|and\s+[\d.]+\s?%\s+)?(?:lower|higher|greater"
    r"|less|fewer|more|longer|shorter|larger|smaller|increase|decrease|reduction|improvement|decline|fall|rise"
    r"|drop|change|difference|loss|gain)\b(?!\s+than\s+\d)",
    re.I,
)
FROM_TO = re.compile(
    r"\b(?:from|to)\s+(?:an?\s+)?(?:(?:mean|median|average|baseline)\s+(?:value\s+)?(?:of\s+)?)?$", re.I
)
# "(mean difference 4.4", "the difference in survival was 5%": of 242 annotated such figures 239 are differences
DIFFERENCE = re.compile(
    r"\bdifferences?\b(?:\s+(?:between|in|of)\s+[\w\s]{0,25})?\s*(?:was|of|=|:|,)?\s*(?:(?:only|about|just)\s+)?$", re.I
)
STATISTICS = ("count", "percent", "mean", "median", "sd", "range", "iqr", "rate", "value")
# Names of changes and differences, whose figure is a value whatever is printed before it (gold guidelines, rule 8).
CHANGE_NAMES = ("change", "difference", "increase", "decrease", "reduction", "improvement", "gain ", "loss ")
POINTS, RANGES = ("mean", "median", "value"), ("range", "iqr")
CONTINUOUS = frozenset({"age", "measurement", "dose", "duration", "follow-up", "time"})


def statistic(reader: Reader, number: int, kind: str) -> str:
    """The statistic of a figure of class `kind`."""
    doc, e = reader.doc, reader.figures[number]
    s = doc.sentences[reader.sentence[number]]
    sentence = (s.start, s.end)
    if e.form == "sd":
        return "sd"
    if kind in ("participants", "records"):
        return "count"
    if e.form == "range":
        if e.label == "iqr":
            return "iqr"
        if "percent-unit" in e.tags and kind not in CONTINUOUS:
            return "percent"
        # A bracket that says nothing holds quartiles where the abstract speaks of them (77 of 84 annotated ones).
        return "iqr" if e.label is None and QUARTILES.search(doc.text) else "range"
    before = doc.text[max(sentence[0], e.start - 90) : e.start]
    if e.unit is not None and e.unit.kind == "rate":
        return "rate"
    if RATE.match(doc.text[e.end : e.end + 40]) and kind not in ("dose",) and e.form in ("count", "value"):
        return "rate"
    if e.form == "percent" and kind not in CONTINUOUS and not _of_change(doc, e, before):
        return "percent"
    if e.form == "count" and kind not in CONTINUOUS:
        return "count"
    if e.form == "ratio":
        return "count" if e.numerator is not None else "value"
    if kind in CONTINUOUS or e.form in ("value", "count", "percent"):
        mean = max((m.start() for m in MEAN.finditer(before)), default=-1)
        median = max((m.start() for m in MEDIAN.finditer(before)), default=-1)
        if mean > median and not _broken(before[mean:], kind):
            return "mean"
        if median > mean and not _broken(before[median:], kind):
            return "median"
        if "spread" in e.tags:
            return "mean"
        if (
            re.search(r"\(\s*(?:mean|median)", before, re.I) is None
            and re.search(r"\b[Mm]edian\b", doc.text[sentence[0] : e.start])
            and kind in ("time", "outcome", "duration")
        ):
            return "median"
    return "value"


def tells_difference(reader: Reader, number: int) -> bool:
    """Whether a figure is a difference between groups or times, by the words right before it."""
    e = reader.figures[number]
    if e.form not in ("value", "count", "percent") or e.numerator not in (None, e.value) or e.denominator is not None:
        return False
    return (
        len(run_of(reader, number)) == 1
        and DIFFERENCE.search(reader.doc.text, max(0, e.start - 60), e.start) is not None
    )


def tells_change(reader: Reader, number: int) -> bool:
    """Whether a figure is by how much something changed: "fell by 12 mmHg", "4 kg less" (506 of 549 annotated ones).

    So is what is printed with a sign (1,277 of 1,336 annotated measurements). Not what it changed from or to.
    """
    doc, e = reader.doc, reader.figures[number]
    if e.form not in ("value", "count", "percent") or e.denominator is not None:
        return False
    before = doc.text[max(doc.sentences[reader.sentence[number]].start, e.start - 90) : e.start]
    if FROM_TO.search(before) is not None:
        return False
    return _moved(doc, e, before)


def told(reader: Reader, number: int) -> str | None:
    """Mean or median, where the words right before a figure say so or a ± stands behind it; else None.

    Of 1,153 annotated figures so told 1,138 are, of 2,546 with a ± 2,535. Where the clause tells of a change, it is
    left open.
    """
    e = reader.figures[number]
    start = reader.doc.sentences[reader.sentence[number]].start
    before = reader.doc.text[max(start, e.start - 100) : e.start]
    if MOVES.search(before) is not None:
        return None
    match = TOLD.search(before)
    if match is not None:
        return "median" if match["word"].lower() == "median" else "mean"
    return "mean" if "spread" in e.tags else None


def is_told(reader: Reader, number: int, name: str) -> bool:
    """Whether a figure can be a mean or a median: the abstract speaks of means or spreads, its sentence of medians.

    Where it does not, the network's guess was wrong for 10 of 14 means and 13 of 19 medians.
    """
    if name == "mean":
        return MEANS.search(reader.doc.text) is not None
    sentence = reader.doc.sentences[reader.sentence[number]]
    text = reader.doc.text[sentence.start : sentence.end]
    return MEDIAN.search(text) is not None or QUARTILES.search(text) is not None


def settled(reader: Reader, number: int, rule: str, seen: np.ndarray) -> str:
    """The statistic of a figure: what the network takes it for (`seen`: a probability for each of `STATISTICS`).

    Only what the figure's form allows: spreads, counts and rates stay what the rule says. A mean or a median is what
    the text calls so.
    """
    allowed = RANGES if rule in RANGES else (*POINTS, rule) if rule in (*POINTS, "percent") else (rule,)
    best = max(allowed, key=lambda name: seen[STATISTICS.index(name)])
    if best in POINTS:
        best = told(reader, number) or best
    return "value" if best in ("mean", "median") and not is_told(reader, number, best) else best


def _of_change(doc: Document, e: Expression, before: str) -> bool:
    """Whether a percentage tells by how much something changed or differs, or is the mean or median of percentages."""
    if e.numerator is not None or e.denominator is not None or e.kind == "fraction":
        return False
    return _moved(doc, e, before) or MIDDLE.search(before) is not None


def _moved(doc: Document, e: Expression, before: str) -> bool:
    """Whether a sign or the words around a figure make it a change."""
    signed = doc.text[e.start] in "+-−–"
    return signed or CHANGED.search(before) is not None or THEN.match(doc.text, e.end) is not None


def _broken(gap: str, kind: str) -> bool:
    """Whether a new clause stands between "mean" and the figure."""
    return (kind == "dose" and bool(re.search(r"[.;]", gap))) or gap.count(";") > 0 or len(re.findall(r"\d", gap)) > 14
