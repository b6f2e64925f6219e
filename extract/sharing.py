"""What the figures of one statement lend each other: units, rate bases, and what a bracket behind a mean holds.

"19.3 (4.1) and 17.2 (3.9) months" has two means with their standard deviations once the abstract has said "mean
(SD)"; all four are months. Comes in: a document and its expressions in order. Changes the expressions in place, or
returns a shorter list where two numbers are the ends of one range. Called by `extract.expressions`.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from extract.tokens import Document
from extract.units import Unit, unit_at

if TYPE_CHECKING:
    from extract.items import Expression

OPENED = re.compile(r"\s*[(\[]\s*(?:±|\+/[-−–])?\s*")
CLOSED = re.compile(r"\s*[)\]]")
# What authors say a bracket behind a figure will hold: "mean (SD)", "median [IQR]", "difference (95% CI)".
DECLARED = re.compile(
    r"(?:[(\[±,;/]|\+/?[-−–]|\band\b)\s*(?:±\s*)?(?:(?P<sd>s\.?d\.?s?(?![\w])|standard\s+deviations?)"
    r"|(?P<se>s\.?e\.?m?\.?(?![\w])|standard\s+errors?)|"
    r"(?P<iqr>iqrs?\b|inter-?quartile|25th|quartiles)|(?P<range>ranges?\b|min\w*\s?[-–,/]\s?max)"
    r"|(?P<ci>9\d\s?%\s*(?:ci|confidence)|ci\b|confidence))[^)\]]{0,25}[)\]:,]?",
    re.I,
)
# The same said once for all: "values are expressed as mean ± SEM".
THROUGHOUT = re.compile(
    r"\b(?:expressed|reported|presented|given|shown|described|values|data|results)\b[^.;()]{0,40}\b(?:means?|changes?"
    r"|averages?)\b[^.;()]{0,25}(?:[(\[±,/]|\+/?[-−–]|\band\b)\s*(?:±\s*)?(?:(?P<sd>s\.?d\.?(?!\w)|standard\s+deviations?)"
    r"|(?P<se>s\.?e\.?m?\.?(?!\w)|standard\s+errors?))",
    re.I,
)
MEAN = re.compile(r"\b(?:mean|average)\b", re.I)
MEDIAN = re.compile(r"\bmedian\b", re.I)
NAMED = re.compile(
    r"[(\[,;]\s*(?:(?:the|a|with|overall)\s+)*(?:mean|median|average|range|iqr|s\.?d\.?|standard)\b[^()\d]{0,40}$", re.I
)
SIDES = re.compile(r"\s*(?:[cm]m\s*)?[×xX*]\s*")
# A bracket behind a figure that holds its spread or interval, and no share.
BRACKET = re.compile(r"\s?[(\[](?=[^()\[\]]*\d)(?:9\d\s?%\s*(?:CI|confidence[^()\[\]\d]{0,20})?)?[^()\[\]%]{1,60}[)\]]")
BETWEEN = re.compile(r"\s*[,;]\s*")
RATE = re.compile(
    r"\s*(?:[a-z]+(?:[\s-][a-z]+)?\s+)?(?:(?:per|/|in\s+every|out\s+of\s+every)\s?(?P<base>1[ ,]?000[ ,]?000"
    r"|1\s+million|100[ ,]?000|10[ ,]?000|1[ ,]?000|100|million)(?![\d.,]\d|\s?m[lLgm]\b)\s*"
    r"(?P<what>(?:person|patient|women|woman|treatment|child|children|device|catheter|hospital|bed|live|subject"
    r"|inhabitant|population|people|participant|implant|admission|birth|deliver|procedure|follow|cycle)[\w]*"
    r"(?:[\s-](?:years?|months?|weeks?|days?|births?|bed[\s-]days?|yrs?|py))?)?|(?:per\s|/\s?)(?P<time>(?:person|patient"
    r"|woman|subject|treatment|device|child)[\s-](?:years?|months?|days?|yrs?))\b)",
    re.I,
)
PARALLEL = re.compile(r"\b(?:and|vs|versus|compared|than|to|or)\b|,")
STOPPED = re.compile(r"[;:.]\s|\b(?:while|whereas|but|was|were|had|ratio|score|p\s?[<=>])|%", re.I)
INTERVALS = re.compile(r"\b(?:confidence|credible)\s+(?:intervals?|limits)\b|\bCIs?\b")
ARM = re.compile(r"\s+(?:\w+\s+)?(?:group|arm|cohort|dose)s?\b")
FULL_STOP = re.compile(r"\.\s+[^\s\da-z]")
# "0.6 mmHg and superoxide (5711", "(150.7 minutes), meat intake (1.2"
NAMED_BRACKET = re.compile(r"(?:\band\s+(?:[a-z-]+\s+){1,4}|[)\]]\s*,\s*(?:and\s+)?(?:[a-z-]+\s+){2,4})[(\[]$")
UNIT_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,28})[)\]]")
ANNOUNCED = 140  # letters before a figure in which its unit may stand in a bracket
POWER = re.compile(r"\s?[×xX]\s?10")
JOINED = re.compile(
    r"\s*(?:%|[)\]])?\s*(?:,|;|and|or|vs\.?|versus|v\.?|to|&|compared\s+(?:with|to)|,\s*and|(?:in|for"
    r"|with)\s+[\w\s-]{1,25}\s(?:and|vs\.?|versus|compared\s+(?:with|to)))\s*"
)


def share(doc: Document, figures: list[Expression]) -> list[Expression]:
    """Let figures lend each other what they share; two ends of a declared range become one figure."""
    figures = _brackets(doc, figures)
    _rates(doc, figures)
    _behind_brackets(doc, figures)
    _units(doc, figures)
    _announced(doc, figures)
    return figures


def _declared(doc: Document, e: Expression) -> str | None:
    """What brackets behind figures hold (sd, se, iqr, range, ci) by the last declaration before a figure."""
    before = _before(doc, e)
    kind = _said(before) or _throughout(doc.text)
    if kind is None:
        mean, median = MEAN.search(before[-160:]), MEDIAN.search(before[-160:])
        kind = "sd" if mean and not median else None
        if kind and not (e.decimals or e.unit is not None):
            kind = None
    return kind


def _before(doc: Document, e: Expression) -> str:
    """A figure's sentence up to it."""
    start = doc.sentences[doc.sentence_of(e.first)].start if doc.sentences else 0
    return doc.text[start : e.start]


