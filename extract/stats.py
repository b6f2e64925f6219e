"""Which statistic a figure is: count, percent, mean, median, sd, range, iqr, rate or value.

Spreads, sizes and ratios follow from the form of the figure; for the others a rule on the words before the figure proposes, and
a decider that is fitted on annotated abstracts settles it. Called by `extract.engine`, and by the training in `extract.fit`.
"""

from __future__ import annotations

import re

from extract.expressions import Expression
from extract.features import Reader
from extract.linear import Decider

MEAN = re.compile(r"\b(?:mean|means|average|averaged|averaging|avg|x̄)\b", re.I)
MEDIAN = re.compile(r"\bmedians?\b", re.I)
SHARE = re.compile(r"(?:pre|)prevalence|incidence|rates?|proportions?|percentages?|frequenc", re.I)
RATE = re.compile(r"\s*(?:cases|events|deaths|episodes|infections)?\s*(?:per|/)\s*(?:100|1,?000|10,?000|100,?000|1\s000|100\s000|1,?000,?000|million|person|patient)", re.I)
CHANGE = re.compile(
    r"\b(?:increas\w*|decreas\w*|reduc\w*|improv\w*|declin\w*|chang\w*|drop\w*|fell|rose|gain\w*|loss|lost|lower\w*|higher|greater|difference|differed|shorten\w*|prolong\w*|longer|shorter|less|more)\s+"
    r"(?:\w+\s+){0,6}?(?:by|of|was|were|to be)?\s*(?:a\s+)?(?:mean\s+(?:of\s+)?|median\s+(?:of\s+)?|average\s+(?:of\s+)?|about\s+|approximately\s+|only\s+|up to\s+)*$", re.I)
CONTINUOUS = frozenset({"age", "measurement", "dose", "duration", "follow-up", "time"})


def statistic(reader: Reader, number: int, kind: str, decider: Decider) -> str:
    """The statistic of a figure of class `kind`."""
    e = reader.figures[number]
    rule = proposed(reader, number, kind)
    if not open_question(e, kind):
        return rule
    p = decider.probabilities(features(reader, number, kind, rule))
    stat = decider.classes[int(p.argmax())]
    if stat == "share":
        return "percent" if e.form == "percent" else "count" if e.form == "count" else rule
    return stat


def open_question(e: Expression, kind: str) -> bool:
    """Whether the form of a figure leaves its statistic open."""
    return e.form in ("value", "percent", "count") and kind not in ("participants", "records", "NONE") and not kind.startswith(("sex", "smoking")) and e.kind not in ("none", "all")


def features(reader: Reader, number: int, kind: str, rule: str) -> list[str]:
    """What the decider looks at: the figure's features, and what the rule proposes."""
    e = reader.figures[number]
    return [*reader.figure(number), f"rule={rule}", f"rule={rule}|{e.form}", f"class={kind}", f"class={kind}|{e.form}|{rule}", f"signed={reader.doc.text[e.start : e.start + 1] in '+-−–'}|{e.form}"]


def proposed(reader: Reader, number: int, kind: str) -> str:
    """The statistic by rule: the form of the figure, else the nearest "mean" or "median" before it."""
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
        return "range"
    before = doc.text[max(sentence[0], e.start - 90) : e.start]
    if e.unit is not None and e.unit.kind == "rate":
        return "rate"
    if RATE.match(doc.text[e.end : e.end + 40]) and kind not in ("dose",) and e.form in ("count", "value"):
        return "rate"
    if e.form == "percent" and kind not in CONTINUOUS:
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
        if re.search(r"\(\s*(?:mean|median)", before, re.I) is None and re.search(r"\b[Mm]edian\b", doc.text[sentence[0] : e.start]) and kind in ("time", "outcome", "duration"):
            return "median"
    return "value"


def _broken(gap: str, kind: str) -> bool:
    """Whether a new clause stands between "mean" and the figure."""
    return kind == "dose" and bool(re.search(r"[.;]", gap)) or gap.count(";") > 0 or len(re.findall(r"\d", gap)) > 14
