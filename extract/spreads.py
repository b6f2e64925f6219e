"""Ratios, means with their deviation, and ranges: "23:10", "61 ± 12", "61 (SD 12)", "17-95".

Comes in: items side by side. Goes out: expressions of them, or nothing. Called by `extract.expressions`.
"""

from __future__ import annotations

import re

from extract.items import RANGE, SD_SIGN, Expression, Here, Item, Made, single
from extract.tokens import Document

SD_WORD = re.compile(r"\s*[(\[,;]\s*(?:±\s*)?(?:s\.?d\.?|standard deviation)\s*[=:,]?\s*(?:±|\+/[-−])?\s*$", re.I)
SE_WORD = re.compile(r"\s*[(\[,;]\s*(?:±\s*)?(?:s\.?e\.?m?\.?|standard error)\s*[=:,]?\s*(?:±|\+/[-−])?\s*$", re.I)
AND = re.compile(r"\s*and\s*$", re.I)
RANGE_OPEN = re.compile(
    r"[^()\[\]]{0,12}[(\[,;:]?\s*(?:(?:with\s+)?(?:an?\s+|the\s+)?(?P<kind>range[ds]?|ranging|iqr|i\.q\.r"
    r"\.|inter-?\s?quartile(?:\s+range)?|q1\s?[-–,]\s?q3|25th\s?[-–]\s?75th(?:\s+percentiles?)?|quartiles?"
    r"|min(?:imum)?\s?[-–,/]\s?max(?:imum)?)"
    r"(?:\s+\[?iqr\]?)?\s*(?:from|was|of|between)?\s*[,:=;(\[]*\s*)?$",
    re.I,
)
CHANGE = re.compile(
    r"\b(?:increas\w+|decreas\w+|improv\w+|fell|rose|declin\w+|reduc\w+|chang\w+|dropp\w+|went|drop|rise|fall|grew)\b",
    re.I,
)
TIMES = {"years": 365.25, "months": 30.4375, "weeks": 7.0, "days": 1.0, "hours": 1 / 24, "minutes": 1 / 1440}  # in days
ALLOCATION = re.compile(r"randomi|assign|allocat|match|dilut|fashion|ratio of \d", re.I)


def ratio(here: Here) -> Made:
    """ "23:10", "2.5:1"."""
    doc, text, a, b, gap = here.doc, here.doc.text, here.a, here.b, here.gap
    # ratio a:b
    if gap.strip() == ":" and len(gap) <= 3 and not b.percent and a.unit is None:
        left, right = single(doc, a), single(doc, b)
        clause = text[max(0, a.number.start - 50) : a.number.start].rsplit(". ", 1)[-1]
        around = clause + text[a.number.start : b.number.end + 25]
        if ALLOCATION.search(around) and a.number.value < 10 and b.number.value < 10:
            left.drop = right.drop = "allocation"
        for e, form in ((left, "ratio"), (right, "ratio")):
            e.form, e.tags = form, ["ratio"]
            e.start, e.end, e.first, e.last = a.number.start, b.number.end, a.number.first, b.number.last
            e.span_end = b.number.end
        return 2, [left, right]
    return None


def deviation(here: Here) -> Made:
    """ "61 ± 12"."""
    doc, a, b, gap = here.doc, here.a, here.b, here.gap
    # a ± s
    if SD_SIGN.fullmatch(gap):
        made = [_mean(doc, a)]
        spread = single(doc, b)
        spread.form, spread.host = "sd", made[0]
        spread.start, spread.end = b.number.start, b.number.end
        if a.unit is None and b.unit is not None:
            made[0].unit = None if b.percent else b.unit
        spread.unit = made[0].unit or (None if b.percent else b.unit)
        if b.percent:
            made[0].tags.append("percent-unit")
            spread.tags.append("percent-unit")
        made[0].tags.append("spread")
        return 2, [*made, spread]
    return None


def named_deviation(here: Here) -> Made:
    """ "61 (SD 12)", "61 (SE 2)"."""
    doc, a, b, gap = here.doc, here.a, here.b, here.gap
    # a (SD s)
    if SD_WORD.fullmatch(gap) or SE_WORD.fullmatch(gap):
        head = _mean(doc, a)
        spread = single(doc, b)
        spread.form = "sd" if SD_WORD.fullmatch(gap) else "se"
        spread.host, spread.unit = head, head.unit
        if head.unit is None and b.unit is not None and not b.percent:
            head.unit = spread.unit = b.unit
        spread.start, spread.end = b.number.start, b.number.end
        head.tags.append("spread")
        if spread.form == "se":
            spread.drop = "standard-error"
        return 2, [head, spread]
    return None