def _said(before: str) -> str | None:
    """What the last declaration in a text says of brackets: "mean (SD) age was" announces a deviation."""
    kind = None
    for match in DECLARED.finditer(before):
        kind = match.lastgroup
    return kind


@lru_cache(maxsize=1)  # asked for at many figures of one text
def _throughout(text: str) -> str | None:
    """What a text says once for all that its spreads are (sd, se)."""
    said = THROUGHOUT.search(text)
    return said.lastgroup if said is not None else None


def _brackets(doc: Document, figures: list[Expression]) -> list[Expression]:
    """Read the bracket behind a mean or a median: its sd, its range, its interval."""
    text, out, skip = doc.text, [], -1
    for i, e in enumerate(figures):
        if i == skip:
            continue
        out.append(e)
        a = figures[i - 1] if i else None
        if e.form == "sd" and e.host is not None and _declared(doc, e.host) == "se":
            e.form, e.drop = "se", "standard-error"
            continue
        if (
            a is None
            or e.form not in ("value", "count", "range", "percent")
            or (e.host is not None and e.form != "range")
            or not text[max(0, e.start - 3) : e.start].rstrip().endswith(("(", "["))
        ):
            continue
        if (
            a.form not in ("value", "count", "percent")
            or (a.numerator is not None and a.form != "count")
            or "over" in a.tags
            or a.n_equals
            or a.kind in ("none", "all")
        ):
            continue
        if not OPENED.fullmatch(text[a.end : e.start]) or e.n_equals:
            continue
        closed = CLOSED.match(text, e.end)
        after = figures[i + 1] if i + 1 < len(figures) else None
        if e.form == "range":
            kind = _declared(doc, a) if closed else None
            if kind == "ci":
                e.drop = "interval"
            elif kind == "iqr" and e.label is None:
                e.label = kind
        elif (closed and e.form == a.form == "percent" and _declared(doc, a) in ("sd", "se")) or (
            closed
            and e.form != "percent"
            and a.form != "percent"
            and (e.decimals or a.decimals or a.unit is not None or _said(_before(doc, a)) in ("sd", "se"))
        ):
            kind = _declared(doc, a)
            if kind in ("sd", "se"):
                e.form, e.host, e.numerator = "sd", a, None
                a.numerator = None
                if a.form == "count":
                    a.form = "value"
                a.tags.append("spread")
                if kind == "se":
                    e.form, e.drop = "se", "standard-error"
        elif (
            after is not None
            and after.form == e.form
            and BETWEEN.fullmatch(text[e.end : after.start])
            and (closed := CLOSED.match(text, after.end))
        ):
            kind = _declared(doc, a)
            low, value, high = e.value, a.value, after.value
            around = low is not None and value is not None and high is not None and low <= value <= high
            if kind == "ci" or (kind is None and around and INTERVALS.search(text) is not None):
                e.drop = after.drop = "interval"
            elif (
                kind in ("iqr", "range") and e.value is not None and after.value is not None and e.value <= after.value
            ):
                e.low, e.high, e.value, e.numerator = e.value, after.value, None, None
                e.form, e.label, e.host = "range", kind, a
                e.unit = after.unit or e.unit
                e.end, e.last, e.span_end = after.end, after.last, after.span_end
                skip = i + 1
    for a, b, c in zip(out, out[1:], out[2:], strict=False):  # "(difference; 95% CI)" announces "(-2.9; -5.7, -1.1)"
        if (
            a.form == b.form == c.form == "value"
            and b.drop is None
            and BETWEEN.fullmatch(text, a.end, b.start)
            and BETWEEN.fullmatch(text, b.end, c.start)
            and CLOSED.match(text, c.end)
            and text[max(0, a.start - 1) : a.start] in ("(", "[")
            and _declared(doc, a) == "ci"
        ):
            b.drop = c.drop = "interval"
    return out


