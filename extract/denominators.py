"""Denominators: out of how many a count or a percentage is, and only where that is certain.

A printed denominator stands. Otherwise it is the stated size of the figure's group, where count, percentage and size
agree. Sizes are stated by participants ("30 in group A") and by printed denominators ("5 of 30 in group A").
Called by `extract.engine`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.finding import Finding
from extract.items import Expression
from extract.shares import agrees
from extract.sizes import Sizes, fitting, vouched

# Rates estimated over time are shares of nobody stated; events are no people.
ESTIMATED = re.compile(
    r"\b(?:cumulative|actuarial|kaplan|life[- ]table)\b"
    r"|\b(?:\d+|one|two|three|four|five|ten)[- ](?:year|month)[^.;]{0,60}\brates?\b",
    re.I,
)
EVENTS = re.compile(r"\s+(?:[\w-]+\s+){0,3}(?:events|episodes)\b", re.I)
# "90% of days", "30% of the dose": shares of no people
OF_TIME = re.compile(
    r"\s*of\s+(?:the\s+|all\s+)?(?:days|nights|weeks|months|time|occasions|measurements|doses?|volume|blood|energy|calories)\b"
)
OF_WHOM = re.compile(r"\b(?:of|in|among|amongst)\s+(?:whom|which|these|those|them|the\s+latter)\b[^.;]{0,60}$", re.I)
LEAST = 3  # of smaller counts too many numbers give the same percentage
REACH = 120  # characters back to the count before
COUNTED = ("count", "percent")
UNCOUNTED = ("participants", "records")  # what is a size itself
# The least probability of a figure's group for a denominator: a guessed group would give a guessed one.
LIKELY = 0.5
VOUCHED = 0.3  # where a printed count and its percentage vouch for the size
BOTH = 2  # what "both" counts
NOBODY = 0.6  # for "none" and "all", where nothing but the group tells the size


def set_denominators(
    found: list[tuple[Finding, Expression]], sure: dict[int, float], text: str, counts: Sequence[Expression] = ()
) -> None:
    """Give each count and percentage its denominator (and "all", "both" their count) where it is certain.

    `sure` is the probability of each figure's group, by the identity of its expression: a size is taken only for a
    group that is likely. `text` is what the offsets of the findings count into, `counts` are all its figures.
    """
    sizes = stated(found)
    before: Finding | None = None  # the count before
    for f, e in found:
        counted, before = before, f if f.numerator is not None and e.kind not in ("none", "all") else before
        if e.kind == "all" and f.denominator is None:
            _count_all(f, e, sizes.certain(f.group, f.start) if sure.get(id(e), 0.0) >= NOBODY else None)
            continue
        if f.stat not in COUNTED or f.measure.startswith(UNCOUNTED):
            continue
        if sure.get(id(e), 0.0) < least(f, e):
            continue
        if f.denominator is None and (size := _of_whom(f, e, counted, text)) is not None:
            f.denominator = size
            if f.group == "all" and counted is not None:  # those counted before are its people
                f.group = counted.measure.partition(":")[2] or f.group if counted.group == "all" else counted.group
        if f.denominator is None and f.value is not None and "survival" not in f.measure and _of_people(text, f):
            of_group = sizes.of(f.group, f.start, f.sentence_start)
            if f.stat == "count" and len(of_group) > 1:
                of_group = []  # nothing printed beside a bare count tells which of several sizes is meant
            f.denominator = fitting(f.stat, f.value, f.numerator, e.decimals, of_group)
            if f.denominator is None and f.stat == "percent" and f.numerator is not None:
                f.denominator = vouched(f.value, f.numerator, e.decimals, sizes.all())
            if f.denominator is None:
                f.denominator = said_beside(f, e, counts)


def _count_all(f: Finding, e: Expression, size: int | None) -> None:
    """What "all", "all but two" and "both" count, of a group of `size` people; "all" of an unknown number are 100 %.

    "Both" are two whatever the size. What has no number ("all but two" of nobody knows how many, "all participants")
    is left without a value.
    """
    both = e.form == "count" and e.value == BOTH
    counted = f.stat in COUNTED and not f.measure.startswith(UNCOUNTED)
    if counted and size is not None and size >= e.less and (not both or size == BOTH) and _says_so(f, e, size):
        f.numerator, f.denominator = size - e.less, size
        if f.stat == "count":
            f.value = float(f.numerator)
    elif e.form == "count" and not both:
        f.numerator, f.stat, f.value = None, "percent", 100.0 if counted and not e.less else None


def said_beside(f: Finding, e: Expression, counts: Sequence[Expression]) -> int | None:
    """The one number before a figure in its sentence of which its count is exactly its percentage, or None.

    "Of the 250 patients, 118 (47.2%)": of 259 annotated figures with such a number it was the denominator of 240, and
    the annotators gave none to the other 19.
    """
    if f.stat != "percent" or f.numerator is None:
        return None
    near = {
        c.numerator
        for c in counts
        if f.sentence_start <= c.start < f.start and c.form == "count" and not c.drop and c.numerator
    }
    return vouched(f.value, f.numerator, e.decimals, near, LEAST)


def _of_whom(f: Finding, e: Expression, counted: Finding | None, text: str) -> int | None:
    """The count before ("29 were treated, of whom 24 (83%)"), where count and percentage vouch for it, or None."""
    size = counted.numerator if counted is not None and f.start - counted.end < REACH else None
    if f.stat != "percent" or f.numerator is None or not size:
        return None
    if OF_WHOM.search(text, max(0, f.start - REACH), f.start) is None:
        return None
    return vouched(f.value, f.numerator, e.decimals, {size}, 0)


def _says_so(f: Finding, e: Expression, size: int) -> bool:
    """Whether a percentage beside "all but two" is that of this size; nothing is to be asked of a plain "all"."""
    return not e.less or f.stat != "percent" or agrees(size - e.less, size, f.value, 0.5)


def _of_people(text: str, f: Finding) -> bool:
    """Whether a figure can be a share of a stated size: no estimate over time, no round figure, no count of events."""
    if OF_TIME.match(text, f.end) is not None:
        return False
    if f.numerator is None:
        return f.cmp == "=" and ESTIMATED.search(text, f.sentence_start, f.start) is None
    return f.cmp in ("=", "~") and (f.stat == "percent" or EVENTS.match(text, f.end) is None)


def least(f: Finding, e: Expression) -> float:
    """The probability of its group that a figure needs."""
    if e.kind in ("none", "all"):
        return NOBODY
    return VOUCHED if f.numerator is not None and f.stat == "percent" else LIKELY


def stated(found: list[tuple[Finding, Expression]]) -> Sizes:
    """The sizes that participants figures and printed denominators state."""
    sizes = Sizes()
    for f, _ in found:
        if f.value is None or f.cmp != "=" or f.value != int(f.value):
            continue
        if f.measure == "participants":
            sizes.add(f.group, int(f.value), f.start)
        elif f.measure.startswith("records"):
            sizes.counted.append(int(f.value))
    for f, _ in found:
        if f.stat in COUNTED and f.denominator is not None and not f.measure.startswith(UNCOUNTED):
            sizes.add_denominator(f.group, f.denominator, f.start, f.sentence_start)
        if f.measure.startswith("proportion") and f.numerator and f.stat in COUNTED:
            sizes.counted.append(f.numerator)  # "78 completed the assessment": what follows may be of them
    return sizes
