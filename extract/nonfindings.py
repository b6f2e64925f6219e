"""Figures that cannot be findings: p values, intervals and ratios of effects, test statistics, dates, names.

The patterns are in `extract/data/nonfindings.toml`. Comes in: a document and its expressions. Sets `drop` to the
reason. Called by `extract.expressions`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from extract.resources import load
from extract.tokens import Document

if TYPE_CHECKING:
    from extract.items import Expression

# A list that goes on behind a dropped figure: "AUC 0.91/0.88/0.93", "sensitivity 80%, 75% and 71%".
GOES_ON = re.compile(r"\s*%?\s*(?:/|,|and|vs\.?|versus|,\s*and|to|-|–)\s*")
CARRIED = frozenset({"statistic", "accuracy", "effect", "p-value"})

# What a number behind these words names, and does not count: "Group 1 (44%)", "at week 12, 5 of 30". A group's number
# follows the bare noun: in "the placebo group 5 of 32 patients" the 5 is a count.
LABELLED = re.compile(
    r"(?:\b(?:grade|stage|phase|type|class|week|day|visit|cycle|step|tertile|quartile|quintile|experiment|exon|codon|serogroup)"
    r"|(?:^|[.;:,()\[\]/]\s*|\b(?:in|of|for|to|from|and|or|vs\.?|versus|than|with|within|by|on|while|whereas|that|as"
    r"|at|both|under|into)\s+)(?:sub)?(?:group|arm|cohort)|\s(?-i:Group|Arm|Cohort))\s+$",
    re.I,
)
# "grade 3/4 toxicity", "grade ≥3 events", "stage 2 or 3"
GRADED = re.compile(
    r"\b(?:grade|stage|phase|class|type)s?\s*(?:[≥>≤<]=?\s*)?(?:\d\s?(?:/|-|–|or|and|to)\s?|(?<=[≥>≤<=\s]))$", re.I
)
TIMED = re.compile(r"(?:^|[a-z(,;]\s?)\b(?<!one )(?:week|day|month|visit)s?\s+$", re.I)  # "at week 24"
LABELS = 20  # numbers below it may be a label
COUNTING = re.compile(r"(?:group|arm|cohort)\s+")  # a number behind it may count its people


def is_label(text: str, start: int, value: float) -> bool:
    """Whether the number at `start` names a group, a grade or a visit, and counts nothing."""
    if TIMED.search(text, max(0, start - 12), start) is not None:
        return True
    return value < LABELS and (
        LABELLED.search(text, max(0, start - 24), start) is not None
        or (value < 10 and GRADED.search(text, max(0, start - 24), start) is not None)
    )


@cache
def _rules() -> list[tuple[str, re.Pattern[str], frozenset[str]]]:
    """Reason, pattern and the words it may begin with (none: anywhere) of each rule."""
    return [
        (r["reason"], re.compile(r["pattern"], 0 if r.get("case") else re.I), frozenset(r.get("words", ())))
        for r in load("nonfindings")["rule"]
    ]


def stretches(doc: Document) -> list[tuple[int, int, str]]:
    """The stretches of a text that no finding can lie in, by start: (start, end, reason)."""
    out: list[tuple[int, int, str]] = []
    for reason, pattern, words in _rules():
        if words:
            places = (start for start, word in zip(doc.starts, doc.lower, strict=True) if word in words)
            found: Iterator[re.Match[str]] = (
                m for m in (pattern.match(doc.text, start) for start in places) if m is not None
            )
        else:
            found = pattern.finditer(doc.text)
        out.extend((m.start(), m.end(), reason) for m in found)
    return sorted(out)


def mark(doc: Document, figures: list[Expression]) -> None:
    """Mark the figures that lie in such a stretch, that number an item of a list, or that go on with a dropped list."""
    spans = stretches(doc)
    starts = [start for start, _, _ in spans]
    depth = _depths(doc)
    previous: Expression | None = None
    for e in figures:
        for start, end, reason in reversed(spans[: bisect_right(starts, e.start)]):
            if e.start < end and e.span_end <= end + 1:
                if reason == "name" and _counts(doc.text, start, e):
                    continue
                e.drop = reason
            elif e.start - start > 400:
                break
        if (
            e.drop is None
            and e.form == "count"
            and e.kind == "digits"
            and e.last < len(doc.words)
            and doc.words[e.last] == ")"
            and not depth[e.first]
            and (e.value or 0) < 10
        ):
            e.drop = "enumerator"
        if (
            e.drop is None
            and e.kind == "digits"
            and e.unit is None
            and e.form in ("count", "value")
            and e.last < len(doc.words)
            and not doc.spaced(e.last)
            and doc.words[e.last][0].isupper()
            and len(doc.words[e.last]) > 1
        ):
            e.drop = "name"  # "177Lu", "200CROSS"
        if (
            e.drop is None
            and previous is not None
            and previous.drop in CARRIED
            and previous.form == e.form
            and e.decimals == previous.decimals
            and (e.decimals or e.form == "percent")
            and GOES_ON.fullmatch(doc.text, previous.end, e.start)
        ):
            e.drop = previous.drop
        previous = e


def _counts(text: str, start: int, e: Expression) -> bool:
    """Whether a figure behind a noun counts or measures after all ("in the placebo group 5 relapsed")."""
    if e.unit is not None:
        return True
    noun = COUNTING.match(text, start)
    return noun is not None and noun.end() == e.start and not is_label(text, e.start, e.value or 0)


def _depths(doc: Document) -> list[bool]:
    """For each token, whether it stands inside brackets of its sentence."""
    out: list[bool] = []
    for s in doc.sentences:
        depth = 0
        out.extend([False] * (s.first - len(out)))
        for t in range(s.first, s.last):
            depth += (doc.words[t] in "([") - (doc.words[t] in ")]" and depth > 0)
            out.append(depth > 0)
    out.extend([False] * (len(doc.words) - len(out)))
    return out