def _behind_brackets(doc: Document, figures: list[Expression]) -> None:
    """Units behind a bracket ("65 (1-99) mm", "0.6 [95% CI -12 to 14] mL") and behind the last of several sides
    ("12 × 9 cm")."""
    for e in reversed(figures):
        if e.unit is not None or e.form not in ("value", "count", "sd") or "percent-unit" in e.tags:
            continue
        bracket = BRACKET.match(doc.text, e.end) if not (e.n_equals or e.drop) else None
        if bracket is not None:
            unit = unit_at(doc, doc.token_at(bracket.end() - 1) + 1)
            if unit is not None and unit.kind != "percent":
                e.unit, e.numerator = unit, None
                if e.form == "count":
                    e.form = "value"
    for e, lender in reversed(list(itertools.pairwise(figures))):
        if (
            e.unit is None
            and lender.unit is not None
            and lender.unit.kind == "other"
            and e.form in ("value", "count")
            and SIDES.fullmatch(doc.text, e.end, lender.start)
        ):
            e.unit, e.form, e.numerator = lender.unit, "value", None


def _rates(doc: Document, figures: list[Expression]) -> None:
    """Rates per 1000, per 100 patient-years; the base is no figure, and a list shares it."""
    for i, e in enumerate(figures):
        if (
            e.form not in ("value", "count", "range")
            or (e.unit is not None and e.unit.kind != "rate")
            or e.kind in ("none", "all")
            or "over" in e.tags
        ):
            continue
        match = RATE.match(doc.text, e.end)
        if match is None:
            continue
        base = (match.group("base") or "").replace(",", "").replace(" ", "")
        what = match.group("what") or match.group("time") or ""
        if base == "100" and not what:
            continue
        e.unit = Unit(" ".join(filter(None, ("per", base, re.sub(r"\s+", " ", what).lower()))), "rate", e.last)
        if e.form == "count":
            e.form, e.numerator = "value", None
        for later in figures[i + 1 : i + 3]:
            if later.start < match.end():
                later.drop = "rate-base"
        for j in range(i - 1, -1, -1):
            earlier = figures[j]
            if (
                earlier.unit is not None
                or earlier.form not in ("value", "count")
                or not JOINED.fullmatch(doc.text[earlier.end : figures[j + 1].start])
            ):
                break
            earlier.unit, earlier.form, earlier.numerator = e.unit, "value", None


