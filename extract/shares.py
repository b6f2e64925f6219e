"""Counts and percentages that belong together: "33 of 197 patients (17%)", "17% (33/197)", "33 (17%)".

Comes in: items side by side. Goes out: one expression of them, or nothing. Called by `extract.expressions`.
"""

from __future__ import annotations

import re

from extract.items import LEVEL, N_EQUALS, RANGE, SD_SIGN, Expression, Here, Item, Made, digits_after, single
from extract.tokens import Document

WORDS = r"(?:[^\W\d][\w'’/+.-]*\s+){0,%d}?"
OF = re.compile(
    r"\s*(?:\w+\s+){0,2}?(?:out\s+)?of\s+(?:a\s+total\s+of\s+|the\s+total\s+|the\s+|these\s+|those\s+|our\s+"
    r"|all\s+|its\s+|their\s+)?(?:remaining\s+|other\s+|first\s+|last\s+)?$",
    re.I,
)
OPEN = re.compile(
    r"\s*" + WORDS % 9 + r"[\w'’/+.-]*\s*[(\[]\s*(?:n\s*=\s*|approximately\s|about\s|~|only\s|i\.e\.,?\s|or\s)?$", re.I
)
PCT_OF = re.compile(r"\s*" + WORDS % 7 + r"[\w'’/+-]*\s*[(\[,]\s*(?:95\s?%\s?CI[^()]{0,30}?,\s*)?(?:[nN]\s*=\s*)?$")
# Behind a percentage: it tells something else than the count before it.
OTHER_SHARE = re.compile(
    r"\s*(?:were\s+|was\s+)?(?:(?:fe)?males?\b|men\b|women\b|boys\b|girls\b|white\b|caucasian|black\b|african|asian|hispanic"
    r"|smokers|follow-?up|response|attrition|retention|participation)",
    re.I,
)
BOUNDS = frozenset("<>≤≥⩽⩾")
PLAN_NOUN = re.compile(r"\s+(?:[a-z-]+\s+){0,2}(?:groups|arms|cohorts|treatments|regimens|conditions|methods)\b")


def of_size(here: Here) -> Made:
    """ "5 of 30", "5/30", "all 30", and a percentage behind it."""
    doc, text, a, b, c, gap = here.doc, here.doc.text, here.a, here.b, here.c, here.gap
    # k of N, k/N, all N, none of N - and a percentage behind it
    if (
        here.whole
        and not b.percent
        and b.number.whole
        and (b.unit is None or b.unit.kind == "other")
        and b.number.kind in ("digits", "words")
    ):
        over = None
        if a.number.kind == "all":
            if (
                gap.strip() in ("", "the", "of the", "of", "these", "of these", "our")
                and b.number.value > 0
                and text[a.number.start : a.number.end].lower() != "both"
                and a.number.less <= b.number.value
            ):
                over = "all"
        elif OF.fullmatch(gap) and "group" not in gap and a.number.value <= b.number.value and b.number.value > 0:
            over = "of"
        elif (
            gap in ("/", " / ", "/ ", " /")
            and a.number.value <= b.number.value
            and a.number.kind == "digits"
            and b.number.value > 0
            and not _rate_base(doc, b)
        ):
            over = "/"
        if over:
            e = single(doc, a)
            e.form = "count"
            e.numerator = int(b.number.value) - e.less if over == "all" else int(a.number.value)
            e.value = float(e.numerator)
            e.denominator = int(b.number.value)
            e.last, e.end, e.span_end = b.number.last, b.number.end, b.number.end
            e.tags.append("over")
            if c is not None and c.percent:
                gap2 = text[b.tail : c.number.start]
                if (
                    len(gap2) < 70
                    and (OPEN.fullmatch(gap2) or re.fullmatch(r"\s*(?:=|,|;|:|or|\w+,)\s*", gap2))
                    and agrees(e.numerator, e.denominator, c.number.value, 3.0)
                ):
                    e.form, e.value, e.decimals = "percent", c.number.value, digits_after(doc, c.number)
                    close_over(doc, e, c.last)
                    return 3, [e, *base_of(doc, b, e)]
            return 2, [e, *base_of(doc, b, e)]
    return None


def with_percentage(here: Here) -> Made:
    """ "33 (17%)", "33 patients (17%)", "n = 33, 17%"."""
    doc, text, a, b, c, gap = here.doc, here.doc.text, here.a, here.b, here.c, here.gap
    # k (p%), k patients (p%), n = k, p%
    if (
        here.whole
        and b.percent
        and (a.number.kind in ("digits", "words", "all") or (a.number.kind == "none" and b.number.value == 0))
        and not (
            a.number.kind == "all"
            and ((b.number.value == 100) == bool(a.number.less) or ("(" not in gap and "[" not in gap))
        )
        and LEVEL.match(text, b.tail) is None
        and text[max(0, a.number.start - 2) : a.number.start].strip()[-1:] not in BOUNDS  # "with >5 lesions (73%)"
        and not (OTHER_SHARE.match(text, b.tail) and ("(" in gap or "[" in gap))
        and not (c is not None and c.percent and RANGE.fullmatch(text[b.tail : c.number.start]))  # "(55%-60%)"
        and not (c is not None and SD_SIGN.fullmatch(text[b.number.end : c.number.start]))  # "week 24 ... (5.9 ± 0.5%)"
        and PLAN_NOUN.match(gap) is None
    ):
        comma = re.fullmatch(r"\s*[,;:]\s*", gap)
        in_brackets = re.search(r"[(\[]\s*(?:n\s*=\s*)?$", text[max(0, a.number.start - 8) : a.number.start], re.I)
        if (
            OPEN.fullmatch(gap)
            or re.fullmatch(r"\s*\[\s*", gap)
            or (comma and in_brackets)
            or (gap.strip() == "=" and a.number.kind == "digits" and a.number.value > 0 and b.number.value <= 100)
        ) and not (
            a.number.value > 1900
            and a.number.value < 2035
            and text[max(0, a.number.start - 4) : a.number.start].strip().lower() in ("in", "since")
        ):
            e = single(doc, a)
            e.form, e.value, e.numerator = "percent", b.number.value, int(a.number.value)
            if a.number.kind == "all":
                e.numerator = None
            e.kind = a.number.kind
            e.decimals = digits_after(doc, b.number)
            e.tags.append("count-percent")
            e.span_end = a.number.end
            if c is not None and not c.percent and c.number.whole and c.unit is None:  # 983 (20%) of the 5005 patients
                gap2 = text[b.tail : c.number.start]
                if (
                    re.match(r"\s*[)\]]\s*(?:out\s+)?of\s", gap2)
                    and OF.fullmatch(gap2[gap2.find(")") + 1 if ")" in gap2 else gap2.find("]") + 1 :])
                    and agrees(e.numerator or 0, int(c.number.value), e.value, 3.0)
                ):
                    e.denominator = int(c.number.value)
                    e.last, e.end = c.number.last, c.number.end
                    return 3, [e, *base_of(doc, c, e)]
            close_over(doc, e, b.last)
            return 2, [e]
    return None