def low_high(here: Here) -> Made:
    """ "17-95", "17 to 95", "between 17 and 95"."""
    doc, text, a, b, gap = here.doc, here.doc.text, here.a, here.b, here.gap
    # low-high
    joined = RANGE.fullmatch(gap) or (
        AND.fullmatch(gap) and re.search(r"\bbetween\s*$", text[max(0, a.number.start - 9) : a.number.start], re.I)
    )
    if joined and a.number.kind in ("digits", "words") and b.number.kind in ("digits", "words"):
        word = gap.strip().lower()
        before = text[max(0, a.number.start - 110) : a.number.start]
        change = word == "to" and _is_change(
            before, a, b, bool(here.out) and text[here.out[-1].end : a.number.start].strip() in ("(", "[")
        )
        if a.unit is not None and a.unit.kind == "time" and b.unit is None and not b.percent:
            same = False  # "for 1 year to 49 people"
        else:
            same = (
                a.unit is None or b.unit is None or a.unit.text == b.unit.text or (a.unit.kind == b.unit.kind == "time")
            )
        ordered = a.number.value < b.number.value or (a.number.signed and b.number.signed)
        ordered = ordered or (a.unit is not None and b.unit is not None and a.unit.text != b.unit.text)
        if (
            same
            and (a.percent == b.percent or b.percent)
            and (ordered or (word != "to" and a.number.value <= b.number.value))
            and not change
        ):
            e = single(doc, a)
            e.form, e.value, e.numerator = "range", None, None
            e.low, e.high = sorted((a.number.value, b.number.value))
            e.unit = None if b.percent else (b.unit or a.unit)
            if b.percent:
                e.tags.append("percent-unit")
            if a.unit is not None and b.unit is not None and a.unit.text != b.unit.text:
                e.low, e.high = (
                    round(a.number.value * TIMES.get(a.unit.text, 1) / TIMES.get(b.unit.text, 1), 2),
                    b.number.value,
                )
            e.last, e.end, e.span_end = b.last, b.tail, b.number.end
            e.tags.append("joined:" + word)
            attach(doc, e, here.out)
            return 2, [e]
    return None


def _is_change(before: str, a: Item, b: Item, behind_figure: bool) -> bool:
    """Whether "a to b" is a course ("fell from 7.3 to 5.7") and no range."""
    if a.unit is not None and b.unit is not None and a.unit.kind == "time" and a.unit.text != b.unit.text:
        return False
    clause = re.split(r"[.;]\s", before)[-1]
    changed = [m.end() for m in CHANGE.finditer(clause)]
    if re.search(r"\brang|\bvari|\bbetween|IQR|quartile", clause[changed[-1] if changed else 0 :], re.I):
        return False
    if a.number.value >= b.number.value:
        return True
    if re.search(r"from\s*$", before, re.I):
        return bool(changed)
    return (
        bool(re.search(r"[(\[]\s*$", before))
        and not behind_figure
        and (b.unit is None or b.unit.kind not in ("time", "mass"))
        and not (a.percent and b.percent and not changed)
    )


def _mean(doc: Document, a: Item) -> Expression:
    head = single(doc, a)
    head.form, head.numerator = "value", None
    head.end = a.number.end
    if a.percent:
        head.tags.append("percent-unit")
    return head


def attach(doc: Document, e: Expression, out: list[Expression]) -> None:
    """Hang a range on the figure it belongs to: `57 (17-95)`, `median 9 months (IQR 3-15)`, a mean and `range 2-8`."""
    if not out:
        return
    host = out[-1]
    if host.form in ("sd", "se") and host.host is not None:
        host = host.host
    gap = doc.text[out[-1].end : e.start]
    if len(gap) > 60 or "\n" in gap:
        return
    match = RANGE_OPEN.search(gap)
    if match is None:
        return
    named = match.group("kind")
    opened = re.search(r"[(\[]", gap)
    if named:
        e.label = "iqr" if re.search(r"q|25|quart", named, re.I) else "range"
    if (
        host.form in ("value", "count", "percent", "range")
        and ((named and (opened or gap.strip()[:1] in ",;:")) or re.fullmatch(r"\s*[\w%°/.-]*\s*[(\[]\s*", gap))
        and "count-percent" not in host.tags
        and "over" not in host.tags
    ):
        if host.form == "count" and not named and (host.n_equals or (e.unit is not None and e.unit.kind == "time")):
            return  # "62 patients (25-40 years)" tells their ages
        e.host = host
        if host.form == "range":
            e.host = host.host
    if (
        e.label is None
        and re.search(r"\b(?:IQR|interquartile)\b", doc.text[max(0, e.start - 110) : e.start])
        and e.host is not None
    ):
        e.label = "iqr"