def _apart(gap: str) -> bool:
    """Whether the text between two figures ends a sentence, or names what the next bracket holds."""
    return FULL_STOP.search(gap) is not None or NAMED_BRACKET.search(gap) is not None


def _other_bracket(gap: str) -> bool:
    """Whether a text leaves a bracket and enters another: "(0.1 ± 0.2 pg), creatinine (0.3" tell of two measures."""
    depth = lowest = 0
    for sign in gap:
        depth += (sign in "([") - (sign in ")]")
        lowest = min(lowest, depth)
    return lowest < 0 and depth > lowest


def _units(doc: Document, figures: list[Expression]) -> None:
    """Units pass between a mean and its spread, between means of one sentence, into brackets with "mean"."""
    for e in figures:
        if (
            e.host is not None
            and "base" not in e.tags
            and e.form in ("sd", "se", "range")
            and "percent-unit" not in e.tags
            and e.host.form != "percent"
        ):
            if e.unit is None:
                e.unit = e.host.unit
            elif e.host.unit is None:
                e.host.unit = e.unit
    for pairs in (
        list(itertools.pairwise(figures)),
        list(zip(reversed(figures), list(reversed(figures))[1:], strict=False)),
    ):
        last: Expression | None = None
        for lender, e in pairs:
            if "spread" in lender.tags and "percent-unit" not in lender.tags:
                last = lender
            if (
                e.unit is not None
                or "spread" not in e.tags
                or "percent-unit" in e.tags
                or last is None
                or last.unit is None
            ):
                continue
            near = doc.sentence_of(last.first) == doc.sentence_of(e.first) and abs(last.start - e.start) < 130
            gap = doc.text[min(last.end, e.end) : max(last.start, e.start)]
            if near and not _apart(gap) and not _other_bracket(gap):
                e.unit = last.unit
    plain = [e for e in figures if e.form == "value" and e.drop is None and "percent-unit" not in e.tags]
    for order in (plain[::-1], plain):
        for lender, e in itertools.pairwise(order):
            if (
                e.unit is None
                and e.decimals
                and lender.decimals
                and lender.unit is not None
                and lender.unit.kind not in ("percent", "money")
            ):
                gap = doc.text[min(e.end, lender.end) : max(e.start, lender.start)]
                # "2.4 g of A and 1.9×107 of B", "-23.3 in the 0.03 mg group, -23.5"
                own = POWER.match(doc.text, e.end) is not None or ARM.match(doc.text, lender.end) is not None
                if len(gap) < 60 and PARALLEL.search(gap) and not STOPPED.search(gap) and not own and not _apart(gap):
                    e.unit = lender.unit
    for i, e in enumerate(figures):
        if e.unit is None and i and e.form in ("value", "count", "range") and "percent-unit" not in e.tags:
            lender = figures[i - 1]
            gap = doc.text[lender.end : e.start]
            if (
                lender.unit is not None
                and lender.unit.kind != "percent"
                and len(gap) < 60
                and NAMED.search(gap)
                and not e.n_equals
            ):
                e.unit = lender.unit
    for e in figures:
        if (
            e.host is not None
            and e.unit is None
            and e.form in ("sd", "range")
            and "percent-unit" not in e.tags
            and "base" not in e.tags
            and e.host.form != "percent"
        ):
            e.unit = e.host.unit


def _announced(doc: Document, figures: list[Expression]) -> None:
    """The unit in a bracket of its own before figures without one: "C-peptide (ng/mL) was 4.5 and 4.7"."""
    given: set[int] = set()  # the figures that have their unit from such a bracket
    for i, e in enumerate(figures):
        if e.unit is not None or e.form not in ("value", "sd") or "percent-unit" in e.tags or e.drop or e.n_equals:
            continue
        low = max(doc.sentences[doc.sentence_of(e.first)].start, e.start - ANNOUNCED)
        for bracket in reversed(list(UNIT_BRACKET.finditer(doc.text, low, e.start))):
            unit = unit_at(doc, doc.token_at(bracket.start(1)))
            between = (n for n in range(i - 1, -1, -1) if figures[n].start >= bracket.end())
            if unit is None or unit.kind == "percent" or doc.starts[unit.last] != bracket.end(1):
                continue
            if all(figures[n].unit is None or n in given for n in between):
                e.unit = unit
                given.add(i)
            break