def with_count(here: Here) -> Made:
    """ "17% (33/197)", "17% (n = 33)", "17% of patients (33 patients)"."""
    doc, text, a, b, c, gap = here.doc, here.doc.text, here.a, here.b, here.c, here.gap
    # p% (k/N), p% (k of N patients), p% (n = k), p% of patients (k patients)
    if (
        (
            a.percent
            and not here.whole
            and b.number.whole
            and b.unit is None
            and not b.percent
            and b.number.kind in ("digits", "words")
        )
        and PCT_OF.fullmatch(gap)
        and a.number.kind != "none"
    ):
        if c is not None and c.number.whole and c.unit is None and not c.percent:
            gap2 = text[b.number.end : c.number.start]
            if (
                (gap2 in ("/", " / ", "/ ", " /") or OF.fullmatch(gap2))
                and b.number.value <= c.number.value
                and agrees(int(b.number.value), int(c.number.value), a.number.value, 3.0)
            ):
                e = single(doc, a)
                e.numerator, e.denominator = int(b.number.value), int(c.number.value)
                e.tags.append("over")
                e.span_end = a.number.end
                close_over(doc, e, c.number.last)
                return 3, [e, *base_of(doc, c, e)]
        follows = doc.words[b.number.last] if b.number.last < len(doc.words) else ""
        named = bool(N_EQUALS.search(gap))
        people = follows.lower() in (
            "patients",
            "subjects",
            "cases",
            "women",
            "men",
            "children",
            "participants",
            "pts",
            "eyes",
            "infants",
            "individuals",
            "people",
            "persons",
            "adults",
        )
        if (
            ("(" in gap or "[" in gap or named)
            and (follows in (")", "]", ";", ",") or people)
            and (named or people or (re.fullmatch(r"\s*[(\[]\s*", gap) and follows in ")]"))
        ):
            e = single(doc, a)
            e.tags.append("percent-count")
            if named and re.search(r"\b(?:with|in|receiving|on|from|who|taking|given|assigned|without)\s", gap, re.I):
                return 1, [single(doc, a)]  # 59.6% of patients treated with X (n = 99): 99 is the arm's size
            e.numerator = int(b.number.value)
            e.span_end = a.number.end
            close_over(doc, e, b.number.last + (1 if people else 0))
            return 2, [e]
    return None


def of_number(here: Here) -> Made:
    """ "17% of 197"."""
    doc, a, b, gap = here.doc, here.a, here.b, here.gap
    # p% of N
    if (
        a.percent
        and not b.percent
        and b.number.whole
        and b.unit is None
        and b.number.kind in ("digits", "words")
        and b.number.value >= 5
        and re.fullmatch(r"\s*of\s+(?:the\s+|all\s+|our\s+|these\s+)?", gap, re.I)
    ):
        e = single(doc, a)
        e.denominator = int(b.number.value)
        e.tags.append("over")
        e.last, e.end, e.span_end = b.number.last, b.number.end, a.number.end
        return 2, [e, *base_of(doc, b, e)]
    return None


def base_of(doc: Document, item: Item, over: Expression) -> list[Expression]:
    """The denominator of `over` as a figure of its own: it may state the size of a population or a group."""
    base = single(doc, item)
    base.tags.append("base")
    base.host = over
    return [base]


def close_over(doc: Document, e: Expression, at: int) -> None:
    """Extend an expression over a closing bracket right behind token `at` - 1."""
    e.last = max(e.last, at)
    e.end = doc.ends[at - 1]
    if at < len(doc.words) and doc.words[at] in ")]":
        e.last, e.end = at + 1, doc.ends[at]


def agrees(k: int, n: int, percent: float | None, tolerance: float) -> bool:
    """Whether k of n is the percentage, give or take (percentage points)."""
    return percent is not None and n > 0 and abs(100 * k / n - percent) <= tolerance


def _rate_base(doc: Document, item: Item) -> bool:
    """Whether a number is the base of a rate (1.7/100,000, 35/1000)."""
    value = item.number.value
    return value in (1000, 10000, 100000, 1000000) or (
        value == 100
        and item.number.last < len(doc.words)
        and doc.lower[item.number.last] in ("person", "patient", "women")
    )
